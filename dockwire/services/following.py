"""Carrying changes at Amazon, and what persons want stopped, into warehouse orders that exist already, and recording them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from dockwire.decisions.following import (
    Follow,
    FollowAct,
    decide_follow,
    where_cancelling_is_refused,
    with_wishes,
)
from dockwire.errors import RemoteError
from dockwire.handles import meant
from dockwire.model.record import FactKind, LedgerOrder
from dockwire.services.carrying_out import CarryingOut, End, Moved
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

_MOST_TROUBLES = 5
"""So many troubles in a row mean that the warehouse is out: the others wait for the next run."""


@dataclass(slots=True)
class Followed:
    """What became of the changed orders of one batch."""

    done: int = 0
    left: int = 0
    """Still due: the warehouse did not answer for them."""
    trouble: RemoteError | None = None
    """Why some are left."""


async def follow_changes(desk: Desk, changed: Iterable[LedgerOrder]) -> Followed:
    """Follow every changed order; one order's trouble never stops the others."""
    result = Followed()
    troubles = 0
    for known in changed:
        if troubles >= _MOST_TROUBLES:
            result.left += 1
            continue
        with meant(order=known.order.order_id):
            try:
                result.done += await _follow(desk, known) is not None
                troubles = 0
            except RemoteError as error:
                log.warning("order=%s: a later run follows its change: %s", known.order.order_id, error)
                result.left, result.trouble = result.left + 1, error
                troubles += 1
    return result


async def _follow(desk: Desk, known: LedgerOrder) -> FactKind | None:
    """Do what one created order's change asks for; return the fact recorded, None when there was none.

    Repeating it is harmless: the warehouse order is read first, and what is done already counts as done.
    """
    change = decide_follow(
        known.placed_as or known.order,
        known.order,
        desk.connection.on_buyer_cancel,
        known.overrides.address,
    )
    follow = with_wishes(change, known.overrides)
    work = CarryingOut(desk, known)
    held = also = None
    try:
        end = await work.act(follow)
        if end is not None and end.refused and follow.act is FollowAct.CANCEL:
            held = where_cancelling_is_refused(change, known.overrides)
            also = await work.act(held) if held is not None else None
    except Moved:
        # Whoever moved it made it due: the next run begins with what they want.
        return None
    if end is not None:
        log.info("order=%s %s: %s", known.order.order_id, follow.code, end.fact)
    is_held = also is not None and also.fact is FactKind.HELD_IN_WAREHOUSE
    await desk.ledger.record_follow(
        desk.connection,
        known.order.order_id,
        version=work.version,
        fact=end.fact if end else None,
        detail=_detail(known, follow, end, _instead(held, also)) if end else {},
        now=desk.clock.now(),
        cancelled=end is not None and end.fact is FactKind.CANCELLED_IN_WAREHOUSE,
        ends_correction=follow.ends_correction,
        keeps_cancel=end is not None and end.refused,
        ends_hold=end is not None and end.over,
        held=held.sentence if held is not None and is_held else None,
    )
    return end.fact if end else None


def _instead(held: Follow | None, also: End | None) -> str:
    """Say what became of a hold that was wanted beside a refused cancellation."""
    if held is None or also is None:
        return ""
    if also.fact is FactKind.HELD_IN_WAREHOUSE:
        return f"It is on hold there: {held.sentence}"
    return f"Nor could it be put on hold: {held.sentence} {also.obstacle}"


def _detail(known: LedgerOrder, follow: Follow, end: End, instead: str) -> dict[str, str]:
    assert known.placed is not None  # only created orders are followed
    return {
        "code": follow.code,
        "reason": " ".join(filter(None, (follow.sentence, end.obstacle, instead))),
        "reference": known.placed.reference,
        "warehouse_order": str(known.placed.order_id),
    }
