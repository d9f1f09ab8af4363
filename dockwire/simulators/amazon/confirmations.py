"""Orders v0 confirmShipment: what the model file says about the body; the rest is :mod:`shipping`.

Error texts are those that users of the operation have reported.
"""

from datetime import datetime

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.errors import Refusal, invalid_input
from dockwire.simulators.amazon.members import (
    Member,
    check_members,
    is_list,
    is_object,
    is_text,
    is_texts,
    is_whole,
    parsed,
)
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.shipping import WRONG_ITEMS, WRONG_REFERENCE, Shipment, accept_shipment
from dockwire.simulators.amazon.timestamps import is_date_time
from dockwire.simulators.amazon.world import Confirmation, World

_REQUEST = {
    "marketplaceId": Member(is_text, required=True),
    "packageDetail": Member(is_object, required=True),
    "codCollectionMethod": Member(is_text),
}
_PACKAGE = {
    "packageReferenceId": Member(is_text, required=True),
    "carrierCode": Member(is_text, required=True),
    "carrierName": Member(is_text),
    "shippingMethod": Member(is_text),
    "trackingNumber": Member(is_text, required=True),
    "shipDate": Member(is_text, required=True),
    "shipFromSupplySourceId": Member(is_text),
    "orderItems": Member(is_list, required=True),
}
_ITEM = {
    "orderItemId": Member(is_text, required=True),
    "quantity": Member(is_whole, required=True),
    "transparencyCodes": Member(is_texts),
}


def confirm_shipment(world: World, seller: Seller, order_id: str, content: bytes) -> None:
    """Check a confirmation, record it, and let the order move.

    Raises:
        Refusal: 400 for a body that breaks the model or a rule, 404 for an order the seller does not
            have.
    """
    body = parsed(content)
    check_members(body, _REQUEST)
    package = body["packageDetail"]
    _check_package(package)
    if body.get("codCollectionMethod", "DirectPayment") != "DirectPayment":
        raise invalid_input("codCollectionMethod must be DirectPayment")
    shipment = _shipment(package)
    now = world.clock.now()
    accept_shipment(world, seller, order_id, shipment, marketplace_ids=[body["marketplaceId"]], now=now)
    world.confirmations.append(Confirmation(seller.id, order_id, now, body))


def _check_package(package: JsonObject) -> None:
    if isinstance(package.get("orderItems"), dict):
        raise Refusal(400, "InvalidInput", WRONG_ITEMS)
    if "packageReferenceId" not in package:
        raise Refusal(400, "InvalidInput", WRONG_REFERENCE)
    check_members(package, _PACKAGE, "packageDetail.")
    if not is_date_time(package["shipDate"]):
        raise invalid_input("shipDate must be an ISO 8601 date and time")
    if not package["trackingNumber"].strip():
        # Required even for untracked services (model issue 4329).
        raise invalid_input("trackingNumber must not be blank")
    for item in package["orderItems"]:
        if not isinstance(item, dict):
            raise Refusal(400, "InvalidInput", WRONG_ITEMS)
        check_members(item, _ITEM, "packageDetail.orderItems.")


def _shipment(package: JsonObject) -> Shipment:
    kept = ("orderItemId", "quantity", "transparencyCodes")
    items = ({name: item[name] for name in kept if name in item} for item in package["orderItems"])
    return Shipment(
        reference=package["packageReferenceId"],
        carrier_code=package["carrierCode"],
        carrier_name=package.get("carrierName", ""),
        service=package.get("shippingMethod", ""),
        tracking=package["trackingNumber"],
        shipped=datetime.fromisoformat(package["shipDate"]),
        items=tuple(items),
    )
