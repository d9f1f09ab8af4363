"""A request of ship and close on its way: written into the audit trail, asked for in Prefect, and what became of it."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request

from dockwire.console.desk import SeenRun, StartedRun
from dockwire.console.parts import SHIP_ASKED, Parts
from dockwire.console.ship_form import Typed, common_routing, parameters_of, request_in, typed_charges
from dockwire.console.ship_looks import Looks, bare_request
from dockwire.console.ship_reading import ShipRow, closings_of, rows_of_orders
from dockwire.decisions.closing import Candidate
from dockwire.decisions.rest import rest_of
from dockwire.model.closing import ShipRequest
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Closing, ClosingState
from dockwire.model.warehouse import PlacedStatus

FLOW = "ship-and-close"
_LONGEST_MESSAGE = 20_000


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
    def is_dry(self) -> bool:
        """Whether the run was only to check; the same request from here would write."""
        return self.run.parameters.get("dry_run", False) is not False

    @property
    def offers_rest(self) -> bool:
        """Whether what is not closed can be asked for again."""
        return self.run.ended and bool(self.left) and not self.is_dry

    @property
    def message(self) -> str:
        """What the run says about the orders it did not close."""
        return self.run.message[:_LONGEST_MESSAGE] if self.run.ended and self.left else ""


async def send(
    parts: Parts,
    request: Request,
    connection: str,
    wanted: ShipRequest,
    order_ids: Sequence[str],
    *,
    once: str,
) -> StartedRun:
    """Ask for a run that closes orders; who asked for which of them is in the audit trail first.

    The same request with the same ``once`` is asked for once.

    Raises:
        DockwireError: no run was asked for.
    """
    for order_id in order_ids:
        await parts.audit(request, SHIP_ASKED, connection=connection, order_id=order_id)
    key = hashlib.sha256(f"{once} {wanted.token}".encode()).hexdigest() if once else ""
    run = await parts.desk.start(FLOW, ConnectionSlug(connection), parameters_of(wanted), once=key)
    await parts.audit(request, "run_started", connection=connection, detail=f"{FLOW}: {run.name}")
    return run


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
    names = {
        form.order: closings[form.order].order_id if form.order in closings else form.order
        for form in request.orders
    }
    shown = {each.order_id: each for each in await rows_of_orders(parts, connection, list(names.values()))}
    rows = tuple(
        _row(name, order_id, closings.get(name), shown.get(order_id)) for name, order_id in names.items()
    )
    return Sent(run_id, run, connection, request, closings, rows)


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
    left = [row.order_id for row in sent.rows if not row.is_closed]
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
    return Rest(tuple(found[:most]), currency, " ".join(told))


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


def _row(name: str, order_id: str, closing: Closing | None, shown: ShipRow | None) -> ResultRow:
    row, now = (shown.row, shown.state) if shown else (None, "")
    if closing is None:
        return ResultRow(name, order_id, row, ClosingState.PLANNED, "", "", "", "", now)
    added = sum((charge.amount for charge in closing.charges), Decimal(0))
    total = "" if closing.total is None else str(closing.total)
    return ResultRow(
        name, order_id, row, closing.state, closing.sentence, closing.tracking, str(added), total, now
    )
