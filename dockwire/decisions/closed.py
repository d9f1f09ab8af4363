"""What became of an order that a request closes, and which of the request's charges stand on it already.

The warehouse does not say who closed an order, and one that is opened again keeps its charges. So the
manual charges that are not the request's are remembered before it is closed; what stands there beyond
them is the request's own.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from dockwire.decisions.carriers import plain_tracking, same_tracking
from dockwire.model.charge import Charge
from dockwire.model.record import Closing, ClosingState
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import PlacedStatus, Routing

KEPT_CHANGING = "The order kept changing while it was being closed."
UNDER_WAY = (
    "Another request is closing the order, or began to and does not know whether it did; this request added "
    "nothing to it. Repeat that request, or this one in a quarter of an hour."
)
REROUTED = "Somebody changed carrier, service or tracking number meanwhile; look at the order, then repeat the request."
STOPPED = (
    "A person wants it held or cancelled in the warehouse, which the next import carries out, or dockwire put it on "
    "hold there. Where the warehouse refused to cancel it, cancel it there. Releasing it here lets it ship."
)


def manual(order: ShipOrder) -> tuple[Charge, ...]:
    """Return the charges that people and requests put on an order."""
    return tuple(booked.charge for booked in order.charges if not booked.automatic)


def parted(
    charges: Iterable[Charge], there: Iterable[Charge]
) -> tuple[tuple[Charge, ...], tuple[Charge, ...]]:
    """Return the charges without an equal one among ``there``, and those with one, each counted once.

    Equal are charges of the same kind, label and amount.
    """
    left = Counter(map(_shown, there))
    without: list[Charge] = []
    matched: list[Charge] = []
    for charge in charges:
        found = left[_shown(charge)] > 0
        (matched if found else without).append(charge)
        left[_shown(charge)] -= found
    return tuple(without), tuple(matched)


def standing(closing: Closing, order: ShipOrder) -> tuple[Charge, ...]:
    """Return the charges of a request that an earlier attempt left on the order."""
    if closing.before is None:
        return ()
    return parted(closing.charges, parted(manual(order), closing.before)[0])[1]


def missing(closing: Closing, order: ShipOrder) -> tuple[Charge, ...]:
    """Return the charges of a request that closing the order has to add."""
    return parted(closing.charges, standing(closing, order))[0]


def others(closing: Closing, order: ShipOrder) -> tuple[Charge, ...]:
    """Return the manual charges of an order that are not the request's."""
    return parted(manual(order), standing(closing, order))[0]


def moved(before: ShipOrder, after: ShipOrder) -> bool:
    """Return whether more than its routing changed between two readings of an order."""
    return _apart_from_routing(before) != _apart_from_routing(after)


def rerouted(closing: Closing, order: ShipOrder, *, checked: ShipOrder) -> bool:
    """Return whether an order bears neither the routing it was checked with nor the request's."""
    there = _way(order.routing, order.tracking)
    return there not in (_way(checked.routing, checked.tracking), _way(closing.routing, closing.tracking))


def ended(closing: Closing, order: ShipOrder, refusal: str = "") -> Closing:
    """Return the closing as the order shows it: closed by this request, or refused with what is in the way.

    ``refusal`` is what the warehouse said, told where the order shows no reason.
    """
    if order.placed.status is PlacedStatus.CLOSED and _is_ours(closing, order):
        automatic = tuple(booked.charge for booked in order.charges if booked.automatic)
        return replace(
            closing, state=ClosingState.CLOSED, sentence="", total=order.total, automatic=automatic
        )
    return replace(closing, state=ClosingState.REFUSED, sentence=_in_the_way(closing, order, refusal))


def _is_ours(closing: Closing, order: ShipOrder) -> bool:
    return (
        closing.state is ClosingState.CLOSING
        and same_tracking(order.tracking, closing.tracking)
        and _bears_charges(closing, order)
    )


def _bears_charges(closing: Closing, order: ShipOrder) -> bool:
    wanted = (*(closing.before or ()), *closing.charges)
    return not parted(wanted, manual(order))[0]


def _in_the_way(closing: Closing, order: ShipOrder, refusal: str) -> str:
    if order.placed.status is PlacedStatus.CLOSED:
        if closing.state is ClosingState.CLOSING and _bears_charges(closing, order):
            return "The order was closed with another tracking number than this request's; look at it."
        return "Somebody else, or another request, closed the order; this request added nothing to it."
    if order.placed.status is PlacedStatus.CANCELLED:
        return "The order was cancelled meanwhile; do not ship it."
    if order.placed.on_hold:
        return "The order was put on hold meanwhile; look before shipping."
    return refusal or "The warehouse did not close the order."


def _shown(charge: Charge) -> tuple[object, ...]:
    return charge.kind, charge.label, charge.amount


def _apart_from_routing(order: ShipOrder) -> tuple[object, ...]:
    placed = order.placed
    return placed.status, placed.on_hold, order.lines, order.packages, Counter(map(_shown, manual(order)))


def _way(routing: Routing, tracking: str) -> tuple[str, ...]:
    words = (routing.carrier, routing.service, routing.scac)
    return (*(word.strip().casefold() for word in words), plain_tracking(tracking))
