"""Carrying a change at Amazon into the warehouse order that exists already, and recording it."""

import logging

from dockwire.decisions.following import Follow, FollowAct, decide_follow
from dockwire.errors import Outdated, Refused
from dockwire.model.record import FactKind, LedgerOrder
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

_TRIES = 3


async def follow_change(desk: Desk, known: LedgerOrder) -> FactKind | None:
    """Do what one created order's change asks for; return the fact recorded, None when there was none.

    Repeating it is harmless: the warehouse order is read first, and what is done already counts as done.
    """
    assert known.placed is not None  # only created orders are followed
    follow = decide_follow(known.placed_as or known.order, known.order, desk.connection.on_buyer_cancel)
    fact = None
    if follow.act is not FollowAct.NOTHING:
        fact = await _act(desk, known.placed, follow)
        log.info("order=%s %s: %s", known.order.order_id, follow.code, fact)
    await desk.ledger.record_follow(
        desk.connection,
        known.order.order_id,
        version=known.version,
        fact=fact,
        detail=_detail(known, follow) if fact else {},
        now=desk.clock.now(),
        cancelled=fact is FactKind.CANCELLED_IN_WAREHOUSE,
    )
    return fact


async def _act(desk: Desk, placed: PlacedOrder, follow: Follow) -> FactKind:
    for _ in range(_TRIES):
        current = await desk.warehouse.get_order(placed.order_id)
        try:
            return _done_already(current, follow) or await _write(desk, current, follow)
        except Outdated:
            continue
        except Refused:
            break
    return FactKind.CHANGE_NEEDS_PERSON


def _done_already(current: PlacedOrder, follow: Follow) -> FactKind | None:
    if current.status is PlacedStatus.CANCELLED:
        return FactKind.CANCELLED_IN_WAREHOUSE
    if current.status is PlacedStatus.CLOSED:
        return FactKind.CHANGE_NEEDS_PERSON
    return FactKind.HELD_IN_WAREHOUSE if follow.act is FollowAct.HOLD and current.on_hold else None


async def _write(desk: Desk, current: PlacedOrder, follow: Follow) -> FactKind:
    if follow.act is FollowAct.CANCEL:
        await desk.warehouse.cancel_order(current, follow.sentence)
        return FactKind.CANCELLED_IN_WAREHOUSE
    await desk.warehouse.hold_order(current, follow.sentence)
    return FactKind.HELD_IN_WAREHOUSE


def _detail(known: LedgerOrder, follow: Follow) -> dict[str, str]:
    assert known.placed is not None  # as above
    return {
        "code": follow.code,
        "reason": follow.sentence,
        "reference": known.placed.reference,
        "warehouse_order": str(known.placed.order_id),
    }
