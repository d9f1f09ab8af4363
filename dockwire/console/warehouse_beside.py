"""What a page of the warehouse's lists shows from its other tables: a statement or two for a page, however long."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dockwire.console.warehouse_records import CustomerRecord, GoodsRecord, ItemRecord, ReceiptRecord
from dockwire.warehouse.columns import Quantity
from dockwire.warehouse.quantities import IN_STOCK, LEFT
from dockwire.warehouse.tables import customer_facilities, customers, facilities, items, receive_items

_AT_ONCE = 500
"""Rows of one statement: databases take only so many values."""
_SHOWN = 10
"""Goods of a receipt that are told by name; its stock is a list of its own."""


def name(session: Session, records: Sequence[Any]) -> None:
    """Give records the names of their customer and facility."""
    owners = _names(session, customers, {each.customer_id for each in records})
    places = _names(
        session, facilities, {each.facility_id for each in records if hasattr(each, "facility_id")}
    )
    for each in records:
        each.customer = owners.get(each.customer_id, "")
        if hasattr(each, "facility_id"):
            each.facility = places.get(each.facility_id, "")


def place(session: Session, records: Sequence[CustomerRecord]) -> None:
    """Give customers the names of their facilities."""
    query = (
        select(customer_facilities.c.customer_id, facilities.c.name)
        .join(facilities, facilities.c.id == customer_facilities.c.facility_id)
        .order_by(customer_facilities.c.position)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for some in _batches([each.id for each in records]):
        for row in session.execute(query.where(customer_facilities.c.customer_id.in_(some))):
            found[row.customer_id].append(row.name)
    for each in records:
        each.facilities = ", ".join(found[each.id])


def weigh(session: Session, records: Sequence[ItemRecord]) -> None:
    """Give items what orders could still take of them, and what is on hold, over all facilities."""
    held = receive_items.c.on_hold
    query = select(
        receive_items.c.item_id,
        func.sum(case((held, 0), else_=LEFT), type_=Quantity).label("available"),
        func.sum(case((held, LEFT), else_=0), type_=Quantity).label("on_hold"),
    ).group_by(receive_items.c.item_id)
    found = {
        row.item_id: row
        for some in _batches([each.id for each in records])
        for row in session.execute(query.where(receive_items.c.item_id.in_(some), IN_STOCK))
    }
    for each in records:
        if row := found.get(each.id):
            each.available, each.on_hold = row.available, row.on_hold


def unpack(session: Session, records: Sequence[ReceiptRecord]) -> None:
    """Give receipts their goods: SKUs with what was announced of each."""
    query = (
        select(receive_items.c.receiver_id, receive_items.c.expected, receive_items.c.received, items.c.sku)
        .join(items, items.c.id == receive_items.c.item_id)
        .order_by(receive_items.c.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for some in _batches([each.id for each in records]):
        for row in session.execute(query.where(receive_items.c.receiver_id.in_(some))):
            found[row.receiver_id].append(f"{row.sku}: {units(max(row.expected, row.received))}")
    for each in records:
        shown, more = found[each.id][:_SHOWN], len(found[each.id]) - _SHOWN
        each.goods = ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def label(session: Session, records: Sequence[GoodsRecord]) -> None:
    """Give goods their SKU."""
    skus = _names(session, items, {each.item_id for each in records}, "sku")
    for each in records:
        each.sku = skus.get(each.item_id, "")


def units(number: Decimal) -> str:
    """Return a quantity without zeros behind its point."""
    return f"{number.normalize():f}"


def _names(session: Session, table: Any, ids: Collection[int], column: str = "name") -> dict[int, str]:
    query = select(table.c.id, table.c[column])
    return {
        row[0]: row[1]
        for some in _batches(sorted(ids))
        for row in session.execute(query.where(table.c.id.in_(some)))
    }


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE)]
