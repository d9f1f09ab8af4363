"""Whether the routing and the tracking numbers of a request can be right.

Amazon refuses a shipment whose carrier, service or tracking number is blank.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from dockwire.decisions.carriers import amazon_carrier, fits_carrier, plain_tracking
from dockwire.errors import Fixer
from dockwire.model.closing import OrderForm, RoutingForm, ShipRequest
from dockwire.model.connection import Connection, TrackingCheck
from dockwire.model.record import Problem
from dockwire.model.shipping import Carrier, UsedNumber


def routing_problems(form: OrderForm, routing: RoutingForm, carriers: Sequence[Carrier]) -> Iterator[Problem]:
    """Yield what is blank, or not in the warehouse's list of carriers."""
    blank = [name for name, word in (*routing, ("tracking", form.tracking)) if not word]
    for name in blank:
        word = {"scac": "SCAC", "tracking": "tracking number"}.get(name, name)
        yield Problem(f"{name}_blank", f"The {word} is blank; Amazon refuses the shipment.", Fixer.CLERK)
    if routing.carrier and carriers:
        yield from _listed_problems(routing, carriers)


def _listed_problems(routing: RoutingForm, carriers: Sequence[Carrier]) -> Iterator[Problem]:
    wanted = routing.carrier.casefold()
    carrier = next((each for each in carriers if each.name.casefold() == wanted), None)
    if carrier is None:
        names = _listed(each.name for each in carriers)
        yield Problem(
            "unknown_carrier",
            f"Carrier {routing.carrier!r} is not in the warehouse's list: {names}.",
            Fixer.CLERK,
        )
        return
    if routing.scac and carrier.scac and routing.scac.upper() != carrier.scac.upper():
        yield Problem(
            "wrong_scac",
            f"SCAC {routing.scac!r} does not belong to {carrier.name}, whose SCAC is {carrier.scac}.",
            Fixer.CLERK,
        )
    if routing.service and carrier.services and routing.service not in carrier.codes:
        services = _listed(f"{service.code} {service.description}".strip() for service in carrier.services)
        yield Problem(
            "unknown_service",
            f"{carrier.name} offers no service {routing.service!r}; it offers: {services}.",
            Fixer.CLERK,
        )


def tracking_problems(form: OrderForm, routing: RoutingForm, connection: Connection) -> Iterator[Problem]:
    """Yield a tracking number that does not look like its carrier's, where the connection wants to know."""
    if connection.tracking_check is TrackingCheck.OFF or not form.tracking or not routing.carrier:
        return
    carrier = amazon_carrier(routing.carrier, routing.scac, own=connection.carrier_codes)
    if not fits_carrier(form.tracking, carrier):
        yield Problem(
            "tracking_format",
            f"Tracking number {plain_tracking(form.tracking)} does not look like one of {carrier.code}.",
            Fixer.CLERK,
        )


def shared_numbers(request: ShipRequest) -> dict[str, Problem]:
    """Return a doubt for each order whose tracking number other orders of the request bear too."""
    counts = Counter(plain_tracking(form.tracking) for form in request.orders if form.tracking)
    return {
        form.order: Problem(
            "tracking_shared",
            f"Tracking number {number} stands on {counts[number]} orders of this request.",
            Fixer.CLERK,
        )
        for form in request.orders
        if counts[number := plain_tracking(form.tracking)] > 1
    }


def used_number(form: OrderForm, used: UsedNumber, connection: Connection) -> Problem:
    """Return the doubt about a tracking number that an order bears which shipped before."""
    where = f" of {used.connection}" if used.connection != connection.slug else ""
    more = f", and {used.others} more orders bear it" if used.others > 1 else ""
    more = ", and one more order bears it" if used.others == 1 else more
    return Problem(
        "tracking_used",
        f"Tracking number {plain_tracking(form.tracking)} stands on order {used.order_id}{where} already, which "
        f"shipped on {used.shipped:%Y-%m-%d %H:%M} UTC{more}; right only where they go in one parcel.",
        Fixer.CLERK,
    )


_LISTED = 12


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    return ", ".join(every[:_LISTED]) + (f" and {len(every) - _LISTED} more" if len(every) > _LISTED else "")
