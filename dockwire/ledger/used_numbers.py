"""Which orders that shipped bear a tracking number; every statement finds them by an index."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select, union_all
from sqlalchemy import Connection as Link

from dockwire.decisions.carriers import plain_tracking
from dockwire.ledger.tables import closings, orders, parcels
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.record import ClosingState
from dockwire.model.shipping import UsedNumber

_AT_ONCE = 500
_LONGEST = 100
"""Characters by which a number is found."""


def plain_number(tracking: str) -> str | None:
    """Return what a tracking number is found by; None where there is none."""
    return plain_tracking(tracking)[:_LONGEST] or None


def used_numbers(
    link: Link, numbers: Collection[str], *, apart_from: Collection[AmazonOrderId]
) -> dict[str, UsedNumber]:
    """Return the order that shipped last with each of these numbers, by the number as it was asked for.

    Orders of every connection count, but those of ``apart_from``.
    """
    asked = {number: plain for number in numbers if (plain := plain_number(number))}
    apart = _ids(link, list(apart_from)) if asked else []
    found: dict[str, UsedNumber] = {}
    for some in _batches(sorted(set(asked.values()))):
        rows = link.execute(_last(some, apart)).all()
        left = _left(link, rows)
        for row in rows:
            found[row.tracking_key] = UsedNumber(
                AmazonOrderId(row.amazon_order_id),
                ConnectionSlug(row.connection or ""),
                left.get((row.order_id, row.tracking_key), row.at),
                row.orders - 1,
            )
    return {number: found[plain] for number, plain in asked.items() if plain in found}


def _last(numbers: Sequence[str], apart: Sequence[int]) -> Select[tuple[Any, ...]]:
    """Return the query for the last order with each number, and how many bear it."""
    told = select(parcels.c.tracking_key, parcels.c.order_id, parcels.c.first_seen.label("at")).where(
        parcels.c.tracking_key.in_(numbers),
        # A parcel that was withdrawn before Amazon was told of it is no more.
        or_(parcels.c.digest != "", parcels.c.sent_digest.is_not(None)),
    )
    closed = select(closings.c.tracking_key, closings.c.order_id, closings.c.at).where(
        closings.c.tracking_key.in_(numbers), closings.c.state == ClosingState.CLOSED, ~_met()
    )
    both = union_all(told, closed).subquery()
    # An order that a request closed is met by the tracking update later.
    each = (
        select(both.c.tracking_key, both.c.order_id, func.min(both.c.at).label("at"))
        .where(both.c.order_id.not_in(apart))
        .group_by(both.c.tracking_key, both.c.order_id)
        .subquery()
    )
    place = func.row_number().over(
        partition_by=each.c.tracking_key, order_by=(each.c.at.desc(), each.c.order_id)
    )
    ranked = select(
        each,
        place.label("place"),
        func.count().over(partition_by=each.c.tracking_key).label("orders"),
    ).subquery()
    return (
        select(ranked, orders.c.amazon_order_id, orders.c.connection)
        .join(orders, orders.c.id == ranked.c.order_id)
        .where(ranked.c.place == 1)
    )


def _met() -> ColumnElement[bool]:
    """Whether the tracking update read the order's packages since: their numbers count, corrected ones too."""
    since = parcels.c.first_seen >= closings.c.at
    return (
        exists()
        .where(parcels.c.order_id == closings.c.order_id, parcels.c.content != "", since)
        .correlate(closings)
    )


def _left(link: Link, rows: Sequence[Row[Any]]) -> dict[tuple[int, str], datetime]:
    """Return when the warehouse says that parcels left, by order and number."""
    found: dict[tuple[int, str], datetime] = {}
    if not rows:
        return found
    query = select(parcels.c.order_id, parcels.c.tracking_key, parcels.c.content).where(
        parcels.c.order_id.in_([row.order_id for row in rows]),
        parcels.c.tracking_key.in_([row.tracking_key for row in rows]),
        parcels.c.content != "",
    )
    for row in link.execute(query):
        if shipped := json.loads(row.content).get("shipped"):
            found[row.order_id, row.tracking_key] = datetime.fromisoformat(shipped)
    return found


def _ids(link: Link, order_ids: Sequence[AmazonOrderId]) -> list[int]:
    return [
        row.id
        for some in _batches(order_ids)
        for row in link.execute(select(orders.c.id).where(orders.c.amazon_order_id.in_(some)))
    ]


def _batches(every: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(every), _AT_ONCE):
        yield every[begin : begin + _AT_ONCE]
