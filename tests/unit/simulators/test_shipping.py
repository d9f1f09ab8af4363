"""A confirmed package moves its order: units, status, update time, packages; and its rules by state."""

import copy
from typing import Any

import httpx
import pytest

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.life import Cancellation, CancellationRequest, Planned, QuantityChange
from dockwire.simulators.amazon.shipping import ALREADY_FULFILLED, CANCELLED, WRONG_ITEMS
from dockwire.simulators.amazon.switches import Switches
from tests.unit.simulators.caller import START, Caller
from tests.unit.simulators.shipments import (
    GOOD,
    a_world_to_ship_from,
    an_open_order,
    changed,
    confirm,
    only,
    package,
    refusal,
)


@pytest.fixture
def world() -> World:
    return a_world_to_ship_from()


async def shown(world: World) -> dict[str, Any]:
    return await Caller(world).order(only(world).key)


def units(order: dict[str, Any]) -> list[tuple[int, int]]:
    """Sent and open units of each line."""
    counted = (item["fulfillment"] for item in order["orderItems"])
    return [(each["quantityFulfilled"], each["quantityUnfulfilled"]) for each in counted]


def status(order: dict[str, Any]) -> str:
    return str(order["fulfillment"]["fulfillmentStatus"])


async def sent(world: World, **units: int) -> httpx.Response:
    answer = await confirm(world, package("17", "1Z999AA10123456784", **units))
    assert answer.status_code == 204, answer.text
    return answer


async def test_a_part_then_the_rest_moves_units_status_time_and_packages(world: World) -> None:
    world.advance(60)
    await confirm(world)
    part = await shown(world)
    assert (status(part), units(part)) == ("PARTIALLY_SHIPPED", [(1, 2), (0, 1)])
    assert part["lastUpdatedTime"] == "2026-11-02T09:01:00Z"
    assert part["packages"] == [
        {
            "packageReferenceId": "17",
            "createdTime": "2026-11-02T09:01:00Z",
            "packageStatus": {"status": "SHIPPED"},
            "carrier": "UPS",
            "shipTime": "2026-11-02T08:00:00Z",
            "shippingService": "Ground",
            "trackingNumber": "1Z999AA10123456784",
            "packageItems": [{"orderItemId": "1", "quantity": 1}],
        }
    ]
    world.advance(60)
    assert (await confirm(world, package("18", i1=2, i2=1))).status_code == 204
    whole = await shown(world)
    assert (status(whole), units(whole)) == ("SHIPPED", [(3, 0), (1, 0)])
    assert whole["lastUpdatedTime"] == "2026-11-02T09:02:00Z"
    assert [each["packageReferenceId"] for each in whole["packages"]] == ["17", "18"]


async def test_packages_come_only_with_their_dataset_and_searches_find_the_new_status(world: World) -> None:
    await sent(world, i1=3, i2=1)
    caller = Caller(world)
    assert "packages" not in await caller.order(only(world).key, data="FULFILLMENT")
    world.advance(121)
    since = {"lastUpdatedAfter": "2026-11-02T09:00:00Z", "fulfillmentStatuses": "SHIPPED"}
    (found,) = await caller.orders(includedData="PACKAGES", **since)
    assert found["packages"][0]["packageItems"] == GOOD_ITEMS


GOOD_ITEMS = [{"orderItemId": "1", "quantity": 3}, {"orderItemId": "2", "quantity": 1}]


async def test_ship_times_are_shown_in_utc_and_a_service_only_if_named(world: World) -> None:
    body = changed("shipDate", "2026-11-02T01:00:00-08:00")
    del body["packageDetail"]["shippingMethod"]
    await confirm(world, body)
    (known,) = (await shown(world))["packages"]
    assert known["shipTime"] == "2026-11-02T09:00:00Z"
    assert "shippingService" not in known


async def test_the_same_reference_again_edits_the_package_even_of_a_shipped_order(world: World) -> None:
    await sent(world, i1=3, i2=1)
    world.advance(60)
    assert (await confirm(world, package(tracking="1ZCORRECTED", i1=3, i2=1))).status_code == 204
    order = await shown(world)
    (known,) = order["packages"]
    assert (known["trackingNumber"], known["createdTime"]) == ("1ZCORRECTED", "2026-11-02T09:00:00Z")
    assert (status(order), units(order)) == ("SHIPPED", [(3, 0), (1, 0)])
    assert order["lastUpdatedTime"] == "2026-11-02T09:01:00Z"


async def test_an_edit_may_change_quantities_within_what_was_open_before_the_package(world: World) -> None:
    await sent(world, i1=3, i2=1)
    await sent(world, i1=1)
    order = await shown(world)
    assert (status(order), units(order)) == ("PARTIALLY_SHIPPED", [(1, 2), (0, 1)])
    assert "more than is open of OrderItemId 1" in refusal(await confirm(world, package(i1=4)))
    await sent(world, i1=3, i2=1)
    order = await shown(world)
    assert (status(order), units(order)) == ("SHIPPED", [(3, 0), (1, 0)])
    assert len(order["packages"]) == 1


async def test_more_than_is_open_is_refused_however_it_is_written(world: World) -> None:
    await sent(world, i1=2)
    assert "of OrderItemId 1" in refusal(await confirm(world, package("18", i1=2)))
    twice = package("18")
    twice["packageDetail"]["orderItems"] = [{"orderItemId": "1", "quantity": 1}] * 2
    assert "of OrderItemId 1" in refusal(await confirm(world, twice))
    assert units(await shown(world)) == [(2, 1), (0, 1)]
    assert len(world.confirmations) == 1


async def test_another_package_of_a_shipped_order_is_refused_in_amazons_words(world: World) -> None:
    await sent(world, i1=3, i2=1)
    words = refusal(await confirm(world, package("18", i1=1)))
    assert ALREADY_FULFILLED in words
    assert "errorMetric=PackageToUpdateNotFound" in words


async def test_a_cancelled_order_is_refused_in_amazons_words(world: World) -> None:
    Cancellation("BUYER", "NO_LONGER_NEEDED").apply(only(world).body)
    assert refusal(await confirm(world)).startswith(CANCELLED)


async def test_an_order_whose_buyer_has_only_asked_to_cancel_is_shipped(world: World) -> None:
    CancellationRequest("NO_LONGER_NEEDED").apply(only(world).body)
    assert (await confirm(world)).status_code == 204


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("fulfillmentStatus", "PENDING", "PENDING"),
        ("fulfillmentStatus", "PENDING_AVAILABILITY", "PENDING_AVAILABILITY"),
        ("fulfillmentStatus", "UNFULFILLABLE", "UNFULFILLABLE"),
        ("fulfilledBy", "AMAZON", "fulfilled by Amazon"),
    ],
)
async def test_orders_that_are_not_the_sellers_to_ship_are_refused(
    world: World, member: str, value: str, words: str
) -> None:
    only(world).body["fulfillment"][member] = value
    assert words in refusal(await confirm(world))
    assert "packages" not in only(world).body


async def test_ship_plus_orders_are_refused(world: World) -> None:
    only(world).body["programs"] = ["PRIME", "FBM_SHIP_PLUS"]
    assert "FBM_SHIP_PLUS" in refusal(await confirm(world))


async def test_an_order_id_without_its_dashes_is_called_a_wrong_item_as_users_report(world: World) -> None:
    path = f"/orders/v0/orders/{only(world).key.replace('-', '')}/shipmentConfirmation"
    answer = await Caller(world).call("POST", path, json=GOOD)
    assert refusal(answer).startswith(WRONG_ITEMS)


async def test_edits_can_be_limited(world: World) -> None:
    world.switches = Switches(most_package_edits=1)
    await sent(world, i1=1)
    await sent(world, i1=2)
    assert "InvalidPackageVersion" in refusal(await confirm(world, package(i1=3)))
    assert (await confirm(world, package("18", i1=1))).status_code == 204
    assert units(await shown(world)) == [(3, 0), (0, 1)]


async def test_a_shipment_still_on_its_way_counts_after_an_earlier_one_is_shown(world: World) -> None:
    world.switches = Switches(confirmation_delay_seconds=300)
    await sent(world, i1=1)
    world.advance(60)
    assert (await confirm(world, package("18", i1=2))).status_code == 204
    world.advance(240)
    assert units(await shown(world)) == [(1, 2), (0, 1)]
    assert "of OrderItemId 1" in refusal(await confirm(world, package("19", i1=1)))


@pytest.mark.parametrize("change", [{"fulfillment": None}, {"programs": None}])
async def test_a_malformed_order_can_still_be_confirmed(world: World, change: dict[str, Any]) -> None:
    bad = copy.deepcopy(only(world).body) | {"orderId": "112-5555555-5555556"} | change
    bad["packages"] = [{"packageReferenceId": "17", "packageItems": [1, {"orderItemId": 1}]}]
    world.load_orders([bad], verbatim=True)
    await sent(world, i1=1)
    assert only(world).body["packages"][0]["packageItems"] == [{"orderItemId": "1", "quantity": 1}]


async def test_an_order_may_show_a_shipment_later_while_its_rules_hold_at_once(world: World) -> None:
    world.switches = Switches(confirmation_delay_seconds=300)
    before = await shown(world)
    await sent(world, i1=3)
    world.advance(60)
    assert "of OrderItemId 1" in refusal(await confirm(world, package("18", i1=1)))
    assert (await confirm(world, package("18", i2=1))).status_code == 204
    assert ALREADY_FULFILLED in refusal(await confirm(world, package("19", i2=1)))
    world.advance(239)
    assert await shown(world) == before
    world.advance(1)
    part = await shown(world)
    assert (status(part), part["lastUpdatedTime"]) == ("PARTIALLY_SHIPPED", "2026-11-02T09:05:00Z")
    world.advance(3600)
    whole = await shown(world)
    assert (status(whole), whole["lastUpdatedTime"]) == ("SHIPPED", "2026-11-02T09:06:00Z")
    assert units(whole) == [(3, 0), (1, 0)]


@pytest.mark.parametrize("delay", [0, 300])
@pytest.mark.parametrize(
    "change",
    [
        Cancellation("BUYER", "NO_LONGER_NEEDED"),
        CancellationRequest("NO_LONGER_NEEDED"),
        QuantityChange("1", 1),
    ],
)
async def test_what_buyers_planned_comes_too_late_once_something_has_left(
    world: World, delay: float, change: Any
) -> None:
    world.switches = Switches(confirmation_delay_seconds=delay)
    order = only(world)
    world.timeline.plan(order.seller_id, order.key, Planned(START.replace(minute=2), change))
    await sent(world, i1=1)
    world.advance(600)
    after = await shown(world)
    assert (status(after), units(after)) == ("PARTIALLY_SHIPPED", [(1, 2), (0, 1)])
    assert not any("cancellation" in item for item in after["orderItems"])


async def test_no_seeded_future_breaks_an_order_that_was_shipped() -> None:
    world = a_world_to_ship_from(seed=3)
    world.populate(100, [("US", 1)])
    caller = Caller(world)
    for order in list(world.orders):
        items = [
            {
                "orderItemId": item["orderItemId"],
                "quantity": max(1, item["fulfillment"]["quantityUnfulfilled"]),
            }
            for item in order.body["orderItems"][:1]
        ]
        body = copy.deepcopy(GOOD)
        body["packageDetail"]["orderItems"] = items
        path = f"/orders/v0/orders/{order.key}/shipmentConfirmation"
        assert (await caller.call("POST", path, json=body)).status_code in {204, 400}
    assert len(world.confirmations) > 50
    world.advance(2 * 86400)
    for found in await caller.orders(includedData="FULFILLMENT,PACKAGES"):
        assert all(done >= 0 <= left for done, left in units(found))
        if status(found) in {"PARTIALLY_SHIPPED", "SHIPPED"}:
            open_units = sum(left for _, left in units(found))
            assert (open_units > 0) == (status(found) == "PARTIALLY_SHIPPED")
    confirmed = {confirmation.order_id for confirmation in world.confirmations}
    kept = [order for order in world.orders if order.key in confirmed]
    assert all(order.body["packages"][-1:] and status(order.body) != "CANCELLED" for order in kept)


async def test_a_replayed_order_without_fulfilment_data_moves_too(world: World) -> None:
    bare = copy.deepcopy(only(world).body)
    for holder in (bare, *bare["orderItems"]):
        holder.pop("fulfillment")
    bare["orderId"] = "112-5555555-5555555"
    world.load_orders([bare])
    await sent(world, i1=3)
    order = await shown(world)
    assert (status(order), units(order)) == ("PARTIALLY_SHIPPED", [(3, 0), (0, 1)])


@pytest.mark.parametrize("items", [None, "x", [1], [{"orderItemId": 1}]])
async def test_a_malformed_order_has_no_items_to_confirm(world: World, items: Any) -> None:
    bad = copy.deepcopy(only(world).body) | {"orderId": "112-5555555-5555556", "orderItems": items}
    world.load_orders([bad], verbatim=True)
    assert refusal(await confirm(world)).startswith(WRONG_ITEMS)


async def test_a_reset_forgets_edits_and_shipments_on_their_way(world: World) -> None:
    world.switches = Switches(confirmation_delay_seconds=60, most_package_edits=0)
    await sent(world, i1=1)
    world.reset()
    an_open_order(world)
    world.advance(120)
    assert status(await shown(world)) == "UNSHIPPED"
    await sent(world, i1=1)
