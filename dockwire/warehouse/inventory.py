"""``/inventory``: every receive item with its customer and facility, to check stock against."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.paging import Parameters, Window, select_page
from dockwire.warehouse.quantities import IN_STOCK, left_of, shipped
from dockwire.warehouse.resources import Page, Resource
from dockwire.warehouse.rql_sql import Name, Names, Sort
from dockwire.warehouse.stock import DETAIL_NAMES, received
from dockwire.warehouse.tables import customers, facilities, items, receive_items, receivers
from dockwire.warehouse.work import Work

NAMES: Names = {
    **{name: meaning for name, meaning in DETAIL_NAMES.items() if name not in {"isonhold", "facilityid"}},
    "onhold": Name(receive_items.c.on_hold, Sort.FLAG),
    "quarantined": Name(receive_items.c.quarantined, Sort.FLAG),
    "lotnumber": Name(receive_items.c.lot_number),
    "referencenum": Name(receivers.c.reference),
    "customeridentifier.id": Name(receive_items.c.customer_id, Sort.WHOLE),
    "customeridentifier.name": Name(customers.c.name),
    "facilityidentifier.id": Name(receive_items.c.facility_id, Sort.WHOLE),
    "facilityidentifier.name": Name(facilities.c.name),
}
"""What ``rql`` and ``sort`` of ``/inventory`` know."""


def list_inventory(work: Work, parameters: Parameters) -> Page:
    """Return a page of receive items of all customers the caller may see.

    Raises:
        BadQuery: a parameter cannot be understood.
    """
    window = Window.read(parameters, default=100, largest=1000)
    statement = (
        select(
            receive_items,
            items.c.sku,
            items.c.description,
            items.c.upc,
            customers.c.name.label("customer"),
            customers.c.external_id,
            facilities.c.name.label("facility"),
            receivers.c.reference,
            received(work).label("shown_received"),
            shipped().label("shipped"),
        )
        .join(items, items.c.id == receive_items.c.item_id)
        .join(customers, customers.c.id == receive_items.c.customer_id)
        .join(facilities, facilities.c.id == receive_items.c.facility_id)
        .join(receivers, receivers.c.id == receive_items.c.receiver_id)
        .where(work.access.sees(receive_items.c.customer_id), IN_STOCK)
    )
    rows, total = select_page(
        work, statement, parameters, window=window, names=NAMES, keys=(receive_items.c.id,)
    )
    return Page("item", [_show(work, row) for row in rows], total, window.number, window.size)


def _show(work: Work, row: Row[Any]) -> Resource:
    left = left_of(row)
    counts_held = work.switches.inventory_available_includes_held
    return {
        "receiverId": row.receiver_id,
        "receivedDate": to_wire(row.created, work.zone),
        "receiveItemId": row.id,
        "customerIdentifier": {
            "externalId": row.external_id or None,
            "name": row.customer,
            "id": row.customer_id,
        },
        "facilityIdentifier": {"name": row.facility, "id": row.facility_id},
        "itemIdentifier": {"sku": row.sku, "id": row.item_id},
        "itemDescription": row.description,
        "upc": row.upc or None,
        "qualifier": row.qualifier,
        "receivedQty": row.shown_received,
        "onHandQty": row.received + row.adjusted - row.shipped,
        "availableQty": left if counts_held or not row.on_hold else Decimal(0),
        "onHoldQty": left if row.on_hold else Decimal(0),
        "lotNumber": row.lot_number or None,
        "onHold": row.on_hold,
        "onHoldReason": row.on_hold_reason or None,
        "onHoldDate": to_wire(row.on_hold_date, work.zone),
        "quarantined": row.quarantined,
        "referenceNum": row.reference,
    }
