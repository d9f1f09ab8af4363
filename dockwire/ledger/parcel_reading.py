"""Parcels as runs and people read them: what is due, what Amazon has not shown yet, what there is."""

import json
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy import Connection as Link

from dockwire.ledger.parcel_outcomes import understood
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import feed_messages, feeds, orders, parcels
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelRow, ParcelState

_PARCELS = TypeAdapter(Parcel)
DUE = (ParcelState.TO_SEND, ParcelState.SENT)


def due_parcels(
    link: Link, connection: Connection, *, now: datetime, after: int, limit: int, scribe: Scribe
) -> list[LedgerParcel]:
    """Return parcels that Amazon has to be told of, by id, beginning behind ``after``."""
    query = (
        joined()
        .where(
            parcels.c.connection == connection.slug,
            parcels.c.id > after,
            is_due(now),
        )
        .order_by(parcels.c.id)
        .limit(limit)
    )
    return [ledger_parcel(row, scribe) for row in link.execute(query)]


def stands(link: Link, known: LedgerParcel) -> bool:
    """Return whether a parcel is still as it was read."""
    return link.scalar(select(parcels.c.version).where(parcels.c.id == known.id)) == known.version


def accepted_parcels(
    link: Link, connection: Connection, *, after: int, limit: int, scribe: Scribe
) -> list[LedgerParcel]:
    """Return parcels that Amazon took and that were not seen in its order yet, beginning behind ``after``."""
    query = (
        joined()
        .where(
            parcels.c.connection == connection.slug,
            parcels.c.state == ParcelState.ACCEPTED,
            parcels.c.id > after,
        )
        .order_by(parcels.c.id)
        .limit(limit)
    )
    return [ledger_parcel(row, scribe) for row in link.execute(query)]


def parcel_counts(link: Link, slug: ConnectionSlug) -> dict[ParcelState, int]:
    """Return how many parcels stand in each state."""
    query = (
        select(parcels.c.state, func.count()).where(parcels.c.connection == slug).group_by(parcels.c.state)
    )
    return {ParcelState(state): number for state, number in link.execute(query).tuples()}


def list_parcels(link: Link, slug: ConnectionSlug, *, limit: int) -> list[tuple[AmazonOrderId, ParcelRow]]:
    """Return a connection's parcels with their orders, for people."""
    query = (
        select(parcels, travels().scalar_subquery().label("feed"), orders.c.amazon_order_id)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(parcels.c.connection == slug)
        .order_by(parcels.c.id)
        .limit(limit)
    )
    return [(AmazonOrderId(row.amazon_order_id), _row(row)) for row in link.execute(query)]


def order_parcels(link: Link, order_id: AmazonOrderId) -> list[ParcelRow]:
    """Return the parcels of an order, for people."""
    query = (
        select(parcels, travels().scalar_subquery().label("feed"))
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(orders.c.amazon_order_id == order_id)
        .order_by(parcels.c.id)
    )
    return [_row(row) for row in link.execute(query)]


def _row(row: Row[Any]) -> ParcelRow:
    content = json.loads(row.content) if row.content else {}
    problem = understood(row.problem)
    return ParcelRow(
        reference=row.reference,
        state=ParcelState(row.state),
        carrier=content.get("carrier_name") or content.get("carrier_code", ""),
        service=content.get("service", ""),
        tracking=content.get("tracking", ""),
        problem=problem.sentence if problem else "",
        fixer=problem.fixer.value if problem else "",
        attempts=row.attempts,
        feed=row.feed or "",
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that Amazon has to be told of a parcel.

    One that travels in a feed waits for its end, whatever happened to it meanwhile: the feed could
    still be carried out after a newer content and put the old one back.
    """
    return and_(
        parcels.c.state.in_(DUE),
        or_(parcels.c.not_before.is_(None), parcels.c.not_before <= now),
        ~travels().exists(),
    )


def travels() -> Select[Any]:
    """Return the query for the open feed of a parcel."""
    return (
        select(feeds.c.amazon_id)
        .join(feed_messages, feed_messages.c.feed_id == feeds.c.id)
        .where(feed_messages.c.parcel_id == parcels.c.id, feeds.c.ended.is_(None))
        .correlate(parcels)
    )


def joined() -> Select[Any]:
    """Return the query for parcels with their orders, as :func:`ledger_parcel` takes them."""
    return select(
        parcels, *(orders.c[name] for name in ("sealed", "amazon_updated", "amazon_order_id"))
    ).join(orders, orders.c.id == parcels.c.order_id)


def ledger_parcel(row: Row[Any], scribe: Scribe) -> LedgerParcel:
    """Return a parcel with its order."""
    return LedgerParcel(
        id=row.id,
        order=scribe.open_order(row.sealed),
        parcel=_PARCELS.validate_json(row.content),
        digest=row.digest,
        state=ParcelState(row.state),
        version=row.version,
        changed=row.sent_digest is not None and row.sent_digest != row.digest,
        attempts=row.attempts,
        problem=understood(row.problem),
        sent=row.sent,
    )
