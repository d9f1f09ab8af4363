"""The seeded orders: repeatable, mixed as promised, consistent in themselves, changing with time."""

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dockwire.simulators.amazon import World, catalogue
from dockwire.simulators.amazon.seeds import LINES, RECIPES, SERVICE_LEVELS, UNITS
from dockwire.simulators.amazon.timestamps import instant
from tests.unit.simulators.caller import NA, Caller, a_world

EVERYWHERE = [(code, 100) for code in ("US", "CA", "MX", "GB", "DE", "FR", "IT", "ES", "NL", "JP", "AU")]
Body = dict[str, Any]


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    world = a_world(seed=3)
    world.populate(1100, EVERYWHERE)
    return [order.body for order in world.orders]


def content(world: World) -> bytes:
    return json.dumps([order.body for order in world.orders]).encode()


def items(bodies: list[Body]) -> list[Body]:
    return [item for body in bodies for item in body["orderItems"]]


def test_the_same_seed_and_start_give_the_same_bytes_now_and_two_days_later() -> None:
    worlds = [a_world(seed) for seed in (1, 1, 2)]
    for world in worlds:
        world.populate(300)
    first, same, other = (content(world) for world in worlds)
    assert first == same
    assert first != other
    for world in worlds:
        world.advance(2 * 86400)
        world.catch_up()
    later, same, _ = (content(world) for world in worlds)
    assert first != later
    assert later == same


def test_orders_are_shared_in_proportion_and_none_is_lost() -> None:
    world = a_world()
    world.populate(300, [("US", 120), ("CA", 80), ("DE", 100)])
    channels = Counter(order.body["salesChannel"]["marketplaceName"] for order in world.orders)
    assert channels == {"Amazon.com": 120, "Amazon.ca": 80, "Amazon.de": 100}
    for count in (0, 1, 2, 7, 100):
        world = a_world()
        world.populate(count)
        assert len(world.orders) == count


def test_a_second_batch_adds_other_orders() -> None:
    world = a_world()
    world.populate(50)
    world.populate(50)
    assert len(world.orders) == 100


@pytest.mark.parametrize("connections", [[("XX", 1)], [("BR", 1)], [("US", 0)]])
def test_orders_nobody_could_receive_are_refused(connections: list[tuple[str, int]]) -> None:
    with pytest.raises(ValueError, match=r"marketplace|above zero"):
        a_world().populate(10, connections)


def test_the_tables_of_the_mix_add_up_to_a_hundred() -> None:
    assert sum(recipe.percent for recipe in RECIPES) == 100
    for table in (SERVICE_LEVELS, LINES, UNITS):
        assert sum(table.values()) == 100


def test_ids_are_unique_and_in_amazons_form(bodies: list[Body]) -> None:
    ids = [body["orderId"] for body in bodies]
    assert len(set(ids)) == 1100
    assert all([len(part) for part in order_id.split("-")] == [3, 7, 7] for order_id in ids)
    assert len({item["orderItemId"] for item in items(bodies)}) == len(items(bodies))


def test_statuses_are_mixed_as_the_table_says(bodies: list[Body]) -> None:
    counts = Counter(
        (body["fulfillment"]["fulfillmentStatus"], body["fulfillment"]["fulfilledBy"]) for body in bodies
    )
    assert counts == {
        ("UNSHIPPED", "MERCHANT"): 76 * 11,
        ("UNSHIPPED", "AMAZON"): 5 * 11,
        ("PENDING", "MERCHANT"): 8 * 11,
        ("PENDING_AVAILABILITY", "MERCHANT"): 11,
        ("PARTIALLY_SHIPPED", "MERCHANT"): 2 * 11,
        ("SHIPPED", "MERCHANT"): 6 * 11,
        ("SHIPPED", "AMAZON"): 2 * 11,
    }


PECULIAR: dict[str, Callable[[Body], object]] = {
    "Seller Fulfilled Prime": lambda b: "PRIME" in b.get("programs", []) and b["fulfillment"]["fulfilledBy"] == "MERCHANT",
    "Easy Ship": lambda b: "AMAZON_EASY_SHIP" in b.get("programs", []),
    "pickup": lambda b: "IN_STORE_PICK_UP" in b.get("programs", []),
    "Ship+": lambda b: "FBM_SHIP_PLUS" in b.get("programs", []),
    "business": lambda b: "AMAZON_BUSINESS" in b.get("programs", []) and b["buyer"]["buyerCompanyName"],
    "cancel request": lambda b: b["orderItems"][0].get("cancellation", {}).get("cancellationRequest"),
    "replacement": lambda b: b.get("associatedOrders") and Decimal(b["proceeds"]["grandTotal"]["amount"]) == 0,
    "several lines": lambda b: len(b["orderItems"]) > 1,
    "several units": lambda b: b["orderItems"][0]["quantityOrdered"] > 1,
    "gift": lambda b: b["orderItems"][0]["fulfillment"].get("packing"),
    "scheduled": lambda b: b["fulfillment"]["fulfillmentServiceLevel"] == "SCHEDULED" and b["orderItems"][0]["fulfillment"]["shipping"],
    "same day": lambda b: b["fulfillment"]["fulfillmentServiceLevel"] == "SAME_DAY",
    "label later": lambda b: "labelPrintingWindow" in b["fulfillment"],
    "no address": lambda b: "recipient" not in b,
    "no phone": lambda b: "recipient" in b and "phone" not in b["recipient"]["deliveryAddress"],
    "no city": lambda b: "recipient" in b and "city" not in b["recipient"]["deliveryAddress"],
    "long unicode street": lambda b: len(street := b.get("recipient", {}).get("deliveryAddress", {}).get("addressLine2", "")) > 60 and not street.isascii(),
    "blank strings": lambda b: b.get("recipient", {}).get("deliveryAddress", {}).get("municipality") == "",
    "no SKU": lambda b: any("sellerSku" not in item["product"] for item in b["orderItems"]),
    "discount": lambda b: b["orderItems"][0].get("promotion"),
    "milliseconds": lambda b: "." in b["lastUpdatedTime"],
    "whole seconds": lambda b: "." not in b["lastUpdatedTime"],
    "own number": lambda b: b.get("orderAliases"),
    "foreign script": lambda b: not b.get("recipient", {}).get("deliveryAddress", {}).get("addressLine1", "").isascii(),
    "tax by Amazon": lambda b: b["orderItems"][0].get("tax"),
    "points": lambda b: b["orderItems"][0].get("expense"),
    "fulfilment orders": lambda b: b.get("fulfillmentOrders"),
    "nothing paid": lambda b: "payment" not in b,
}  # fmt: skip


@pytest.mark.parametrize("peculiarity", PECULIAR)
def test_every_peculiarity_occurs_and_none_dominates(bodies: list[Body], peculiarity: str) -> None:
    share = sum(bool(PECULIAR[peculiarity](body)) for body in bodies) / len(bodies)
    assert 0.003 < share < 0.8


def test_a_few_skus_are_not_in_the_catalogue(bodies: list[Body]) -> None:
    known = {product.sku for product in catalogue()}
    unlisted = [item for item in items(bodies) if item["product"].get("sellerSku", "PAN-28") not in known]
    assert 0 < len(unlisted) < len(items(bodies)) / 20


def test_the_catalogue_has_awkward_skus_and_is_nobodys_to_change() -> None:
    skus = [product.sku for product in catalogue()]
    assert len(set(skus)) == len({product.asin for product in catalogue()}) == 40
    for awkward in ("/", " ", "+", "#", "%"):
        assert any(awkward in sku for sku in skus)
    assert any(not sku.isascii() for sku in skus)
    catalogue().clear()
    assert len(catalogue()) == 40


def test_amounts_add_up_in_the_digits_of_their_currency(bodies: list[Body]) -> None:
    for body in bodies:
        currency = body["proceeds"]["grandTotal"]["currencyCode"]
        totals = []
        for item in body["orderItems"]:
            parts = [Decimal(part["subtotal"]["amount"]) for part in item["proceeds"]["breakdowns"]]
            totals.append(Decimal(item["proceeds"]["proceedsTotal"]["amount"]))
            assert sum(parts) == totals[-1]
        amount = body["proceeds"]["grandTotal"]["amount"]
        assert sum(totals) == Decimal(amount)
        assert ("." in amount) == (currency != "JPY")


def test_every_marketplace_has_its_own_currency(bodies: list[Body]) -> None:
    found = {
        body["salesChannel"]["marketplaceName"]: body["proceeds"]["grandTotal"]["currencyCode"]
        for body in bodies
    }
    assert set(found.values()) == {"USD", "CAD", "MXN", "GBP", "EUR", "JPY", "AUD"}
    assert (found["Amazon.ca"], found["Amazon.co.jp"]) == ("CAD", "JPY")


def test_times_are_in_order_and_lie_in_the_two_days_before_the_start(bodies: list[Body]) -> None:
    start = a_world().clock.now()
    for body in bodies:
        created, updated = instant(body["createdTime"]), instant(body["lastUpdatedTime"])
        assert 300 <= (start - updated).total_seconds() <= (start - created).total_seconds() <= 2 * 86400
        window = body["fulfillment"]["shipByWindow"]
        assert instant(window["earliestDateTime"]) <= created <= instant(window["latestDateTime"])


def test_shipped_lines_have_packages_and_quantities_to_match(bodies: list[Body]) -> None:
    shipped = [
        body
        for body in bodies
        if body["fulfillment"]["fulfillmentStatus"].endswith("SHIPPED") and "packages" in body
    ]
    assert len(shipped) == (2 + 6) * 11
    for body in shipped:
        packed = {
            entry["orderItemId"]: entry["quantity"]
            for box in body["packages"]
            for entry in box["packageItems"]
        }
        for item in body["orderItems"]:
            assert item["fulfillment"]["quantityFulfilled"] == packed.get(item["orderItemId"], 0)
            left = item["fulfillment"]["quantityUnfulfilled"]
            assert left + item["fulfillment"]["quantityFulfilled"] == item["quantityOrdered"]
        open_units = sum(item["fulfillment"]["quantityUnfulfilled"] for item in body["orderItems"])
        assert (open_units > 0) == (body["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED")


def test_tax_and_points_are_where_amazon_deals_in_them(bodies: list[Body]) -> None:
    places = {
        member: {
            body["salesChannel"]["marketplaceName"] for body in bodies if member in body["orderItems"][0]
        }
        for member in ("tax", "expense")
    }
    assert places == {"tax": {"Amazon.com", "Amazon.ca", "Amazon.com.mx"}, "expense": {"Amazon.co.jp"}}
    easy = {"AMAZON_EASY_SHIP" in body.get("programs", []) for body in bodies if "fulfillmentOrders" in body}
    assert easy == {True}


async def test_changes_happen_at_their_moment_and_move_the_last_update() -> None:
    world = a_world()
    world.populate(200, [("US", 1)])
    caller = Caller(world)
    before = {order["orderId"]: order for order in await caller.orders(includedData="FULFILLMENT")}
    world.advance(86400)
    after = {
        order["orderId"]: order for order in await caller.orders(includedData="FULFILLMENT,CANCELLATION")
    }
    moves = Counter(
        (before[order_id]["fulfillment"]["fulfillmentStatus"], order["fulfillment"]["fulfillmentStatus"])
        for order_id, order in after.items()
        if before[order_id]["lastUpdatedTime"] != order["lastUpdatedTime"]
    )
    assert moves == {
        ("PENDING", "UNSHIPPED"): 12,
        ("PENDING", "CANCELLED"): 4,
        ("PENDING_AVAILABILITY", "UNSHIPPED"): 2,
        ("UNSHIPPED", "CANCELLED"): 6,
        # Cancel requests, corrected addresses and lowered quantities leave the status alone.
        ("UNSHIPPED", "UNSHIPPED"): 6 + 4 + 4 + 2,
        ("UNSHIPPED", "PARTIALLY_SHIPPED"): 2,
    }
    assert len(world.timeline) == 0


async def test_a_change_is_seen_only_once_the_clock_has_passed_it() -> None:
    world = a_world()
    world.populate(100, [("US", 1)])
    caller = Caller(world)
    changed: set[str] = set()
    last = world.clock.now()
    for _ in range(96):
        world.advance(900)
        for order in await caller.orders(lastUpdatedAfter="2026-11-02T08:56:00Z"):
            assert instant(order["lastUpdatedTime"]) <= world.clock.now()
            if order["orderId"] not in changed:
                assert instant(order["lastUpdatedTime"]) > last.replace(microsecond=0) - (
                    world.clock.now() - last
                )
                changed.add(order["orderId"])
        last = world.clock.now()
    assert len(changed) == 6 + 2 + 1 + 3 + 3 + 2 + 2 + 1 + 1


def after_a_day(predicate: Callable[[Body, Body], bool]) -> list[tuple[Body, Body]]:
    """Orders before and after a day, chosen by what has changed."""
    worlds = [a_world(), a_world()]
    for world in worlds:
        world.populate(200, [("US", 1)])
    worlds[1].advance(86400)
    worlds[1].catch_up()
    before, after = ({order.key: order.body for order in world.orders} for world in worlds)
    return [(before[key], after[key]) for key in before if predicate(before[key], after[key])]


def quantities(body: Body) -> list[int]:
    return [item["quantityOrdered"] for item in body["orderItems"]]


def test_lowered_quantities_lower_the_price_and_may_empty_a_line() -> None:
    pairs = after_a_day(lambda before, after: quantities(before) != quantities(after))
    assert len(pairs) == 6
    assert any(0 in quantities(after) for _, after in pairs)
    for before, after in pairs:
        assert sum(quantities(after)) < sum(quantities(before))
        assert Decimal(after["proceeds"]["grandTotal"]["amount"]) < Decimal(
            before["proceeds"]["grandTotal"]["amount"]
        )
        for item in after["orderItems"]:
            assert item["fulfillment"]["quantityUnfulfilled"] == item["quantityOrdered"]


def test_moved_buyers_have_a_new_street_in_the_same_town() -> None:
    pairs = after_a_day(lambda before, after: before.get("recipient") != after.get("recipient"))
    assert len(pairs) == 4
    for before, after in pairs:
        old, new = (body["recipient"]["deliveryAddress"] for body in (before, after))
        assert old["addressLine1"] != new["addressLine1"]
        assert old["city"] == new["city"]


def asked_to_cancel(body: Body) -> list[bool]:
    return [
        item.get("cancellation", {}).get("cancellationRequest", {}).get("requester") == "BUYER"
        for item in body["orderItems"]
    ]


def test_buyers_who_change_their_minds_ask_on_every_line_and_the_status_stays() -> None:
    pairs = after_a_day(
        lambda before, after: not any(asked_to_cancel(before)) and any(asked_to_cancel(after))
    )
    assert Counter(after["fulfillment"]["fulfillmentStatus"] for _, after in pairs) == {
        "UNSHIPPED": 6,
        "CANCELLED": 6,
    }
    for _, after in pairs:
        assert all(asked_to_cancel(after))
        assert after["orderItems"][0]["cancellation"]["cancellationRequest"]["cancelReason"]


def test_orders_sent_in_part_have_a_package_and_the_rest_open() -> None:
    pairs = after_a_day(
        lambda before, after: (
            before["fulfillment"]["fulfillmentStatus"] != after["fulfillment"]["fulfillmentStatus"]
            and after["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
        )
    )
    assert len(pairs) == 2
    for before, after in pairs:
        (box,), (first, *rest) = after["packages"], after["orderItems"]
        assert "packages" not in before
        assert box["shipTime"] == after["lastUpdatedTime"]
        assert box["packageItems"] == [
            {"orderItemId": first["orderItemId"], "quantity": first["quantityOrdered"]}
        ]
        assert (first["fulfillment"]["quantityUnfulfilled"], first["fulfillment"]["quantityFulfilled"]) == (
            0,
            first["quantityOrdered"],
        )
        assert rest == before["orderItems"][1:]


def test_cancelled_orders_say_who_cancelled_and_leave_nothing_to_ship() -> None:
    pairs = after_a_day(lambda _, after: after["fulfillment"]["fulfillmentStatus"] == "CANCELLED")
    assert Counter(
        after["orderItems"][0]["cancellation"]["cancellationExecution"]["cancelledBy"] for _, after in pairs
    ) == {"AMAZON": 4, "BUYER": 6}
    for item in items([after for _, after in pairs]):
        assert item["fulfillment"]["quantityUnfulfilled"] == 0


def test_orders_replaced_from_outside_are_left_alone_by_their_old_future() -> None:
    world = a_world()
    world.populate(100, [("US", 1)])
    replayed = [json.loads(json.dumps(order.body)) for order in world.orders]
    world.load_orders(replayed)
    world.advance(86400)
    world.catch_up()
    assert [order.body for order in world.orders] == replayed
    assert world.orders.find(NA, replayed[0]["orderId"]) is not None
