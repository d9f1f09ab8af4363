"""From a parcel of the model to the body of ``confirmShipment`` (Orders API v0)."""

from datetime import UTC
from typing import Any

from dockwire.model.order import Order
from dockwire.model.parcel import Parcel


def to_confirmation(order: Order, parcel: Parcel) -> dict[str, Any]:
    """Return the body; the reference is a text of digits, items are always a list."""
    package: dict[str, Any] = {
        "packageReferenceId": parcel.reference,
        "carrierCode": parcel.carrier_code,
        "trackingNumber": parcel.tracking,
        "shipDate": f"{parcel.shipped.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "orderItems": [{"orderItemId": item.item_id, "quantity": item.quantity} for item in parcel.items],
    }
    if parcel.carrier_name:
        package["carrierName"] = parcel.carrier_name
    if parcel.service:
        package["shippingMethod"] = parcel.service
    return {"marketplaceId": order.marketplace_id, "packageDetail": package}
