"""What nobody reported by itself: orders about to ship late, orders that wait, runs that could not tell."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, literal, or_, select
from sqlalchemy import Connection as Link
from sqlalchemy.dialects import postgresql, sqlite

from dockwire.errors import Fixer
from dockwire.ledger.facts import write_facts
from dockwire.ledger.hold_lists import selected
from dockwire.ledger.notice_tables import noted_runs, notice_marks, ship_by_warnings
from dockwire.ledger.overrides import has_override
from dockwire.ledger.parcel_outcomes import understood
from dockwire.ledger.shipping_states import shipping_state
from dockwire.ledger.tables import holds, orders, parcels
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.notice import NotedRun, ShipByRow, ShipByStage, ShipByWarning, WaitingReason
from dockwire.model.order import OrderStatus
from dockwire.model.override import HoldSelection, OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import Fact, FactKind, OrderState, Problem, Shipping

_TO_BE_SHIPPED = (
    OrderState.NEW,
    OrderState.HELD,
    OrderState.QUARANTINED,
    OrderState.CLAIMED,
    OrderState.FAILED,
    OrderState.CREATED,
)
_REMEMBERED = timedelta(days=30)
"""Runs are looked for two days back; those noted before this are forgotten."""
_DAY = timedelta(days=1)
_NOT_TAKEN = Problem("refused", "Amazon does not take the package.", Fixer.CLERK)


def at_risk(
    link: Link, slug: ConnectionSlug, *, since: datetime, until: datetime, now: datetime, limit: int
) -> list[ShipByRow]:
    """Return orders that have not shipped, with a ship-by time in the span, not told for their stage."""
    query = (
        select(orders, shipping_state().label("shipping"))
        .where(orders.c.connection == slug, orders.c.ship_by > since, orders.c.ship_by <= until)
        .where(to_be_shipped(), ~_warned(now))
        .order_by(orders.c.ship_by, orders.c.id)
        .limit(limit)
    )
    return [
        ShipByRow(
            row=row.id,
            order_id=AmazonOrderId(row.amazon_order_id),
            ship_by=row.ship_by,
            state=OrderState(row.state),
            shipping=Shipping(row.shipping) if row.shipping else None,
            region=row.region,
            warehouse_order_id=row.warehouse_order_id,
        )
        for row in link.execute(query)
    ]


def to_be_shipped() -> ColumnElement[bool]:
    """Return the condition that Amazon waits for an order's shipment: it has not shipped, and nobody took it away."""
    shipping = shipping_state()
    return and_(
        orders.c.state.in_(_TO_BE_SHIPPED),
        orders.c.amazon_status.in_((OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)),
        # One that cannot be read stays so, whatever a person decided about it.
        ~has_override(OverrideKind.SKIP),
        or_(shipping.is_(None), shipping.not_in((Shipping.CONFIRMED, Shipping.NOT_NEEDED))),
    )


def _warned(now: datetime) -> ColumnElement[bool]:
    stage = case((orders.c.ship_by <= now, literal(ShipByStage.PASSED)), else_=literal(ShipByStage.NEAR))
    return (
        exists()
        .where(ship_by_warnings.c.order_id == orders.c.id, ship_by_warnings.c.ship_by == orders.c.ship_by)
        .where(or_(ship_by_warnings.c.stage == stage, ship_by_warnings.c.stage == ShipByStage.PASSED))
        .correlate(orders)
    )


def warn(link: Link, slug: ConnectionSlug, warnings: Sequence[ShipByWarning], *, now: datetime) -> int:
    """Write the facts of warnings that nobody has written meanwhile; return how many."""
    if not warnings:
        return 0
    rows = [
        {"order_id": each.row, "ship_by": each.ship_by, "stage": each.stage, "at": now} for each in warnings
    ]
    new = _insert(link, ship_by_warnings).values(rows)
    moved = ship_by_warnings.c.ship_by != new.excluded.ship_by
    worse = (ship_by_warnings.c.stage == ShipByStage.NEAR) & (new.excluded.stage == ShipByStage.PASSED)
    written = set(
        link.scalars(
            new.on_conflict_do_update(
                index_elements=[ship_by_warnings.c.order_id],
                set_={"ship_by": new.excluded.ship_by, "stage": new.excluded.stage, "at": new.excluded.at},
                where=moved | worse,
            ).returning(ship_by_warnings.c.order_id)
        )
    )
    kinds = {ShipByStage.NEAR: FactKind.SHIP_BY_NEAR, ShipByStage.PASSED: FactKind.SHIP_BY_PASSED}
    write_facts(
        link,
        [
            Fact(kinds[each.stage], now, slug, each.order_id, each.detail)
            for each in warnings
            if each.row in written
        ],
    )
    return len(written)


def waiting_reasons(link: Link, slug: ConnectionSlug) -> list[WaitingReason]:
    """Return why orders wait for a person, the longest wait first."""
    columns = select(
        holds.c.code,
        holds.c.fixer,
        func.count(holds.c.order_id.distinct()).label("orders"),
        func.min(holds.c.since).label("since"),
        func.min(holds.c.sentence).label("sentence"),
        func.min(orders.c.amazon_order_id).label("example"),
    )
    query = selected(columns, HoldSelection(slug), skipped=False).group_by(holds.c.code, holds.c.fixer)
    found = [
        WaitingReason(
            row.code, row.sentence, Fixer(row.fixer), row.orders, row.since, AmazonOrderId(row.example)
        )
        for row in link.execute(query)
    ]
    return sorted([*found, *_refused_packages(link, slug)], key=lambda reason: reason.since)


def _refused_packages(link: Link, slug: ConnectionSlug) -> Iterable[WaitingReason]:
    rows = link.execute(
        select(parcels.c.problem, parcels.c.first_seen, orders.c.amazon_order_id)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(parcels.c.connection == slug, parcels.c.state == ParcelState.REFUSED)
    ).all()
    by_reason: dict[tuple[str, Fixer], list[Any]] = {}
    for row in rows:
        problem = understood(row.problem) or _NOT_TAKEN
        by_reason.setdefault((problem.code, problem.fixer), []).append(row)
    for (code, fixer), refused in by_reason.items():
        sentence = (understood(refused[0].problem) or _NOT_TAKEN).sentence
        ids = {row.amazon_order_id for row in refused}
        since = min(row.first_seen for row in refused)
        yield WaitingReason(code, sentence, fixer, len(ids), since, AmazonOrderId(min(ids)))


def mark(link: Link, slug: ConnectionSlug, name: str) -> datetime | None:
    """Return when a notice came last."""
    query = select(notice_marks.c.at).where(notice_marks.c.connection == slug, notice_marks.c.name == name)
    return link.scalar(query)


def move_mark(
    link: Link,
    slug: ConnectionSlug,
    name: str,
    facts: Sequence[Fact],
    *,
    before: datetime | None,
    now: datetime,
) -> bool:
    """Move a mark and write what belongs to it, unless somebody else has moved it since ``before``."""
    place = [notice_marks.c.connection, notice_marks.c.name]
    new = _insert(link, notice_marks).values(connection=slug, name=name, at=now)
    new = (
        new.on_conflict_do_nothing(index_elements=place)
        if before is None
        else new.on_conflict_do_update(
            index_elements=place, set_={"at": new.excluded.at}, where=notice_marks.c.at == before
        )
    )
    moved = link.scalar(new.returning(notice_marks.c.at)) is not None
    if moved:
        write_facts(link, facts)
    return moved


def note_runs(link: Link, runs: Sequence[NotedRun], *, now: datetime) -> int:
    """Note runs that are not noted yet, and write the facts of those to be told; return how many are told."""
    known = set(
        link.execute(
            select(noted_runs.c.run, noted_runs.c.kind).where(
                noted_runs.c.run.in_([each.run for each in runs])
            )
        ).tuples()
    )
    new = [each for each in runs if (each.run, each.kind) not in known]
    if new:
        link.execute(delete(noted_runs).where(noted_runs.c.at < now - _REMEMBERED))
        # Two watchers at once: the second one's insert fails, and its transaction is done anew.
        link.execute(insert(noted_runs), [{"run": each.run, "kind": each.kind, "at": now} for each in new])
    told = [each for each in new if not each.daily or _first_of_day(link, each, now)]
    write_facts(link, [Fact(each.kind, now, each.connection, None, each.detail) for each in told])
    return len(told)


def _first_of_day(link: Link, run: NotedRun, now: datetime) -> bool:
    before = mark(link, run.connection, run.daily)
    if before is not None and now - before < _DAY:
        return False
    return move_mark(link, run.connection, run.daily, [], before=before, now=now)


def _insert(link: Link, table: Any) -> Any:
    # Both dialects spell "insert or update" alike; only the classes differ.
    return (postgresql if link.dialect.name == "postgresql" else sqlite).insert(table)
