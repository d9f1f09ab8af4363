"""Whether orders may be shipped and closed, and what each would be charged.

Amazon refuses a shipment whose carrier, service or tracking number is blank, and the warehouse refuses
to close what is held, short of stock or closed. All of it is found before anything is written, for
all orders together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dockwire.decisions.apportionment import apportion, charge_problems
from dockwire.decisions.closed import manual, missing, parted, standing
from dockwire.decisions.foreseeing import parcels_to_be, refused_parcels, unused_number
from dockwire.decisions.routing import routing_problems, shared_numbers, tracking_problems, used_number
from dockwire.decisions.ship_levels import unfit_routing
from dockwire.errors import Fixer
from dockwire.model.charge import Apply, Charge
from dockwire.model.close_plan import ClosePlan, PlannedClose
from dockwire.model.closing import ChargeForm, OrderForm, ShipRequest
from dockwire.model.connection import Connection, TrackingCheck
from dockwire.model.order import Order, OrderStatus
from dockwire.model.override import NO_OVERRIDES, NOT_CANCELLED, ON_HOLD_THERE, TO_BE_RELEASED, Overrides
from dockwire.model.record import Closing, Problem
from dockwire.model.shipping import Carrier, ShipOrder, UsedNumber
from dockwire.model.warehouse import PlacedStatus, Routing


@dataclass(frozen=True, slots=True)
class Candidate:
    """One order of a request with what is known about it."""

    form: OrderForm
    order: ShipOrder | None
    """The warehouse order; None when the handle stands for none of this connection."""
    amazon: Order | None
    """Amazon's side, as far as the ledger knows."""
    begun: Closing | None = None
    """How far the same request came with it; None when the request was never begun."""
    earlier: tuple[Closing, ...] = ()
    """What other requests did to it."""
    taken: frozenset[str] = frozenset()
    """References of its parcels that Amazon took before."""
    stops: tuple[Problem, ...] = ()
    """Why it is not to be shipped by what dockwire knows: a person wants it so, or dockwire put it on hold."""
    overrides: Overrides = NO_OVERRIDES
    """What persons decided about it."""
    wanted: Routing | None = None
    """How it is to travel by what the buyer paid for, or as a person decided; None where nobody said."""
    outside: Problem | None = None
    """Why an order that the ledger knows is not in the warehouse."""
    used: UsedNumber | None = None
    """An order outside the request that shipped with its tracking number before."""


@dataclass(slots=True)
class _Found:
    """What is known against closing an order."""

    problems: list[Problem]
    doubts: list[Problem]


def plan_close(
    request: ShipRequest,
    candidates: Sequence[Candidate],
    *,
    carriers: Sequence[Carrier],
    connection: Connection,
) -> ClosePlan:
    """Return what the request would write, or every problem of every order.

    A request that was begun goes on without the orders that cannot be closed any more.
    """
    currency = connection.charge_currency
    found = {each.form.order: _against(request, each, carriers, connection) for each in candidates}
    for handle, doubt in shared_numbers(request).items():
        if handle in found:
            found[handle].doubts.append(doubt)
    stopped = {handle: tuple(each.problems) for handle, each in found.items() if each.problems}
    begun = any(each.begun is not None for each in candidates)
    problems = {} if begun else stopped
    if wrong := tuple(_request_problems(request, candidates, currency)):
        problems = {"": wrong, **problems}
    planned: list[PlannedClose] = []
    if not problems and candidates:
        planned = [
            planned
            for planned in _planned(request, candidates, currency, found)
            if planned.handle not in stopped
        ]
    return ClosePlan(
        request.token,
        currency,
        tuple(planned),
        problems,
        {handle: tuple(each.doubts) for handle, each in found.items() if each.doubts},
        left_open=stopped if begun else {},
    )


def previewed_charges(
    charges: Sequence[ChargeForm], apply: Apply, candidates: Sequence[Candidate], *, currency: str
) -> tuple[tuple[Problem, ...], tuple[PlannedClose, ...]]:
    """Return what is wrong with charges, else what each order that the warehouse has would bear of them.

    They are divided over these orders. Whatever else is in the way of closing them does not count.
    """
    candidates = [each for each in candidates if each.order is not None]
    if not candidates:
        return (), ()
    forms = tuple(each.form for each in candidates)
    request = ShipRequest(orders=forms, charges=tuple(charges), apply=apply)
    if wrong := tuple(_charge_problems(request, currency)):
        return wrong, ()
    found = {form.order: _Found([], []) for form in forms}
    return (), tuple(_planned(request, candidates, currency, found))


def _against(
    request: ShipRequest, candidate: Candidate, carriers: Sequence[Carrier], connection: Connection
) -> _Found:
    routing = request.routing_of(candidate.form)
    problems = list(_order_problems(candidate, connection))
    problems += routing_problems(candidate.form, routing, carriers)
    doubts = list(tracking_problems(candidate.form, routing, connection))
    if connection.tracking_check is TrackingCheck.BLOCK:
        problems, doubts = problems + doubts, []
    # Several orders in one parcel happen, and so does a quick service that is sold out: neither ever stops.
    if candidate.used is not None:
        doubts.append(used_number(candidate.form, candidate.used, connection))
    if candidate.amazon is not None:
        unfit = unfit_routing(candidate.amazon, routing, connection, candidate.overrides)
        doubts += [unfit] if unfit is not None else []
    if not problems:
        found = _parcels(request, candidate, connection)
        problems, doubts = problems + found.problems, doubts + found.doubts
    return _Found(problems, doubts)


def _parcels(request: ShipRequest, candidate: Candidate, connection: Connection) -> _Found:
    order, amazon, tracking = candidate.order, candidate.amazon, candidate.form.tracking
    if order is None or amazon is None:
        return _Found([], [])
    routing = _routing(request, candidate.form, order)
    parcels = parcels_to_be(order, routing, tracking, amazon=amazon, connection=connection)
    doubt = unused_number(parcels, tracking)
    return _Found(
        list(refused_parcels(parcels, order, amazon, taken=candidate.taken)), [doubt] if doubt else []
    )


def _planned(
    request: ShipRequest, candidates: Sequence[Candidate], currency: str, found: dict[str, _Found]
) -> Iterator[PlannedClose]:
    charges = apportion(
        [form.charge() for form in request.charges],
        apply=request.apply,
        orders=len(candidates),
        currency=currency,
    )
    for candidate, share in zip(candidates, charges, strict=True):
        if candidate.order is None:
            continue
        added, doubts = _to_add(candidate, candidate.order, share)
        found[candidate.form.order].doubts += doubts
        yield PlannedClose(
            handle=candidate.form.order,
            order=candidate.order,
            routing=_routing(request, candidate.form, candidate.order),
            tracking=candidate.form.tracking,
            charges=added,
        )


def _to_add(
    candidate: Candidate, order: ShipOrder, share: tuple[Charge, ...]
) -> tuple[tuple[Charge, ...], list[Problem]]:
    """Return which of its share an order still has to bear, and what is odd about that.

    What it bears was fixed when the request was begun; an order that was opened again bears some of it.
    """
    if candidate.begun is not None:
        return missing(candidate.begun, order), []
    kept = [charge for earlier in candidate.earlier for charge in standing(earlier, order)]
    added, there = parted(share, kept)
    doubts = [
        Problem(
            "charged_before",
            f"{_charges(there)} stands on the order from an earlier request and is not added again.",
            Fixer.CLERK,
        )
    ] * bool(there)
    if equal := parted(added, parted(manual(order), kept)[0])[1]:
        sentence = f"{_charges(equal)} is added although an equal charge stands on the order already."
        doubts.append(Problem("equal_charge", sentence, Fixer.CLERK))
    return added, doubts


def _charges(charges: Iterable[Charge]) -> str:
    return ", ".join(f"{charge.label} {charge.amount}" for charge in charges)


def _routing(request: ShipRequest, form: OrderForm, order: ShipOrder) -> Routing:
    asked = request.routing_of(form)
    return Routing(
        carrier=asked.carrier,
        service=asked.service,
        scac=asked.scac,
        account=order.routing.account,
        billing_code=order.routing.billing_code,
    )


def _request_problems(
    request: ShipRequest, candidates: Sequence[Candidate], currency: str
) -> Iterator[Problem]:
    yield from _charge_problems(request, currency)
    numbers = Counter(
        candidate.order.placed.order_id for candidate in candidates if candidate.order is not None
    )
    for number, count in numbers.items():
        if count > 1:
            yield Problem("repeated", f"Warehouse order {number} is named {count} times.", Fixer.CLERK)


def _charge_problems(request: ShipRequest, currency: str) -> Iterator[Problem]:
    for form in request.charges:
        for sentence in charge_problems(form.charge(), currency):
            yield Problem("charge", f"{sentence[0].upper()}{sentence[1:]}.", Fixer.CLERK)


def _order_problems(candidate: Candidate, connection: Connection) -> Iterator[Problem]:
    order = candidate.order
    if order is None:
        yield candidate.outside or Problem(
            "unknown_order",
            f"Connection {connection.slug} has no order in the warehouse by this id, reference or number; look up "
            "what it is.",
            Fixer.CLERK,
        )
        return
    if order.placed.status is PlacedStatus.CLOSED:
        number = f", with tracking number {order.tracking}" if order.tracking else ""
        yield Problem(
            "closed",
            f"Warehouse order {order.placed.order_id} is closed already{number}; to change it, open it again "
            "in the warehouse.",
            Fixer.CLERK,
        )
    elif order.placed.status is PlacedStatus.CANCELLED:
        yield Problem("cancelled", f"Warehouse order {order.placed.order_id} is cancelled.", Fixer.CLERK)
    else:
        yield from _stops(order, candidate.stops)
        yield from _open_order_problems(order, candidate.amazon)


def _stops(order: ShipOrder, stops: Sequence[Problem]) -> Iterator[Problem]:
    number, held = order.placed.order_id, order.placed.on_hold
    noted = {stop.code: _ended(stop.sentence) for stop in stops}
    if (released := noted.pop(TO_BE_RELEASED, None)) is not None:
        yield Problem("on_hold", released, Fixer.CLERK)
    elif not held and noted.pop(ON_HOLD_THERE, None) is not None:
        yield Problem("on_hold", _RELEASED_THERE.format(number=number), Fixer.CLERK)
    elif held:
        why = f"Warehouse order {number} is on hold; release it first. {noted.pop(ON_HOLD_THERE, '')}"
        yield Problem("on_hold", why.strip(), Fixer.CLERK)
    for code, sentence in noted.items():
        told = sentence if code == NOT_CANCELLED else f"{sentence} {_LETS_IT_SHIP}"
        yield Problem("stopped_by_person", told, Fixer.CLERK)


def _ended(sentence: str) -> str:
    """Return a sentence with its end, which persons leave out: others follow it."""
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."


_LETS_IT_SHIP = "Releasing it here lets it ship."
_RELEASED_THERE = (
    "dockwire put warehouse order {number} on hold, and somebody released it there; release it here, too, and the "
    "next import lets it ship."
)


def _open_order_problems(order: ShipOrder, amazon: Order | None) -> Iterator[Problem]:
    number = order.placed.order_id
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
