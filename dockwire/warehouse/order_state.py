"""An order's present state: finding it, its ETag, and what the state forbids."""

import hashlib
from enum import IntEnum

from sqlalchemy import Row, select, update

from dockwire.warehouse.problems import Missing, NotAllowed, Outdated, Unconditional
from dockwire.warehouse.tables import orders
from dockwire.warehouse.work import Work


class Status(IntEnum):
    """``status`` of an order (the vendor's WarehouseTransactionApiStatus)."""

    OPEN = 0
    CLOSED = 1
    CANCELLED = 2


def etag(kind: str, number: int, version: object) -> str:
    """Return the tag of one state of one thing; opaque, and different after every change.

    ``version`` counts the changes; what is not counted is its own version.
    """
    return f'"{hashlib.sha256(f"{kind} {number} {version}".encode()).hexdigest()[:16]}"'


def check_match(if_match: str | None, tag: str) -> None:
    """Compare an ``If-Match`` header with the present tag, weakly.

    Raises:
        Unconditional: there is no header.
        Outdated: none of its tags is the present one.
    """
    if if_match is None or not if_match.strip():
        raise Unconditional
    if tag not in {given.strip().removeprefix("W/") for given in if_match.split(",")}:
        raise Outdated


def lock(work: Work, order_id: int) -> Row[tuple[object, ...]]:
    """Return an order that nobody else may change until this operation ends.

    Raises:
        Missing: there is none that the caller may see.
    """
    wanted = select(orders).where(orders.c.id == order_id, work.access.sees(orders.c.customer_id))
    found = work.link.execute(wanted.with_for_update()).first()
    if found is None:
        raise Missing("The order")
    return found


def lock_matching(work: Work, order_id: int, if_match: str | None) -> Row[tuple[object, ...]]:
    """Return the locked order if the caller knows its present state.

    Raises:
        Missing: there is none that the caller may see.
        Unconditional, Outdated: the caller does not know its present state.
    """
    found = lock(work, order_id)
    check_match(if_match, etag("order", found.id, found.version))
    return found


def need_open(order: Row[tuple[object, ...]], action: str) -> None:
    """Raise ``NotAllowed`` unless the order is open."""
    if order.status == Status.CLOSED:
        raise NotAllowed("OrderConfirmed", action, "The order is closed.")
    if order.status == Status.CANCELLED:
        raise NotAllowed("OrderCanceled", action, "The order is cancelled.")


def need_closed(order: Row[tuple[object, ...]], action: str) -> None:
    """Raise ``NotAllowed`` unless the order is closed."""
    if order.status == Status.CANCELLED:
        raise NotAllowed("OrderCanceled", action, "The order is cancelled.")
    if order.status == Status.OPEN:
        raise NotAllowed("OrderNotConfirmed", action, "The order is not closed.")


def need_released(order: Row[tuple[object, ...]], action: str) -> None:
    """Raise ``NotAllowed`` if the order is on hold."""
    if order.on_hold_date is not None:
        raise NotAllowed("InUse", action, "The order is on hold; release it first.")


def change(work: Work, order: Row[tuple[object, ...]], **values: object) -> None:
    """Write new values and move the ETag, the time and the name of the last change."""
    work.link.execute(
        update(orders)
        .where(orders.c.id == order.id)
        .values(version=order.version + 1, modified=work.now, modified_by=work.access.login, **values)
    )
