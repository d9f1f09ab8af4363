"""Tracking update: closed warehouse orders go back to Amazon, package by package, and are seen there.

Each public method is one step of a run. A parcel's reference never changes, so telling Amazon twice
edits the same package: whatever was lost on the way is simply sent again. Amazon's "already shipped"
counts as success only when its own packages agree.
"""

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from dockwire.decisions.refusals import ALREADY_FULFILLED, explain_refusal
from dockwire.decisions.retrying import retry_at
from dockwire.decisions.tracking import Look, Settle, decide_parcel, parcels_of, settle_by_packages, shows
from dockwire.errors import Action, Fixer, NotFound, Refused, RemoteError, Unanswered, Unavailable, Unfinished
from dockwire.handles import meant
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.order import Malformed, Order
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelOutcome, ParcelState
from dockwire.model.record import Problem
from dockwire.model.shipping import ShipOrder, UnreadableOrder
from dockwire.model.warehouse import PlacedStatus
from dockwire.services.desk import Desk
from dockwire.services.feeding import Choose, follow_feeds, hand_over, quicker
from dockwire.services.tracking_report import TrackingReport, outcome_of

_Listed = ShipOrder | UnreadableOrder

log = logging.getLogger(__name__)

_OVERLAP = timedelta(hours=2)
"""The warehouse's times have no offset and its clock is its own."""

_STORED_AT_ONCE = 100
_BATCH = 100
_MOST_TROUBLES = 5
_PATIENCE = timedelta(minutes=30)
"""So long Amazon may take to show a parcel before we ask for its order by itself."""

_ALARM = timedelta(hours=24)
_ASKED_AT_ONCE = 15
"""Orders asked for by themselves in one run: half of getOrder's burst stays for others."""


class TrackingUpdate:
    """The steps of one run for one connection."""

    def __init__(self, desk: Desk, choose: Choose = quicker) -> None:
        self._desk = desk
        self._choose = choose

    @property
    def desk(self) -> Desk:
        """What the run works with."""
        return self._desk

    async def collect(self) -> TrackingReport:
        """Read what the warehouse closed since the last run and store its parcels.

        Parcels of orders that were opened again, or cancelled, are withdrawn before anything is sent.
        The mark moves only when everything was read; what is read twice changes nothing.
        """
        desk = self._desk
        await desk.ledger.register(desk.connection, now=desk.clock.now())
        began = desk.clock.now()
        seen = await desk.ledger.shipping_mark(desk.connection)
        mark = seen or desk.connection.import_since
        report = TrackingReport()
        async for group in _grouped(self._moved(mark - _OVERLAP), _STORED_AT_ONCE):
            closed = [order for order in group if _counts_as_closed(order)]
            others = [order for order in group if not _counts_as_closed(order)]
            stored = await desk.ledger.store_parcels(
                desk.connection,
                [self._parcels(order, began) for order in closed],
                now=desk.clock.now(),
            )
            await desk.ledger.withdraw_parcels(
                desk.connection, [_number(order) for order in others], now=desk.clock.now()
            )
            report.closed += stored.orders
            report.parcels += stored.parcels
        await desk.ledger.move_shipping_mark(desk.connection, began, seen=seen)
        return report

    async def _moved(self, since: datetime) -> AsyncIterator[_Listed]:
        desk = self._desk
        for customer in await desk.ledger.shipping_customers(desk.connection):
            async for order in desk.warehouse.moved_orders(customer, since):
                yield order

    def _parcels(self, order: _Listed, began: datetime) -> tuple[WarehouseOrderId, list[Parcel | Problem]]:
        if isinstance(order, UnreadableOrder):
            sentence = f"Warehouse order {order.order_id} cannot be read: {order.members}."
            return order.order_id, [Problem("order_unreadable", sentence, Fixer.ENGINEER)]
        closed = order.modified or began
        return _number(order), parcels_of(order, self._desk.connection, closed=closed)

    async def feed_backlog(self) -> TrackingReport:
        """See what became of feeds, and hand a backlog over in one where that is quicker."""
        report = await follow_feeds(self._desk)
        report.add(await hand_over(self._desk, self._choose))
        return report

    async def send_batch(self, after: int = 0) -> TrackingReport:
        """Tell Amazon of the due parcels behind ``after``; one parcel's refusal never stops the others.

        Raises:
            Unfinished: Amazon stopped answering; repeating the step does what is left.
            AccessDenied: the credential may not confirm shipments.
        """
        desk = self._desk
        due = await desk.ledger.due_parcels(desk.connection, now=desk.clock.now(), after=after, limit=_BATCH)
        report = TrackingReport(next_after=due[-1].id if len(due) == _BATCH else None)
        troubles = 0
        for known in due:
            # Another run may have told Amazon of a correction meanwhile; this one would put the old back.
            if not await desk.ledger.parcel_stands(known):
                continue
            with meant(order=known.order.order_id):
                outcome, trouble = await self._tell(known)
            await desk.ledger.record_parcels(desk.connection, [outcome], now=desk.clock.now())
            report.count(known, outcome)
            troubles = troubles + 1 if trouble else 0
            if trouble is not None and (trouble.action is Action.HOLD or troubles >= _MOST_TROUBLES):
                raise trouble if trouble.action is Action.HOLD else _unfinished(desk, trouble)
        return report

    async def verify(self) -> TrackingReport:
        """Look for accepted parcels in Amazon's orders; ask for orders that the harvest does not bring."""
        desk = self._desk
        report = TrackingReport()
        asked = 0
        async for known in self._accepted():
            outcome = _seen(known, known.order)
            if outcome is None and asked < _ASKED_AT_ONCE and _waits_long(known, desk.clock.now()):
                asked += 1
                with meant(order=known.order.order_id):
                    outcome = await self._ask(known)
            if outcome is not None:
                await desk.ledger.record_parcels(desk.connection, [outcome], now=desk.clock.now())
                report.count(known, outcome)
        return report

    async def _accepted(self) -> AsyncIterator[LedgerParcel]:
        """Yield the parcels Amazon took and did not show yet, page by page."""
        after = 0
        while page := await self._desk.ledger.accepted_parcels(self._desk.connection, after=after):
            for known in page:
                yield known
            after = page[-1].id

    async def _tell(self, known: LedgerParcel) -> tuple[ParcelOutcome, RemoteError | None]:
        decision = decide_parcel(known.parcel, known.order, corrects=known.changed)
        if isinstance(decision, Look):
            return await self._look(known, None), None
        if isinstance(decision, Settle):
            return outcome_of(known, decision.state, decision.problem), None
        try:
            await self._desk.seller.confirm_shipment(known.order, known.parcel)
        except Refused as refusal:
            return await self._refused(known, refusal), None
        except RemoteError as trouble:
            unknown = isinstance(trouble, Unanswered | Unavailable)
            state = ParcelState.SENT if unknown else known.state
            again = retry_at(self._desk.clock.now(), known.attempts)
            return outcome_of(known, state, None, not_before=again), trouble
        return outcome_of(known, ParcelState.ACCEPTED, None, taken=True), None

    async def _refused(self, known: LedgerParcel, refusal: Refused) -> ParcelOutcome:
        """A refusal is final, unless Amazon means that it has the parcel already."""
        problem = explain_refusal(refusal.args[0] if refusal.args else "")
        if problem.code == ALREADY_FULFILLED:
            return await self._look(known, problem)
        return outcome_of(known, ParcelState.REFUSED, problem)

    async def _look(self, known: LedgerParcel, problem: Problem | None) -> ParcelOutcome:
        """Compare with Amazon's own packages before anything is called success or failure."""
        order = await self._fresh(known)
        if order is None:
            unreadable = problem or Problem(
                "order_unreadable", "Amazon's order cannot be read to compare its packages.", Fixer.AMAZON
            )
            return outcome_of(known, ParcelState.REFUSED, unreadable)
        settled = settle_by_packages(known.parcel, order, order.packages)
        refused = settled.state is ParcelState.REFUSED and problem is not None
        return outcome_of(
            known,
            settled.state,
            problem if refused else settled.problem,
            taken=settled.state is ParcelState.VISIBLE,
        )

    async def _ask(self, known: LedgerParcel) -> ParcelOutcome | None:
        order = await self._fresh(known)
        outcome = None if order is None else _seen(known, order)
        if outcome is None and known.sent and self._desk.clock.now() - known.sent > _ALARM:
            problem = Problem(
                "not_visible",
                "Amazon accepted the parcel more than a day ago and does not show it; look in Seller Central.",
                Fixer.MERCHANT,
            )
            return outcome_of(known, ParcelState.REFUSED, problem)
        return outcome

    async def _fresh(self, known: LedgerParcel) -> Order | None:
        """Return Amazon's order as it is now, stored in the ledger too."""
        desk = self._desk
        try:
            order = await desk.seller.get_order(known.order.order_id)
        except NotFound:
            return None
        await desk.ledger.store_order(desk.connection.account, order, now=desk.clock.now())
        return None if isinstance(order, Malformed) else order


def _number(order: _Listed) -> WarehouseOrderId:
    return order.order_id if isinstance(order, UnreadableOrder) else order.placed.order_id


def _counts_as_closed(order: _Listed) -> bool:
    # A cancelled order counts as closed in places, so the status decides where it can be read.
    return isinstance(order, UnreadableOrder) or order.placed.status is PlacedStatus.CLOSED


async def _grouped(orders: AsyncIterator[_Listed], size: int) -> AsyncIterator[list[_Listed]]:
    group: list[_Listed] = []
    async for order in orders:
        group.append(order)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _seen(known: LedgerParcel, order: Order) -> ParcelOutcome | None:
    if any(shows(package, known.parcel) for package in order.packages):
        return outcome_of(known, ParcelState.VISIBLE, None, taken=True)
    return None


def _waits_long(known: LedgerParcel, now: datetime) -> bool:
    return known.sent is not None and now - known.sent > _PATIENCE


def _unfinished(desk: Desk, trouble: RemoteError) -> Unfinished:
    return Unfinished(f"shipments of {desk.connection.slug} were not confirmed: {trouble}")
