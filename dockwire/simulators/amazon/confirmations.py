"""Orders v0 confirmShipment: checks what the model file says about the body, and remembers it.

What Amazon checks beyond the model (carrier lists, quantities, the order's state) is not simulated:
an accepted confirmation is recorded and leaves the order as it is. Members the model does not know
are refused, which is stricter than Amazon is known to be and finds misspelt bodies. Error texts are
those that users of the operation have reported.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.errors import Refusal, invalid_input, not_found
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.world import Confirmation, World

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_REFERENCE = re.compile(r"0*[1-9][0-9]*", re.ASCII)

WRONG_ITEMS = (
    "OrderItemId is invalid, please obtain the value through the getOrderItems API or Manage Orders page"
)
WRONG_REFERENCE = "PackageReferenceId: is invalid, must be a positive numeric value."


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


@dataclass(frozen=True, slots=True)
class _Member:
    fits: Callable[[object], bool]
    required: bool = False


_REQUEST = {
    "marketplaceId": _Member(_is_text, required=True),
    "packageDetail": _Member(_is_object, required=True),
    "codCollectionMethod": _Member(_is_text),
}
_PACKAGE = {
    "packageReferenceId": _Member(_is_text, required=True),
    "carrierCode": _Member(_is_text, required=True),
    "carrierName": _Member(_is_text),
    "shippingMethod": _Member(_is_text),
    "trackingNumber": _Member(_is_text, required=True),
    "shipDate": _Member(_is_text, required=True),
    "shipFromSupplySourceId": _Member(_is_text),
    "orderItems": _Member(_is_list, required=True),
}
_ITEM = {
    "orderItemId": _Member(_is_text, required=True),
    "quantity": _Member(_is_whole, required=True),
    "transparencyCodes": _Member(_is_texts),
}


def confirm_shipment(world: World, seller: Seller, order_id: str, content: bytes) -> None:
    """Check a confirmation and record it.

    Raises:
        Refusal: 400 for a body that breaks the model, 404 for an order the seller does not have.
    """
    body = _parsed(content)
    _check_members(body, _REQUEST, "")
    package = body["packageDetail"]
    _check_package(package)
    if body.get("codCollectionMethod", "DirectPayment") != "DirectPayment":
        raise invalid_input("codCollectionMethod must be DirectPayment")
    if world.orders.find(seller.id, order_id) is None:
        raise not_found("There is no such order.")
    world.confirmations.append(Confirmation(seller.id, order_id, world.clock.now(), body))


def _parsed(content: bytes) -> JsonObject:
    try:
        body: Any = json.loads(content)
    except ValueError:
        raise invalid_input("The request body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid_input("The request body must be a JSON object")
    return body


def _check_package(package: JsonObject) -> None:
    if isinstance(package.get("orderItems"), dict):
        raise Refusal(400, "InvalidInput", WRONG_ITEMS)
    _check_members(package, _PACKAGE, "packageDetail.")
    if not _REFERENCE.fullmatch(package["packageReferenceId"]):
        raise Refusal(400, "InvalidInput", WRONG_REFERENCE)
    if not _is_date_time(package["shipDate"]):
        raise invalid_input("shipDate must be an ISO 8601 date and time")
    if package["carrierCode"] == "Other" and not package.get("carrierName"):
        raise invalid_input("carrierName is required when carrierCode is Other")
    if not package["orderItems"]:
        raise Refusal(400, "InvalidInput", WRONG_ITEMS)
    for item in package["orderItems"]:
        if not isinstance(item, dict):
            raise Refusal(400, "InvalidInput", WRONG_ITEMS)
        _check_members(item, _ITEM, "packageDetail.orderItems.")


def _check_members(holder: JsonObject, members: Mapping[str, _Member], path: str) -> None:
    missing = [path + name for name, member in members.items() if member.required and name not in holder]
    if missing:
        raise invalid_input(f"Missing: {', '.join(missing)}")
    unknown = [path + name for name in holder if name not in members]
    if unknown:
        raise invalid_input(f"Unknown: {', '.join(unknown)}")
    wrong = [path + name for name, value in holder.items() if not members[name].fits(value)]
    if wrong:
        fields = f"Please check the fields with invalid type [{', '.join(wrong)}]."
        raise Refusal(400, "InvalidInput", f"The input you have submitted is not valid. {fields}")


def _is_date_time(text: str) -> bool:
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
