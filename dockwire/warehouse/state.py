"""The whole warehouse at a glance, for comparisons and trials, without anything personal."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import delete, select, update

from dockwire.warehouse.resources import Resource
from dockwire.warehouse.tables import allocations, items, order_items, orders, receive_items
from dockwire.warehouse.work import Work


def forget_orders(work: Work) -> None:
    """Remove all orders and give all stock back; everything else stays."""
    for table in (allocations, order_items, orders):
        work.link.execute(delete(table))
    work.link.execute(update(receive_items).values(allocated=Decimal(0)))


def read_state(work: Work) -> Resource:
    """Return all orders with their lines, and all stock by receive item."""
    lines = _lines(work)
    shown = [
        {
            "orderId": row.id,
            "referenceNum": row.reference,
            "customerId": row.customer_id,
            "facilityId": row.facility_id,
            "status": int(row.status),
            "onHold": row.on_hold_date is not None,
            "fullyAllocated": row.fully_allocated,
            "items": lines[row.id],
            "savedElements": row.saved_elements,
        }
        for row in work.link.execute(select(orders).order_by(orders.c.id))
    ]
    return {"orders": shown, "stock": _stock(work)}


def _lines(work: Work) -> defaultdict[int, list[Resource]]:
    rows = work.link.execute(
        select(order_items, items.c.sku)
        .join(items, items.c.id == order_items.c.item_id)
        .order_by(order_items.c.order_id, order_items.c.position)
    )
    lines: defaultdict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        lines[row.order_id].append({"sku": row.sku, "qty": row.qty, "savedElements": row.saved_elements})
    return lines


def _stock(work: Work) -> list[Resource]:
    rows = work.link.execute(
        select(receive_items, items.c.sku)
        .join(items, items.c.id == receive_items.c.item_id)
        .order_by(receive_items.c.id)
    )
    return [
        {
            "receiveItemId": row.id,
            "customerId": row.customer_id,
            "facilityId": row.facility_id,
            "sku": row.sku,
            "qualifier": row.qualifier,
            "received": row.received,
            "allocated": row.allocated,
            "onHold": row.on_hold,
        }
        for row in rows
    ]
