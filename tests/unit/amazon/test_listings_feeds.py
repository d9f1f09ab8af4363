"""Quantities in bulk: each reaches its SKU, and a report proves no more than it says."""

import json
from typing import Any

import pytest

from dockwire.errors import NotFound, Unanswered
from dockwire.model.feed import FeedState, MessageResult, MessageState
from dockwire.model.listing import MOST_STOCK_MESSAGES, Quantity
from dockwire.simulators.amazon import World
from tests.unit.amazon.accounts import US, a_world, asked, opened, rules
from tests.unit.amazon.feeding import a_parcel_each, a_world_with_orders, states
from tests.unit.amazon.offering import (
    AWKWARD,
    a_world_with,
    availability,
    by_merchant,
    carried_out,
    quantities,
)

TAKEN, REFUSED, UNKNOWN = MessageState.TAKEN, MessageState.REFUSED, MessageState.UNKNOWN
SKUS = ("A", "B", "C")


async def test_quantities_reach_their_skus_and_handling_times_stay() -> None:
    world = a_world_with(*AWKWARD, by_amazon=True)
    sent = [Quantity(sku, number) for number, sku in enumerate(AWKWARD)]
    async with opened(world) as seller:
        done = await carried_out(world, seller, sent)
        assert states(await seller.listings.feeds.results(done, AWKWARD)) == [TAKEN] * len(AWKWARD)
    for each in sent:
        mine = by_merchant(each.units, lead_time_to_ship_max_days=4)
        assert availability(world, each.sku) == [mine, {"fulfillment_channel_code": "AMAZON_NA"}]


async def test_each_refused_message_is_told_with_its_reason() -> None:
    world = a_world_with(*SKUS)
    sent = [Quantity("A", 7), Quantity("B", -1), Quantity("C", 7, "SHOES")]
    async with opened(world) as seller:
        done = await carried_out(world, seller, sent)
        results = await seller.listings.feeds.results(done, SKUS)
    assert done.state is FeedState.DONE
    assert states(results) == [TAKEN, REFUSED, REFUSED]
    assert [result.code for result in results] == ["", "4000001", "90001001"]
    assert results[2].words == "The product type is not known."
    assert [availability(world, sku)[0]["quantity"] for sku in SKUS] == [7, 5, 5]


@pytest.mark.parametrize("count", [0, MOST_STOCK_MESSAGES + 1])
async def test_none_or_too_many_are_not_sent(count: int) -> None:
    world = a_world()
    async with opened(world) as seller:
        with pytest.raises(ValueError, match=f"1 to {MOST_STOCK_MESSAGES} messages"):
            await seller.listings.feeds.submit(US, [Quantity("A", 1)] * count)
    assert not world.journal.entries


async def test_a_feed_that_went_unanswered_is_found_among_those_of_its_type() -> None:
    world = a_world_with_orders(1)
    begun = world.clock.now()
    faults = rules({"method": "POST", "path": "/feeds$", "effect": "lost_reply", "nth": 2})
    async with opened(world, faults=faults) as seller:
        shipment = await seller.feeds.submit(await a_parcel_each(world, seller))
        with pytest.raises(Unanswered):
            await seller.listings.feeds.submit(US, [Quantity("MUG-BLUE-350", 1)])
        assert len(asked(world, "createFeed")) == 2
        (found,) = await seller.listings.feeds.since(begun)
        assert found.id != shipment
        assert (await seller.listings.feeds.look(found.id)).state is FeedState.IN_QUEUE
        assert [each.id for each in await seller.feeds.since(begun)] == [shipment]


async def test_a_feed_is_called_back_while_it_waits() -> None:
    world = a_world_with("A")
    async with opened(world) as seller:
        feed_id = await seller.listings.feeds.submit(US, [Quantity("A", 7)])
        cancelled = await seller.listings.feeds.cancel(feed_id)
        assert cancelled.state is FeedState.CANCELLED
        world.advance(3600)
        assert states(await seller.listings.feeds.results(cancelled, ["A"])) == [UNKNOWN]
        with pytest.raises(NotFound):
            await seller.listings.feeds.look("7")
    assert availability(world, "A")[0]["quantity"] == 5


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize("effective", [0, 1, 3])
async def test_nothing_is_claimed_of_a_feed_that_amazon_gave_up(reported: bool, effective: int) -> None:
    switches = {"feed_fatal_after_messages": effective, "feed_fatal_with_report": reported}
    world = a_world_with(*SKUS, switches=switches)
    async with opened(world) as seller:
        fatal = await carried_out(world, seller, quantities(SKUS))
        assert (fatal.state, fatal.report is not None) == (FeedState.FATAL, reported)
        assert states(await seller.listings.feeds.results(fatal, SKUS)) == [UNKNOWN] * 3


async def test_a_feed_that_goes_on_has_no_results() -> None:
    world = a_world_with("A")
    async with opened(world) as seller:
        waiting = await seller.listings.feeds.look(await seller.listings.feeds.submit(US, quantities(("A",))))
        with pytest.raises(ValueError, match="has not ended"):
            await seller.listings.feeds.results(waiting, ["A"])


def issue(about: int | None = None, severity: str = "ERROR", **members: Any) -> dict[str, Any]:
    number = {} if about is None else {"messageId": about}
    return {"severity": severity, "code": "90220", "message": "Odd.", **number, **members}


def report(
    *issues: dict[str, Any],
    errors: int = 0,
    done: int = 3,
    accepted: int = 3,
    invalid: int | None = None,
    **header: str,
) -> Any:
    """A report whose summary says what a test wants, whatever its issues say."""
    summary = {"errors": errors, "warnings": 0, "messagesProcessed": done}
    counted = {
        "messagesAccepted": accepted,
        "messagesInvalid": done - accepted if invalid is None else invalid,
    }
    return {"header": header, "issues": list(issues), "summary": summary | counted}


async def told(content: Any, world: World | None = None) -> list[MessageResult]:
    """Return what the client makes of such a report about three messages; ``feedId`` is right unless given."""
    world = world or a_world_with(*SKUS, switches={"feed_report_compressed": False})
    async with opened(world) as seller:
        done = await carried_out(world, seller, quantities(SKUS))
    header = {"sellerId": "x", "version": "2.0", "feedId": done.id} | content["header"]
    effect = {"kind": "status", "status": 200, "text": json.dumps(content | {"header": header})}
    async with opened(world, faults=rules({"path": "^/feed-storage/", "effect": effect})) as seller:
        return await seller.listings.feeds.results(done, SKUS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (report(), [TAKEN] * 3),
        (report(issue(2), errors=1, accepted=2), [TAKEN, REFUSED, TAKEN]),
        (report(issue(2), issue(2), errors=2, accepted=2), [TAKEN, REFUSED, TAKEN]),
        (report(issue(2, "WARNING"), issue(2, "INFO")), [TAKEN] * 3),
        (report(issue(1, "WARNING"), issue(1), errors=1, accepted=2), [REFUSED, TAKEN, TAKEN]),
        (report(issue(None, "WARNING")), [TAKEN] * 3),
        (report(issue(2, sku="B"), errors=1, accepted=2), [TAKEN, REFUSED, TAKEN]),
    ],
)
async def test_silence_in_a_whole_report_is_success(content: Any, expected: list[MessageState]) -> None:
    assert states(await told(content)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (report(feedId="8"), [UNKNOWN] * 3),
        (report(issue(), errors=1), [UNKNOWN] * 3),
        (report(issue(), errors=1, done=0, accepted=0), [UNKNOWN] * 3),
        (report(issue(4), errors=1, accepted=2), [UNKNOWN] * 3),
        (report(issue(), issue(2), errors=2, accepted=2), [UNKNOWN, REFUSED, UNKNOWN]),
        (report(accepted=0), [UNKNOWN] * 3),
        (report(accepted=2), [UNKNOWN] * 3),
        (report(done=2, accepted=2), [UNKNOWN] * 3),
        (report(done=2, invalid=0), [UNKNOWN] * 3),
        (report(accepted=2, invalid=0), [UNKNOWN] * 3),
        (report(invalid=1), [UNKNOWN] * 3),
        (report(errors=1), [UNKNOWN] * 3),
        (report(issue(2), errors=1), [UNKNOWN, REFUSED, UNKNOWN]),
        (report(issue(2, "WARNING"), accepted=2), [UNKNOWN] * 3),
        (report(issue(2, sku="C"), errors=1, accepted=2), [UNKNOWN] * 3),
    ],
)
async def test_less_than_a_whole_report_proves_no_success(content: Any, expected: list[MessageState]) -> None:
    assert states(await told(content)) == expected


async def test_words_are_kept_with_warnings_and_hold_nothing_private_or_endless() -> None:
    first, second, third = await told(
        report(
            issue(1, "WARNING", message="Ask anna@example.com now."),
            issue(2, message="long " * 200),
            errors=1,
            accepted=2,
        )
    )
    assert first == MessageResult(TAKEN, "90220", "Ask [mail address] now.")
    assert second.state is REFUSED
    assert len(second.words) < 400
    assert third == MessageResult(TAKEN)


async def test_a_complaint_about_the_document_is_told_with_every_message() -> None:
    results = await told(report(issue(message="No JSON."), errors=1, done=0, accepted=0))
    assert results == [MessageResult(UNKNOWN, "90220", "No JSON.")] * 3
