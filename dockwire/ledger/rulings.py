"""Writing down what a person decided about an order, and asking Amazon again because of it."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy import Connection as Link

from dockwire.ledger.facts import replace_problems, told_reason, write_facts
from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.overrides import write_overrides
from dockwire.ledger.rows import Scribe, open_problems
from dockwire.ledger.stock_tables import sku_aliases
from dockwire.ledger.tables import orders
from dockwire.model.connection import Connection
from dockwire.model.hold import Ruling
from dockwire.model.ids import AmazonOrderId
from dockwire.model.override import HELD_BY_PERSON, OverrideKind
from dockwire.model.record import Fact, FactKind, OrderState, Problem

_UNRULED = (OrderState.CLAIMED, OrderState.CANCELLED)


def record_ruling(
    link: Link, connection: Connection, ruling: Ruling, *, scribe: Scribe, by: str, now: datetime
) -> bool:
    """Write a ruling on the version it was made of; false when the order, or a name it gives, moved meanwhile."""
    columns = (orders.c.id, orders.c.version, orders.c.state, orders.c.not_before, orders.c.purged)
    query = select(*columns).where(
        orders.c.connection == connection.slug, orders.c.amazon_order_id == ruling.order_id
    )
    row = link.execute(query.with_for_update()).one_or_none()
    if row is None or row.version != ruling.version or row.state in _UNRULED:
        return False
    if (row.state == OrderState.CREATED) is not (ruling.state is OrderState.CREATED):
        # What is in the warehouse stays there: only its following run does something about it.
        return False
    if row.purged is not None and ruling.overrides.address is not None:
        # A purge leaves the version: an address that was read before it must not come back.
        return False
    if not _same_aliases(link, connection, ruling):
        return False
    write_overrides(link, row.id, ruling.overrides, scribe=scribe, by=by, now=now)
    if ruling.overrides.ask_again:
        # Wished again: what an earlier wish put off is due now.
        _put_off(link, row.id, now)
    for amazon_sku, warehouse_sku in ruling.aliases.items():
        _set_alias(link, connection, amazon_sku, warehouse_sku)
    before = open_problems(link, [row.id]).get(row.id, ())
    replace_problems(link, row_id=row.id, before=before, after=ruling.problems, now=now)
    waits = ruling.state in (OrderState.FAILED, OrderState.QUARANTINED)
    link.execute(
        update(orders)
        .where(orders.c.id == row.id)
        # A version of its own: a run that has read the order before may not create it as it was.
        .values(
            state=ruling.state,
            version=row.version + 1,
            needs_decision=True,
            not_before=now if waits else None,
        )
    )
    detail = {**ruling.detail, "by": by}
    write_facts(link, [Fact(FactKind.PERSON_DECIDED, now, connection.slug, ruling.order_id, detail)])
    if ruling.state is OrderState.HELD:
        _tell_hold(link, connection, ruling, was_held=row.state == OrderState.HELD, before=before, now=now)
    return True


def _tell_hold(
    link: Link,
    connection: Connection,
    ruling: Ruling,
    *,
    was_held: bool,
    before: tuple[Problem, ...],
    now: datetime,
) -> None:
    """Write down a hold that the next import finds as it is, and so would not tell.

    Nobody is mailed about what a person did: their own hold is counted, other reasons are told.
    """
    codes = {problem.code for problem in before}
    fresh = tuple(problem for problem in ruling.problems if problem.code not in codes)
    others = tuple(problem for problem in fresh if problem.code != HELD_BY_PERSON)
    if others or (fresh and not was_held):
        detail = told_reason(others or fresh)
        fact = Fact(FactKind.ORDER_HELD, now, connection.slug, ruling.order_id, detail)
        write_facts(link, [fact], quietly=not others)


def _put_off(link: Link, row_id: int, not_before: datetime) -> None:
    wish = (order_overrides.c.order_id == row_id) & (order_overrides.c.kind == OverrideKind.ASK_AGAIN)
    link.execute(update(order_overrides).where(wish).values(not_before=not_before))


def _same_aliases(link: Link, connection: Connection, ruling: Ruling) -> bool:
    """Whether the names that the ruling gives are still as the person saw them, or already what it says.

    Two who insert a name at once break the table's key: the second one's transaction is done anew, and sees it.
    """
    query = select(sku_aliases.c.amazon_sku, sku_aliases.c.warehouse_sku).where(
        _of_customer(connection), sku_aliases.c.amazon_sku.in_(list(ruling.aliases))
    )
    there = {row.amazon_sku: row.warehouse_sku for row in link.execute(query.with_for_update())}
    return all(there.get(sku) in (ruling.replaced.get(sku), name) for sku, name in ruling.aliases.items())


def _of_customer(connection: Connection) -> ColumnElement[bool]:
    return (sku_aliases.c.warehouse == connection.warehouse) & (
        sku_aliases.c.customer_id == connection.customer_id
    )


def _set_alias(link: Link, connection: Connection, amazon_sku: str, warehouse_sku: str) -> None:
    place = {"warehouse": connection.warehouse, "customer_id": connection.customer_id}
    same = _of_customer(connection) & (sku_aliases.c.amazon_sku == amazon_sku)
    link.execute(delete(sku_aliases).where(same))
    link.execute(insert(sku_aliases).values(**place, amazon_sku=amazon_sku, warehouse_sku=warehouse_sku))


def asked_again(link: Link, connection: Connection, *, now: datetime, limit: int) -> list[AmazonOrderId]:
    """Return orders that a person wants to be asked for again, longest wished first."""
    query = (
        select(orders.c.amazon_order_id)
        .join(order_overrides, order_overrides.c.order_id == orders.c.id)
        .where(orders.c.connection == connection.slug, order_overrides.c.kind == OverrideKind.ASK_AGAIN)
        .where(orders.c.state == OrderState.HELD, order_overrides.c.not_before <= now)
        .order_by(order_overrides.c.not_before, orders.c.id)
        .limit(limit)
    )
    return [AmazonOrderId(found) for found in link.scalars(query)]


def answered(
    link: Link, connection: Connection, order_id: AmazonOrderId, *, not_before: datetime | None
) -> None:
    """End the wish to ask again, or put it off until ``not_before``."""
    row_id = link.scalar(
        select(orders.c.id).where(
            orders.c.connection == connection.slug, orders.c.amazon_order_id == order_id
        )
    )
    if row_id is None:
        return
    if not_before is not None:
        _put_off(link, row_id, not_before)
        return
    wish = (order_overrides.c.order_id == row_id) & (order_overrides.c.kind == OverrideKind.ASK_AGAIN)
    link.execute(delete(order_overrides).where(wish))
