"""Parcels through a fulfilment feed of the simulated Amazon, from hand-over to what each came to."""

import dataclasses
from datetime import timedelta

import pytest

from dockwire.decisions.backlog import PATIENCE, is_stuck
from dockwire.errors import NotFound, Throttled, Unsendable
from dockwire.model.feed import MOST_MESSAGES, FeedState, MessageState
from dockwire.pacing import MemoryQuotaStore
from tests.unit.amazon.accounts import asked, opened
from tests.unit.amazon.feeding import (
    TRACKING,
    a_parcel_each,
    a_world_with_orders,
    item,
    order_ids,
    orders_of,
    parcel,
    processed,
    shipped,
    states,
    with_tracking,
)

TAKEN, REFUSED, UNKNOWN = MessageState.TAKEN, MessageState.REFUSED, MessageState.UNKNOWN
OTHER_TRACKING = "1Z999AA10123456791"


@pytest.mark.parametrize("compressed", [True, False])
async def test_a_feeds_whole_life_ships_every_parcel(compressed: bool) -> None:
    world = a_world_with_orders(2, feed_report_compressed=compressed)
    async with opened(world) as seller:
        first, second = await orders_of(world, seller)
        sent = [
            (first, parcel(1, items=(item("1", 2), item("2", 1)))),
            (first, parcel(2, tracking="1Z999AA10123456785")),
            (second, parcel(3, carrier_code="Other", carrier_name="Köhler & Söhne <Post>", tracking="K-1")),
        ]
        feed_id = await seller.feeds.submit(sent)
        assert (await seller.feeds.look(feed_id)).state is FeedState.IN_QUEUE
        world.advance(60)
        assert (await seller.feeds.look(feed_id)).state is FeedState.IN_PROGRESS
        world.advance(120)
        done = await seller.feeds.look(feed_id)
        assert (done.id, done.state) == (feed_id, FeedState.DONE)
        assert states(await seller.feeds.results(done, order_ids(sent))) == [TAKEN] * 3
        packages, _, (named,) = await shipped(seller, sent)
    assert [(each.reference, each.tracking, each.items) for each in packages] == [
        ("170001", TRACKING, (("1", 2), ("2", 1))),
        ("170002", "1Z999AA10123456785", (("1", 1),)),
    ]
    assert (named.reference, named.carrier, named.tracking) == ("170003", "Köhler & Söhne <Post>", "K-1")


async def test_each_message_has_its_own_result() -> None:
    world = a_world_with_orders(4)
    async with opened(world) as seller:
        good, greedy, strange, odd = await orders_of(world, seller)
        sent = [
            (good, parcel(1)),
            (greedy, parcel(2, items=(item("1", 9),))),
            (strange, parcel(3, items=(item("77", 1),))),
            (odd, parcel(4, tracking="NOT-A-UPS-NUMBER")),
        ]
        done = await processed(world, seller, sent)
        results = await seller.feeds.results(done, order_ids(sent))
        packages = await shipped(seller, sent)
    assert states(results) == [TAKEN, REFUSED, REFUSED, TAKEN]
    assert [result.code for result in results] == ["", "18021", "18028", "18029"]
    assert "larger than the quantities" in results[1].words
    assert [len(each) for each in packages] == [1, 0, 0, 1]


async def test_the_same_parcels_again_edit_their_packages() -> None:
    world = a_world_with_orders(2)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        await processed(world, seller, sent)
        done = await processed(world, seller, with_tracking(sent, OTHER_TRACKING))
        assert states(await seller.feeds.results(done, order_ids(sent))) == [TAKEN, TAKEN]
        packages = await shipped(seller, sent)
    assert [[each.tracking for each in known] for known in packages] == [[OTHER_TRACKING]] * 2


async def test_a_feed_and_single_confirmations_edit_the_same_package() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        ((order, known),) = sent = await a_parcel_each(world, seller)
        await seller.confirm_shipment(order, known)
        await processed(world, seller, with_tracking(sent, OTHER_TRACKING))
        ((package,),) = await shipped(seller, sent)
        assert package.tracking == OTHER_TRACKING
        await seller.confirm_shipment(order, known)
        ((package,),) = await shipped(seller, sent)
    assert package.tracking == TRACKING


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("effective", [0, 1, 2])
async def test_nothing_is_claimed_of_a_feed_that_amazon_gave_up(reported: bool, effective: int) -> None:
    world = a_world_with_orders(2, feed_fatal_after_messages=effective, feed_fatal_with_report=reported)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        fatal = await processed(world, seller, sent)
        assert (fatal.state, fatal.report is not None) == (FeedState.FATAL, reported)
        assert states(await seller.feeds.results(fatal, order_ids(sent))) == [UNKNOWN, UNKNOWN]
        packages = await shipped(seller, sent)
    assert [len(each) for each in packages] == [1] * effective + [0] * (2 - effective)


async def test_a_feed_is_called_back_while_it_waits() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        feed_id = await seller.feeds.submit(sent)
        cancelled = await seller.feeds.cancel(feed_id)
        assert cancelled.state is FeedState.CANCELLED
        assert (await seller.feeds.cancel(feed_id)).state is FeedState.CANCELLED
        world.advance(3600)
        assert states(await seller.feeds.results(cancelled, order_ids(sent))) == [UNKNOWN]
        assert await shipped(seller, sent) == [()]


async def test_a_stuck_feed_is_noticed_and_its_parcels_can_go_one_by_one() -> None:
    world = a_world_with_orders(2, feed_stuck_after_messages=1)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        feed_id = await seller.feeds.submit(sent)
        world.advance(180)
        working = await seller.feeds.look(feed_id)
        assert not is_stuck(working, working.created + PATIENCE)
        late = working.created + PATIENCE + timedelta(seconds=1)
        assert is_stuck(working, late)
        assert not is_stuck(dataclasses.replace(working, state=FeedState.FATAL), late)
        with pytest.raises(ValueError, match="has not ended"):
            await seller.feeds.results(working, order_ids(sent))
        assert (await seller.feeds.cancel(feed_id)).state is FeedState.IN_PROGRESS
        for order, known in sent:
            await seller.confirm_shipment(order, known)
        assert [len(each) for each in await shipped(seller, sent)] == [1, 1]


async def test_feeds_nobody_knows_are_told_apart() -> None:
    world = a_world_with_orders(0)
    async with opened(world) as seller:
        for ask in (seller.feeds.look("50000000009"), seller.feeds.cancel("50000000009")):
            with pytest.raises(NotFound):
                await ask


async def test_a_report_that_is_missing_or_gone_makes_everything_unknown() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        done = await processed(world, seller, sent)
        without = dataclasses.replace(done, report=None)
        assert states(await seller.feeds.results(without, order_ids(sent))) == [UNKNOWN]
        world.advance(timedelta(days=29).total_seconds())
        assert states(await seller.feeds.results(done, order_ids(sent))) == [UNKNOWN]


async def test_siblings_of_one_account_wait_for_its_feeds_together() -> None:
    world = a_world_with_orders(1)
    world.quota.mode = "documented"
    shared = MemoryQuotaStore()
    async with opened(world, quota=shared) as seller, opened(world, quota=shared) as sibling:
        sent = await a_parcel_each(world, seller)
        began = world.clock.now()
        for number in range(16):
            await (seller, sibling)[number % 2].feeds.submit(sent)
        waited = (world.clock.now() - began).total_seconds()
    assert asked(world, "createFeed") == [202] * 16
    assert 429 not in asked(world, "createFeedDocument")
    # Fourteen are saved up, and each further one takes two minutes.
    assert 230 < waited < 242


async def test_a_feed_that_would_wait_too_long_is_left_to_the_next_run() -> None:
    world = a_world_with_orders(1)
    async with opened(world, max_wait=60) as seller:
        sent = await a_parcel_each(world, seller)
        for _ in range(14):
            await seller.feeds.submit(sent)
        with pytest.raises(Throttled) as told:
            await seller.feeds.submit(sent)
    assert 60 < told.value.retry_after < 121
    assert len(asked(world, "createFeed")) == 14


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tracking": "1Z\x0b99"}, "tracking number"),
        ({"tracking": "1Z\n99"}, "tracking number"),
        ({"tracking": "\ufffe"}, "tracking number"),
        ({"tracking": "\ud800"}, "tracking number"),
        ({"tracking": " "}, "tracking number"),
        ({"service": "Next\x00Day"}, "service"),
        ({"carrier_code": ""}, "carrier code"),
        ({"carrier_code": "Other"}, "carrier name"),
        ({"carrier_code": "Other", "carrier_name": "A\x07"}, "carrier name"),
        ({"reference": "15-1"}, "reference"),
        ({"reference": "000"}, "reference"),
        ({"reference": "1" * 21}, "reference"),
        ({"shipped": parcel().shipped.replace(tzinfo=None)}, "ship date"),
        ({"items": ()}, "items"),
        ({"items": (item("1", 0),)}, "quantity"),
        ({"items": (item("", 1),)}, "item id"),
    ],
)
async def test_what_a_feed_cannot_carry_is_named_before_anything_is_sent(
    change: dict[str, object], field: str
) -> None:
    world = a_world_with_orders(2)
    async with opened(world) as seller:
        first, second = await orders_of(world, seller)
        with pytest.raises(Unsendable) as refused:
            await seller.feeds.submit([(first, parcel(1)), (second, parcel(2, **change))])
    assert second.order_id in str(refused.value)
    assert f": {field} " in str(refused.value)
    assert not any(
        value in str(refused.value) for value in change.values() if isinstance(value, str) and value.strip()
    )
    assert asked(world, "createFeedDocument") == []


async def test_one_parcel_is_never_twice_in_a_feed_nor_are_there_too_many() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        (order,) = await orders_of(world, seller)
        with pytest.raises(Unsendable, match="more than once"):
            await seller.feeds.submit([(order, parcel(1)), (order, parcel(1, reference="0170001"))])
        for count in (0, MOST_MESSAGES + 1):
            with pytest.raises(ValueError, match="10000 parcels"):
                await seller.feeds.submit([(order, parcel(number)) for number in range(count)])
    assert asked(world, "createFeedDocument") == []


async def test_the_largest_feed_stays_below_amazons_ten_megabytes() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        (order,) = await orders_of(world, seller)
        feed_id = await seller.feeds.submit(
            [(order, parcel(number)) for number in range(1, MOST_MESSAGES + 1)]
        )
    (feed,) = world.feeds.feeds(world.clock.now())
    assert feed.id == feed_id
    assert len(feed.document.content or b"") < 10 * 2**20


async def test_feeds_are_listed_from_a_moment_on() -> None:
    world = a_world_with_orders(2)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        first = await seller.feeds.submit(sent)
        world.advance(600)
        between = world.clock.now() - timedelta(minutes=5)
        second = await seller.feeds.submit(sent)
        world.advance(90)
        assert [feed.id for feed in await seller.feeds.since(between - timedelta(minutes=10))] == [
            second,
            first,
        ]
        (found,) = await seller.feeds.since(between)
    assert (found.id, found.state, found.queued) == (second, FeedState.IN_PROGRESS, 60)
