"""Parcels for the client's feeds: orders that wait at the simulated Amazon, and what ships them."""

import dataclasses
from typing import Any

from dockwire.amazon import AmazonAccount
from dockwire.model.feed import Feed, MessageResult, MessageState
from dockwire.model.ids import AmazonItemId, AmazonOrderId
from dockwire.model.order import Order, SentPackage
from dockwire.model.parcel import Parcel, ParcelItem
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.switches import Switches
from tests.builders import NOW
from tests.unit.amazon.accounts import a_world
from tests.unit.simulators.shipments import an_open_order

TRACKING = "1Z999AA10123456784"
Sent = list[tuple[Order, Parcel]]


def a_world_with_orders(count: int, **switches: Any) -> World:
    """Return a world with so many open orders of three units of line 1 and one of line 2."""
    world = a_world(switches=Switches(**switches))
    for _ in range(count):
        an_open_order(world)
    return world


def parcel(number: int = 1, **overrides: Any) -> Parcel:
    """Return a parcel of one unit of line 1, by UPS."""
    fields: dict[str, Any] = {
        "reference": f"17{number:04}",
        "carrier_code": "UPS",
        "carrier_name": "",
        "service": "Ground",
        "tracking": TRACKING,
        "shipped": NOW,
        "items": (item("1", 1),),
    }
    return Parcel(**fields | overrides)


def item(item_id: str, quantity: int) -> ParcelItem:
    return ParcelItem(AmazonItemId(item_id), quantity)


async def orders_of(world: World, seller: AmazonAccount) -> list[Order]:
    """Read the open orders that :func:`a_world_with_orders` made."""
    keys = [
        known.key
        for known in world.orders
        if [line["orderItemId"] for line in known.body["orderItems"]] == ["1", "2"]
    ]
    found = [await seller.get_order(AmazonOrderId(key)) for key in keys]
    return [order for order in found if isinstance(order, Order)]


async def a_parcel_each(world: World, seller: AmazonAccount) -> Sent:
    """Return a parcel of every open order, the first ones first."""
    orders = await orders_of(world, seller)
    return [(order, parcel(number)) for number, order in enumerate(orders, 1)]


def with_tracking(sent: Sent, tracking: str) -> Sent:
    """Return the same parcels with another tracking number."""
    return [(order, dataclasses.replace(known, tracking=tracking)) for order, known in sent]


def order_ids(sent: Sent) -> list[AmazonOrderId]:
    return [order.order_id for order, _ in sent]


async def processed(world: World, seller: AmazonAccount, sent: Sent) -> Feed:
    """Submit parcels and let Amazon finish."""
    feed_id = await seller.feeds.submit(sent)
    world.advance(180)
    return await seller.feeds.look(feed_id)


async def shipped(seller: AmazonAccount, sent: Sent) -> list[tuple[SentPackage, ...]]:
    """Read the packages of every parcel's order back."""
    orders = [await seller.get_order(order_id) for order_id in order_ids(sent)]
    return [order.packages for order in orders if isinstance(order, Order)]


def states(results: list[MessageResult]) -> list[MessageState]:
    return [result.state for result in results]
