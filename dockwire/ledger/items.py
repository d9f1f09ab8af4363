"""The warehouse's items as last read, so that a run need not read them all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Link
from sqlalchemy import delete, insert, select

from dockwire.ledger.tables import item_lists, items
from dockwire.model.ids import CustomerId
from dockwire.model.warehouse import Item


def known_items(
    link: Link, warehouse: str, customer_id: CustomerId
) -> tuple[datetime | None, dict[str, Item]]:
    """Return when the list was read, and the items by SKU."""
    read = link.scalar(
        select(item_lists.c.read).where(
            item_lists.c.warehouse == warehouse, item_lists.c.customer_id == customer_id
        )
    )
    rows = link.execute(
        select(items.c.sku, items.c.active).where(
            items.c.warehouse == warehouse, items.c.customer_id == customer_id
        )
    )
    return read, {row.sku: Item(row.sku, row.active) for row in rows}


def store_items(
    link: Link, warehouse: str, customer_id: CustomerId, found: Sequence[Item], *, now: datetime
) -> None:
    """Replace the list."""
    where = {"warehouse": warehouse, "customer_id": customer_id}
    for table in (items, item_lists):
        link.execute(delete(table).where(table.c.warehouse == warehouse, table.c.customer_id == customer_id))
    link.execute(insert(item_lists).values(**where, read=now))
    unique = {item.sku: item for item in found}
    if unique:
        link.execute(
            insert(items), [{**where, "sku": item.sku, "active": item.active} for item in unique.values()]
        )
