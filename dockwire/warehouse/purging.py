"""Deleting personal data from orders that ended, or that never end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from dockwire.sealing import Sealer
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.personal_tables import purges
from dockwire.warehouse.tables import customers, order_items, orders

SHIPPED, CANCELLED, OPEN_TOO_LONG = "shipped", "cancelled", "open_too_long"
"""The rules: closed, or cancelled, so long ago; or open, and nothing happened to it for so long."""

_SHIP_DATES = ("earliestShipDate", "shipCancelDate")
_STAYS = ("state", "country")


@dataclass(frozen=True, slots=True)
class PurgeRequest:
    """One batch: which orders are looked at, and how long personal data is kept."""

    now: datetime
    by: str
    after_end: timedelta
    after_last_sign: timedelta
    """For open orders: from their last change, or the latest date by which they are to ship."""
    after: int = 0
    limit: int = 200
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Purged:
    """What a batch did."""

    orders: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Orders by customer and rule."""
    next_after: int | None = None
    """Where the next batch begins; None when there is none."""


def purge(link: Connection, request: PurgeRequest, sealer: Sealer) -> Purged:
    """Look at orders behind ``after`` and delete the personal data of those whose time has come."""
    rows = _candidates(link, request)
    done: Counter[tuple[str, str]] = Counter()
    for row in rows:
        rule, counted_from, kept_for = _rule(row, request)
        if counted_from + kept_for > request.now:
            continue
        done[row.customer, rule] += 1
        if not request.dry_run:
            _blank(link, row, request, rule, counted_from, sealer)
    return Purged(done, rows[-1].id if len(rows) == request.limit else None)


def kept(link: Connection) -> list[tuple[str, int, datetime]]:
    """Return for each customer how many orders still have personal data, and when the oldest was made."""
    query = (
        select(customers.c.name, func.count(), func.min(orders.c.created))
        .join(orders, orders.c.customer_id == customers.c.id)
        .where(orders.c.purged.is_(None))
        .group_by(customers.c.name)
        .order_by(customers.c.name)
    )
    return [(name, number, oldest) for name, number, oldest in link.execute(query)]


def _candidates(link: Connection, request: PurgeRequest) -> Sequence[Row[Any]]:
    ended = func.coalesce(orders.c.confirmed, orders.c.processed, orders.c.modified)
    query = (
        select(orders, customers.c.name.label("customer"))
        .join(customers, customers.c.id == orders.c.customer_id)
        .where(orders.c.purged.is_(None), orders.c.id > request.after)
        .where(
            or_(
                and_(orders.c.status != Status.OPEN, ended <= request.now - request.after_end),
                orders.c.modified <= request.now - request.after_last_sign,
            )
        )
        .order_by(orders.c.id)
        .limit(request.limit)
    )
    return link.execute(query.with_for_update(of=orders)).all()


def _rule(row: Row[Any], request: PurgeRequest) -> tuple[str, datetime, timedelta]:
    """Return the rule, the moment it counts from, and how long personal data is kept from then on."""
    if row.status == Status.CLOSED:
        return SHIPPED, row.confirmed or row.modified, request.after_end
    if row.status == Status.CANCELLED:
        return CANCELLED, row.processed or row.modified, request.after_end
    dates = [datetime.fromisoformat(row.members[name]) for name in _SHIP_DATES if name in row.members]
    # These are local times; a day more or less does not matter here.
    last = max([row.modified, *(date.replace(tzinfo=UTC) for date in dates)])
    return OPEN_TOO_LONG, last, request.after_last_sign


def _blank(
    link: Connection,
    row: Row[Any],
    request: PurgeRequest,
    rule: str,
    counted_from: datetime,
    sealer: Sealer,
) -> None:
    """Leave state and country of the address, and nothing of lines; who knew the order has to read it again.

    It did not change for anybody else, so ``modified`` stays.
    """
    ship_to = sealer.open(row.sealed).get("shipTo", {})
    left = {"shipTo": {name: ship_to[name] for name in _STAYS if name in ship_to}}
    values = {"sealed": sealer.seal(left), "purged": request.now, "version": row.version + 1}
    link.execute(update(orders).where(orders.c.id == row.id).values(values))
    link.execute(update(order_items).where(order_items.c.order_id == row.id).values(sealed=""))
    link.execute(
        insert(purges).values(
            order_id=row.id, at=request.now, who=request.by, rule=rule, counted_from=counted_from
        )
    )
