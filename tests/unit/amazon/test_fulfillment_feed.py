"""The document of a fulfilment feed, element by element, and texts that it must carry unchanged."""

from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.amazon.fulfillment_feed import to_document
from dockwire.decisions.feeding import unfit
from dockwire.errors import Unsendable
from dockwire.model.ids import AmazonOrderId, SellerId
from dockwire.model.parcel import Parcel
from tests.builders import order
from tests.unit.amazon.feeding import item, parcel

MERCHANT = SellerId("A2EXAMPLE")
SECOND = order(order_id=AmazonOrderId("111-0000002-0000002"))
PACIFIC = datetime(2026, 11, 2, 1, 30, 15, 999_000, tzinfo=timezone(timedelta(hours=-8)))


def messages(*parcels: Parcel) -> list[ET.Element]:
    return ET.fromstring(to_document(MERCHANT, [(order(), each) for each in parcels])).findall("Message")


def outline(element: ET.Element) -> list[tuple[str, str]]:
    """Every element below with its text, in the document's order."""
    return [(each.tag, each.text or "") for each in element.iter()][1:]


def test_a_document_has_its_header_and_its_messages_by_number() -> None:
    document = to_document(MERCHANT, [(order(), parcel(1)), (SECOND, parcel(1)), (order(), parcel(2))])
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    root = ET.fromstring(document)
    assert [each.tag for each in root] == ["Header", "MessageType", *["Message"] * 3]
    assert outline(root[0]) == [("DocumentVersion", "1.01"), ("MerchantIdentifier", "A2EXAMPLE")]
    assert root.findtext("MessageType") == "OrderFulfillment"
    numbered = [(each.findtext("MessageID"), each.findtext("*/AmazonOrderID")) for each in root[2:]]
    assert numbered == [("1", order().order_id), ("2", SECOND.order_id), ("3", order().order_id)]


def test_a_message_follows_the_schema() -> None:
    (message,) = messages(parcel(1, shipped=PACIFIC, items=(item("11", 2), item("12", 1))))
    assert outline(message) == [
        ("MessageID", "1"),
        ("OrderFulfillment", ""),
        ("AmazonOrderID", order().order_id),
        ("MerchantFulfillmentID", "170001"),
        ("FulfillmentDate", "2026-11-02T09:30:15+00:00"),
        ("FulfillmentData", ""),
        ("CarrierCode", "UPS"),
        ("ShippingMethod", "Ground"),
        ("ShipperTrackingNumber", "1Z999AA10123456784"),
        ("Item", ""),
        ("AmazonOrderItemCode", "11"),
        ("Quantity", "2"),
        ("Item", ""),
        ("AmazonOrderItemCode", "12"),
        ("Quantity", "1"),
    ]


def test_a_carrier_without_a_code_goes_by_its_name_and_no_service_is_no_element() -> None:
    (message,) = messages(parcel(1, carrier_code="Other", carrier_name="Müller", service=""))
    data = message.find("OrderFulfillment/FulfillmentData")
    assert data is not None
    assert outline(data) == [("CarrierName", "Müller"), ("ShipperTrackingNumber", "1Z999AA10123456784")]


@given(text=st.text(min_size=1, max_size=20))
def test_every_text_arrives_unchanged_or_is_refused(text: str) -> None:
    sent = parcel(1, service=text, tracking=text, carrier_code="Other", carrier_name=text)
    if unfit(order(), sent) is not None:
        with pytest.raises(Unsendable):
            messages(sent)
        return
    (message,) = messages(sent)
    data = message.find("OrderFulfillment/FulfillmentData")
    assert data is not None
    assert [each.text for each in data] == [text] * 3


def test_only_real_trouble_is_refused() -> None:
    assert unfit(order(), parcel(1, tracking="JD 0146/000-03SE", service="Überraschung ☂ & <Co>")) is None
