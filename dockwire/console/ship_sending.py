"""A request of ship and close on its way: written into the audit trail, asked for in Prefect, and what became of it."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

from starlette.requests import Request

from dockwire.console.desk import SeenRun, StartedRun
from dockwire.console.parts import SHIP_ASKED, SHIP_REFUSED, Parts, user_of
from dockwire.console.runs_asked import note_run
from dockwire.console.ship_form import Typed, common_routing, parameters_of, request_in, typed_charges
from dockwire.console.ship_looks import Looks, bare_request
from dockwire.console.ship_reading import ShipRow, closings_of, rows_by_name, rows_of_orders
from dockwire.console.ship_reasons import Reasons, reasons_in
from dockwire.decisions.closing import Candidate
from dockwire.decisions.rest import rest_of
from dockwire.errors import DockwireError, Unanswered
from dockwire.model.closing import ShipRequest
from dockwire.model.console import Audited
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Closing, ClosingState, Problem
from dockwire.model.warehouse import PlacedStatus

FLOW = "ship-and-close"
_LONGEST_WHY = 1_000
_BESIDE_OTHERS = "Other orders of the request were in the way of it; nothing was sent."
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What became of one order."""

    name: str
    """How the request names it."""
    order_id: str
    row: int | None
    state: ClosingState
    sentence: str
    tracking: str
    added: str
    total: str
    now: str
    """Where the order stands, in words."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state is ClosingState.CLOSED


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was asked for, as Prefect and the ledger know it."""

    run_id: str
    run: SeenRun
    connection: str
    request: ShipRequest
    closings: Mapping[str, Closing]
    rows: tuple[ResultRow, ...]

    @property
    def left(self) -> AbstractSet[str]:
        """The orders that are not closed, as the request names them."""
        return {row.name for row in self.rows if not row.is_closed}

    @property
    def holds(self) -> str:
        """Why its rest cannot be asked for, as a sentence; empty where it can."""
        if self.is_dry:
            return "This was a dry run; choose its orders among the orders to ship and close them."
        if not self.run.ended:
            return (
                "The run is still under way, so nothing was asked for; wait until it has ended, what it left is "
                "offered then."
            )
        return ""

    @property
    def is_dry(self) -> bool:
        """Whether the run was only to check; the same request from here would write."""
        return self.run.parameters.get("dry_run", False) is not False

    @property
    def offers_rest(self) -> bool:
        """Whether what is not closed can be asked for again."""
        return bool(self.left) and not self.holds

    @property
    def message(self) -> tuple[str, ...]:
        """What the run says beside why each order did not close, line by line."""
        return _reasons(self.run, self.request).lines if self.left else ()


async def send(
    parts: Parts,
    request: Request,
    connection: str,
    wanted: ShipRequest,
    order_ids: Sequence[str],
    *,
    once: str,
    overruled: Mapping[str, str] | None = None,
) -> StartedRun:
    """Ask for a run that closes orders; who asked for which of them is in the audit trail first.

    ``overruled`` says by order id which warnings were shown before, as the trail tells them.
    The same request with the same ``once`` is asked for once.

    Raises:
        Unanswered: nobody knows whether a run was asked for; the same request with the same ``once`` finds out.
        DockwireError: no run was asked for.
    """
    for order_id in order_ids:
        told = (overruled or {}).get(order_id, "")
        await parts.audit(request, SHIP_ASKED, connection=connection, order_id=order_id, detail=told)
    key = hashlib.sha256(f"{once} {wanted.token}".encode()).hexdigest() if once else ""
    try:
        run = await parts.desk.start(FLOW, ConnectionSlug(connection), parameters_of(wanted), once=key)
    except Unanswered:
        raise
    except DockwireError as error:
        await note_refused(parts, request, connection, dict.fromkeys(order_ids, str(error)))
        raise
    await note_run(parts, request, FLOW, ConnectionSlug(connection), run)
    return run


def refused_of(wanted: ShipRequest, problems: Mapping[str, Sequence[Problem]]) -> dict[str, str]:
    """Return why each order of a request was not sent, by its name in the request."""
    shared = problems.get("", ())
    told = {form.order: [*problems.get(form.order, ()), *shared] for form in wanted.orders}
    return {
        name: " ".join(problem.sentence for problem in found) or _BESIDE_OTHERS
        for name, found in told.items()
    }


async def note_refused(parts: Parts, request: Request, connection: str, why: Mapping[str, str]) -> None:
    """Write into the audit trail that orders were to be closed and nothing was sent; ``why`` is by order id."""
    who, now = user_of(request), parts.clock.now()
    rows = [
        Audited(now, who.name, who.role, SHIP_REFUSED, connection, order_id, told[:_LONGEST_WHY])
        for order_id, told in why.items()
    ]
    await parts.ledger.audit(*rows)


async def sent_as(parts: Parts, run_id: str) -> Sent | None:
    """Return a request by its run; None when there is no such run.

    Raises:
        DockwireError: Prefect does not answer.
    """
    run = await parts.desk.run(run_id)
    request = request_in(run.parameters) if run is not None else None
    if run is None or request is None:
        return None
    connection = str(run.parameters.get("connection", ""))
    closings = await closings_of(parts, connection, request.token)
    names = [form.order for form in request.orders]
    shown = await rows_by_name(
        parts, connection, {name: closings[name].order_id if name in closings else name for name in names}
    )
    reasons = _reasons(run, request)
    rows = tuple(_row(name, closings.get(name), shown.get(name)) for name in names)
    sent = Sent(run_id, run, connection, request, closings, rows)
    return replace(sent, rows=tuple(_told(row, sent, reasons) for row in rows)) if run.ended else sent


def _reasons(run: SeenRun, request: ShipRequest) -> Reasons:
    return reasons_in(run.message if run.ended else "", [form.order for form in request.orders])


@dataclass(frozen=True, slots=True)
class Rest:
    """The orders of a request that can still be closed."""

    shown: tuple[ShipRow, ...]
    currency: str
    told: str
    """Which ones are left out."""


async def rest_to_close(parts: Parts, looks: Looks, sent: Sent, *, most: int) -> Rest:
    """Return what is left of a request by what the warehouse shows now, so many orders at most.

    The ledger alone cannot tell: a run that lost the answer to a closing leaves an order that is closed and charged.

    Raises:
        DockwireError: Prefect or the warehouse does not answer.
    """
    # One that the request names twice stands on the page once.
    left = list(dict.fromkeys(row.order_id for row in sent.rows if not row.is_closed))
    known = await rows_of_orders(parts, sent.connection, left)
    found: list[ShipRow] = []
    currency, looked = "", 0
    while looked < len(known) and len(found) < most:
        some = known[looked : looked + most]
        seen = await looks.fresh(sent.connection, bare_request([each.order_id for each in some]))
        ended = {each.form.order for each in seen.candidates if _ended(each)}
        found += [each for each in some if each.order_id not in ended]
        currency, looked = seen.connection.charge_currency, looked + len(some)
    told = []
    if looked > len(found):
        told.append(
            "Orders that are not open in the warehouse any more are left out, with what they were to bear."
        )
    if looked < len(known) or len(found) > most:
        told.append(
            f"These are {most} of the orders that are left, with what they were to bear; "
            "change the rest once more when they are closed."
        )
    if unknown := unknown_names(sent):
        told.append(unknown)
    return Rest(tuple(found[:most]), currency, " ".join(told))


def unknown_names(sent: Sent) -> str:
    """Return a sentence about the names of a request by which its connection has no orders; empty: there are none."""
    unknown = [row.name for row in sent.rows if row.row is None]
    if not unknown:
        return ""
    named = ", ".join(unknown[:_NAMED]) + (" and more" if len(unknown) > _NAMED else "")
    return f"{sent.connection} has no orders by the names {named}; look up what they are."


def _ended(seen: Candidate) -> bool:
    return seen.order is not None and seen.order.placed.status is not PlacedStatus.OPEN


def typed_again(sent: Sent, rows: Mapping[str, int], currency: str) -> Typed:
    """Return what was typed about some orders of a request; each is to bear the charges it was to bear.

    ``rows`` has their rows in the ledger by Amazon order id.

    Raises:
        ValueError: a charge of a request that was never begun cannot be divided over them.
    """
    whole = sent.request
    left = {each.name for each in sent.rows if each.order_id in rows}
    divides = bool(sent.closings) or len(left) < len(whole.orders)
    rest = (rest_of(whole, left, currency=currency) if divides else None) or whole
    forms = {form.order: form for form in rest.orders}
    open_ones = {
        rows[each.order_id]: forms[each.name]
        for each in sent.rows
        if each.order_id in rows and each.name in forms
    }
    routings = [rest.routing_of(form) for form in open_ones.values()]
    return Typed(
        chosen=frozenset(open_ones),
        tracking={row: form.tracking for row, form in open_ones.items()},
        routing=common_routing(routings),
        charges=typed_charges(rest.charges),
        apply=rest.apply,
    )


def _told(row: ResultRow, sent: Sent, reasons: Reasons) -> ResultRow:
    """Return a row of a run that has ended with why its order is not closed."""
    if row.is_closed or row.sentence:
        return row
    if sent.is_dry:
        return replace(row, sentence=reasons.by_name.get(row.name, ""))
    state = row.state if row.name in sent.closings else None
    # A name that nobody knows may be a number, and stand in any line.
    order_id = row.order_id if row.row is not None else ""
    return replace(row, sentence=reasons.of(row.name, order_id, state))


def _row(name: str, closing: Closing | None, shown: ShipRow | None) -> ResultRow:
    state = closing.state if closing is not None else ClosingState.PLANNED
    order_id = shown.order_id if shown is not None else closing.order_id if closing is not None else name
    added = sum((charge.amount for charge in closing.charges), Decimal(0)) if closing is not None else None
    total = closing.total if closing is not None else None
    return ResultRow(
        name=name,
        order_id=order_id,
        row=shown.row if shown is not None else None,
        state=state,
        sentence=closing.sentence if closing is not None else "",
        tracking=closing.tracking if closing is not None else "",
        added="" if added is None else str(added),
        total="" if total is None else str(total),
        now=shown.state if shown is not None else "",
    )
