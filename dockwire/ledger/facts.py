"""The audit trail: facts are written in the transaction of what they tell."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from dockwire.ledger.tables import events, holds
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.record import Fact, FactKind, Problem

UNTOLD = frozenset(FactKind) - {
    FactKind.ORDER_RELEASED,
    FactKind.RELEASED_IN_WAREHOUSE,
    FactKind.PERSON_DECIDED,
    FactKind.ORDER_CLOSED,
    FactKind.SHIPMENT_CONFIRMED,
    FactKind.ORDER_PURGED,
}
"""Facts that mails tell; a release shows itself as a created order, and what went well is in the run."""


def write_facts(connection: Connection, facts: Iterable[Fact], *, quietly: bool = False) -> None:
    """Append facts to the trail; no mail tells those that are written quietly."""
    rows = [
        {
            "kind": fact.kind,
            "at": fact.at,
            "connection": fact.connection,
            "amazon_order_id": fact.order_id,
            "detail": json.dumps(fact.detail, ensure_ascii=False),
            "told": quietly or fact.kind not in UNTOLD,
        }
        for fact in facts
    ]
    if rows:
        connection.execute(insert(events), rows)


def untold_since(connection: Connection, slug: ConnectionSlug) -> dict[FactKind, datetime]:
    """Return the moment of the oldest untold fact of each kind that has some."""
    query = (
        select(events.c.kind, func.min(events.c.at).label("oldest"))
        .where(events.c.connection == slug, events.c.told.is_(False))
        .group_by(events.c.kind)
    )
    return {FactKind(row.kind): row.oldest for row in connection.execute(query)}


def untold_facts(
    connection: Connection, slug: ConnectionSlug, limit: int, kinds: Collection[FactKind] | None = None
) -> list[Fact]:
    """Return facts of a connection that no mail has told, oldest first."""
    query = (
        select(events)
        .where(events.c.connection == slug, events.c.told.is_(False))
        .order_by(events.c.id)
        .limit(limit)
    )
    if kinds is not None:
        query = query.where(events.c.kind.in_(kinds))
    return [_fact(row) for row in connection.execute(query)]


def order_facts(connection: Connection, order_id: AmazonOrderId) -> list[Fact]:
    """Return the trail of one order, oldest first."""
    query = select(events).where(events.c.amazon_order_id == order_id).order_by(events.c.id)
    return [_fact(row) for row in connection.execute(query)]


def replace_problems(
    connection: Connection,
    *,
    row_id: int,
    before: tuple[Problem, ...],
    after: tuple[Problem, ...],
    now: datetime,
) -> None:
    """Resolve problems that are gone and open the new ones; what stays keeps its age.

    A reason that goes on in other words (another request id, another SKU) goes on waiting: its age is that
    of the order's first one with the same code.
    """
    fresh = [problem for problem in after if problem not in before]
    ages = _ages(connection, row_id) if before and fresh else {}
    for problem in before:
        if problem not in after:
            connection.execute(
                update(holds)
                .where(holds.c.order_id == row_id, holds.c.resolved.is_(None), holds.c.code == problem.code)
                .where(holds.c.sentence == problem.sentence)
                .values(resolved=now)
            )
    if fresh:
        connection.execute(
            insert(holds),
            [
                {
                    "order_id": row_id,
                    "code": problem.code,
                    "sentence": problem.sentence,
                    "fixer": problem.fixer,
                    "since": ages.get(problem.code, now),
                }
                for problem in fresh
            ],
        )


def _ages(connection: Connection, row_id: int) -> dict[str, datetime]:
    """Return since when an order has waited, by the codes of its open problems."""
    query = (
        select(holds.c.code, func.min(holds.c.since))
        .where(holds.c.order_id == row_id, holds.c.resolved.is_(None))
        .group_by(holds.c.code)
    )
    return dict(connection.execute(query).tuples().all())


def told_reason(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Return problems as the detail of a fact."""
    fixers = dict.fromkeys(problem.fixer.value for problem in problems if problem.fixer.value != "nobody")
    return {
        "code": ", ".join(problem.code for problem in problems),
        "reason": " ".join(problem.sentence for problem in problems),
        "fixer": ", ".join(fixers) or "nobody",
    }


def _fact(row: Row[Any]) -> Fact:
    return Fact(
        kind=FactKind(row.kind),
        at=row.at,
        connection=ConnectionSlug(row.connection),
        order_id=AmazonOrderId(row.amazon_order_id) if row.amazon_order_id else None,
        detail=json.loads(row.detail),
        id=row.id,
    )
