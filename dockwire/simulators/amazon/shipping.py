"""What a seller says about one package, the rules Amazon holds it against, and what comes of it.

confirmShipment and the fulfilment feed share these rules. The same ``packageReferenceId`` again edits
the package, changed quantities included; any other is a new package ("Confirm the shipment status").
Texts marked so below are those that users of the API have reported word for word; for the others
nobody has shown one, and the plainest wording in the same style stands in.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.carriers import CARRIER_CODES, OTHER
from dockwire.simulators.amazon.errors import Refusal, not_found
from dockwire.simulators.amazon.life import PackageSent
from dockwire.simulators.amazon.orders import JsonObject, Order
from dockwire.simulators.amazon.packages import exceeding, fulfillment_of, lines, package_of, units
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World

_REFERENCE = re.compile(r"0*[1-9][0-9]*", re.ASCII)
_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}", re.ASCII)

# Reported word for word.
WRONG_ITEMS = (
    "OrderItemId is invalid, please obtain the value through the getOrderItems API or Manage Orders page"
)
WRONG_REFERENCE = "PackageReferenceId: is invalid, must be a positive numeric value."
ALREADY_FULFILLED = (
    "Failed to create package due to not finding a matching package or order already fulfilled.  "
    "ErrorMessage(errorCode=GeneralError, errorDescription=Unable to find package to update for order (), "
    "errorMetric=PackageToUpdateNotFound, packageIndex=null)"
)
CANCELLED = "ErrorCode: NonexistentOrderItem Description: Failed to find order item list by order ID"

# Reported by its key words only.
TOO_MANY_EDITS = (
    "Failed to update package. ErrorMessage(errorCode=InvalidPackageVersion, "
    "errorDescription=The package has reached the maximum number of allowed updates)"
)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One package as its seller announces it; ``items`` are ``PackageItem`` of the Orders model."""

    reference: str
    carrier_code: str
    carrier_name: str
    service: str
    tracking: str
    shipped: datetime
    items: tuple[JsonObject, ...]


class NothingOpen(Refusal):
    """A shipment of more than is open, because of its quantities or the order's state."""


def accept_shipment(
    world: World,
    seller: Seller,
    order_id: str,
    shipment: Shipment,
    *,
    marketplace_ids: Collection[str],
    now: datetime,
) -> None:
    """Hold a shipment against the rules and let the order move.

    The order shows it after ``world.switches.confirmation_delay_seconds`` from ``now``.

    Raises:
        NothingOpen: 400, there is not so much to ship.
        Refusal: 400 for another broken rule, 404 for an order the seller does not have.
    """
    check_shipment(shipment)
    order = find_order(world, seller, order_id)
    if order.marketplace_id is not None and order.marketplace_id not in marketplace_ids:
        raise _refused("The marketplaceId is not the marketplace of the order.")
    body = world.settled(order)
    _check_state(body)
    package = _package(shipment, package_of(body, shipment.reference), now)
    _check_content(body, package)
    _count_edits(world, order, shipment.reference, edited=package_of(body, shipment.reference) is not None)
    delay = timedelta(seconds=world.switches.confirmation_delay_seconds)
    world.let_happen(order, PackageSent(package), now + delay, now=now)


def check_shipment(shipment: Shipment) -> None:
    """Check what can be checked without the order.

    Raises:
        Refusal: 400 for a broken rule.
    """
    if not _REFERENCE.fullmatch(shipment.reference):
        raise _refused(WRONG_REFERENCE)
    if shipment.carrier_code not in CARRIER_CODES:
        raise _refused("CarrierCode: is invalid, must be a value listed in Seller Central or Other.")
    if shipment.carrier_code == OTHER and not shipment.carrier_name.strip():
        raise _refused("CarrierName: is required when CarrierCode is Other.")
    if not shipment.items:
        raise _refused(WRONG_ITEMS)
    if any(item["quantity"] < 1 for item in shipment.items):
        raise _refused("Quantity: is invalid, must be a positive numeric value.")


def find_order(world: World, seller: Seller, order_id: str) -> Order:
    """Return a seller's order.

    Raises:
        Refusal: 404 for an order the seller does not have, 400 for what is no order id.
    """
    order = world.orders.find(seller.id, order_id)
    if order is not None:
        return order
    if not _ORDER_ID.fullmatch(order_id):
        # As reported for an order id without its dashes.
        raise _refused(WRONG_ITEMS)
    raise not_found("There is no such order.")


def _check_state(body: JsonObject) -> None:
    known = fulfillment_of(body)
    status = known.get("fulfillmentStatus", "UNSHIPPED")
    if known.get("fulfilledBy") == "AMAZON":
        raise _refused("The order is fulfilled by Amazon and cannot be confirmed by the seller.")
    if "FBM_SHIP_PLUS" in (body.get("programs") or []):
        raise _refused("Orders of the program FBM_SHIP_PLUS (Ship+) cannot be confirmed by the seller.")
    if status == "CANCELLED":
        raise _nothing_open(CANCELLED)
    if status not in {"UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"}:
        raise _refused(f"The order is {status} and cannot be confirmed yet.")


def _check_content(body: JsonObject, package: JsonObject) -> None:
    if not units(package).keys() <= lines(body).keys():
        raise _refused(WRONG_ITEMS)
    known = package_of(body, package["packageReferenceId"])
    if known is None and fulfillment_of(body).get("fulfillmentStatus") == "SHIPPED":
        raise _nothing_open(ALREADY_FULFILLED)
    if wrong := exceeding(body, package):
        raise _nothing_open(f"Quantity: is invalid, more than is open of OrderItemId {', '.join(wrong)}.")


def _count_edits(world: World, order: Order, reference: str, *, edited: bool) -> None:
    package, most = (order.seller_id, order.key, reference), world.switches.most_package_edits
    if most is not None and edited and world.package_edits[package] >= most:
        raise _refused(TOO_MANY_EDITS)
    world.package_edits[package] += edited


def _package(shipment: Shipment, before: JsonObject | None, now: datetime) -> JsonObject:
    """Write an ``OrderPackage`` of the Orders v2026-01-01 model."""
    named = shipment.carrier_code == OTHER
    package = {
        "packageReferenceId": shipment.reference,
        "createdTime": (before or {}).get("createdTime", timestamp(now)),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": shipment.carrier_name.strip() if named else shipment.carrier_code,
        "shipTime": timestamp(shipment.shipped),
        "shippingService": shipment.service,
        "trackingNumber": shipment.tracking,
        "packageItems": list(shipment.items),
    }
    # A service that was not named is not shown; the copy keeps the request's body apart.
    copy: JsonObject = json.loads(json.dumps({name: value for name, value in package.items() if value}))
    return copy


def _refused(message: str) -> Refusal:
    return Refusal(400, "InvalidInput", message, "")


def _nothing_open(message: str) -> NothingOpen:
    return NothingOpen(400, "InvalidInput", message, "")
