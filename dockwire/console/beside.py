"""What a page of orders shows from other tables: six statements for a page, however long it is."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from dockwire.console.records import Beside, OrderRecord
from dockwire.ledger.shipping_states import shipping_state
from dockwire.ledger.tables import closings, holds, order_lines, orders, parcels
from dockwire.model.record import ClosingState

_AT_ONCE = 500
"""Orders of one statement: databases take only so many values."""
_Reason = tuple[str, str, datetime | None]
_NO_REASON: _Reason = ("", "", None)


def fill(session: Session, records: Sequence[OrderRecord]) -> None:
    """Give each order what stands beside it."""
    for some in _batches(records):
        ids = [record.id for record in some]
        shipping = _shipping(session, ids)
        skus = _texts(session, order_lines, order_lines.c.sku, ids)
        carriers, tracking = _packed(session, ids)
        reasons, closed = _reasons(session, ids), _closed(session, ids)
        for record in some:
            record.beside = Beside(
                shipping.get(record.id),
                _all(skus[record.id]),
                _all(carriers[record.id]),
                _all(tracking[record.id]),
                *reasons.get(record.id, _NO_REASON),
                closed=closed.get(record.id),
            )


def skus_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the SKUs of orders by their rows in the ledger."""
    found = _texts(session, order_lines, order_lines.c.sku, ids)
    return {order_id: _all(found[order_id]) for order_id in ids}


def _batches(records: Sequence[OrderRecord]) -> Iterator[Sequence[OrderRecord]]:
    for begin in range(0, len(records), _AT_ONCE):
        yield records[begin : begin + _AT_ONCE]


def _all(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _shipping(session: Session, ids: Sequence[int]) -> dict[int, str | None]:
    query = select(orders.c.id, shipping_state()).where(orders.c.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}


def _texts(session: Session, table: Any, column: Any, ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(table.c.order_id, column).where(table.c.order_id.in_(ids)).order_by(*table.primary_key)
    found: dict[int, list[str]] = defaultdict(list)
    for order_id, text in session.execute(query):
        found[order_id].append(text)
    return found


def _packed(session: Session, ids: Sequence[int]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return carriers and tracking numbers: of the packages, or as they were closed with before those are known."""
    carriers = _texts(session, parcels, parcels.c.carrier, ids)
    tracking = _texts(session, parcels, parcels.c.tracking, ids)
    left = [order_id for order_id in ids if order_id not in carriers]
    query = (
        select(closings.c.order_id, closings.c.routing, closings.c.tracking)
        .where(closings.c.order_id.in_(left), closings.c.state == ClosingState.CLOSED)
        .order_by(closings.c.id)
    )
    for row in session.execute(query):
        carriers[row.order_id].append(json.loads(row.routing).get("carrier", ""))
        tracking[row.order_id].append(row.tracking)
    return carriers, tracking


def _closed(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """Return since when orders are known to be closed."""
    met = select(parcels.c.order_id, parcels.c.first_seen.label("at")).where(parcels.c.order_id.in_(ids))
    asked = select(closings.c.order_id, closings.c.at).where(
        closings.c.order_id.in_(ids), closings.c.state == ClosingState.CLOSED
    )
    known = union_all(met, asked).subquery()
    query = select(known.c.order_id, func.min(known.c.at)).group_by(known.c.order_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _reasons(session: Session, ids: Sequence[int]) -> dict[int, _Reason]:
    """Return the oldest open reason of each order, who fixes it, and since when it waits."""
    query = (
        select(holds.c.order_id, holds.c.sentence, holds.c.fixer, holds.c.since)
        .where(holds.c.order_id.in_(ids), holds.c.resolved.is_(None))
        .order_by(holds.c.since.desc(), holds.c.id.desc())
    )
    # The oldest comes last and stays.
    return {row.order_id: (row.sentence, row.fixer, row.since) for row in session.execute(query)}
