"""The life of a feed in the world's time: queue, messages one by one, and the ways it can end."""

from datetime import timedelta
from typing import Any

import pytest

from dockwire.simulators.amazon.life import Cancellation, Planned
from dockwire.simulators.amazon.switches import Switches
from tests.unit.simulators.caller import EU, START, Caller
from tests.unit.simulators.feeding import DE, envelope, feed, report, shipment, state, submit
from tests.unit.simulators.shipments import a_world_to_ship_from, only

TRACKINGS = [f"1Z999AA1012345678{number}" for number in range(4)]


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world_to_ship_from())


def content(caller: Caller, units: int = 3) -> str:
    """One message for each unit of line 1."""
    key = only(caller.world).key
    return envelope(*(shipment(n + 1, key, TRACKINGS[n], i1=1) for n in range(units)))


async def fulfilled(caller: Caller) -> int:
    """Units of line 1 that the order shows as sent."""
    order = await caller.order(only(caller.world).key, data="FULFILLMENT")
    return int(order["orderItems"][0]["fulfillment"]["quantityFulfilled"])


async def seen(caller: Caller, feed_id: str) -> dict[str, Any]:
    feeds = (await caller.control("state")).json()["feeds"]
    shown: dict[str, Any] = next(each for each in feeds if each["feedId"] == feed_id)
    return shown


async def test_each_message_has_its_effect_at_its_own_time(caller: Caller) -> None:
    caller.world.switches = Switches(
        feed_queue_seconds=10, feed_seconds_per_message=5, feed_processing_seconds=20
    )
    feed_id = await submit(caller, content(caller))
    for seconds, units, status in [
        (9, 0, "IN_QUEUE"), (1, 0, "IN_PROGRESS"), (4, 0, "IN_PROGRESS"), (1, 1, "IN_PROGRESS"),
        (5, 2, "IN_PROGRESS"), (5, 3, "IN_PROGRESS"), (19, 3, "IN_PROGRESS"), (1, 3, "DONE"),
    ]:  # fmt: skip
        caller.world.advance(seconds)
        assert (await state(caller, feed_id), await fulfilled(caller)) == (status, units)
    order = await caller.order(only(caller.world).key)
    assert order["lastUpdatedTime"] == "2026-11-02T09:00:25Z"


async def test_a_feed_looks_the_same_however_seldom_one_looks(caller: Caller) -> None:
    other = Caller(a_world_to_ship_from())
    for each in (caller, other):
        each.world.switches = Switches(feed_seconds_per_message=5, confirmation_delay_seconds=7)
        feed_id = await submit(each, content(each))
    for _ in range(600):
        caller.world.advance(1)
        caller.world.catch_up()
    other.world.advance(600)
    assert await feed(caller, feed_id) == await feed(other, feed_id)
    assert only(caller.world).body == only(other.world).body


async def test_what_happens_to_an_order_while_its_feed_waits_comes_first(caller: Caller) -> None:
    order = only(caller.world)
    for minute in (2, 4):
        change = Cancellation("BUYER", "NO_LONGER_NEEDED")
        caller.world.timeline.plan(order.seller_id, order.key, Planned(START.replace(minute=minute), change))
    caller.world.switches = Switches(feed_queue_seconds=180)
    feed_id = await submit(caller, content(caller))
    caller.world.advance(3600)
    counts, results = await report(caller, feed_id)
    assert (counts, [result["ResultMessageCode"] for result in results]) == ([3, 0, 3, 0], ["18021"] * 3)


async def test_what_would_happen_to_an_order_after_its_feed_comes_too_late(caller: Caller) -> None:
    order = only(caller.world)
    change = Planned(START + timedelta(seconds=61), Cancellation("BUYER", "NO_LONGER_NEEDED"))
    caller.world.timeline.plan(order.seller_id, order.key, change)
    feed_id = await submit(caller, content(caller))
    caller.world.advance(3600)
    assert await report(caller, feed_id) == ([3, 3, 0, 0], [])


@pytest.mark.parametrize(("after", "units"), [(0, 0), (2, 2), (3, 3), (99, 3)])
async def test_a_feed_may_end_fatal_with_part_of_its_effect_and_no_report(
    caller: Caller, after: int, units: int
) -> None:
    caller.world.switches = Switches(feed_fatal_after_messages=after)
    feed_id = await submit(caller, content(caller))
    caller.world.advance(180)
    ended = await feed(caller, feed_id)
    assert (ended["processingStatus"], await fulfilled(caller)) == ("FATAL", units)
    assert ended["processingEndTime"] == "2026-11-02T09:01:00Z"
    assert "resultFeedDocumentId" not in ended
    told = await seen(caller, feed_id)
    assert (told["messages"], told["processed"]) == (3, units)


async def test_a_fatal_feed_may_report_what_it_did(caller: Caller) -> None:
    caller.world.switches = Switches(feed_fatal_after_messages=2, feed_fatal_with_report=True)
    feed_id = await submit(caller, content(caller))
    caller.world.advance(180)
    assert await state(caller, feed_id) == "FATAL"
    assert await report(caller, feed_id) == ([2, 2, 0, 0], [])


async def test_a_stuck_feed_blocks_the_later_ones_of_its_seller_and_type_only(caller: Caller) -> None:
    world = caller.world
    world.switches = Switches(feed_stuck_after_messages=1)
    stuck = await submit(caller, content(caller))
    world.advance(60)
    world.catch_up()
    world.switches = Switches()
    later = await submit(caller, content(caller))
    of_another_type = await submit(caller, None, feedType="POST_PRODUCT_DATA")
    of_another_seller = await submit(Caller(world, seller=EU), None, marketplaceIds=[DE])
    world.advance(5 * 86_400)
    assert [await state(caller, each) for each in (stuck, later, of_another_type)] == [
        "IN_PROGRESS", "IN_QUEUE", "FATAL"
    ]  # fmt: skip
    assert await state(Caller(world, seller=EU), of_another_seller) == "FATAL"
    assert await fulfilled(caller) == 1
    assert (await caller.call("DELETE", f"/feeds/2021-06-30/feeds/{stuck}")).status_code == 400
    assert (await caller.call("DELETE", f"/feeds/2021-06-30/feeds/{later}")).status_code == 200


async def test_feeds_of_one_type_are_processed_one_after_another(caller: Caller) -> None:
    first, second, third = [await submit(caller, content(caller, 1)) for _ in range(3)]
    assert (await caller.call("DELETE", f"/feeds/2021-06-30/feeds/{second}")).status_code == 200
    caller.world.advance(61)
    assert [await state(caller, each) for each in (first, third)] == ["IN_PROGRESS", "IN_QUEUE"]
    caller.world.advance(600)
    ended = await feed(caller, third)
    assert (ended["processingStartTime"], ended["processingEndTime"]) == (
        "2026-11-02T09:03:00Z",
        "2026-11-02T09:05:00Z",
    )


async def test_a_feed_keeps_the_switches_it_began_with(caller: Caller) -> None:
    caller.world.switches = Switches(feed_seconds_per_message=10)
    feed_id = await submit(caller, content(caller))
    caller.world.advance(71)
    assert await fulfilled(caller) == 1
    caller.world.switches.feed_stuck_after_messages = 2
    await caller.control("switches", {"feed_fatal_after_messages": 2, "feed_seconds_per_message": 90})
    caller.world.advance(139)
    assert await report(caller, feed_id) == ([3, 3, 0, 0], [])


async def test_a_feed_waits_its_own_time_though_the_one_before_it_has_ended(caller: Caller) -> None:
    caller.world.switches = Switches(feed_processing_seconds=10)
    first = await submit(caller, content(caller, 1))
    caller.world.advance(65)
    second = await submit(caller, content(caller, 1))
    caller.world.advance(59)
    assert [await state(caller, each) for each in (first, second)] == ["DONE", "IN_QUEUE"]
    caller.world.advance(1)
    assert await state(caller, second) == "IN_PROGRESS"
