"""Whether orders may be shipped and closed, and what each would be charged.

Amazon refuses a shipment whose carrier, service or tracking number is blank, and the warehouse refuses
to close what is held, short of stock or closed. All of it is found before anything is written, for
all orders together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dockwire.decisions.apportionment import apportion, charge_problems
from dockwire.decisions.carriers import amazon_carrier, fits_carrier, plain_tracking
from dockwire.errors import Fixer
from dockwire.model.close_plan import ClosePlan, PlannedClose
from dockwire.model.closing import OrderForm, RoutingForm, ShipRequest
from dockwire.model.connection import Connection, TrackingCheck
from dockwire.model.order import Order, OrderStatus
from dockwire.model.record import Problem
from dockwire.model.shipping import Carrier, ShipOrder
from dockwire.model.warehouse import PlacedStatus, Routing


@dataclass(frozen=True, slots=True)
class Candidate:
    """One order of a request with what is known about it."""

    form: OrderForm
    order: ShipOrder | None
    """The warehouse order; None when the handle stands for none of this connection."""
    amazon: Order | None
    """Amazon's side, as far as the ledger knows."""


def plan_close(
    request: ShipRequest,
    candidates: Sequence[Candidate],
    *,
    carriers: Sequence[Carrier],
    connection: Connection,
) -> ClosePlan:
    """Return what the request would write, or every problem of every order."""
    currency = connection.charge_currency
    problems = {"": tuple(_request_problems(request, candidates, currency))}
    warnings: dict[str, tuple[Problem, ...]] = {}
    for candidate in candidates:
        routing = request.routing_of(candidate.form)
        found = list(_order_problems(candidate, connection))
        found += _routing_problems(candidate.form, routing, carriers)
        doubts = list(_tracking_problems(candidate.form, routing, connection))
        if connection.tracking_check is TrackingCheck.BLOCK:
            found += doubts
        elif doubts:
            warnings[candidate.form.order] = tuple(doubts)
        problems[candidate.form.order] = tuple(found)
    problems = {handle: found for handle, found in problems.items() if found}
    planned = () if problems or not candidates else tuple(_planned(request, candidates, currency))
    return ClosePlan(request.token, currency, planned, problems, warnings)


def _planned(request: ShipRequest, candidates: Sequence[Candidate], currency: str) -> Iterator[PlannedClose]:
    charges = apportion(
        [form.charge() for form in request.charges],
        apply=request.apply,
        orders=len(candidates),
        currency=currency,
    )
    for candidate, share in zip(candidates, charges, strict=True):
        assert candidate.order is not None  # an unknown order is a problem
        routing = request.routing_of(candidate.form)
        yield PlannedClose(
            handle=candidate.form.order,
            order=candidate.order,
            routing=Routing(
                carrier=routing.carrier,
                service=routing.service,
                scac=routing.scac,
                account=candidate.order.routing.account,
                billing_code=candidate.order.routing.billing_code,
            ),
            tracking=candidate.form.tracking,
            charges=share,
        )


def _request_problems(
    request: ShipRequest, candidates: Sequence[Candidate], currency: str
) -> Iterator[Problem]:
    for form in request.charges:
        for sentence in charge_problems(form.charge(), currency):
            yield Problem("charge", f"{sentence[0].upper()}{sentence[1:]}.", Fixer.CLERK)
    numbers = Counter(
        candidate.order.placed.order_id for candidate in candidates if candidate.order is not None
    )
    for number, count in numbers.items():
        if count > 1:
            yield Problem("repeated", f"Warehouse order {number} is named {count} times.", Fixer.CLERK)


def _order_problems(candidate: Candidate, connection: Connection) -> Iterator[Problem]:
    order = candidate.order
    if order is None:
        yield Problem(
            "unknown_order",
            f"Connection {connection.slug} has no warehouse order by this id, reference or number: "
            "unknown, or not created, for instance because it is held.",
            Fixer.CLERK,
        )
        return
    if order.placed.status is PlacedStatus.CLOSED:
        yield Problem("closed", f"Warehouse order {order.placed.order_id} is closed already.", Fixer.CLERK)
    elif order.placed.status is PlacedStatus.CANCELLED:
        yield Problem("cancelled", f"Warehouse order {order.placed.order_id} is cancelled.", Fixer.CLERK)
    else:
        yield from _open_order_problems(order, candidate.amazon)


def _open_order_problems(order: ShipOrder, amazon: Order | None) -> Iterator[Problem]:
    number = order.placed.order_id
    if order.placed.on_hold:
        yield Problem("on_hold", f"Warehouse order {number} is on hold; release it first.", Fixer.CLERK)
    if not order.lines:
        yield Problem("no_lines", f"Warehouse order {number} has no lines.", Fixer.CLERK)
    elif not order.placed.fully_allocated:
        yield Problem(
            "not_allocated",
            f"Warehouse order {number} is not fully allocated: stock is missing.",
            Fixer.CLERK,
        )
    if amazon is None:
        return
    if amazon.status is OrderStatus.CANCELLED:
        yield Problem("cancelled_at_amazon", "Amazon cancelled the order; do not ship it.", Fixer.CLERK)
    elif amazon.cancel_requested:
        yield Problem(
            "buyer_asked_to_cancel",
            "The buyer asked to cancel; let the merchant decide in Seller Central first.",
            Fixer.MERCHANT,
        )


def _routing_problems(
    form: OrderForm, routing: RoutingForm, carriers: Sequence[Carrier]
) -> Iterator[Problem]:
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


def _tracking_problems(form: OrderForm, routing: RoutingForm, connection: Connection) -> Iterator[Problem]:
    if connection.tracking_check is TrackingCheck.OFF or not form.tracking or not routing.carrier:
        return
    carrier = amazon_carrier(routing.carrier, routing.scac, own=connection.carrier_codes)
    if not fits_carrier(form.tracking, carrier):
        yield Problem(
            "tracking_format",
            f"Tracking number {plain_tracking(form.tracking)} does not look like one of {carrier.code}.",
            Fixer.CLERK,
        )


_LISTED = 12


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    return ", ".join(every[:_LISTED]) + (f" and {len(every) - _LISTED} more" if len(every) > _LISTED else "")
