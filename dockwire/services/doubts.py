"""Orders whose creation has no recorded outcome: look them up before anything else happens.

A claim is committed before the order is sent, so a process that dies in between leaves a claim and
perhaps an order. The warehouse knows: found means adopt; not found means create again, but only once
the claim has expired, because until then its maker may still be sending.
"""

import logging
from datetime import datetime, timedelta

from dockwire.decisions.retrying import retry_at
from dockwire.errors import Fixer, Unfinished
from dockwire.model.record import Created, InDoubt, NotCreated, OrderState, Outcome, Problem
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from dockwire.services.creating import held_as_cancelled
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

_AFTER_EXPIRY = timedelta(seconds=1)

_MOST_ATTEMPTS = 3


async def settle_doubts(desk: Desk, *, patience: timedelta) -> tuple[int, int]:
    """Resolve every doubt; return how many orders were adopted and how many are to be created again.

    Waits for live claims to expire, at most ``patience``.

    Raises:
        Unfinished: some claims outlast the patience: their maker is still at work.
    """
    give_up = desk.clock.now() + patience
    adopted = reopened = 0
    while doubts := await desk.ledger.in_doubt(desk.connection):
        found, again, alive = await _look(desk, doubts)
        adopted += found
        reopened += again
        if not alive:
            continue
        wake = min(doubt.expires for doubt in alive) + _AFTER_EXPIRY
        if wake > give_up:
            raise Unfinished(
                f"{len(alive)} orders of {desk.connection.slug} are being created by another run; "
                f"they are looked up again after {wake:%H:%M:%S} UTC"
            )
        log.info("connection=%s: %d orders in doubt; waiting", desk.connection.slug, len(alive))
        await desk.clock.sleep((wake - desk.clock.now()).total_seconds())
    return adopted, reopened


def _ending(doubt: InDoubt, found: PlacedOrder | None, now: datetime) -> NotCreated | None:
    """Return what an expired doubt becomes, None when the order is simply created again.

    An order the warehouse never answers for waits longer each time, so that it holds up nothing.
    """
    if found is not None:
        return held_as_cancelled(doubt.order_id, found)
    if doubt.attempts < _MOST_ATTEMPTS:
        return None
    problem = Problem(
        "no_answer",
        f"The warehouse gave no usable answer {doubt.attempts} times and does not have the order.",
        Fixer.ENGINEER,
    )
    return NotCreated(doubt.order_id, OrderState.FAILED, (problem,), retry_at(now, doubt.attempts))


async def _look(desk: Desk, doubts: list[InDoubt]) -> tuple[int, int, list[InDoubt]]:
    asked = desk.clock.now()
    references = [doubt.reference for doubt in doubts]
    placed = await desk.warehouse.find_orders(references, desk.connection.customer_id)
    live = {order.reference for order in placed.values() if order.status is not PlacedStatus.CANCELLED}
    found: list[Outcome] = [
        Created(doubt.order_id, placed[doubt.reference], adopted=True)
        for doubt in doubts
        if doubt.reference in live
    ]
    if found:
        await desk.ledger.record_outcomes(desk.connection, found, owner=desk.owner, now=desk.clock.now())
    missing = [doubt for doubt in doubts if doubt.reference not in live]
    # Judged by the time before the look-up: an order sent meanwhile would not have been seen.
    reopened = 0
    for doubt in missing:
        if doubt.expires <= asked:
            now = desk.clock.now()
            end = _ending(doubt, placed.get(doubt.reference), now)
            reopened += await desk.ledger.reclaim(doubt, desk.connection, now=now, failed=end)
    return len(found), reopened, [doubt for doubt in missing if doubt.expires > asked]
