"""The charges on orders: adding, replacing, calculating anew, showing.

What the system made and what people added are kept apart: calculating replaces the former only.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from dockwire.warehouse.billing_methods import Charge
from dockwire.warehouse.closing_tables import charge_details, order_charges
from dockwire.warehouse.price_rules import Terms, automatic
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.work import Work


def add(work: Work, order_id: int, charges: Sequence[Charge], *, system_generated: bool = False) -> None:
    """Add charges to those that an order has."""
    last = select(func.max(order_charges.c.position)).where(order_charges.c.order_id == order_id)
    first = (work.link.execute(last).scalar() or 0) + 1
    for position, charge in enumerate(charges, start=first):
        values = {
            "order_id": order_id,
            "position": position,
            "charge_type": charge.charge_type,
            "subtotal": charge.subtotal,
            "system_generated": system_generated,
        }
        added = insert(order_charges).values(values).returning(order_charges.c.id)
        _add_details(work, work.link.execute(added).scalar_one(), charge)


def _add_details(work: Work, charge_id: int, charge: Charge) -> None:
    rows = [
        {
            "charge_id": charge_id,
            "rule_id": detail.rule_id,
            "position": position,
            "label": detail.label,
            "unit_description": detail.unit_description,
            "units": detail.units,
            "price": detail.price,
            "members": detail.members,
        }
        for position, detail in enumerate(charge.details)
    ]
    if rows:
        work.link.execute(insert(charge_details), rows)


def calculate(work: Work, terms: Terms, order_id: int) -> None:
    """Put what the customer's rules charge now in the place of what the system charged before."""
    remove(work, order_id, system_generated=True)
    add(work, order_id, automatic(work, terms, order_id), system_generated=True)


def remove(work: Work, order_id: int, *, system_generated: bool) -> None:
    """Take the charges of one kind off an order."""
    which = order_charges.c.system_generated.is_(system_generated)
    work.link.execute(delete(order_charges).where(order_charges.c.order_id == order_id, which))


def remove_all(work: Work, order_id: int) -> None:
    """Take all charges off an order."""
    work.link.execute(delete(order_charges).where(order_charges.c.order_id == order_id))


def show(work: Work, order_ids: Sequence[int]) -> dict[int, list[Resource]]:
    """Return ``billingCharges`` of each order, in the order they were made."""
    charged = order_charges.c.order_id.in_(order_ids)
    details: defaultdict[int, list[Resource]] = defaultdict(list)
    for row in work.link.execute(
        select(charge_details, order_charges.c.system_generated)
        .join(order_charges, order_charges.c.id == charge_details.c.charge_id)
        .where(charged)
        .order_by(charge_details.c.charge_id, charge_details.c.position)
    ):
        details[row.charge_id].append(_detail(row))
    shown: dict[int, list[Resource]] = defaultdict(list)
    for row in work.link.execute(
        select(order_charges).where(charged).order_by(order_charges.c.order_id, order_charges.c.position)
    ):
        charge = {"chargeType": row.charge_type, "subtotal": row.subtotal, "details": details[row.id]}
        shown[row.order_id].append(charge)
    return shown


def _detail(row: Row[Any]) -> Resource:
    return {
        "warehouseTransactionPriceCalcId": row.rule_id,
        "numUnits": row.units,
        "chargeLabel": row.label,
        "unitDescription": row.unit_description,
        "chargePerUnit": row.price,
        "systemGenerated": row.system_generated,
        **row.members,
    }
