"""Claims and their outcomes: what makes every order exactly one warehouse order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Link
from sqlalchemy import Row, Select, select, update

from dockwire.errors import Fixer
from dockwire.ledger.facts import replace_problems, told_reason, write_facts
from dockwire.ledger.marks import look_back
from dockwire.ledger.plans import compared
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.tables import orders
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import REFERENCE_CANCELLED, REFERENCE_TAKEN
from dockwire.model.record import (
    Claim,
    Created,
    Fact,
    FactKind,
    InDoubt,
    NotCreated,
    OrderState,
    Outcome,
    Problem,
)

_CLAIMABLE = (OrderState.NEW, OrderState.HELD, OrderState.WATCHED, OrderState.SKIPPED, OrderState.FAILED)
_READ = (
    "id",
    "amazon_order_id",
    "version",
    "state",
    "attempts",
    "region",
    "claim_owner",
    "claim_expires",
    "warehouse_order_id",
    "sealed",
    "placed_sealed",
)
_PLACED = (OrderState.CREATED, OrderState.CANCELLED)


def claim(
    link: Link, connection: Connection, claims: Sequence[Claim], *, owner: str, now: datetime, seconds: float
) -> list[AmazonOrderId]:
    """Commit to creating these orders; return those that are ours."""
    rows = _rows(link, connection.slug, [wanted.order_id for wanted in claims])
    taken = _taken_references(link, connection, claims)
    held = [row.id for row in rows.values() if row.state == OrderState.HELD]
    reasons = open_problems(link, held) if held else {}
    ours: list[AmazonOrderId] = []
    facts: list[Fact] = []
    for wanted in claims:
        row = rows.get(wanted.order_id)
        if row is None or row.version != wanted.version or row.state not in _CLAIMABLE:
            continue
        if taken.get(wanted.reference, row.id) != row.id:
            facts += _hold_taken(link, connection, row, wanted, now)
            continue
        link.execute(
            update(orders)
            .where(orders.c.id == row.id, orders.c.version == wanted.version)
            .values(
                state=OrderState.CLAIMED,
                version=row.version + 1,
                needs_decision=False,
                attempts=row.attempts + 1,
                not_before=None,
                claim_owner=owner,
                claim_expires=now + timedelta(seconds=seconds),
                warehouse=connection.warehouse,
                customer_id=connection.customer_id,
                reference=wanted.reference,
                placed_sealed=orders.c.sealed,
            )
        )
        ours.append(wanted.order_id)
        # Only the warehouse can tell that this one is over, so every run claims the order to look.
        looks = any(problem.code == REFERENCE_CANCELLED for problem in reasons.get(row.id, ()))
        if row.state == OrderState.HELD and not looks:
            facts.append(Fact(FactKind.ORDER_RELEASED, now, connection.slug, wanted.order_id))
    write_facts(link, facts)
    return ours


def in_doubt(link: Link, slug: ConnectionSlug) -> list[InDoubt]:
    """Return claims without an outcome, oldest first."""
    query = (
        select(orders)
        .where(orders.c.connection == slug, orders.c.state == OrderState.CLAIMED)
        .order_by(orders.c.claim_expires, orders.c.id)
    )
    return [
        InDoubt(
            AmazonOrderId(row.amazon_order_id), row.version, row.reference, row.claim_expires, row.attempts
        )
        for row in link.execute(query)
    ]


def record_outcomes(
    link: Link,
    connection: Connection,
    outcomes: Sequence[Outcome],
    *,
    owner: str,
    now: datetime,
    scribe: Scribe,
) -> None:
    """Record what became of claims."""
    rows = _rows(link, connection.slug, [outcome.order_id for outcome in outcomes])
    problems = open_problems(link, [row.id for row in rows.values()])
    facts: list[Fact] = []
    for outcome in outcomes:
        row = rows.get(outcome.order_id)
        if row is None:
            continue
        before = problems.get(row.id, ())
        if isinstance(outcome, Created):
            if outcome.adopted:
                look_back(link, connection, scribe.open_order(row.placed_sealed or row.sealed).created)
            facts += _created(link, connection, row, outcome, before, now)
        elif row.state == OrderState.CLAIMED and row.claim_owner == owner:
            facts += _not_created(link, connection, row, outcome, before, now)
    write_facts(link, facts)


def reclaim(
    link: Link, connection: Connection, doubt: InDoubt, *, now: datetime, failed: NotCreated | None
) -> bool:
    """End an expired claim that led to nothing."""
    row = _rows(link, connection.slug, [doubt.order_id]).get(doubt.order_id)
    if (
        row is None
        or row.version != doubt.version
        or row.state != OrderState.CLAIMED
        or row.claim_expires > now
    ):
        return False
    before = open_problems(link, [row.id]).get(row.id, ())
    outcome = failed or NotCreated(doubt.order_id, OrderState.NEW)
    write_facts(link, _not_created(link, connection, row, outcome, before, now))
    return True


def _rows(link: Link, slug: ConnectionSlug, ids: Sequence[AmazonOrderId]) -> dict[str, Row[Any]]:
    query: Select[Any] = (
        select(*(orders.c[name] for name in _READ))
        .where(compared(orders.c.connection) == slug, orders.c.amazon_order_id.in_(ids))
        # Every transaction locks in this order, so that two never wait for each other.
        .order_by(orders.c.id)
    )
    return {row.amazon_order_id: row for row in link.execute(query.with_for_update())}


def _taken_references(link: Link, connection: Connection, claims: Sequence[Claim]) -> dict[str, int]:
    query = select(orders.c.reference, orders.c.id).where(
        orders.c.warehouse == connection.warehouse,
        orders.c.customer_id == connection.customer_id,
        orders.c.reference.in_([wanted.reference for wanted in claims]),
    )
    return {row.reference: row.id for row in link.execute(query)}


def _hold_taken(
    link: Link, connection: Connection, row: Row[Any], wanted: Claim, now: datetime
) -> list[Fact]:
    problem = Problem(
        REFERENCE_TAKEN,
        f"Another order already uses the warehouse reference {wanted.reference}; give this connection a "
        "reference prefix or suffix of its own.",
        Fixer.ENGINEER,
    )
    before = open_problems(link, [row.id]).get(row.id, ())
    _settle(link, row, state=OrderState.HELD, not_before=None)
    replace_problems(link, row_id=row.id, before=before, after=(problem,), now=now)
    if problem in before:
        return []
    detail = told_reason((problem,))
    return [Fact(FactKind.ORDER_HELD, now, connection.slug, AmazonOrderId(row.amazon_order_id), detail)]


def _created(
    link: Link,
    connection: Connection,
    row: Row[Any],
    outcome: Created,
    before: tuple[Problem, ...],
    now: datetime,
) -> list[Fact]:
    detail = {
        "reference": outcome.placed.reference,
        "warehouse_order": str(outcome.placed.order_id),
        "region": row.region,
    }
    if row.state in _PLACED:
        if row.warehouse_order_id == outcome.placed.order_id:
            return []
        detail["reason"] = (
            f"The warehouse holds this order twice, as {row.warehouse_order_id} and "
            f"{outcome.placed.order_id}; cancel one of them."
        )
        detail["fixer"] = Fixer.CLERK.value
        return [Fact(FactKind.CHANGE_NEEDS_PERSON, now, connection.slug, outcome.order_id, detail)]
    values: dict[str, Any] = {
        "state": OrderState.CREATED,
        "version": row.version + 1,
        "warehouse": connection.warehouse,
        "customer_id": connection.customer_id,
        "reference": outcome.placed.reference,
        "warehouse_order_id": outcome.placed.order_id,
        "not_before": None,
        "claim_owner": None,
        "claim_expires": None,
    }
    link.execute(update(orders).where(orders.c.id == row.id).values(values | _caught_up(row)))
    replace_problems(link, row_id=row.id, before=before, after=(), now=now)
    kind = FactKind.ORDER_ADOPTED if outcome.adopted else FactKind.ORDER_CREATED
    return [Fact(kind, now, connection.slug, outcome.order_id, detail)]


def _caught_up(row: Row[Any]) -> dict[str, Any]:
    """Return what else changes when a creation is recorded after its claim was given up."""
    if row.state == OrderState.CLAIMED:
        return {}
    # Whatever was decided meanwhile was decided without the warehouse order.
    values: dict[str, Any] = {"needs_decision": True}
    if row.state == OrderState.QUARANTINED:
        values |= {"sealed": orders.c.placed_sealed, "bad_digest": orders.c.digest}
    return values


def _not_created(
    link: Link,
    connection: Connection,
    row: Row[Any],
    outcome: NotCreated,
    before: tuple[Problem, ...],
    now: datetime,
) -> list[Fact]:
    _settle(link, row, state=outcome.state, not_before=outcome.not_before)
    replace_problems(link, row_id=row.id, before=before, after=outcome.problems, now=now)
    kind = {OrderState.FAILED: FactKind.ORDER_FAILED, OrderState.HELD: FactKind.ORDER_HELD}.get(outcome.state)
    if kind is None or before == outcome.problems:
        return []
    return [Fact(kind, now, connection.slug, outcome.order_id, told_reason(outcome.problems))]


def _settle(link: Link, row: Row[Any], *, state: OrderState, not_before: datetime | None) -> None:
    # A row that goes back gives its reference free: it may get another one by other settings.
    link.execute(
        update(orders)
        .where(orders.c.id == row.id)
        .values(
            state=state,
            version=row.version + 1,
            not_before=not_before,
            claim_owner=None,
            claim_expires=None,
            reference=None,
        )
    )
