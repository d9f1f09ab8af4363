"""The whole warehouse at a glance, for comparisons and trials, without anything personal."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import delete, select, update

from dockwire.warehouse.closing_tables import charge_details, order_charges, package_contents, packages
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.tables import allocations, items, order_items, orders, receive_items
from dockwire.warehouse.work import Work


def forget_orders(work: Work) -> None:
    """Remove all orders and give all stock back; everything else stays."""
    for table in (package_contents, packages, charge_details, order_charges):
        work.link.execute(delete(table))
    for table in (allocations, order_items, orders):
        work.link.execute(delete(table))
    work.link.execute(update(receive_items).values(allocated=Decimal(0)))


def read_state(work: Work) -> Resource:
    """Return all orders with their lines, routing, packages and charges, and all stock by receive item."""
    lines, packed, charged = _lines(work), _packages(work), _charges(work)
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
            **_routing(row.members.get("routingInfo", {})),
            "packages": packed[row.id],
            "charges": charged[row.id],
            "chargesTotal": sum((charge["amount"] for charge in charged[row.id]), Decimal(0)),
        }
        for row in work.link.execute(select(orders).order_by(orders.c.id))
    ]
    return {"orders": shown, "stock": _stock(work)}


def _routing(routing: Mapping[str, str]) -> Resource:
    names = ("carrier", "mode", "scacCode")
    return {
        "tracking": routing.get("trackingNumber", ""),
        "routing": {name: routing.get(name, "") for name in names},
    }


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


def _packages(work: Work) -> defaultdict[int, list[Resource]]:
    contents: defaultdict[int, list[Resource]] = defaultdict(list)
    for row in work.link.execute(
        select(package_contents, items.c.sku)
        .join(order_items, order_items.c.id == package_contents.c.order_item_id)
        .join(items, items.c.id == order_items.c.item_id)
        .order_by(package_contents.c.id)
    ):
        contents[row.package_id].append({"sku": row.sku, "qty": row.qty})
    packed: defaultdict[int, list[Resource]] = defaultdict(list)
    for row in work.link.execute(select(packages).order_by(packages.c.id)):
        package = {"packageId": row.id, "tracking": row.tracking_number, "contents": contents[row.id]}
        packed[row.order_id].append(package)
    return packed


def _charges(work: Work) -> defaultdict[int, list[Resource]]:
    """Return charges by their rows; one without rows has no label, one of a rule its rounded subtotal."""
    rows = work.link.execute(
        select(order_charges, charge_details.c.label, charge_details.c.units, charge_details.c.price)
        .outerjoin(charge_details, charge_details.c.charge_id == order_charges.c.id)
        .order_by(order_charges.c.order_id, order_charges.c.position, charge_details.c.position)
    )
    charged: defaultdict[int, list[Resource]] = defaultdict(list)
    for row in rows:
        whole = row.system_generated or row.label is None
        charged[row.order_id].append(
            {
                "label": row.label or "",
                "type": row.charge_type,
                "amount": row.subtotal if whole else row.units * row.price,
                "automatic": row.system_generated,
            }
        )
    return charged


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
            "adjusted": row.adjusted,
            "onHold": row.on_hold,
        }
        for row in rows
    ]
