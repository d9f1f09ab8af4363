"""What Amazon is told about a closed warehouse order: its parcels, in Amazon's units.

One package of the warehouse is one parcel with a reference of its own that never changes, so that
sending it again edits it. Quantities are those of the packages; an order that was packed without
noting contents is one parcel with everything in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dockwire.decisions.carriers import OTHER, amazon_carrier, same_tracking
from dockwire.decisions.packed import units_packed
from dockwire.errors import Fixer
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonItemId
from dockwire.model.order import FulfilledBy, Order, OrderStatus, Program, SentPackage
from dockwire.model.parcel import Parcel, ParcelItem, ParcelState
from dockwire.model.record import Problem
from dockwire.model.shipping import ShipLine, ShipOrder, ShippedPackage

_PACKAGE, _ORDER = "1", "2"
"""First digits of references: packages and whole orders are numbered apart in the warehouse."""


def parcels_of(order: ShipOrder, connection: Connection, *, closed: datetime) -> list[Parcel | Problem]:
    """Return the order's parcels, or the problem that keeps it from having any.

    ``closed`` stands in where the warehouse does not say when the order was closed.
    """
    lines = [line for line in order.lines if line.item_id]
    if not lines:
        return [Problem("no_amazon_lines", "No line of the warehouse order comes from Amazon.", Fixer.CLERK)]
    shipped = order.closed or closed
    packed = [package for package in order.packages if package.contents]
    if not packed:
        return [_whole(order, connection, shipped)]
    parcels: list[Parcel | Problem] = []
    for package in packed:
        parcels += _parcel(order, package, lines, connection, shipped)
    if (left := _left(order, packed)) and order.tracking:
        parcels.append(
            _made(order, connection, f"{_ORDER}{order.placed.order_id}", order.tracking, left, shipped)
        )
    elif left:
        parcels.append(
            Problem(
                "packed_in_part",
                f"{sum(left.values())} units are in no package, and the order has no tracking number for them.",
                Fixer.CLERK,
            )
        )
    return parcels


def _whole(order: ShipOrder, connection: Connection, shipped: datetime) -> Parcel | Problem:
    tracking = order.tracking or next(
        (package.tracking for package in order.packages if package.tracking), ""
    )
    if not tracking:
        return _no_tracking(f"Warehouse order {order.placed.order_id}")
    items: Counter[AmazonItemId] = Counter()
    for line in order.lines:
        if line.item_id:
            items[line.item_id] += _units(line.quantity)
    return _made(order, connection, f"{_ORDER}{order.placed.order_id}", tracking, items, shipped)


def _parcel(
    order: ShipOrder,
    package: ShippedPackage,
    lines: Sequence[ShipLine],
    connection: Connection,
    shipped: datetime,
) -> Iterator[Parcel | Problem]:
    inside = {content.line_id for content in package.contents}
    items: Counter[AmazonItemId] = Counter()
    for line in lines:
        units = units_packed(line, package.contents)
        if units is None:
            yield _kit_in_parts(line, package, order)
            return
        if line.item_id and line.line_id in inside:
            items[line.item_id] += units
    if not items:
        return  # a package of things the buyer did not order, such as a brochure
    tracking = package.tracking or (order.tracking if len(order.packages) == 1 else "")
    if tracking:
        yield _made(order, connection, f"{_PACKAGE}{package.package_id}", tracking, items, shipped)
    else:
        yield _no_tracking(f"Package {package.package_id} of warehouse order {order.placed.order_id}")


def _made(
    order: ShipOrder,
    connection: Connection,
    reference: str,
    tracking: str,
    items: Mapping[AmazonItemId, int],
    shipped: datetime,
) -> Parcel:
    routing = order.routing
    carrier = amazon_carrier(routing.carrier, routing.scac, own=connection.carrier_codes)
    return Parcel(
        reference=reference,
        carrier_code=carrier.code,
        carrier_name=carrier.name,
        service=routing.service,
        tracking=tracking.strip(),
        shipped=shipped,
        items=tuple(ParcelItem(item_id, quantity) for item_id, quantity in sorted(items.items())),
    )


def _left(order: ShipOrder, packed: Iterable[ShippedPackage]) -> Counter[AmazonItemId]:
    """Return the units of Amazon's lines that are in no package."""
    contents = [content for package in packed for content in package.contents]
    left: Counter[AmazonItemId] = Counter()
    for line in order.lines:
        inside = units_packed(line, contents)
        if line.item_id and inside is not None and (missing := _units(line.quantity) - inside) > 0:
            left[line.item_id] += missing
    return left


def _units(quantity: Decimal) -> int:
    """Amazon counts whole units; part of one was not shipped as one."""
    return int(quantity)


def _kit_in_parts(line: ShipLine, package: ShippedPackage, order: ShipOrder) -> Problem:
    return Problem(
        "kit_packed_by_parts",
        f"Package {package.package_id} of warehouse order {order.placed.order_id} holds parts of the kit "
        f"{line.sku} that make up no whole kits; pack whole kits together, or confirm it in Seller Central.",
        Fixer.CLERK,
    )


def _no_tracking(what: str) -> Problem:
    return Problem(
        "tracking_missing",
        f"{what} has no tracking number; reopen it, enter the number and close it again.",
        Fixer.CLERK,
    )


@dataclass(frozen=True, slots=True)
class Send:
    """Tell Amazon."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Amazon need not or cannot be told: record this state instead."""

    state: ParcelState
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Amazon's order says shipped: look at its packages before anything is sent."""


def decide_parcel(parcel: Parcel, order: Order, *, corrects: bool) -> Send | Settle | Look:
    """Return what to do about a parcel, given Amazon's order as the ledger knows it.

    ``corrects`` says that Amazon took this parcel with other content before.
    """
    if (known := _known_to_amazon(order)) is not None:
        return Settle(ParcelState.NOT_NEEDED, known)
    if (wrong := _wrong(parcel, order)) is not None:
        return Settle(ParcelState.REFUSED, wrong)
    return Look() if order.status is OrderStatus.SHIPPED and not corrects else Send()


def _known_to_amazon(order: Order) -> Problem | None:
    if order.fulfilled_by is FulfilledBy.AMAZON:
        return Problem("fulfilled_by_amazon", "Amazon ships this order by itself.")
    if Program.SHIP_PLUS in order.programs:
        return Problem("ship_plus", "Amazon confirms Ship+ orders by itself.")
    return None


def _wrong(parcel: Parcel, order: Order) -> Problem | None:
    if order.status is OrderStatus.CANCELLED:
        return _CANCELLED
    if not parcel.carrier_code or (parcel.carrier_code == OTHER and not parcel.carrier_name):
        return _NO_CARRIER
    return _wrong_items(parcel, order)


_CANCELLED = Problem(
    "cancelled_at_amazon",
    "Amazon cancelled the order and it was shipped all the same: get the parcel back, or settle it with the buyer.",
    Fixer.MERCHANT,
)


_NO_CARRIER = Problem(
    "carrier_missing",
    "The warehouse order has no carrier; reopen it, enter carrier and service and close it again.",
    Fixer.CLERK,
)


def _wrong_items(parcel: Parcel, order: Order) -> Problem | None:
    ordered = {line.item_id: line.quantity_ordered for line in order.lines}
    for item in parcel.items:
        if item.item_id not in ordered:
            return Problem(
                "unknown_item_id",
                f"Amazon's order has no line {item.item_id}.",
                Fixer.ENGINEER,
            )
        if item.quantity > ordered[item.item_id]:
            return Problem(
                "more_than_ordered",
                f"The parcel holds {item.quantity} units of line {item.item_id}; "
                f"{ordered[item.item_id]} were ordered.",
                Fixer.CLERK,
            )
    return None


def settle_by_packages(parcel: Parcel, order: Order, packages: Iterable[SentPackage]) -> Settle:
    """Return what Amazon's own packages say about a parcel of an order that it calls shipped."""
    for package in packages:
        if shows(package, parcel):
            return Settle(ParcelState.VISIBLE)
    if order.is_prime:
        return Settle(
            ParcelState.NOT_NEEDED,
            Problem("label_bought_at_amazon", "A label bought at Amazon has confirmed the shipment already."),
        )
    return Settle(
        ParcelState.REFUSED,
        Problem(
            "already_fulfilled",
            "Amazon calls the order shipped, but by another parcel; compare the tracking numbers in Seller Central.",
            Fixer.MERCHANT,
        ),
    )


def shows(package: SentPackage, parcel: Parcel) -> bool:
    """Return whether a package of Amazon's is this parcel with this content."""
    units = {item.item_id: item.quantity for item in parcel.items}
    return same_tracking(package.tracking, parcel.tracking) and dict(package.items) == units
