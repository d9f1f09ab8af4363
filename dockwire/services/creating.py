"""Creating warehouse orders: claim, look, send, record; each order exactly once.

The claim is committed before anything is sent. References that the warehouse knows already are
adopted, so that a restored or rebuilt ledger doubles nothing. An unknown outcome is looked up at
once; if that does not settle it, the claim stays and the next run settles it.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dockwire.decisions.retrying import retry_at
from dockwire.errors import Action, Duplicate, Fixer, Refused, RemoteError, Unanswered, Unexpected
from dockwire.handles import meant
from dockwire.model.ids import AmazonOrderId
from dockwire.model.override import REFERENCE_CANCELLED
from dockwire.model.record import Claim, Created, NotCreated, OrderState, Outcome, Problem
from dockwire.model.warehouse import OrderDraft, PlacedOrder, PlacedStatus
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

CLAIM_SECONDS = 180.0
"""How long a claim keeps other runs from creating the order."""

_SEND_SECONDS = 75.0
"""A creation that takes longer is cut off and looked up."""

_WRITING_SECONDS = 30.0
"""What the warehouse may take to finish an order that was cut off, and clocks of two workers may differ."""

_MOST_TROUBLES = 5
"""So many troubles in a row, with no success between, mean that the warehouse is out, not an order bad."""

_FLUSH = 25
"""Outcomes recorded in one transaction: bounds the look-ups after a crash, not correctness."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be created."""

    order_id: AmazonOrderId
    version: int
    attempts: int
    draft: OrderDraft = field(repr=False)


@dataclass(slots=True)
class Creations:
    """What became of one batch."""

    created: int = 0
    adopted: int = 0
    failed: int = 0
    unsent: int = 0
    """Given back because the warehouse stopped answering; due again at once."""
    doubtful: int = 0
    """Sent without an answer and not found yet; settled by the next run."""
    trouble: RemoteError | None = None
    """Why orders were left unsent or in doubt."""


async def create_orders(
    desk: Desk, wanted: list[Wanted], *, send_seconds: float = _SEND_SECONDS
) -> Creations:
    """Create every wanted order once; one order's trouble never stops the others.

    No creation outlives its claim: one that would is not begun, and each is cut off after ``send_seconds``.
    """
    if not wanted:
        return Creations()
    now = desk.clock.now()
    claims = [Claim(want.order_id, want.version, want.draft.reference) for want in wanted]
    ours = set(
        await desk.ledger.claim(desk.connection, claims, owner=desk.owner, now=now, seconds=CLAIM_SECONDS)
    )
    batch = _Batch(desk, claimed=now, send_seconds=send_seconds)
    await batch.run([want for want in wanted if want.order_id in ours])
    return batch.result


class _Batch:
    """One fan-out: workers draw orders from one list and hand in outcomes."""

    def __init__(self, desk: Desk, *, claimed: datetime, send_seconds: float) -> None:
        self._desk = desk
        self._send_seconds = send_seconds
        self._send_until = claimed + timedelta(seconds=CLAIM_SECONDS - send_seconds - _WRITING_SECONDS)
        self._outcomes: list[Outcome] = []
        self._writing = asyncio.Lock()
        self._troubles = 0
        self.result = Creations()

    async def run(self, wanted: list[Wanted]) -> None:
        references = [want.draft.reference for want in wanted]
        known: dict[str, PlacedOrder] = {}
        try:
            known = await self._desk.warehouse.find_orders(references, self._desk.connection.customer_id)
        except RemoteError as error:
            # Without the look-up an order of a lost ledger could be doubled: send nothing now.
            self._stop(error)
        queue = iter(wanted)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._desk.workers, len(wanted))):
                    group.create_task(self._work(queue, known))
        except ExceptionGroup as errors:
            # The workers stop together, and for the same reason: the ledger's.
            raise errors.exceptions[0] from None
        await self._flush(at_least=1)

    async def _work(self, queue: Iterator[Wanted], known: dict[str, PlacedOrder]) -> None:
        for want in queue:
            with meant(order=want.order_id):
                outcome = await self._guarded(want, known.get(want.draft.reference))
            if outcome is None:
                self.result.doubtful += 1
            else:
                self._outcomes.append(outcome)
                await self._flush(at_least=_FLUSH)

    async def _flush(self, *, at_least: int) -> None:
        async with self._writing:
            if len(self._outcomes) < at_least:
                return
            outcomes, self._outcomes = self._outcomes, []
            desk = self._desk
            await desk.ledger.record_outcomes(
                desk.connection, outcomes, owner=desk.owner, now=desk.clock.now()
            )

    async def _guarded(self, want: Wanted, known: PlacedOrder | None) -> Outcome | None:
        """Settle an order; a bug that it meets leaves it in doubt and stops no other."""
        try:
            return await self._settle(want, known)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other orders have nothing to do with it
            log.error("order=%s stays in doubt: %s", want.order_id, Unexpected.from_error(error))  # noqa: TRY400 - a traceback may quote the order
            return None

    async def _settle(self, want: Wanted, known: PlacedOrder | None) -> Outcome | None:
        """Return the order's outcome, or None when it stays in doubt."""
        if known is not None:
            return self._adopted(want, known)
        if self._troubles >= _MOST_TROUBLES or self._desk.clock.now() > self._send_until:
            self.result.unsent += 1
            return NotCreated(want.order_id, OrderState.NEW)
        try:
            placed = await self._send(want.draft)
        except (Duplicate, Unanswered) as error:
            return await self._look_again(want, error)
        except RemoteError as error:
            return self._not_created(want, error)
        self._troubles = 0
        self.result.created += 1
        return Created(want.order_id, placed)

    async def _send(self, draft: OrderDraft) -> PlacedOrder:
        try:
            async with asyncio.timeout(self._send_seconds):
                return await self._desk.warehouse.create_order(draft)
        except TimeoutError:
            told = f"no answer within {self._send_seconds:.0f} s"
            raise Unanswered(told, system="warehouse", operation="createOrder") from None

    def _not_created(self, want: Wanted, error: RemoteError) -> Outcome:
        """Nothing was created: the order's own fault fails it, any other sends it back."""
        if not isinstance(error, Refused):
            self._trouble(error)
            self.result.unsent += 1
            return NotCreated(want.order_id, OrderState.NEW)
        self.result.failed += 1
        problem = Problem("refused_by_warehouse", f"Creating the order failed: {error}", error.fixer)
        at = retry_at(self._desk.clock.now(), want.attempts)
        return NotCreated(want.order_id, OrderState.FAILED, (problem,), at)

    async def _look_again(self, want: Wanted, error: RemoteError) -> Outcome | None:
        """The order may exist: adopt it if so; an answered "duplicate" without an order fails."""
        desk = self._desk
        try:
            placed = await desk.warehouse.find_order(want.draft.reference, desk.connection.customer_id)
        except RemoteError as trouble:
            self._trouble(trouble)
            return None
        if placed is not None:
            return self._adopted(want, placed)
        if isinstance(error, Duplicate):
            return self._not_created(want, error)
        # Not there yet is not "never": a slow server may still be writing. The claim stays.
        self._trouble(error)
        return None

    def _trouble(self, error: RemoteError) -> None:
        self.result.trouble = error
        self._troubles += 1
        if error.action is Action.HOLD:
            self._stop(error)

    def _stop(self, error: RemoteError) -> None:
        self.result.trouble = error
        self._troubles = _MOST_TROUBLES

    def _adopted(self, want: Wanted, placed: PlacedOrder) -> Outcome:
        if placed.status is PlacedStatus.CANCELLED:
            self.result.failed += 1
            return held_as_cancelled(want.order_id, placed)
        self.result.adopted += 1
        log.info("order=%s adopted as warehouse order %s", want.order_id, placed.order_id)
        return Created(want.order_id, placed, adopted=True)


def held_as_cancelled(order_id: AmazonOrderId, placed: PlacedOrder) -> NotCreated:
    """A cancelled order is no order: adopting it would lose the buyer's."""
    problem = Problem(
        REFERENCE_CANCELLED,
        f"The warehouse holds a cancelled order {placed.order_id} under reference "
        f"{placed.reference}; reopen it, or create the order by hand.",
        Fixer.CLERK,
    )
    return NotCreated(order_id, OrderState.HELD, (problem,))
