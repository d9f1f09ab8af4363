"""Putting goods on hold and taking them off, many receive items at once, each for itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select, update

from dockwire.warehouse.holding import fault, read_ids
from dockwire.warehouse.problems import Missing, NotAllowed
from dockwire.warehouse.quantities import IN_STOCK
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.tables import receive_items
from dockwire.warehouse.work import Work


@dataclass(frozen=True, slots=True)
class StockHold:
    """What shall happen to goods: a hold with its reason, or (``release``) the end of it.

    ``quarantine`` is a hold by the warehouse itself, which nobody ends over the REST API.
    """

    reason: str
    release: bool = False
    quarantine: bool = False


def read_receive_item_ids(body: object) -> list[int]:
    """Read the numbers in ``{"receiveItemIdentifiers": [{"id": 1}]}``.

    Raises:
        InvalidModel: there are none, or one is no number.
    """
    return read_ids(body, "receiveItemIdentifiers", "receive item")


def hold_stock(work: Work, numbers: Sequence[int], hold: StockHold) -> Resource:
    """Hold or release receive items; tell which are held now, and why others are not."""
    held: list[int] = []
    faults: list[Resource] = []
    # Locking by number keeps this and the allocation of orders from waiting for each other.
    for number in sorted(set(numbers)):
        try:
            _apply(work, number, hold)
        except (Missing, NotAllowed) as problem:
            faults.append(fault(numbers.index(number) + 1, number, problem))
        else:
            held.extend([] if hold.release else [number])
    return {"heldReceiveItemIds": held, "exceptions": faults}


def _apply(work: Work, number: int, hold: StockHold) -> None:
    wanted = select(receive_items).where(
        receive_items.c.id == number, IN_STOCK, work.access.sees(receive_items.c.customer_id)
    )
    goods = work.link.execute(wanted.with_for_update()).first()
    if goods is None:
        raise Missing("The receive item")
    values = _released(goods, hold) if hold.release else _held(work, goods, hold)
    work.link.execute(update(receive_items).where(receive_items.c.id == number).values(values))


def _released(goods: Row[tuple[object, ...]], hold: StockHold) -> dict[str, object]:
    if not goods.on_hold:
        raise NotAllowed("NotSupported", "Release", "The receive item is not on hold.")
    if goods.quarantined and not hold.quarantine:
        raise NotAllowed("InUse", "Release", "The warehouse keeps the receive item in quarantine.")
    return {"on_hold": False, "on_hold_reason": "", "on_hold_date": None, "quarantined": False}


def _held(work: Work, goods: Row[tuple[object, ...]], hold: StockHold) -> dict[str, object]:
    if goods.allocated > 0 and not work.switches.hold_allocated_stock:
        raise NotAllowed("InUse", "Hold", "Orders have taken goods of the receive item.")
    return {
        "on_hold": True,
        "on_hold_reason": hold.reason,
        "on_hold_date": goods.on_hold_date or work.now,
        "quarantined": goods.quarantined or hold.quarantine,
    }
