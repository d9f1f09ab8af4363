"""Members that are kept as they came and shown again: which ones there are, and of what kind.

Names and kinds follow the vendor's order resource. What is not listed here is not kept.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from dockwire.warehouse.members import Members


class Kind(Enum):
    """What a member may hold."""

    TEXT = auto()
    NOTES = auto()
    NAME = auto()
    PLACE = auto()
    ZIP = auto()
    FLAG = auto()
    WHOLE = auto()
    DECIMAL = auto()
    TIME = auto()
    IDENTIFIER = auto()


Fields = Mapping[str, Kind]

ORDER: Fields = {
    "asnNumber": Kind.TEXT,
    "description": Kind.TEXT,
    "billingCode": Kind.TEXT,
    "orderType": Kind.TEXT,
    "earliestShipDate": Kind.TIME,
    "shipCancelDate": Kind.TIME,
    "expectedDeliveryDate": Kind.TIME,
    "numUnits1": Kind.DECIMAL,
    "unit1Identifier": Kind.IDENTIFIER,
    "numUnits2": Kind.DECIMAL,
    "unit2Identifier": Kind.IDENTIFIER,
    "totalWeight": Kind.DECIMAL,
    "totalVolume": Kind.DECIMAL,
    "addFreightToCod": Kind.FLAG,
    "upsIsResidential": Kind.FLAG,
}

ROUTING: Fields = {
    "carrier": Kind.TEXT,
    "mode": Kind.TEXT,
    "scacCode": Kind.TEXT,
    "account": Kind.TEXT,
    "shipPointZip": Kind.ZIP,
    "isCod": Kind.FLAG,
    "isInsurance": Kind.FLAG,
    "requiresDeliveryConf": Kind.FLAG,
    "requiresReturnReceipt": Kind.FLAG,
    "capacityTypeIdentifier": Kind.IDENTIFIER,
    "loadNumber": Kind.TEXT,
    "billOfLading": Kind.TEXT,
    "trackingNumber": Kind.TEXT,
    "trailerNumber": Kind.TEXT,
    "sealNumber": Kind.TEXT,
    "doorNumber": Kind.TEXT,
    "pickupDate": Kind.TIME,
}

CONTACT: Fields = {
    "companyName": Kind.NAME,
    "name": Kind.NAME,
    "title": Kind.NAME,
    "address1": Kind.NAME,
    "address2": Kind.NAME,
    "city": Kind.PLACE,
    "state": Kind.PLACE,
    "zip": Kind.ZIP,
    "country": Kind.PLACE,
    "phoneNumber": Kind.TEXT,
    "fax": Kind.TEXT,
    "emailAddress": Kind.TEXT,
    "dept": Kind.TEXT,
    "code": Kind.TEXT,
    "addressStatus": Kind.WHOLE,
}

ORDER_NOTES: Fields = {"notes": Kind.NOTES, "shippingNotes": Kind.NOTES}

RECEIVER: Fields = {
    "poNum": Kind.TEXT,
    "externalId": Kind.TEXT,
    "carrier": Kind.TEXT,
    "trackingNumber": Kind.TEXT,
    "trailerNumber": Kind.TEXT,
    "expectedDate": Kind.TIME,
    "notes": Kind.NOTES,
}

GIFT: Fields = {
    "fulfillInvShippingAndHandling": Kind.DECIMAL,
    "fulfillInvTax": Kind.DECIMAL,
    "fulfillInvDiscountCode": Kind.TEXT,
    "fulfillInvDiscountAmount": Kind.DECIMAL,
    "fulfillInvGiftMessage": Kind.NOTES,
}

LINE: Fields = {
    "externalId": Kind.TEXT,
    "lotNumber": Kind.TEXT,
    "secondaryQty": Kind.DECIMAL,
    "weightImperial": Kind.DECIMAL,
    "weightMetric": Kind.DECIMAL,
    "fulfillInvSalePrice": Kind.DECIMAL,
    "fulfillInvDiscountPct": Kind.DECIMAL,
    "fulfillInvDiscountAmt": Kind.DECIMAL,
}

LINE_NOTES: Fields = {"notes": Kind.NOTES, "fulfillInvNote": Kind.NOTES}


def keep(
    members: Members | None, fields: Fields, *, limits: Mapping[Kind, int], zone: ZoneInfo
) -> dict[str, Any]:
    """Return the listed members that are there, ready for JSON, under their usual names.

    Raises:
        InvalidModel: one is of the wrong kind or too long.
    """
    kept: dict[str, Any] = {}
    if members is None:
        return kept
    for name, kind in fields.items():
        value = _value(members, name, kind, limits=limits, zone=zone)
        if value is not None and value != "":
            kept[name] = value
    return kept


def _value(members: Members, name: str, kind: Kind, *, limits: Mapping[Kind, int], zone: ZoneInfo) -> Any:
    match kind:
        case Kind.FLAG:
            return members.flag(name)
        case Kind.WHOLE:
            return members.number(name)
        case Kind.DECIMAL:
            return _plain(members.decimal(name))
        case Kind.TIME:
            return members.moment(name, zone)
        case Kind.IDENTIFIER:
            return _identifier(members.child(name), limit=limits[Kind.TEXT])
        case _:
            return members.text(name, limit=limits[kind])


def _identifier(members: Members | None, *, limit: int) -> dict[str, Any] | None:
    if members is None:
        return None
    given = {"id": members.number("id"), "name": members.text("name", limit=limit)}
    return {name: value for name, value in given.items() if value} or None


def _plain(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
