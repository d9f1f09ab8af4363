"""Ship and close: several orders, one routing, a tracking number each, and charges that add up.

Everything is checked and shown before anything is written. What each order bears is committed to the
ledger first, under a token that the request's content makes; then every order is routed and closed by
itself. Closing and charging are one call, so no charge is added twice: an order whose answer was lost
is looked at, never closed again. The same request a second time does what is left, or nothing.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from dockwire.decisions.closing import Candidate, plan_close
from dockwire.errors import Action, Outdated, Refused, RemoteError, Unfinished
from dockwire.model.charge import Charge
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import ShipRequest
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import Closing, ClosingState
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import PlacedStatus
from dockwire.services.close_report import CloseReport
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

_TRIES = 3
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

        A request that was begun before keeps the charges it was begun with, and only orders that are
        left are looked at.
        """
        stored = await self._desk.ledger.submission(self._desk.connection, request.token)
        begun = {closing.handle: closing for closing in stored}
        closed = {handle for handle, closing in begun.items() if closing.state is ClosingState.CLOSED}
        left = [form.order for form in request.orders if form.order not in closed]
        candidates = [
            candidate
            for candidate in await self._look_up(request, left)
            if not _sent(begun.get(candidate.form.order), candidate.order)
        ]
        plan = plan_close(
            request,
            candidates,
            carriers=await self._desk.warehouse.carriers(),
            connection=self._desk.connection,
        )
        # What each order bears was fixed when the request was begun.
        orders = (
            replace(order, charges=begun[order.handle].charges) if order.handle in begun else order
            for order in plan.orders
        )
        return replace(plan, orders=tuple(orders), closed_before=frozenset(closed))

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
        queue = iter([closing for closing in closings if closing.state is not ClosingState.CLOSED])
        troubles: list[RemoteError] = []

        async def work() -> None:
            for closing in queue:
                try:
                    with _naming(closing.order_id):
                        await _Close(desk, closing).run()
                except RemoteError as error:
                    troubles.append(error)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_WORKERS, desk.workers)):
                group.create_task(work())
        if (lasting := next((each for each in troubles if each.action is Action.HOLD), None)) is not None:
            raise lasting
        if troubles:
            raise Unfinished(f"{len(troubles)} orders of the request are not closed yet: {troubles[0]}")
        return CloseReport(plan, tuple(await desk.ledger.submission(desk.connection, plan.token)))

    async def _look_up(self, request: ShipRequest, handles: Sequence[str]) -> list[Candidate]:
        desk = self._desk
        known = await desk.ledger.find_placed(desk.connection, handles)
        slots = asyncio.Semaphore(desk.workers)

        async def read(handle: str) -> ShipOrder | None:
            entry = known.get(handle)
            if entry is None or entry.placed is None:
                return None
            with _naming(entry.order.order_id):
                async with slots:
                    return await desk.warehouse.ship_order(entry.placed.order_id)

        orders = await asyncio.gather(*(read(handle) for handle in handles))
        forms = {form.order: form for form in request.orders}
        return [
            Candidate(forms[handle], order, known[handle].order if handle in known else None)
            for handle, order in zip(handles, orders, strict=True)
        ]


@contextmanager
def _naming(order_id: AmazonOrderId) -> Iterator[None]:
    """Let the warehouse's errors, which know its own number only, name Amazon's order too."""
    try:
        yield
    except RemoteError as error:
        error.args = (f"Amazon order {order_id}, {error.args[0]}",)
        raise


def _sent(closing: Closing | None, order: ShipOrder | None) -> bool:
    """Whether closing an order was begun and may have succeeded: nothing is left to check, only to look."""
    return (
        closing is not None
        and closing.state is ClosingState.CLOSING
        and order is not None
        and order.placed.status is PlacedStatus.CLOSED
    )


class _Close:
    """One order on its way: look, mark, route, close, read back."""

    def __init__(self, desk: Desk, closing: Closing) -> None:
        self._desk = desk
        self._closing = closing

    async def run(self) -> None:
        for _ in range(_TRIES):
            order = await self._desk.warehouse.ship_order(self._closing.warehouse_order_id)
            if order.placed.status is not PlacedStatus.OPEN or order.placed.on_hold:
                # The same request may be under way twice, and the other run closed the order.
                await self._read_again()
                if self._closing.state is not ClosingState.CLOSED:
                    await self._ended(order)
                return
            try:
                await self._write(order)
            except Outdated:
                continue
            except Refused as refusal:
                after = await self._desk.warehouse.ship_order(self._closing.warehouse_order_id)
                await self._ended(after, str(refusal))
                return
            await self._ended(await self._desk.warehouse.ship_order(self._closing.warehouse_order_id))
            return
        await self._record(ClosingState.REFUSED, "The order kept changing while it was being closed.")

    async def _read_again(self) -> None:
        desk, closing = self._desk, self._closing
        stored = await desk.ledger.submission(desk.connection, closing.token)
        self._closing = next(each for each in stored if each.handle == closing.handle)

    async def _write(self, order: ShipOrder) -> None:
        """Commit to closing, then route and close; both are refused when the order moved meanwhile."""
        desk, closing = self._desk, self._closing
        self._closing = replace(closing, state=ClosingState.CLOSING, before=_manual(order))
        await desk.ledger.record_closing(desk.connection, self._closing, now=desk.clock.now())
        routed = await desk.warehouse.route_order(order, closing.routing, closing.tracking)
        await desk.warehouse.close_order(routed, closing.tracking, closing.charges, at=desk.clock.now())

    async def _ended(self, order: ShipOrder, refusal: str = "") -> None:
        """Record what the order shows: closed by us with our charges, or what is in the way."""
        status = order.placed.status
        if status is PlacedStatus.CLOSED and self._is_ours(order):
            self._closing = replace(self._closing, total=order.total)
            await self._record(ClosingState.CLOSED, "")
        elif status is PlacedStatus.CLOSED:
            await self._record(
                ClosingState.REFUSED,
                "Somebody else closed the order; the charges of this request are not on it.",
            )
        elif status is PlacedStatus.CANCELLED:
            await self._record(ClosingState.REFUSED, "The order was cancelled meanwhile; do not ship it.")
        elif order.placed.on_hold:
            await self._record(
                ClosingState.REFUSED, "The order was put on hold meanwhile; look before shipping."
            )
        else:
            await self._record(ClosingState.REFUSED, refusal or "The warehouse did not close the order.")

    def _is_ours(self, order: ShipOrder) -> bool:
        """A closed order is ours when we were closing it and it shows what we sent."""
        closing = self._closing
        if closing.state is not ClosingState.CLOSING or order.tracking != closing.tracking:
            return False
        wanted = Counter(map(_shown, (*closing.before, *closing.charges)))
        return wanted <= Counter(map(_shown, _manual(order)))

    async def _record(self, state: ClosingState, sentence: str) -> None:
        desk = self._desk
        self._closing = replace(self._closing, state=state, sentence=sentence)
        await desk.ledger.record_closing(desk.connection, self._closing, now=desk.clock.now())
        log.info("order=%s %s", self._closing.handle, state.value)


def _manual(order: ShipOrder) -> tuple[Charge, ...]:
    return tuple(booked.charge for booked in order.charges if not booked.automatic)


def _shown(charge: Charge) -> tuple[object, ...]:
    return charge.kind, charge.label, charge.amount
