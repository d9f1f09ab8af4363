"""What the ledger has about one order, beside its columns: a handful of statements by index, no sealed column."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dockwire.console.filtering import beginning
from dockwire.console.records import OrderRecord
from dockwire.ledger.console_tables import console_audit
from dockwire.ledger.run_tables import runs
from dockwire.ledger.tables import closings, feed_messages, feeds, holds, order_lines, outbox, parcels
from dockwire.model.notice import RULES, NoticeKind
from dockwire.model.record import Fact

Rows = Sequence[Row[Any]]
_FACTS_OF = re.compile(r"<(?P<kind>\w+)\..+\.(?P<first>\d+)-(?P<last>\d+)@")
"""A notice's message id: between which facts of its connection it tells some."""
_MORE = "... and "
"""Begins the line of a mail that tells more orders than it lists."""


@dataclass(frozen=True, slots=True)
class OrderRows:
    """Rows of other tables that are about one order; none holds personal data."""

    lines: Rows
    holds: Rows
    closings: Rows
    parcels: Rows
    feeds: Rows
    mails: Rows
    runs: Rows
    audit: Rows


def read_rows(session: Session, record: OrderRecord, facts: Sequence[Fact]) -> OrderRows:
    """Return what stands about an order in other tables, oldest first."""

    def of_order(table: Any, *order: Any) -> Rows:
        return session.execute(select(table).where(table.c.order_id == record.id).order_by(*order)).all()

    return OrderRows(
        lines=of_order(order_lines, order_lines.c.position),
        holds=of_order(holds, holds.c.id),
        closings=of_order(closings, closings.c.id),
        parcels=of_order(parcels, parcels.c.id),
        feeds=session.execute(_feeds_of(record)).all(),
        mails=list(_mails(session, record, facts)),
        runs=_runs(session, facts),
        audit=session.execute(_audit_of(record)).all(),
    )


def _feeds_of(record: OrderRecord) -> Any:
    return (
        select(feeds.c.begun, feeds.c.ended, feeds.c.amazon_id, parcels.c.reference)
        .join(feed_messages, feed_messages.c.feed_id == feeds.c.id)
        .join(parcels, parcels.c.id == feed_messages.c.parcel_id)
        .where(parcels.c.order_id == record.id)
        .order_by(feeds.c.id)
    )


def _audit_of(record: OrderRecord) -> Any:
    # Whatever the connection: two sellers' orders never share an id, but an order may have moved to another one.
    mine = console_audit.c.order_id == record.amazon_order_id
    return select(console_audit).where(mine).order_by(console_audit.c.id)


def _runs(session: Session, facts: Sequence[Fact]) -> Rows:
    """Return the runs of the connections that the facts are of, as far as they are kept."""
    names = {fact.connection for fact in facts}
    if not names:
        return []
    query = (
        select(runs.c.connection, runs.c.flow, runs.c.run, runs.c.started, runs.c.ended)
        .where(runs.c.connection.in_(names), runs.c.started <= max(fact.at for fact in facts))
        .order_by(runs.c.started)
    )
    return session.execute(query).all()


def _mails(session: Session, record: OrderRecord, facts: Sequence[Fact]) -> Iterator[Row[Any]]:
    """Yield the mails that tell a fact of the order: of its kind, over its number, with the order in the text."""
    wanted = [
        message_id
        for kind, rule in RULES.items()
        for slug in dict.fromkeys(fact.connection for fact in facts if fact.kind in rule.facts)
        for message_id in _told_by(session, kind, slug, facts)
    ]
    columns = ("id", "kind", "recipients", "posted", "sent", "attempts", "last_error", "text")
    query = select(*(outbox.c[name] for name in columns)).where(outbox.c.message_id.in_(wanted))
    for row in session.execute(query.order_by(outbox.c.id)):
        if record.amazon_order_id in row.text or _MORE in row.text:
            yield row


def _told_by(session: Session, kind: NoticeKind, slug: str, facts: Sequence[Fact]) -> Iterator[str]:
    ids = [fact.id for fact in facts if fact.connection == slug and fact.kind in RULES[kind].facts]
    # The ids alone, from their index: rows of the outbox are wide.
    query = select(outbox.c.message_id).where(beginning(outbox.c.message_id, f"<{kind}.{slug}."))
    for message_id in session.scalars(query):
        found = _FACTS_OF.match(message_id)
        if found and any(int(found["first"]) <= each <= int(found["last"]) for each in ids):
            yield message_id
