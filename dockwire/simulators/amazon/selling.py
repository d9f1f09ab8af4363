"""Buyers at work: orders against the offered quantity, and cancellations."""

from decimal import Decimal
from typing import Literal

from dockwire.simulators.amazon.bookkeeping import keep_books
from dockwire.simulators.amazon.catalogue import Product, catalogue
from dockwire.simulators.amazon.drafts import Draft, write_order
from dockwire.simulators.amazon.life import Cancellation, may_happen
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.marketplaces import marketplace
from dockwire.simulators.amazon.orders import Order
from dockwire.simulators.amazon.world import World

Placed = Literal["PENDING", "UNSHIPPED"]
"""How a new order begins: with its payment still to come, or paid."""

_USUAL_PRICE = Decimal("10.00")


class NotOffered(ValueError):
    """The merchant does not offer so many units; the message says how many it does."""


def place_order(
    world: World, seller_id: str, code: str, sku: str, units: int, *, status: Placed = "UNSHIPPED"
) -> Order:
    """Let a buyer order ``units`` of one SKU now, as Amazon's site would: only what is offered.

    Raises:
        NotOffered: the merchant offers fewer units, or does not offer the SKU in this marketplace.
        ValueError: the marketplace is unknown, or ``units`` is below one.
    """
    world.catch_up()
    place, now = marketplace(code), world.clock.now()
    if units < 1:
        raise ValueError("an order is for at least one unit")
    listing = world.listings.find(seller_id, place.id, sku)
    offered = listing.offered() if listing is not None else None
    if listing is None or offered is None:
        raise NotOffered(f"seller {seller_id} offers no {sku!r} of its own in {code}")
    if offered < units:
        raise NotOffered(f"{units} of {sku!r} wanted in {code}, {offered} offered")
    draft = Draft(place, now, now, status, "MERCHANT", "STANDARD", ())
    body = write_order(world.buyers, draft, [(_product(listing), units)])
    keep_books(body, place)
    order = Order(body["orderId"], seller_id, place.id, body, now, now)
    world.take_order(order)
    return order


def cancel_order(world: World, seller_id: str, order_id: str, *, by: str = "BUYER") -> None:
    """Cancel an order now; ``by`` is BUYER, MERCHANT or AMAZON.

    Raises:
        ValueError: there is no such order, or it has left or is cancelled already.
    """
    world.catch_up()
    order, change = world.orders.find(seller_id, order_id), Cancellation(by, "NO_LONGER_NEEDED")
    if order is None:
        raise ValueError(f"seller {seller_id} has no order {order_id!r}")
    if not may_happen(change, world.settled(order)):
        raise ValueError(f"order {order_id} has left or is cancelled already")
    world.let_happen(order, change, world.clock.now(), now=world.clock.now())


def _product(listing: Listing) -> Product:
    known = next((each for each in catalogue() if each.sku == listing.sku), None)
    return known or Product(listing.sku, listing.sku, listing.asin or "", _USUAL_PRICE)
