"""What of an order the caller may see: roles for personal data, and what Amazon withholds itself.

Without the role a call still succeeds and the fields are silently missing; without the data's time
having come likewise. Sources: Selling Partner API documentation, page "Access Orders PII" (list of
personal fields, roles); member notes in the Orders v2026-01-01 model (phone, e-mail); the Orders v0
model (address and prices are withheld while an order is pending; so is the payment here, which
is then not authorised).
"""

import json
from datetime import datetime

from dockwire.simulators.amazon.accounts import Role
from dockwire.simulators.amazon.orders import JsonObject, Order
from dockwire.simulators.amazon.timestamps import instant

PERSONAL_ADDRESS = frozenset(
    {"name", "addressLine1", "addressLine2", "addressLine3", "postalCode", "phone", "extendedFields"}
)
"""Members of an address that count as personal; city, state and country do not."""

_WITH_MAIL = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"})
_NAMING_ROLES = frozenset({Role.SHIPPING, Role.TAX_INVOICING, Role.TAX_REMITTANCE, Role.BUYER_COMMUNICATION})
_TAX_ROLES = frozenset({Role.TAX_INVOICING, Role.TAX_REMITTANCE})


def visible(order: Order, roles: set[Role], now: datetime) -> JsonObject:
    """Return a copy of an order's body without what the caller may not see."""
    # A copy by way of JSON: several times faster than copy.deepcopy, and a body is nothing but JSON.
    body: JsonObject = json.loads(json.dumps(order.body))
    # A replayed order came from Amazon, which has withheld from it what had to be withheld.
    if not order.replayed:
        _withhold(body, now)
    _apply_roles(body, roles)
    return body


def _withhold(body: JsonObject, now: datetime) -> None:
    fulfillment = body["fulfillment"]
    status, by_merchant = fulfillment["fulfillmentStatus"], fulfillment["fulfilledBy"] == "MERCHANT"
    if status.startswith("PENDING"):
        _withhold_while_pending(body)
    if not by_merchant or status not in _WITH_MAIL:
        body.get("buyer", {}).pop("buyerEmail", None)
    over = status == "SHIPPED" and instant(fulfillment["deliverByWindow"]["latestDateTime"]) < now
    if not by_merchant or over:
        body.get("recipient", {}).get("deliveryAddress", {}).pop("phone", None)


def _withhold_while_pending(body: JsonObject) -> None:
    for member in ("recipient", "proceeds", "payment"):
        body.pop(member, None)
    for item in body["orderItems"]:
        item.pop("proceeds", None)
        item["product"].pop("price", None)


def _apply_roles(body: JsonObject, roles: set[Role]) -> None:
    if not roles & _TAX_ROLES:
        for taxed in (body, *_items(body)):
            taxed.pop("tax", None)
    if not roles & _NAMING_ROLES:
        _drop(body, "buyer", "buyerName")
    if Role.SHIPPING not in roles:
        _hide_delivery(body)


def _hide_delivery(body: JsonObject) -> None:
    _drop(body, "buyer", "buyerEmail")
    _drop(body, "recipient", "deliveryPreference")
    recipient = body.get("recipient")
    address = recipient.get("deliveryAddress") if isinstance(recipient, dict) else None
    if isinstance(address, dict):
        for member in PERSONAL_ADDRESS:
            address.pop(member, None)
    for item in _items(body):
        _drop(item, "fulfillment", "packing", "giftOption", "giftMessage")
        _drop(item, "product", "customization", "customizedUrl")


def _items(body: JsonObject) -> list[JsonObject]:
    items = body.get("orderItems")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _drop(body: JsonObject, *path: str) -> None:
    *parents, member = path
    holder: object = body
    for parent in parents:
        holder = holder.get(parent) if isinstance(holder, dict) else None
    if isinstance(holder, dict):
        holder.pop(member, None)
