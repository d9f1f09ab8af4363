"""Listings for the simulator's own tests: the three operations, and feeds of submissions."""

import json
from typing import Any
from urllib.parse import quote

import httpx

from tests.unit.simulators.caller import NA, Caller
from tests.unit.simulators.feeding import US, create, download, feed, new_document, put

ITEMS = "/listings/2021-08-01/items"
LISTINGS = "JSON_LISTINGS_FEED"
JSON = "application/json; charset=UTF-8"
MUG = "MUG-BLUE-350"
EVERYTHING = (
    "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,productTypes"
)


def path_of(sku: str, seller: str = NA) -> str:
    return f"{ITEMS}/{seller}/{quote(sku, safe='')}"


def entry(quantity: Any = 10, channel: Any = "DEFAULT", **more: Any) -> dict[str, Any]:
    return {"fulfillment_channel_code": channel, "quantity": quantity, **more}


def stock_patch(*entries: dict[str, Any], op: str = "merge") -> dict[str, Any]:
    return {"op": op, "path": "/attributes/fulfillment_availability", "value": list(entries)}


async def get(caller: Caller, sku: str, data: str = EVERYTHING, **more: Any) -> httpx.Response:
    """Call getListingsItem."""
    query = {"marketplaceIds": US, "includedData": data} | more.pop("params", {})
    return await caller.call("GET", path_of(sku, caller.seller), params=query, **more)


async def item(caller: Caller, sku: str, data: str = EVERYTHING, **query: str) -> dict[str, Any]:
    """Return a listing."""
    answer = await get(caller, sku, data, params=query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def entries(caller: Caller, sku: str, **query: str) -> dict[str, dict[str, Any]]:
    """Return the entries of the availability by channel, without their marketplace."""
    found = (await item(caller, sku, "attributes", **query))["attributes"]["fulfillment_availability"]
    return {
        each["fulfillment_channel_code"]: {
            name: value
            for name, value in each.items()
            if name not in {"marketplace_id", "fulfillment_channel_code"}
        }
        for each in found
    }


async def offered(caller: Caller, sku: str, **query: str) -> int | None:
    """Return what the merchant offers."""
    shown = (await item(caller, sku, "fulfillmentAvailability", **query))["fulfillmentAvailability"]
    return next((each["quantity"] for each in shown if each["fulfillmentChannelCode"] == "DEFAULT"), None)


async def search(caller: Caller, **query: Any) -> httpx.Response:
    """Call searchListingsItems."""
    return await caller.call("GET", f"{ITEMS}/{caller.seller}", params={"marketplaceIds": US} | query)


async def patch(
    caller: Caller, sku: str, *patches: Any, product_type: Any = "PRODUCT", **query: str
) -> httpx.Response:
    """Call patchListingsItem."""
    body = {"productType": product_type, "patches": list(patches)}
    parameters = {"marketplaceIds": US} | query
    return await caller.call("PATCH", path_of(sku, caller.seller), params=parameters, json=body)


async def submitted(caller: Caller, sku: str, *patches: Any, **query: str) -> dict[str, Any]:
    """Return the answer to a patch."""
    answer = await patch(caller, sku, *patches, **query)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def message(number: Any, sku: Any = MUG, operation: Any = "PATCH", **members: Any) -> dict[str, Any]:
    """A message of a feed; a patch has one of the quantity unless told otherwise."""
    usual = {"productType": "PRODUCT", "patches": [stock_patch(entry(7))]} if operation == "PATCH" else {}
    return {"messageId": number, "sku": sku, "operationType": operation, **usual, **members}


def document(*messages: Any, **header: Any) -> str:
    """A feed document."""
    return json.dumps({"header": {"sellerId": NA, "version": "2.0", **header}, "messages": list(messages)})


async def send(caller: Caller, content: str | bytes, **change: Any) -> str:
    """Make a feed of a document and return its id."""
    made = await new_document(caller, JSON)
    assert (await put(caller, made["url"], content, JSON)).status_code == 200
    answer = await create(caller, made["feedDocumentId"], feedType=LISTINGS, **change)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["feedId"])


async def report_of(caller: Caller, feed_id: str) -> dict[str, Any]:
    """Return a report."""
    content = await download(caller, (await feed(caller, feed_id))["resultFeedDocumentId"])
    read: dict[str, Any] = json.loads(content)
    return read


async def reported(caller: Caller, content: str | bytes, **change: Any) -> dict[str, Any]:
    """Send a document, wait until it is processed, and return its report."""
    feed_id = await send(caller, content, **change)
    caller.world.advance(180)
    return await report_of(caller, feed_id)
