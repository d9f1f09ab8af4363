"""Feeds for the simulator's own tests: documents, messages, and the way from one to its report."""

import gzip
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from dockwire.simulators.amazon.feed_envelopes import WHOLE_DOCUMENT
from tests.unit.simulators.caller import NA, Caller

FEEDS = "/feeds/2021-06-30/feeds"
DOCUMENTS = "/feeds/2021-06-30/documents"
XML = "text/xml; charset=UTF-8"
FULFILLMENT = "POST_ORDER_FULFILLMENT_DATA"
US, CA, DE = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1PA6795UKMFR9"
WHOLE = str(WHOLE_DOCUMENT)
TRACKING = "1Z999AA10123456784"


def envelope(
    *messages: str, merchant: str = NA, kind: str = "OrderFulfillment", version: str = "1.01"
) -> str:
    """A feed document."""
    header = (
        f"<DocumentVersion>{version}</DocumentVersion><MerchantIdentifier>{merchant}</MerchantIdentifier>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AmazonEnvelope '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:noNamespaceSchemaLocation="amzn-envelope.xsd"><Header>{header}</Header>'
        f"<MessageType>{kind}</MessageType>{''.join(messages)}</AmazonEnvelope>\n"
    )


def shipment(number: int, order_id: str, tracking: str = TRACKING, *, given: str = "", **units: int) -> str:
    """A message that ships ``units``, which are ``i<order item id>=quantity``, with UPS."""
    items = "".join(
        f"<Item><AmazonOrderItemCode>{name[1:]}</AmazonOrderItemCode><Quantity>{quantity}</Quantity></Item>"
        for name, quantity in (units or {"i1": 1}).items()
    )
    numbered = f"<MerchantFulfillmentID>{given}</MerchantFulfillmentID>" if given else ""
    data = (
        "<FulfillmentData><CarrierCode>UPS</CarrierCode><ShippingMethod>Ground</ShippingMethod>"
        f"<ShipperTrackingNumber>{tracking}</ShipperTrackingNumber></FulfillmentData>"
    )
    return (
        f"<Message><MessageID>{number}</MessageID><OrderFulfillment><AmazonOrderID>{order_id}</AmazonOrderID>"
        f"{numbered}<FulfillmentDate>2026-11-02T08:00:00Z</FulfillmentDate>{data}{items}"
        "</OrderFulfillment></Message>"
    )


async def new_document(caller: Caller, content_type: str = XML, **more: Any) -> dict[str, str]:
    """Call createFeedDocument."""
    answer = await caller.call("POST", DOCUMENTS, json={"contentType": content_type}, **more)
    assert answer.status_code == 201, answer.text
    document: dict[str, str] = answer.json()
    return document


async def put(caller: Caller, url: str, content: str | bytes, content_type: str = XML, **headers: str) -> Any:
    """Upload without any token."""
    return await caller.http.put(url, content=content, headers={"content-type": content_type} | headers)


async def create(caller: Caller, document_id: str, **change: Any) -> httpx.Response:
    """Call createFeed."""
    body = {"feedType": FULFILLMENT, "marketplaceIds": [US], "inputFeedDocumentId": document_id} | change
    return await caller.call("POST", FEEDS, json=body)


async def submit(caller: Caller, content: str | bytes | None, **change: Any) -> str:
    """Upload a document, unless it is None, and return the id of the feed made of it."""
    document = await new_document(caller)
    if content is not None:
        assert (await put(caller, document["url"], content)).status_code == 200
    answer = await create(caller, document["feedDocumentId"], **change)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["feedId"])


async def feed(caller: Caller, feed_id: str) -> dict[str, Any]:
    """Call getFeed."""
    answer = await caller.call("GET", f"{FEEDS}/{feed_id}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def state(caller: Caller, feed_id: str) -> str:
    """Return the processing status."""
    return str((await feed(caller, feed_id))["processingStatus"])


async def download(caller: Caller, document_id: str) -> bytes:
    """Get a document and read it as a client does."""
    answer = await caller.call("GET", f"{DOCUMENTS}/{document_id}")
    assert answer.status_code == 200, answer.text
    found = await caller.http.get(answer.json()["url"])
    assert found.status_code == 200, found.text
    return gzip.decompress(found.content) if "compressionAlgorithm" in answer.json() else found.content


async def report(caller: Caller, feed_id: str) -> tuple[list[int], list[dict[str, str]]]:
    """Return a report's four counts, and its results with all their texts by element name."""
    document_id = (await feed(caller, feed_id))["resultFeedDocumentId"]
    (read,) = ET.fromstring(await download(caller, document_id)).iter("ProcessingReport")
    assert read.findtext("DocumentTransactionID") == feed_id
    counts = [int(count.text or "") for count in read.iterfind("ProcessingSummary/*")]
    results = [
        {element.tag: element.text or "" for element in result.iter() if not len(element)}
        for result in read.iterfind("Result")
    ]
    return counts, results


async def reported(caller: Caller, content: str | bytes) -> tuple[list[int], list[dict[str, str]]]:
    """Submit a document, wait until it is processed, and return its report."""
    feed_id = await submit(caller, content)
    caller.world.advance(180)
    assert await state(caller, feed_id) == "DONE"
    return await report(caller, feed_id)
