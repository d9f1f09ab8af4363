"""What happened to orders within a span of time: counted, and found, by indexes that hold all it takes."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    func,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from dockwire.ledger.tables import closings, connections, events, orders, parcels
from dockwire.model.day import FACTS, Happening, Span
from dockwire.model.record import ClosingState


def happened(session: Session, span: Span) -> dict[Happening, int]:
    """Return how many orders each happened to within a span."""
    found = dict.fromkeys(Happening, 0)
    counts = [_count(what, _told(what, span)) for what in FACTS if what is not Happening.SHIPPED]
    counts.append(_count(Happening.SHIPPED, _shipped(span)))
    counts.append(select(literal(Happening.SEEN.value), func.count()).select_from(orders).where(_seen(span)))
    for what, count in session.execute(union_all(*counts)):
        found[Happening(what)] += count
    return found


def to_whom(what: Happening, span: Span) -> ColumnElement[bool]:
    """Return the condition on ``orders`` for those that :func:`happened` counts."""
    if what is Happening.SEEN:
        return _seen(span)
    return orders.c.id.in_(_shipped(span) if what is Happening.SHIPPED else _rows(what, span))


def _count(what: Happening, found: Select[Any] | CompoundSelect[Any]) -> Select[Any]:
    return select(literal(what.value), func.count()).select_from(found.subquery())


def _shipped(span: Span) -> CompoundSelect[Any]:
    """Return the rows of orders that a request of ours closed, or that were met closed.

    Both may hold for an order that was opened again: its request counts as not closed from then on.
    """
    return union(_rows(Happening.SHIPPED, span), _met(span))


def _rows(what: Happening, span: Span) -> Select[Any]:
    """Return the rows of the orders that facts tell of."""
    told = _told(what, span).subquery()
    other = orders.alias()
    # The account leads to an order by a key; the connection alone would lead through all of its orders.
    return (
        select(other.c.id)
        .select_from(told)
        .join(connections, connections.c.slug == told.c.connection)
        .join(
            other,
            and_(
                other.c.account_id == connections.c.account_id,
                other.c.amazon_order_id == told.c.amazon_order_id,
            ),
        )
    )


def _told(what: Happening, span: Span) -> Select[Any]:
    """Return the orders that facts tell of."""
    return (
        select(events.c.connection, events.c.amazon_order_id)
        .where(events.c.kind.in_(sorted(FACTS[what])), events.c.at >= span.begin, events.c.at < span.end)
        .distinct()
    )


def _met(span: Span) -> Select[Any]:
    """Return the orders, by their rows, that the tracking update met closed: no request of ours tells of them."""
    ours = exists().where(closings.c.order_id == parcels.c.order_id, closings.c.state == ClosingState.CLOSED)
    return (
        select(parcels.c.order_id)
        .where(parcels.c.first_seen >= span.begin, parcels.c.first_seen < span.end, ~ours)
        .distinct()
    )


def _seen(span: Span) -> ColumnElement[bool]:
    return and_(orders.c.first_seen >= span.begin, orders.c.first_seen < span.end)
