"""From parcels to the document of a fulfilment feed (POST_ORDER_FULFILLMENT_DATA).

Elements and their order: the public schemas amzn-envelope.xsd and OrderFulfillment.xsd. Every message
is one parcel. Its ``MerchantFulfillmentID`` is the parcel's reference, so that sending it again edits
the package and never adds one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC
from xml.etree import ElementTree as ET

from dockwire.decisions.carriers import OTHER
from dockwire.decisions.feeding import unfit
from dockwire.errors import Unsendable
from dockwire.model.feed import MOST_MESSAGES
from dockwire.model.ids import SellerId
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel

FEED_TYPE = "POST_ORDER_FULFILLMENT_DATA"
CONTENT_TYPE = "text/xml; charset=UTF-8"

_SCHEMA = {"{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation": "amzn-envelope.xsd"}


def to_document(merchant: SellerId, parcels: Sequence[tuple[Order, Parcel]]) -> bytes:
    """Return the document; the parcel at position ``i`` is message ``i + 1``.

    Raises:
        Unsendable: a parcel has a value that the document has no place for, or is in it twice.
        ValueError: no parcels, or more than ``MOST_MESSAGES``.
    """
    _check(parcels)
    envelope = ET.Element("AmazonEnvelope", _SCHEMA)
    _texts(ET.SubElement(envelope, "Header"), [("DocumentVersion", "1.01"), ("MerchantIdentifier", merchant)])
    _texts(envelope, [("MessageType", "OrderFulfillment")])
    for number, (order, parcel) in enumerate(parcels, 1):
        message = ET.SubElement(envelope, "Message")
        _texts(message, [("MessageID", str(number))])
        _fulfillment(ET.SubElement(message, "OrderFulfillment"), order, parcel)
    document: bytes = ET.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return document


def _check(parcels: Sequence[tuple[Order, Parcel]]) -> None:
    if not 1 <= len(parcels) <= MOST_MESSAGES:
        raise ValueError(f"a feed takes 1 to {MOST_MESSAGES} parcels, not {len(parcels)}")
    for order, parcel in parcels:
        if (problem := unfit(order, parcel)) is not None:
            raise Unsendable(problem.sentence)
    counted = Counter((order.order_id, int(parcel.reference)) for order, parcel in parcels)
    (order_id, reference), times = counted.most_common(1)[0]
    if times > 1:
        # The later message would edit what the earlier one made, in an order that nobody promises.
        raise Unsendable(f"Parcel {reference} of order {order_id} is in one feed more than once.")


def _fulfillment(element: ET.Element, order: Order, parcel: Parcel) -> None:
    shipped = parcel.shipped.astimezone(UTC).isoformat(timespec="seconds")
    known = (
        ("AmazonOrderID", order.order_id),
        ("MerchantFulfillmentID", parcel.reference),
        ("FulfillmentDate", shipped),
    )
    _texts(element, known)
    _texts(ET.SubElement(element, "FulfillmentData"), _carriage(parcel))
    for item in parcel.items:
        units = (("AmazonOrderItemCode", item.item_id), ("Quantity", str(item.quantity)))
        _texts(ET.SubElement(element, "Item"), units)


def _carriage(parcel: Parcel) -> Iterable[tuple[str, str]]:
    # The schema has a choice: a code from its list, or the name of a carrier that is not in it.
    if parcel.carrier_code == OTHER:
        yield "CarrierName", parcel.carrier_name
    else:
        yield "CarrierCode", parcel.carrier_code
    if parcel.service:
        yield "ShippingMethod", parcel.service
    yield "ShipperTrackingNumber", parcel.tracking


def _texts(parent: ET.Element, members: Iterable[tuple[str, str]]) -> None:
    for name, text in members:
        ET.SubElement(parent, name).text = text
