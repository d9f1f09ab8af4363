"""Orders as resources: the vendor's members, as many as ``detail`` and ``itemdetail`` ask for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select

from dockwire.warehouse import charges, package_view
from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.order_request import LINES
from dockwire.warehouse.problems import Missing
from dockwire.warehouse.resources import Listing, Resource
from dockwire.warehouse.tables import (
    allocations,
    customers,
    facilities,
    items,
    order_items,
    orders,
)
from dockwire.warehouse.work import Work

REST_API = 7
"""``warehouseTransactionSourceType`` of orders that came through the REST API."""
ENTERED_BY_API = 4
"""``transactionEntryType`` of the same."""

_CONTACTS = ("shipTo", "soldTo", "billTo")


@dataclass(frozen=True, slots=True)
class Detail:
    """What a reader wants to see of an order besides its head."""

    lines: bool = False
    saved_elements: bool = False
    contacts: bool = False
    line_saved_elements: bool = False
    line_allocations: bool = False
    billing: bool = False
    packages: bool = False


EVERYTHING = Detail(
    lines=True,
    saved_elements=True,
    contacts=True,
    line_saved_elements=True,
    line_allocations=True,
    billing=True,
    packages=True,
)


def joined_orders() -> Select[Any]:
    """Return the statement that reads orders together with the names of their parties."""
    return (
        select(
            orders,
            customers.c.name.label("customer_name"),
            customers.c.external_id.label("customer_external_id"),
            facilities.c.name.label("facility_name"),
        )
        .join(customers, customers.c.id == orders.c.customer_id)
        .join(facilities, facilities.c.id == orders.c.facility_id)
    )


def read_order(work: Work, order_id: int, detail: Detail) -> tuple[Resource, int]:
    """Return an order and its version.

    Raises:
        Missing: there is none that the caller may see.
    """
    wanted = joined_orders().where(orders.c.id == order_id, work.access.sees(orders.c.customer_id))
    row = work.link.execute(wanted).first()
    if row is None:
        raise Missing("The order")
    return show_orders(work, [row], detail)[0], row.version


def show_orders(work: Work, rows: Sequence[Row[Any]], detail: Detail) -> list[Resource]:
    """Return rows of :func:`joined_orders` as resources."""
    order_ids = [row.id for row in rows]
    lines = _lines(work, order_ids, detail) if detail.lines else {}
    charged = charges.show(work, order_ids) if detail.billing else {}
    packed = package_view.show_packages(work, order_ids) if detail.packages else {}
    shown = []
    for row in rows:
        resource = _head(work, row) | row.members | _sealed(work, row, detail)
        if detail.saved_elements:
            resource["savedElements"] = row.saved_elements
        if detail.billing:
            resource["billing"] = {"billingCharges": charged.get(row.id, [])}
        if detail.packages:
            resource["readOnly"]["packages"] = packed.get(row.id, [])
        if detail.lines:
            resource["orderItems"] = Listing(LINES, lines.get(row.id, []))
        shown.append(resource)
    return shown


def _head(work: Work, row: Row[Any]) -> Resource:
    return {
        "readOnly": _read_only(work, row),
        "referenceNum": row.reference,
        "poNum": row.po_number or None,
        "externalId": row.external_id or None,
        "invoiceNumber": row.invoice_number or None,
        "_self": f"/orders/{row.id}",
    }


def _read_only(work: Work, row: Row[Any]) -> Resource:
    created_by, modified_by = {"name": row.created_by}, {"name": row.modified_by}
    return {
        "orderId": row.id,
        "fullyAllocated": row.fully_allocated,
        "isClosed": row.is_closed,
        "deferNotification": row.deferred,
        "status": int(row.status),
        "processDate": to_wire(row.processed, work.zone),
        "onHoldDate": to_wire(row.on_hold_date, work.zone),
        "onHoldReason": row.on_hold_reason or None,
        "customerIdentifier": {
            "externalId": row.customer_external_id or None,
            "name": row.customer_name,
            "id": row.customer_id,
        },
        "facilityIdentifier": {"name": row.facility_name, "id": row.facility_id},
        "warehouseTransactionSourceType": REST_API,
        "transactionEntryType": ENTERED_BY_API,
        "creationDate": to_wire(row.created, work.zone),
        "createdByIdentifier": created_by,
        "lastModifiedDate": to_wire(row.modified, work.zone),
        "lastModifiedByIdentifier": modified_by,
    }


def _sealed(work: Work, row: Row[Any], detail: Detail) -> Resource:
    private = work.sealer.open(row.sealed)
    hidden = () if detail.contacts else _CONTACTS
    return {name: value for name, value in private.items() if name not in hidden}


def _lines(work: Work, order_ids: list[int], detail: Detail) -> dict[int, list[Resource]]:
    taken = _allocations(work, order_ids) if detail.line_allocations else {}
    rows = work.link.execute(
        select(order_items, items.c.sku, items.c.unit)
        .join(items, items.c.id == order_items.c.item_id)
        .where(order_items.c.order_id.in_(order_ids))
        .order_by(order_items.c.order_id, order_items.c.position)
    )
    lines: dict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        line = {
            "readOnly": {
                "orderItemId": row.id,
                "fullyAllocated": row.fully_allocated,
                "unitIdentifier": {"name": row.unit},
                "originalPrimaryQty": row.qty,
                "isOrderQtySecondary": False,
                "rowVersion": str(row.version),
            },
            "itemIdentifier": {"sku": row.sku, "id": row.item_id},
            "qualifier": row.qualifier,
            "qty": row.qty,
            **row.members,
            **(work.sealer.open(row.sealed) if row.sealed else {}),
        }
        if detail.line_saved_elements:
            line["savedElements"] = row.saved_elements
        if detail.line_allocations:
            line["readOnly"]["allocations"] = taken.get(row.id, [])
        lines[row.order_id].append(line)
    return lines


def _allocations(work: Work, order_ids: list[int]) -> dict[int, list[dict[str, int | Decimal]]]:
    rows = work.link.execute(
        select(allocations)
        .join(order_items, order_items.c.id == allocations.c.order_item_id)
        .where(order_items.c.order_id.in_(order_ids))
        .order_by(allocations.c.receive_item_id)
    )
    taken: dict[int, list[dict[str, int | Decimal]]] = defaultdict(list)
    for row in rows:
        taken[row.order_item_id].append({"receiveItemId": row.receive_item_id, "qty": row.qty})
    return taken
