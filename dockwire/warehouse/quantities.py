"""What is counted of a receive item: what there is, what is left to take, what has shipped."""

from decimal import Decimal

from sqlalchemy import ColumnElement, Row, func, select, type_coerce

from dockwire.warehouse.columns import Quantity
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import allocations, order_items, orders, receive_items

IN_STOCK = receive_items.c.received > 0
"""Goods have come: their receiver is confirmed."""

COUNTED = type_coerce(receive_items.c.received + receive_items.c.adjusted, Quantity)
"""What came in, with what adjustments added or took away; shipped or not."""

LEFT = type_coerce(COUNTED - receive_items.c.allocated, Quantity)
"""What no order has taken."""


def left_of(row: Row[tuple[object, ...]]) -> Decimal:
    """Return what no order has taken of a row of ``receive_items``."""
    left: Decimal = row.received + row.adjusted - row.allocated
    return left


def shipped() -> ColumnElement[object]:
    """Return what closed orders took of a receive item."""
    taken = (
        select(func.sum(allocations.c.qty, type_=Quantity))
        .join(order_items, order_items.c.id == allocations.c.order_item_id)
        .join(orders, orders.c.id == order_items.c.order_id)
        .where(
            allocations.c.receive_item_id == receive_items.c.id,
            orders.c.status == Status.CLOSED,
        )
        .correlate(receive_items)
        .scalar_subquery()
    )
    return func.coalesce(taken, 0)
