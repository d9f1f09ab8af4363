"""Orders that wait for somebody: the list, the numbers, and one of them with everything."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy import Connection as Link

from dockwire.errors import Fixer
from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.on_hold import STOPS, waits_there
from dockwire.ledger.overrides import has_override, notes_of, overrides_of
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.tables import holds, orders
from dockwire.model.hold import HoldRow, OpenHold, WaitingOrder
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.override import NO_OVERRIDES, SKIPPED_BY_PERSON, HoldCount, HoldSelection, OverrideKind
from dockwire.model.record import OrderState, Problem

_WAITS = (OrderState.HELD, OrderState.FAILED, OrderState.QUARANTINED)


def hold_rows(link: Link, selection: HoldSelection, *, limit: int, skipped: bool) -> list[HoldRow]:
    """Return waiting orders, the longest waiting first; ``skipped`` adds those that persons took away."""
    since = func.min(holds.c.since)
    query = selected(select(orders.c.id, since), selection, skipped=skipped).group_by(orders.c.id)
    if selection.since is not None:
        query = query.having(since <= selection.since)
    ids = [row.id for row in link.execute(query.order_by(since, orders.c.id).limit(limit))]
    rows = {row.id: row for row in link.execute(select(orders).where(orders.c.id.in_(ids)))}
    return _shown(link, [rows[number] for number in ids])


def hold_summary(link: Link, slug: ConnectionSlug | None) -> list[HoldCount]:
    """Return how many orders wait for which reason and since when, the oldest first."""
    taken = literal(SKIPPED_BY_PERSON)
    code = case((has_override(OverrideKind.SKIP), taken), else_=holds.c.code).label("reason")
    since = func.min(holds.c.since)
    wanted = selected(
        select(code, func.count(orders.c.id.distinct()), since), HoldSelection(slug), skipped=True
    )
    query = wanted.group_by("reason").order_by(since, "reason")
    return [HoldCount(*row) for row in link.execute(query).tuples()]


def waiting_orders(
    link: Link, order_id: AmazonOrderId, slug: ConnectionSlug | None, scribe: Scribe
) -> list[WaitingOrder]:
    """Return the orders with this id, in whatever state."""
    query = select(orders).where(orders.c.amazon_order_id == order_id).order_by(orders.c.id)
    if slug is not None:
        query = query.where(orders.c.connection == slug)
    rows = link.execute(query).all()
    overrides = overrides_of(link, [row.id for row in rows], scribe)
    problems = open_problems(link, [row.id for row in rows])
    found = []
    for row, shown in zip(rows, _shown(link, rows), strict=True):
        own = overrides.get(row.id, NO_OVERRIDES)
        readable = row.state != OrderState.QUARANTINED
        known = scribe.ledger_order(row, problems.get(row.id, ()), own) if readable else None
        found.append(WaitingOrder(shown, known, own))
    return found


def selected(query: Select[Any], selection: HoldSelection, *, skipped: bool) -> Select[Any]:
    """Join what is waiting with its open reasons, and keep what the selection means."""
    open_hold = (holds.c.order_id == orders.c.id) & holds.c.resolved.is_(None)
    query = query.select_from(orders).join(holds, open_hold)
    # Found first: by the conditions alone databases read every order there ever was.
    found = _coded(selection.codes) if selection.codes else _can_wait()
    query = query.where(orders.c.id.in_(found), or_(waits(skipped=skipped), waits_there()))
    if selection.connection is not None:
        query = query.where(orders.c.connection == selection.connection)
    if selection.order_ids:
        query = query.where(orders.c.amazon_order_id.in_(selection.order_ids))
    return query


def _can_wait() -> CompoundSelect[Any]:
    """Return the ids of the orders that wait, and of few others."""
    decided = order_overrides.c.kind.in_((OverrideKind.SKIP, *STOPS))
    return union(
        select(orders.c.id).where(orders.c.state.in_(_WAITS)),
        select(order_overrides.c.order_id).where(decided),
    )


def _coded(codes: Sequence[str]) -> CompoundSelect[Any]:
    """Return the ids of the orders with one of these reasons, whatever else holds them."""
    taken = order_overrides.c.kind == OverrideKind.SKIP
    found = [select(holds.c.order_id).where(holds.c.code.in_(codes), holds.c.resolved.is_(None))]
    if SKIPPED_BY_PERSON in codes:
        found.append(select(order_overrides.c.order_id).where(taken))
    return union(*found)


def waits(*, skipped: bool) -> ColumnElement[bool]:
    """Return whether a row waits; one that a person took away stays visible until Amazon is done with it."""
    waits = orders.c.state.in_(_WAITS)
    if not skipped:
        return waits & ~has_override(OverrideKind.SKIP)
    taken = select(order_overrides.c.order_id).where(order_overrides.c.kind == OverrideKind.SKIP)
    return or_(
        waits,
        and_(orders.c.id.in_(taken), orders.c.state == OrderState.SKIPPED, holds.c.code == SKIPPED_BY_PERSON),
    )


def _shown(link: Link, rows: Sequence[Row[Any]]) -> list[HoldRow]:
    ids = [row.id for row in rows]
    reasons = _open_holds(link, ids)
    notes = notes_of(link, ids)
    return [_hold_row(row, reasons.get(row.id, ()), notes.get(row.id, ())) for row in rows]


def _hold_row(row: Row[Any], reasons: tuple[OpenHold, ...], notes: Any) -> HoldRow:
    return HoldRow(
        order_id=AmazonOrderId(row.amazon_order_id),
        connection=ConnectionSlug(row.connection) if row.connection else None,
        state=OrderState(row.state),
        version=row.version,
        holds=reasons,
        ship_by=row.ship_by,
        not_before=row.not_before,
        warehouse_order_id=WarehouseOrderId(row.warehouse_order_id) if row.warehouse_order_id else None,
        skipped=any(note.kind is OverrideKind.SKIP for note in notes),
        notes=notes,
    )


def _open_holds(link: Link, ids: Sequence[int]) -> dict[int, tuple[OpenHold, ...]]:
    query = (
        select(holds)
        .where(holds.c.order_id.in_(ids), holds.c.resolved.is_(None))
        .order_by(holds.c.since, holds.c.id)
    )
    found: dict[int, tuple[OpenHold, ...]] = {}
    for row in link.execute(query):
        hold = OpenHold(Problem(row.code, row.sentence, Fixer(row.fixer)), row.since)
        found[row.order_id] = (*found.get(row.order_id, ()), hold)
    return found
