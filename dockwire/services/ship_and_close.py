"""Ship and close: several orders, one routing, a tracking number each, and charges that add up.

Everything is checked and shown before anything is written. What each order bears is committed to the
ledger first, under a token that the request's content makes; then every order is routed and closed by
itself, by one request at a time. Closing and charging are one call, so no charge is added twice: an order
whose answer was lost is looked at, never closed again, and one that was opened again bears its charges
already. The same request a second time does what is left, or nothing.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from dockwire.decisions.closed import (
    KEPT_CHANGING,
    REROUTED,
    STOPPED,
    UNDER_WAY,
    ended,
    missing,
    moved,
    others,
    rerouted,
)
from dockwire.decisions.closing import Candidate
from dockwire.decisions.outside import not_in_warehouse
from dockwire.decisions.service_names import described
from dockwire.decisions.ship_levels import mapped_routing
from dockwire.decisions.stopping import stops_of
from dockwire.errors import Action, Outdated, Refused, RemoteError, Unfinished, WrongCredentials
from dockwire.handles import meant
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import OrderForm, ShipRequest
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import Closing, ClosingClaim, ClosingState, Problem
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import PlacedStatus
from dockwire.services.close_report import CloseReport
from dockwire.services.desk import Desk
from dockwire.services.seen_orders import SeenOrders

log = logging.getLogger(__name__)

_TRIES = 3
_CLAIM_SECONDS = 900
"""Longer than one order takes, its repeated calls included; afterwards another request may close it."""
_WORKERS = 8


class ShipAndClose:
    """The steps of one request for one connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def desk(self) -> Desk:
        """What the request works with."""
        return self._desk

    async def plan(self, request: ShipRequest) -> ClosePlan:
        """Return what the request would write, or all problems of all its orders; writes nothing.

        A request that was begun before keeps the charges it was begun with, and goes on without the
        orders that cannot be closed any more.
        """
        return (await self.look(request)).plan(request)

    async def look(self, request: ShipRequest) -> SeenOrders:
        """Return the orders of a request as they stand now; writes nothing.

        Raises:
            Unavailable: the warehouse does not answer.
        """
        stored = await self._desk.ledger.submission(self._desk.connection, request.token)
        candidates = await self._look_up(request, {closing.handle: closing for closing in stored})
        carriers = await self._desk.warehouse.carriers()
        return SeenOrders(tuple(candidates), described(carriers), self._desk.connection)

    async def carry_out(self, plan: ClosePlan) -> CloseReport:
        """Close every order of a plan without problems; one order's trouble never stops the others.

        Raises:
            Unfinished: the warehouse did not answer for some orders; repeating the request does the rest.
            AccessDenied: the warehouse does not let this user close; a person has to act first.
        """
        if plan.problems:
            return CloseReport(plan, ())
        desk = self._desk
        closings = await desk.ledger.begin_submission(desk.connection, plan, now=desk.clock.now())
        queue = iter([closing for closing in closings if closing.handle not in plan.closed_before])
        checked = {planned.handle: planned.order for planned in plan.orders}
        # Read before the orders are: what others close from here on, no order that is read shows for certain.
        order_ids = list({closing.order_id for closing in closings})
        earlier = await desk.ledger.earlier_closings(desk.connection, order_ids, token=plan.token)
        troubles: list[RemoteError] = []

        async def work() -> None:
            for closing in queue:
                try:
                    with _naming(closing.order_id):
                        known = _closed_by(earlier.get(closing.order_id, ()))
                        close = _Close(desk, closing, checked.get(closing.handle), known)
                        await close.run(plan.left_open.get(closing.handle, ()))
                except RemoteError as error:
                    troubles.append(error)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_WORKERS, desk.workers)):
                group.create_task(work())
        report = await self.report(plan)
        if (lasting := next((each for each in troubles if each.action is Action.HOLD), None)) is not None:
            lasting.args = (f"{lasting.args[0]}. {_so_far(report)}",)
            raise lasting
        if troubles:
            raise Unfinished(f"{troubles[0]}. {_so_far(report)}")
        return report

    async def report(self, plan: ClosePlan) -> CloseReport:
        """Return what became of a plan so far, as the ledger knows it."""
        return CloseReport(plan, tuple(await self._desk.ledger.submission(self._desk.connection, plan.token)))

    async def _outside(self, name: str) -> Problem | None:
        """Return why an order of this Amazon id is not in the warehouse; None: nobody knows such an order."""
        desk = self._desk
        found = await desk.ledger.waiting_orders(AmazonOrderId(name), desk.connection.slug)
        if not found:
            return None
        known = found[-1].known
        return not_in_warehouse(found[-1].row.state, known.problems if known is not None else ())

    async def _look_up(self, request: ShipRequest, begun: Mapping[str, Closing]) -> list[Candidate]:
        desk = self._desk
        known = await desk.ledger.find_placed(desk.connection, [form.order for form in request.orders])
        order_ids = list({entry.order.order_id for entry in known.values()})
        earlier = await desk.ledger.earlier_closings(desk.connection, order_ids, token=request.token)
        taken = await desk.ledger.taken_references(desk.connection, order_ids)
        numbers = {form.tracking for form in request.orders if form.tracking}
        used = await desk.ledger.used_numbers(numbers, apart_from=order_ids)
        slots = asyncio.Semaphore(desk.workers)

        async def candidate(form: OrderForm) -> Candidate:
            closing, entry = begun.get(form.order), known.get(form.order)
            if entry is None or entry.placed is None:
                return Candidate(form, None, None, closing, outside=await self._outside(form.order))
            order_id = entry.order.order_id
            with _naming(order_id):
                async with slots:
                    order = await desk.warehouse.ship_order(entry.placed.order_id)
            return Candidate(
                form,
                order,
                entry.order,
                closing,
                tuple(earlier.get(order_id, ())),
                taken.get(order_id, frozenset()),
                stops=stops_of(entry),
                overrides=entry.overrides,
                wanted=mapped_routing(entry.order, desk.connection, entry.overrides),
                used=used.get(form.tracking),
            )

        return list(await asyncio.gather(*map(candidate, request.orders)))


def _closed_by(earlier: Sequence[Closing]) -> frozenset[str]:
    """Return the tokens of the requests that closed an order before."""
    return frozenset(each.token for each in earlier if each.state is ClosingState.CLOSED)


def _so_far(report: CloseReport) -> str:
    closed = sum(each.state is ClosingState.CLOSED for each in report.closings)
    return (
        f"{closed} of {len(report.closings)} orders of the request are closed; the same request again closes "
        "the rest, and charges nothing twice"
    )


@contextmanager
def _naming(order_id: AmazonOrderId) -> Iterator[None]:
    """Let log lines and the warehouse's errors, which know its own number only, name Amazon's order too."""
    try:
        with meant(order=order_id):
            yield
    except WrongCredentials:
        raise  # no order's fault
    except RemoteError as error:
        error.args = (f"Amazon order {order_id}, {error.args[0]}",)
        raise


class _Close:
    """One order on its way: look, claim, route, close, read back."""

    def __init__(
        self, desk: Desk, closing: Closing, checked: ShipOrder | None, known: frozenset[str]
    ) -> None:
        self._desk = desk
        self._closing = closing
        self._checked = checked
        self._known = known

    async def run(self, in_the_way: Sequence[Problem]) -> None:
        """Close the order, unless something was found to be in the way; nothing is written before it is claimed."""
        for _ in range(_TRIES):
            order = await self._look()
            if order.placed.status is not PlacedStatus.OPEN:
                await self._settle(order)
                return
            if self._closing.state is ClosingState.CLOSED:
                await self._reopened()
            if in_the_way:
                await self._refuse(" ".join(problem.sentence for problem in in_the_way))
                return
            if await self._attempt(order):
                return
            await self._read_again()
        await self._refuse(KEPT_CHANGING)

    async def _look(self) -> ShipOrder:
        return await self._desk.warehouse.ship_order(self._closing.warehouse_order_id)

    async def _read_again(self) -> None:
        desk, closing = self._desk, self._closing
        stored = await desk.ledger.submission(desk.connection, closing.token)
        self._closing = next(each for each in stored if each.handle == closing.handle)

    async def _settle(self, order: ShipOrder) -> None:
        """Record what became of an order that is not open any more."""
        if self._closing.state is ClosingState.CLOSED and order.placed.status is not PlacedStatus.CLOSED:
            await self._reopened()
        else:
            # The same request may be under way twice, and the other run closed the order.
            await self._read_again()
        if self._closing.state is not ClosingState.CLOSED:
            await self._end(order)

    async def _reopened(self) -> None:
        desk = self._desk
        await desk.ledger.reopen_closing(desk.connection, self._closing, now=desk.clock.now())
        await self._read_again()

    async def _attempt(self, order: ShipOrder) -> bool:
        """Return whether it came to an end; False when the order moved meanwhile."""
        checked = self._checked = self._checked or order
        if order.placed.on_hold:
            await self._end(order)
            return True
        if rerouted(self._closing, order, checked=checked):
            await self._refuse(REROUTED)
            return True
        try:
            claim = await self._write(order)
        except Outdated:
            return False
        except Refused as refusal:
            await self._end(await self._look(), str(refusal))
            return True
        if claim is ClosingClaim.BUSY:
            await self._refuse(UNDER_WAY)
        elif claim is ClosingClaim.STOPPED:
            await self._refuse(STOPPED)
        elif claim is ClosingClaim.OURS:
            await self._end(await self._look())
        return claim is not ClosingClaim.MOVED

    async def _write(self, order: ShipOrder) -> ClosingClaim:
        """Commit to closing, then route and close; both are refused when the order moved meanwhile."""
        desk = self._desk
        closing = replace(self._closing, before=others(self._closing, order))
        claim = await desk.ledger.claim_closing(
            desk.connection, closing, now=desk.clock.now(), seconds=_CLAIM_SECONDS, known=self._known
        )
        if claim is not ClosingClaim.OURS:
            return claim
        closing = self._closing = replace(closing, state=ClosingState.CLOSING)
        routed = await desk.warehouse.route_order(order, closing.routing, closing.tracking)
        if moved(order, routed):
            return ClosingClaim.MOVED
        added = missing(closing, routed)
        await desk.warehouse.close_order(routed, closing.tracking, added, at=desk.clock.now())
        return claim

    async def _end(self, order: ShipOrder, refusal: str = "") -> None:
        """Record what the order shows: closed by us with our charges, or what is in the way."""
        await self._record(ended(self._closing, order, refusal))

    async def _refuse(self, sentence: str) -> None:
        await self._record(replace(self._closing, state=ClosingState.REFUSED, sentence=sentence))

    async def _record(self, closing: Closing) -> None:
        desk = self._desk
        if closing != self._closing:  # what was told before is not told again
            self._closing = closing
            await desk.ledger.record_closing(desk.connection, closing, now=desk.clock.now())
        log.info("order=%s %s", closing.handle, closing.state.value)
