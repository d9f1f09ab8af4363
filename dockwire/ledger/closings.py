"""Ship-and-close requests: what each order bears is fixed before anything is written."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, insert, or_, select, update
from sqlalchemy import Connection as Link

from dockwire.ledger.facts import write_facts
from dockwire.ledger.overrides import overrides_of
from dockwire.ledger.plans import placed_for
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.tables import closings, orders
from dockwire.ledger.used_numbers import plain_number
from dockwire.model.charge import Charge
from dockwire.model.close_plan import ClosePlan
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.override import NO_OVERRIDES
from dockwire.model.record import Closing, ClosingState, Fact, FactKind, LedgerOrder
from dockwire.model.warehouse import Routing

BEFORE = TypeAdapter(tuple[Charge, ...] | None)
_CHARGES = TypeAdapter(tuple[Charge, ...])
_ROUTING = TypeAdapter(Routing)
_AT_ONCE = 500


def find_placed(
    link: Link, connection: Connection, handles: Sequence[str], scribe: Scribe
) -> dict[str, LedgerOrder]:
    """Return the connection's created orders by handle: Amazon order id, reference or warehouse number."""
    found: dict[str, LedgerOrder] = {}
    for start in range(0, len(handles), _AT_ONCE):
        group = handles[start : start + _AT_ONCE]
        query = select(orders).where(
            placed_for(connection.slug, connection.warehouse),
            orders.c.warehouse_order_id.is_not(None),
            is_called(group),
        )
        rows = link.execute(query).all()
        ids = [row.id for row in rows]
        overrides, problems = overrides_of(link, ids, scribe), open_problems(link, ids)
        for row in rows:
            known = scribe.ledger_order(row, problems.get(row.id, ()), overrides.get(row.id, NO_OVERRIDES))
            for handle in (row.amazon_order_id, row.reference, str(row.warehouse_order_id)):
                if handle in group:
                    found[handle] = known
    return found


def is_called(names: Sequence[str]) -> ColumnElement[bool]:
    """Return whether a row of ``orders`` has one of these names: Amazon order id, reference or warehouse number."""
    numbers = [int(name) for name in names if name.isdecimal() and len(name) < _LONGEST_NUMBER]
    return or_(
        orders.c.amazon_order_id.in_(names),
        orders.c.reference.in_(names),
        orders.c.warehouse_order_id.in_(numbers),
    )


_LONGEST_NUMBER = 19
"""Decimal digits beyond this do not fit the databases' numbers."""


def submission(link: Link, connection: Connection, token: str) -> list[Closing]:
    """Return the orders of a request in its order; none when it was never begun."""
    query = (
        select(closings, orders.c.amazon_order_id)
        .join(orders, orders.c.id == closings.c.order_id)
        .where(closings.c.connection == connection.slug, closings.c.token == token)
        .order_by(closings.c.position)
    )
    return [read_closing(row) for row in link.execute(query)]


def begin_submission(link: Link, connection: Connection, plan: ClosePlan, *, now: datetime) -> list[Closing]:
    """Fix what each order bears; a request that was begun before stays as it was begun."""
    begun = submission(link, connection, plan.token)
    if begun:
        return begun
    numbers = [planned.order.placed.order_id for planned in plan.orders]
    query = select(orders.c.warehouse_order_id, orders.c.id).where(
        placed_for(connection.slug, connection.warehouse),
        orders.c.warehouse_order_id.in_(numbers),
    )
    ids = {row.warehouse_order_id: row.id for row in link.execute(query)}
    link.execute(
        insert(closings),
        [
            {
                "connection": connection.slug,
                "token": plan.token,
                "position": position,
                "handle": planned.handle,
                "order_id": ids[planned.order.placed.order_id],
                "warehouse_order_id": planned.order.placed.order_id,
                "routing": _ROUTING.dump_json(planned.routing).decode(),
                "tracking": planned.tracking,
                "tracking_key": plain_number(planned.tracking),
                "charges": _CHARGES.dump_json(planned.charges).decode(),
                "before": "null",
                "state": ClosingState.PLANNED,
                "sentence": "",
                "at": now,
            }
            for position, planned in enumerate(plan.orders)
        ],
    )
    return submission(link, connection, plan.token)


def record_closing(link: Link, connection: Connection, closing: Closing, *, now: datetime) -> None:
    """Record how far an order has come; a closed one stays closed, and only a claimed one becomes closed."""
    kept = {ClosingState.CLOSED}
    if closing.state is ClosingState.CLOSED:
        kept.add(ClosingState.PLANNED)
    done = link.execute(
        update(closings)
        .where(
            closings.c.connection == connection.slug,
            closings.c.token == closing.token,
            closings.c.position == closing.position,
            closings.c.state.not_in(kept),
        )
        .values(
            state=closing.state,
            sentence=closing.sentence,
            before=BEFORE.dump_json(closing.before).decode(),
            total=None if closing.total is None else str(closing.total),
            automatic=BEFORE.dump_json(closing.automatic).decode(),
            at=now,
        )
    )
    kinds = {
        ClosingState.CLOSED: FactKind.ORDER_CLOSED,
        ClosingState.REFUSED: FactKind.CLOSE_REFUSED,
    }
    if done.rowcount and (kind := kinds.get(closing.state)) is not None:
        write_facts(link, [Fact(kind, now, connection.slug, closing.order_id, _detail(closing))])


def charged(link: Link, slug: ConnectionSlug) -> dict[AmazonOrderId, Decimal]:
    """Return what closed orders of requests were charged in addition, by Amazon order id."""
    query = (
        select(orders.c.amazon_order_id, closings.c.charges)
        .join(orders, orders.c.id == closings.c.order_id)
        .where(closings.c.connection == slug, closings.c.state == ClosingState.CLOSED)
    )
    sums: dict[AmazonOrderId, Decimal] = {}
    for row in link.execute(query):
        order_id = AmazonOrderId(row.amazon_order_id)
        added = sum((charge.amount for charge in _CHARGES.validate_json(row.charges)), Decimal(0))
        sums[order_id] = sums.get(order_id, Decimal(0)) + added
    return sums


def _detail(closing: Closing) -> dict[str, str]:
    added = sum(charge.amount for charge in closing.charges)
    detail = {
        "warehouse_order": str(closing.warehouse_order_id),
        "carrier": closing.routing.carrier,
        "service": closing.routing.service,
        "tracking": closing.tracking,
        "charges_added": str(added),
    }
    if closing.total is not None:
        detail["charges_total"] = str(closing.total)
    if closing.sentence:
        detail |= {"reason": closing.sentence, "fixer": "clerk"}
    return detail


def read_closing(row: Row[Any]) -> Closing:
    """Return the order of a request that a row of ``closings`` with Amazon's order id stands for."""
    return Closing(
        token=row.token,
        position=row.position,
        handle=row.handle,
        order_id=AmazonOrderId(row.amazon_order_id),
        warehouse_order_id=WarehouseOrderId(row.warehouse_order_id),
        routing=_ROUTING.validate_json(row.routing),
        tracking=row.tracking,
        charges=_CHARGES.validate_json(row.charges),
        before=BEFORE.validate_json(row.before),
        state=ClosingState(row.state),
        sentence=row.sentence,
        total=None if row.total is None else Decimal(row.total),
        automatic=None if row.automatic is None else BEFORE.validate_json(row.automatic),
    )
