"""From a draft of the model to the body of ``POST /orders``."""

import textwrap
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dockwire.model.order import Address
from dockwire.model.warehouse import DraftLine, OrderDraft, Routing


def to_body(draft: OrderDraft, zone: ZoneInfo) -> dict[str, Any]:
    """Return the body; members without a value are left out, times are local and without offset."""
    return _without_blanks(
        {
            "customerIdentifier": {"id": draft.customer_id},
            "facilityIdentifier": {"id": draft.facility_id},
            "referenceNum": draft.reference,
            "poNum": draft.po_number,
            "notes": draft.notes,
            "shippingNotes": draft.shipping_notes,
            "billingCode": draft.routing.billing_code,
            "earliestShipDate": _local(draft.earliest_ship, zone),
            "shipCancelDate": _local(draft.ship_by, zone),
            "expectedDeliveryDate": _local(draft.deliver_by, zone),
            "deferNotification": False,
            "routingInfo": _routing(draft.routing),
            "shipTo": _contact(draft.ship_to),
            "savedElements": [{"name": name, "value": value} for name, value in draft.saved if value],
            "orderItems": [_line(line) for line in draft.lines],
        }
    )


def personal(body: Any) -> list[str]:
    """Return the values of a body that speak of a person: address, notes and gift messages."""
    if not isinstance(body, dict):
        return []
    lines = body.get("orderItems", [])
    notes = [part.get("notes", "") for part in (body, *lines)]
    return [*body.get("shipTo", {}).values(), *notes, body.get("shippingNotes", "")]


def _line(line: DraftLine) -> dict[str, Any]:
    return _without_blanks(
        {
            "itemIdentifier": {"sku": line.sku},
            # JSON has one kind of number; quantities here are whole or short decimals.
            "qty": int(line.quantity) if line.quantity == int(line.quantity) else float(line.quantity),
            "notes": line.notes,
            "externalId": line.item_id,
            "savedElements": [
                {"name": "AmazonOrderItemId", "value": line.item_id},
                {"name": "AmazonSku", "value": line.amazon_sku},
            ],
        }
    )


def _contact(address: Address) -> dict[str, Any]:
    first, second = _two_lines(address)
    return _without_blanks(
        {
            "companyName": address.company or address.name,
            "name": address.name or address.company,
            "address1": first,
            "address2": second,
            # Demanded, and absent from many Japanese and city states' addresses: the next larger place.
            "city": address.city or address.district or address.state or address.country,
            "state": address.state,
            # Demanded too; only countries without postal codes come here without one.
            "zip": address.postal_code or _NO_ZIP,
            "country": address.country,
            "phoneNumber": address.phone,
        }
    )


def _two_lines(address: Address) -> tuple[str, str]:
    """Return the street in the warehouse's two lines, nothing cut off.

    The first line stays alone and the others share the second. Where that is too long, both are filled
    up in order; what is too long even then is left to the warehouse to refuse, because a shortened
    address loses parcels.
    """
    parts = list(address.lines)
    if address.district and address.city:
        parts.append(address.district)
    first, second = "".join(parts[:1]), ", ".join(parts[1:])
    if len(first) <= _LINE_LENGTH and len(second) <= _LINE_LENGTH:
        return first, second
    first, *more = textwrap.wrap(", ".join(parts), _LINE_LENGTH, break_long_words=True) or [""]
    return first, " ".join(more)


_LINE_LENGTH = 100

_NO_ZIP = "00000"
"""The vendor publishes no limit; other integrations clip at this length."""


def _routing(routing: Routing) -> dict[str, Any]:
    return _without_blanks(
        {
            "carrier": routing.carrier,
            "mode": routing.service,
            "scacCode": routing.scac,
            "account": routing.account,
        }
    )


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _without_blanks(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}
