"""Items and their aliases as resources."""

from collections import defaultdict

from sqlalchemy import Row, select

from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.parties import read_customer
from dockwire.warehouse.resources import RELS, Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.tables import item_aliases, items, kit_components
from dockwire.warehouse.work import Work

ITEM_NAMES: Names = {
    "itemid": Name(items.c.id, Sort.WHOLE),
    "readonly.itemid": Name(items.c.id, Sort.WHOLE),
    "sku": Name(items.c.sku),
    "upc": Name(items.c.upc),
    "description": Name(items.c.description),
    "readonly.deactivated": Name(items.c.deactivated, Sort.FLAG),
    "readonly.creationdate": Name(items.c.created, Sort.TIME),
    "readonly.lastmodifieddate": Name(items.c.modified, Sort.TIME),
}
"""What ``rql`` and ``sort`` of a customer's items know."""

ALIAS_NAMES: Names = {
    "aliasidentifier.id": Name(item_aliases.c.id, Sort.WHOLE),
    "aliasidentifier.sku": Name(item_aliases.c.sku),
    "active": Name(item_aliases.c.active, Sort.FLAG),
}
"""What ``rql`` and ``sort`` of a customer's item aliases know."""


def list_items(work: Work, customer_id: int, parameters: Parameters) -> Page:
    """Return a page of ``/customers/{id}/items``, deactivated items included.

    Raises:
        Missing: there is no customer that the caller may see.
        BadQuery: a parameter cannot be understood.
    """
    read_customer(work, customer_id)
    window = Window.read(parameters, default=10, largest=100)
    rows, total = select_page(
        work,
        select(items).where(items.c.customer_id == customer_id),
        parameters,
        window=window,
        names=ITEM_NAMES,
        keys=(items.c.id,),
    )
    kits = _components(work, [row.id for row in rows])
    shown = [_show(work, row, kits.get(row.id)) for row in rows]
    return Page(f"{RELS}/customers/item", shown, total, window.number, window.size)


def list_aliases(work: Work, customer_id: int, parameters: Parameters) -> Page:
    """Return a page of ``/customers/{id}/itemaliases``.

    Raises:
        Missing: there is no customer that the caller may see.
        BadQuery: a parameter cannot be understood.
    """
    read_customer(work, customer_id)
    window = Window.read(parameters, default=10, largest=100)
    statement = (
        select(item_aliases, items.c.sku.label("item_sku"))
        .join(items, items.c.id == item_aliases.c.item_id)
        .where(item_aliases.c.customer_id == customer_id)
    )
    rows, total = select_page(
        work, statement, parameters, window=window, names=ALIAS_NAMES, keys=(item_aliases.c.id,)
    )
    shown = [
        {
            "aliasIdentifier": {"sku": row.sku, "id": row.id},
            "description": row.description,
            "active": row.active,
            "details": [{"itemIdentifier": {"sku": row.item_sku, "id": row.item_id}, "qty": 1}],
        }
        for row in rows
    ]
    return Page(f"{RELS}/customers/itemalias", shown, total, window.number, window.size)


def _show(work: Work, row: Row[tuple[object, ...]], components: list[Resource] | None) -> Resource:
    return {
        "itemId": row.id,
        "sku": row.sku,
        "upc": row.upc or None,
        "description": row.description,
        "options": {"inventoryUnit": {"unitIdentifier": {"name": row.unit}}},
        "kit": {"components": components} if components else None,
        "readOnly": {
            "deactivated": row.deactivated,
            "creationDate": to_wire(row.created, work.zone),
            "lastModifiedDate": to_wire(row.modified, work.zone),
        },
    }


def _components(work: Work, item_ids: list[int]) -> dict[int, list[Resource]]:
    rows = work.link.execute(
        select(kit_components, items.c.sku)
        .join(items, items.c.id == kit_components.c.component_id)
        .where(kit_components.c.item_id.in_(item_ids))
        .order_by(kit_components.c.item_id, kit_components.c.position)
    )
    kits: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        item = {"sku": row.sku, "id": row.component_id}
        kits[row.item_id].append({"itemIdentifier": item, "qualifier": row.qualifier, "qty": row.qty})
    return kits
