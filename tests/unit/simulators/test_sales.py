"""The offered quantity lives: orders take from it, cancellations give back, overselling is on record."""

from datetime import timedelta
from typing import Any

import pytest

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.life import QuantityChange
from dockwire.simulators.amazon.selling import NotOffered, cancel_order, place_order
from dockwire.simulators.amazon.timestamps import timestamp
from tests.unit.simulators.caller import NA, START, Caller, a_world
from tests.unit.simulators.feeding import US
from tests.unit.simulators.listing import MUG


def offered(world: World, sku: str = MUG) -> int | None:
    world.catch_up()
    listing = world.listings.find(NA, US, sku)
    assert listing is not None
    return listing.offered()


def stocked(units: int) -> World:
    world = a_world()
    listing = world.listings.find(NA, US, MUG)
    assert listing is not None
    listing.offer(units)
    return world


def an_order(number: int, units: int, sku: str = MUG, **change: Any) -> dict[str, Any]:
    placed = timestamp(START + timedelta(seconds=number))
    return {
        "orderId": f"112-0000000-{number:07}",
        "createdTime": placed,
        "lastUpdatedTime": placed,
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": US},
        "fulfillment": {"fulfillmentStatus": "PENDING", "fulfilledBy": "MERCHANT"} | change,
        "orderItems": [{"orderItemId": "1", "quantityOrdered": units, "product": {"sellerSku": sku}}],
    }


async def test_a_placed_order_takes_its_units_and_can_be_read() -> None:
    world = stocked(5)
    order = place_order(world, NA, "US", MUG, 3)
    assert offered(world) == 2
    world.advance(121)
    (shown,) = await Caller(world).orders()
    assert shown["orderId"] == order.key
    assert [(item["product"]["sellerSku"], item["quantityOrdered"]) for item in shown["orderItems"]] == [
        (MUG, 3)
    ]


def test_more_than_is_offered_cannot_be_bought() -> None:
    world = stocked(5)
    place_order(world, NA, "US", MUG, 5)
    with pytest.raises(NotOffered, match="1 of 'MUG-BLUE-350' wanted in US, 0 offered"):
        place_order(world, NA, "US", MUG, 1)
    with pytest.raises(NotOffered, match="of its own"):
        place_order(world, NA, "US", "TOY-BOAT", 1)
    assert (len(world.orders), sum(sale.oversold for sale in world.sales)) == (1, 0)


def test_what_comes_in_beyond_the_offer_is_oversold_not_negative() -> None:
    world = stocked(5)
    world.load_orders([an_order(1, 4), an_order(2, 4), an_order(3, 4)])
    assert offered(world) == 0
    assert [(sale.units, sale.taken, sale.oversold) for sale in world.sales] == [
        (4, 4, 0),
        (4, 1, 3),
        (4, 0, 4),
    ]


def test_an_order_that_comes_in_again_takes_nothing_more() -> None:
    world = stocked(5)
    for _ in range(2):
        world.load_orders([an_order(1, 2)])
    assert offered(world) == 3


@pytest.mark.parametrize(
    "order",
    [
        an_order(-1, 2),
        an_order(1, 2, fulfilledBy="AMAZON"),
        an_order(1, 2, fulfillmentStatus="CANCELLED"),
        an_order(1, 2, "LEGACY-0001"),
    ],
)
def test_history_and_what_is_not_the_merchants_take_nothing(order: dict[str, Any]) -> None:
    world = stocked(5)
    world.load_orders([order])
    assert (offered(world), list(world.sales)) == (5, [])


def test_malformed_orders_take_nothing() -> None:
    world = stocked(5)
    odd = an_order(1, 1)
    odd["orderItems"] = [{"orderItemId": "1", "quantityOrdered": "2", "product": None}, None]
    nowhere = an_order(2, 1)
    nowhere["salesChannel"] = {"marketplaceId": "nowhere"}
    world.load_orders([odd, nowhere, {}], verbatim=True)
    assert (offered(world), list(world.sales)) == (5, [])


def test_seeded_orders_are_history() -> None:
    world = stocked(5)
    world.populate(200)
    assert (offered(world), list(world.sales)) == (5, [])


@pytest.mark.parametrize(("switch", "left"), [(True, 5), (False, 2)])
def test_cancelled_units_are_offered_again_or_not(switch: bool, left: int) -> None:
    world = stocked(5)
    world.switches.cancelled_units_return = switch
    order = place_order(world, NA, "US", MUG, 3)
    cancel_order(world, NA, order.key)
    assert offered(world) == left
    with pytest.raises(ValueError, match="cancelled already"):
        cancel_order(world, NA, order.key)
    with pytest.raises(ValueError, match="no order"):
        cancel_order(world, NA, "1")


def test_a_lowered_line_gives_back_the_difference_once() -> None:
    world = stocked(5)
    order = place_order(world, NA, "US", MUG, 4)
    change = QuantityChange(order.body["orderItems"][0]["orderItemId"], 1)
    world.let_happen(order, change, START, now=START)
    assert offered(world) == 4
    cancel_order(world, NA, order.key)
    assert offered(world) == 5


def test_what_was_oversold_is_not_given_back() -> None:
    world = stocked(1)
    order = world.load_orders([an_order(1, 3)])[0]
    order.body["orderItems"][0]["fulfillment"] = {"quantityFulfilled": 0, "quantityUnfulfilled": 3}
    cancel_order(world, NA, order.key)
    assert offered(world) == 1
    (sale,) = world.sales
    assert (sale.oversold, sale.returned) == (2, 1)


def test_the_same_seed_places_the_same_orders() -> None:
    one, two = (place_order(stocked(5), NA, "US", MUG, 1).body for _ in range(2))
    assert one == two
