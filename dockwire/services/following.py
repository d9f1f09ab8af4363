"""Carrying changes at Amazon, and what persons want stopped, into warehouse orders that exist already, and recording them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from dockwire.decisions.following import Follow, FollowAct, decide_follow, with_wishes
from dockwire.errors import Outdated, Refused, RemoteError
from dockwire.handles import meant
from dockwire.model.record import FactKind, LedgerOrder
from dockwire.model.warehouse import PlacedOrder, PlacedStatus
from dockwire.services.desk import Desk

log = logging.getLogger(__name__)

_TRIES = 3

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


@dataclass(frozen=True, slots=True)
class _End:
    """How an act ended: the fact, and what stood in its way."""

    fact: FactKind
    obstacle: str = ""
    refused: bool = False
    """The warehouse would not: as far as is known the order is open, and as it was."""


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
    assert known.placed is not None  # only created orders are followed
    change = decide_follow(
        known.placed_as or known.order,
        known.order,
        desk.connection.on_buyer_cancel,
        known.overrides.address,
    )
    follow = with_wishes(change, known.overrides)
    end = None
    if follow.act is not FollowAct.NOTHING:
        end = await _act(desk, known.placed, follow)
        log.info("order=%s %s: %s", known.order.order_id, follow.code, end.fact)
    await desk.ledger.record_follow(
        desk.connection,
        known.order.order_id,
        version=known.version,
        fact=end.fact if end else None,
        detail=_detail(known.placed, follow, end) if end else {},
        now=desk.clock.now(),
        cancelled=end is not None and end.fact is FactKind.CANCELLED_IN_WAREHOUSE,
        ends_correction=follow.ends_correction,
        keeps_cancel=end is not None and end.refused,
    )
    return end.fact if end else None


async def _act(desk: Desk, placed: PlacedOrder, follow: Follow) -> _End:
    obstacle = "The warehouse order kept changing."
    for _ in range(_TRIES):
        try:
            current = await desk.warehouse.get_order(placed.order_id)
            return _settled(current, placed, follow) or await _write(desk, current, follow)
        except Outdated:
            continue
        except Refused as error:
            obstacle = f"The warehouse cannot follow: {error}."
            break
    return _End(FactKind.CHANGE_NEEDS_PERSON, obstacle, refused=True)


def _settled(current: PlacedOrder, placed: PlacedOrder, follow: Follow) -> _End | None:
    """Return how it ends without a write: it is done already, or nobody but a person can do it."""
    if not _same(current, placed):
        return _End(FactKind.CHANGE_NEEDS_PERSON, "The warehouse has another order under this number.")
    if current.status is PlacedStatus.CANCELLED:
        if follow.act is FollowAct.CANCEL:
            return _End(FactKind.CANCELLED_IN_WAREHOUSE)
        return _End(FactKind.CHANGE_NEEDS_PERSON, "The warehouse order is cancelled; Amazon's order is not.")
    if current.status is PlacedStatus.CLOSED:
        return _End(FactKind.CHANGE_NEEDS_PERSON, "The warehouse order is closed.")
    done = _WITH_HOLD if current.on_hold else _WITHOUT_HOLD
    return _End(done[follow.act]) if follow.act in done else None


_WITH_HOLD = {FollowAct.HOLD: FactKind.HELD_IN_WAREHOUSE}
_WITHOUT_HOLD = {FollowAct.RELEASE: FactKind.RELEASED_IN_WAREHOUSE}


def _same(current: PlacedOrder, placed: PlacedOrder) -> bool:
    """Numbers repeat where a connection moved to another warehouse; a cancelled order may carry a suffix."""
    return current.customer_id == placed.customer_id and current.reference.startswith(placed.reference)


async def _write(desk: Desk, current: PlacedOrder, follow: Follow) -> _End:
    if follow.act is FollowAct.CANCEL:
        await _cancel(desk, current, follow.sentence)
        return _End(FactKind.CANCELLED_IN_WAREHOUSE)
    if follow.act is FollowAct.RELEASE:
        await desk.warehouse.release_order(current)
        return _End(FactKind.RELEASED_IN_WAREHOUSE)
    await desk.warehouse.hold_order(current, follow.sentence)
    return _End(FactKind.HELD_IN_WAREHOUSE)


async def _cancel(desk: Desk, current: PlacedOrder, reason: str) -> None:
    """Cancel; an order on hold refuses, so it is released for the moment that cancelling takes.

    Where it is refused all the same, the order is put on hold again.

    A process that dies in between leaves it open, and the next run cancels it: closing it meanwhile is
    stopped by Amazon's cancellation, or the person's, which the ledger knows.
    """
    try:
        await desk.warehouse.cancel_order(current, reason)
    except Outdated:
        raise
    except Refused:
        if not current.on_hold:
            raise
        await desk.warehouse.release_order(current)
        try:
            await desk.warehouse.cancel_order(await desk.warehouse.get_order(current.order_id), reason)
        except Refused:  # Outdated is one: the next try begins with an order on hold, as this one did
            await _hold_again(desk, current, reason)
            raise


async def _hold_again(desk: Desk, before: PlacedOrder, reason: str) -> None:
    current = await desk.warehouse.get_order(before.order_id)
    if current.status is PlacedStatus.OPEN and not current.on_hold:
        await desk.warehouse.hold_order(current, reason)


def _detail(placed: PlacedOrder, follow: Follow, end: _End) -> dict[str, str]:
    return {
        "code": follow.code,
        "reason": f"{follow.sentence} {end.obstacle}".rstrip(),
        "reference": placed.reference,
        "warehouse_order": str(placed.order_id),
    }
