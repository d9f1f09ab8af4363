"""The carriers of the warehouse: its list, and whether routing keeps to it.

Codes and their numbers are ours where the vendor's "carriers" page shows none.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from dockwire.warehouse.closing_tables import carriers
from dockwire.warehouse.problems import InvalidModel
from dockwire.warehouse.resources import RELS, Listing, Resource
from dockwire.warehouse.work import Work

BILLING_CODES = {"Prepaid": 0, "FreightCollect": 1, "BillThirdParty": 2}
"""Who pays the freight, by code and ``billingCodeType``; for carriers without codes of their own."""

SERVICES = ({"code": "STD", "description": "Standard"}, {"code": "EXP", "description": "Express"})
"""For carriers without services of their own."""


def list_carriers(work: Work) -> Resource:
    """Return ``/properties/carriers``: all of them on one page, and what counts for those that say nothing."""
    rows = work.link.execute(select(carriers).order_by(carriers.c.id)).all()
    return {
        "totalResults": len(rows),
        "defaultBillingCodes": [_billing_code(code) for code in BILLING_CODES],
        "defaultShipmentServices": list(SERVICES),
        "resourceList": Listing(f"{RELS}/properties/carrier", [_show(row) for row in rows]),
    }


def check_carrier(work: Work, routing: Mapping[str, Any], place: str) -> None:
    """Refuse a carrier that orders may not have, once there are any (a switch).

    Raises:
        InvalidModel: the carrier is not on the list, not active or not for orders.
    """
    name = routing.get("carrier")
    if not name or not work.switches.known_carriers_only:
        return
    rows = work.link.execute(select(carriers.c.name, carriers.c.active, carriers.c.disallow_on_order)).all()
    usable = {row.name for row in rows if row.active and not row.disallow_on_order}
    if rows and name not in usable:
        hint = "The carrier is not on the warehouse's list, not active or not for orders."
        raise InvalidModel("ValueNotSupported", place, hint=hint, value=name)


def _show(row: Row[Any]) -> Resource:
    services = [{"shipEngineId": None, **service} for service in row.services]
    return {
        "name": row.name,
        "displayName": row.display_name or row.name,
        "description": row.description,
        "carrierCode": row.carrier_code,
        "scacCode": row.scac_code,
        "active": row.active,
        "deactivated": not row.active,
        "disallowOnOrder": row.disallow_on_order,
        "shipmentServices": services,
        "billingCodes": [_billing_code(code) for code in row.billing_codes],
    }


def _billing_code(code: str) -> Resource:
    return {"code": code, "billingCodeType": BILLING_CODES.get(code, 0)}
