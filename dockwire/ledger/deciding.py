"""Orders that need a decision, and the decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select, union, update
from sqlalchemy import Connection as Link

from dockwire.ledger.facts import replace_problems, told_reason, write_facts
from dockwire.ledger.on_hold import end_on_hold, note_on_hold, tell_there
from dockwire.ledger.overrides import (
    end_wishes,
    forget_address,
    has_override,
    overrides_of,
    write_override,
)
from dockwire.ledger.plans import compared
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.tables import orders
from dockwire.model.ids import UNREADABLE, AmazonOrderId, ConnectionSlug
from dockwire.model.override import NO_OVERRIDES, SKIPPED_BY_PERSON, OverrideKind
from dockwire.model.record import Fact, FactKind, LedgerOrder, OrderState, Problem, Verdict

_NEVER_DUE = (OrderState.CLAIMED, OrderState.QUARANTINED, OrderState.CANCELLED)
_ALWAYS_DUE = (OrderState.NEW, OrderState.HELD)
_ENDS_HOLD = (FactKind.RELEASED_IN_WAREHOUSE, FactKind.CANCELLED_IN_WAREHOUSE)
"""After these the warehouse order is no longer on hold for dockwire."""


def due_orders(
    link: Link,
    slug: ConnectionSlug,
    *,
    now: datetime,
    after: AmazonOrderId | None,
    limit: int,
    scribe: Scribe,
) -> list[LedgerOrder]:
    """Return orders to be decided, by Amazon order id."""
    ways = (
        and_(orders.c.needs_decision, orders.c.state.not_in(_NEVER_DUE)),
        *(orders.c.state == state for state in _ALWAYS_DUE),
        and_(orders.c.state == OrderState.FAILED, orders.c.not_before <= now),
    )
    # Each way has an index in which the orders stand as they are wanted: no more of them are read.
    firsts = [_first(slug, way, after, limit).subquery() for way in ways]
    found = union(*(select(first.c.id) for first in firsts))
    query = select(orders).where(orders.c.id.in_(found)).order_by(orders.c.amazon_order_id).limit(limit)
    rows = link.execute(query).all()
    ids = [row.id for row in rows]
    problems = open_problems(link, ids)
    # Read after the rows: what a person decides meanwhile moves their versions, and no claim on the old one holds.
    overrides = overrides_of(link, ids, scribe)
    return [
        scribe.ledger_order(row, problems.get(row.id, ()), overrides.get(row.id, NO_OVERRIDES))
        for row in rows
    ]


def _first(
    slug: ConnectionSlug, way: ColumnElement[bool], after: AmazonOrderId | None, limit: int
) -> Select[Any]:
    query = select(orders.c.id).where(orders.c.connection == slug, way)
    if after is not None:
        query = query.where(orders.c.amazon_order_id > after)
    return query.order_by(orders.c.amazon_order_id).limit(limit)


def record_verdicts(
    link: Link, slug: ConnectionSlug, verdicts: Sequence[Verdict], *, now: datetime
) -> list[AmazonOrderId]:
    """Record decisions on the versions they were made of."""
    rows = _rows(link, slug, [verdict.order_id for verdict in verdicts])
    problems = open_problems(link, [row.id for row in rows.values()])
    accepted: list[AmazonOrderId] = []
    facts: list[Fact] = []
    for verdict in verdicts:
        row = rows.get(verdict.order_id)
        if row is None or row.version != verdict.version:
            continue
        before = problems.get(row.id, ())
        accepted.append(verdict.order_id)
        if _nothing_new(row, before, verdict):
            continue
        _write(link, row, verdict)
        replace_problems(link, row_id=row.id, before=before, after=verdict.problems, now=now)
        if (kind := _fact_kind(row, before, verdict)) is not None:
            facts.append(Fact(kind, now, slug, verdict.order_id, told_reason(verdict.problems or before)))
    write_facts(link, facts)
    return accepted


def quarantined(
    link: Link, slug: ConnectionSlug, *, now: datetime, limit: int
) -> list[tuple[AmazonOrderId, int]]:
    """Return unreadable orders to be asked for again, longest waiting first."""
    query = (
        select(orders.c.amazon_order_id, orders.c.attempts)
        .where(orders.c.connection == slug, orders.c.state == OrderState.QUARANTINED)
        .where(orders.c.not_before <= now)
        # An order without a readable id cannot be asked for; a later page brings it again.
        .where(orders.c.amazon_order_id.not_like(f"{UNREADABLE}%"), ~has_override(OverrideKind.SKIP))
        .order_by(orders.c.not_before, orders.c.id)
        .limit(limit)
    )
    return [(AmazonOrderId(row.amazon_order_id), row.attempts) for row in link.execute(query)]


def postpone(link: Link, slug: ConnectionSlug, order_id: AmazonOrderId, *, not_before: datetime) -> None:
    """Count an attempt on an unreadable order and wait."""
    link.execute(
        update(orders)
        .where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
        .where(orders.c.state == OrderState.QUARANTINED)
        .values(attempts=orders.c.attempts + 1, not_before=not_before)
    )


def make_due(link: Link, slug: ConnectionSlug, order_id: AmazonOrderId, *, now: datetime) -> bool:
    """Let a failed or unreadable order be taken up at once."""
    done = link.execute(
        update(orders)
        .where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
        .where(orders.c.state.in_([OrderState.FAILED, OrderState.QUARANTINED]))
        .values(not_before=now)
    )
    return bool(done.rowcount)


def record_follow(
    link: Link,
    slug: ConnectionSlug,
    order_id: AmazonOrderId,
    *,
    version: int,
    fact: FactKind | None,
    detail: dict[str, str],
    now: datetime,
    cancelled: bool,
    ends_correction: bool,
    keeps_cancel: bool,
    ends_hold: bool,
    held: str | None,
    scribe: Scribe,
) -> bool:
    """Record that a created order's change was dealt with."""
    state = OrderState.CANCELLED if cancelled else OrderState.CREATED
    row_id = link.scalar(
        update(orders)
        .where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
        .where(orders.c.version == version, orders.c.state == OrderState.CREATED)
        .values(
            state=state,
            version=version + 1,
            needs_decision=False,
            # Column to column: later changes are measured from the order as it is now.
            placed_sealed=orders.c.sealed,
        )
        .returning(orders.c.id)
    )
    if row_id is None:
        return False
    end_wishes(link, row_id, keeps_cancel=keeps_cancel)
    if ends_correction:
        forget_address(link, row_id)
    if fact is FactKind.HELD_IN_WAREHOUSE:
        held = detail.get("reason")
    if held is not None:
        note_on_hold(link, row_id, held, scribe=scribe, now=now)
    elif ends_hold or fact in _ENDS_HOLD:
        end_on_hold(link, row_id, now=now)
    tell_there(link, row_id, scribe=scribe, now=now)
    if fact is not None:
        write_facts(link, [Fact(fact, now, slug, order_id, detail)])
    return True


def record_lifted(
    link: Link, slug: ConnectionSlug, order_id: AmazonOrderId, *, version: int, now: datetime, scribe: Scribe
) -> int | None:
    """Record that the hold of a created order is about to be taken off; return the order's new version."""
    row_id = link.scalar(
        update(orders)
        .where(orders.c.connection == slug, orders.c.amazon_order_id == order_id)
        .where(orders.c.version == version, orders.c.state == OrderState.CREATED)
        # A version of its own: what a person decides meanwhile is decided with this in view.
        .values(version=version + 1)
        .returning(orders.c.id)
    )
    if row_id is None:
        return None
    write_override(link, row_id, OverrideKind.LIFTED, True, scribe=scribe, by="dockwire", now=now)
    return version + 1


def _rows(link: Link, slug: ConnectionSlug, ids: Sequence[AmazonOrderId]) -> dict[str, Row[Any]]:
    columns = ("id", "amazon_order_id", "version", "state", "needs_decision", "not_before")
    query: Select[Any] = (
        select(*(orders.c[name] for name in columns))
        .where(compared(orders.c.connection) == slug, orders.c.amazon_order_id.in_(ids))
        .order_by(orders.c.id)
        .with_for_update()
    )
    return {row.amazon_order_id: row for row in link.execute(query)}


def _nothing_new(row: Row[Any], before: tuple[Problem, ...], verdict: Verdict) -> bool:
    return (
        row.state == verdict.state
        and before == verdict.problems
        and not row.needs_decision
        and row.not_before == verdict.not_before
    )


def _write(link: Link, row: Row[Any], verdict: Verdict) -> None:
    link.execute(
        update(orders)
        .where(orders.c.id == row.id)
        .values(
            state=verdict.state,
            version=row.version + 1,
            needs_decision=False,
            not_before=verdict.not_before,
        )
    )


def _fact_kind(row: Row[Any], before: tuple[Problem, ...], verdict: Verdict) -> FactKind | None:
    """Say what is worth telling: a hold or failure that is new or has a new reason, and its end."""
    told = {OrderState.HELD: FactKind.ORDER_HELD, OrderState.FAILED: FactKind.ORDER_FAILED}.get(verdict.state)
    if told is not None:
        unchanged = row.state == verdict.state and _codes(before) == _codes(verdict.problems)
        return None if unchanged else told
    taken_away = any(problem.code == SKIPPED_BY_PERSON for problem in verdict.problems)
    return FactKind.ORDER_RELEASED if row.state == OrderState.HELD and not taken_away else None


def _codes(problems: tuple[Problem, ...]) -> set[tuple[str, str]]:
    return {(problem.code, problem.sentence) for problem in problems}
