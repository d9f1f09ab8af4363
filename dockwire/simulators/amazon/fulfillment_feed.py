"""POST_ORDER_FULFILLMENT_DATA: each message is one package, shipped by the rules of confirmShipment.

Elements and their order: the public OrderFulfillment schema. A message's package is the one its
``MerchantFulfillmentID`` names. Without that number it is the order's package with the same tracking
number, if there is one, and else a new one; nobody has documented this, so it has a switch.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from dockwire.simulators.amazon.carriers import OTHER, looks_tracked
from dockwire.simulators.amazon.errors import Refusal
from dockwire.simulators.amazon.feed_envelopes import Message, read_envelope
from dockwire.simulators.amazon.feed_reports import CONTENT_TYPE, xml_report
from dockwire.simulators.amazon.feeds import Feed, Result
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.packages import packages
from dockwire.simulators.amazon.shipping import NothingOpen, Shipment, accept_shipment
from dockwire.simulators.amazon.timestamps import is_date_time
from dockwire.simulators.amazon.world import World

_SHIPMENT = ("AmazonOrderID", "MerchantFulfillmentID", "FulfillmentDate", "FulfillmentData", "Item")
_DATA = ("CarrierCode", "CarrierName", "ShippingMethod", "ShipperTrackingNumber")
_ITEM = ("AmazonOrderItemCode", "Quantity")
_REQUIRED = frozenset({"AmazonOrderID", "FulfillmentDate", "FulfillmentData", "Item", *_ITEM})
_QUANTITY = re.compile(r"\d{1,9}", re.ASCII)

# Reported word for word.
NOT_SO_MUCH = (
    "The quantities you provided for order id ({}) were larger than the quantities that could be "
    "fulfilled. Please review the quantity from the order report and take into account any items that "
    "have been cancelled or already fulfilled."
)
INCOMPLETE = "The data you submitted is incomplete or invalid."

# Nobody has shown the code or the words of this one.
ODD_TRACKING = "The ShipperTrackingNumber does not have the form of the carrier's tracking numbers."


class FulfillmentFeed:
    """Reads and carries out the messages, and writes the report."""

    report_type = CONTENT_TYPE

    def read(self, feed: Feed, content: bytes) -> Sequence[Message]:
        """Return the messages of a document.

        Raises:
            UnreadableFeed: the document as a whole makes no sense.
        """
        return read_envelope(content, merchant=feed.seller_id, message_type="OrderFulfillment")

    def carry_out(self, world: World, feed: Feed, message: Message, now: datetime) -> list[Result]:
        """Ship the package of one message; the results are what the report says about it."""
        order_id = (message.element.findtext("AmazonOrderID") or "").strip()
        about = {"AmazonOrderID": order_id} if order_id else {}
        try:
            shipment = _shipment(world, feed, message)
            seller, places = world.sellers[feed.seller_id], feed.marketplace_ids
            accept_shipment(world, seller, order_id, shipment, marketplace_ids=places, now=now)
        except NothingOpen:
            return [Result(message.id, "Error", "18021", NOT_SO_MUCH.format(order_id), about)]
        except (Refusal, Malformed) as problem:
            reason = problem.message if isinstance(problem, Refusal) else str(problem)
            return [Result(message.id, "Error", "18028", f"{INCOMPLETE} {reason}", about)]
        if looks_tracked(shipment.carrier_code, shipment.tracking):
            return []
        return [Result(message.id, "Warning", "18029", ODD_TRACKING, about)]

    def report(self, _: World, feed: Feed) -> bytes:
        """Write the processing report."""
        return xml_report(feed)


class Malformed(ValueError):
    """A message breaks the schema; the text says where."""


def _shipment(world: World, feed: Feed, message: Message) -> Shipment:
    known = _checked(message.element, _SHIPMENT, repeated="Item")
    data = _texts(_checked(known["FulfillmentData"][0], _DATA))
    date = _text(known["FulfillmentDate"][0])
    if not is_date_time(date):
        raise Malformed("FulfillmentDate must be an ISO 8601 date and time with its offset")
    if not data.keys() & {"CarrierCode", "CarrierName"}:
        raise Malformed("CarrierCode or CarrierName is required")
    tracking = data.get("ShipperTrackingNumber", "")
    given = _text(known["MerchantFulfillmentID"][0]) if "MerchantFulfillmentID" in known else ""
    return Shipment(
        reference=given or _reference(world, feed, message, tracking),
        carrier_code=data.get("CarrierCode", OTHER),
        carrier_name=data.get("CarrierName", ""),
        service=data.get("ShippingMethod", ""),
        tracking=tracking,
        shipped=datetime.fromisoformat(date),
        items=tuple(_items(known["Item"])),
    )


def _items(elements: Iterable[ET.Element]) -> Iterable[JsonObject]:
    for element in elements:
        item = _texts(_checked(element, _ITEM))
        if not _QUANTITY.fullmatch(item["Quantity"]):
            raise Malformed("Quantity must be a positive whole number")
        yield {"orderItemId": item["AmazonOrderItemCode"], "quantity": int(item["Quantity"])}


def _reference(world: World, feed: Feed, message: Message, tracking: str) -> str:
    order = world.orders.find(feed.seller_id, (message.element.findtext("AmazonOrderID") or "").strip())
    if order is not None and tracking and world.switches.feed_edits_by_tracking:
        for package in packages(world.settled(order)):
            if package.get("trackingNumber") == tracking:
                return str(package.get("packageReferenceId"))
    return f"{feed.id}{message.id:010}"


def _checked(element: ET.Element, names: Sequence[str], *, repeated: str = "") -> dict[str, list[ET.Element]]:
    """Return the children by name, once they are known to be the schema's, in its order."""
    found: dict[str, list[ET.Element]] = {}
    for child in element:
        if child.tag not in names:
            raise Malformed(f"{element.tag} has an element that the schema does not know here")
        if child.tag in found and child.tag != repeated:
            raise Malformed(f"{element.tag} has {child.tag} more than once")
        found.setdefault(child.tag, []).append(child)
    if missing := [name for name in names if name in _REQUIRED and name not in found]:
        raise Malformed(f"{missing[0]} is required")
    if [child.tag for child in element] != [each.tag for name in names for each in found.get(name, [])]:
        raise Malformed(f"the elements of {element.tag} must come in the order {', '.join(names)}")
    return found


def _texts(found: dict[str, list[ET.Element]]) -> dict[str, str]:
    return {name: _text(elements[0]) for name, elements in found.items()}


def _text(element: ET.Element) -> str:
    return (element.text or "").strip()
