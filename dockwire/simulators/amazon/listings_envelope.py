"""The JSON document of a JSON_LISTINGS_FEED, and what is wrong with it as a whole.

Rules: listings-feed-schema-v2.json. A message that breaks the schema is refused alone, with the code and
text that users have shown (selling-partner-api-models issue 4554); one without a usable number cannot be
named in the report, so it spoils the document.
"""

import json
from typing import Any

from dockwire.simulators.amazon.feed_envelopes import UnreadableFeed
from dockwire.simulators.amazon.listing_attributes import Patch, patch_of
from dockwire.simulators.amazon.listing_rules import DATASETS, is_entries, is_patch
from dockwire.simulators.amazon.members import is_text, is_whole
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.submissions import Wish

MOST_MESSAGES = 25_000
VERSION = "2.0"
API_VERSION = "2021-08-01"

_BAD = "BAD_REQUEST"
_MOST_MESSAGE_ID = 2**31 - 1
_REQUIREMENTS = ("LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY")
_NEEDS = {
    "UPDATE": ({"productType", "attributes"}, {"patches"}),
    "PARTIAL_UPDATE": ({"productType", "attributes"}, {"requirements", "patches"}),
    "PATCH": ({"productType", "patches"}, {"requirements", "attributes"}),
    "DELETE": (set(), {"requirements", "attributes", "productType", "patches"}),
}
"""What each operation type must have, and what it must not have."""


class BadMessage(ValueError):
    """A message breaks the schema; the text says where."""


def read_document(content: bytes, *, seller_id: str) -> tuple[JsonObject, list[JsonObject]]:
    """Return header and messages of a document.

    Raises:
        UnreadableFeed: it is no JSON, breaks the schema as a whole, or is another seller's.
    """
    try:
        document: Any = json.loads(content)
    except ValueError:
        raise _unreadable("The feed is not valid JSON.") from None
    header = document.get("header") if isinstance(document, dict) else None
    if not isinstance(header, dict):
        raise _unreadable("The header is missing.")
    _check_header(header, seller_id)
    messages = document.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise _unreadable(f"messages must hold 1 to {MOST_MESSAGES} messages.")
    _check_numbers(messages)
    return header, messages


def wish_of(message: JsonObject) -> Wish:
    """Read what one message wants.

    Raises:
        BadMessage: it breaks the schema.
    """
    operation = message.get("operationType")
    if not isinstance(operation, str) or operation not in _NEEDS:
        raise BadMessage("operationType is not one of UPDATE, PARTIAL_UPDATE, PATCH and DELETE.")
    _check_members(message, *_NEEDS[operation])
    if operation == "DELETE":
        return Wish("DELETE", None)
    patches = _patches(message, operation)
    return Wish("UPDATE" if operation == "UPDATE" else "PATCH", message["productType"], patches)


def included_data(header: JsonObject) -> frozenset[str]:
    """Return the data sets that the report shall show of the listings; none if it was not asked."""
    return frozenset(header.get("report", {}).get("includedData", ()))


def _check_header(header: JsonObject, seller_id: str) -> None:
    if header.get("sellerId") != seller_id:
        raise _unreadable("The sellerId is not that of the selling partner who sent the feed.")
    if header.get("version") != VERSION:
        raise _unreadable(f"The version must be {VERSION}.")
    if not is_text(header.get("issueLocale", "en_US")):
        raise _unreadable("The issueLocale must be a text.")
    if "report" in header and not _is_report(header["report"]):
        raise _unreadable(f"The report must name its includedData and the apiVersion {API_VERSION}.")


def _is_report(report: object) -> bool:
    if not isinstance(report, dict) or report.get("apiVersion") != API_VERSION:
        return False
    data = report.get("includedData")
    return isinstance(data, list) and bool(data) and all(is_text(each) and each in DATASETS for each in data)


def _check_numbers(messages: list[Any]) -> None:
    numbers = [each.get("messageId") if isinstance(each, dict) else None for each in messages]
    usable = {number for number in numbers if isinstance(number, int) and is_whole(number)}
    if len(usable) < len(numbers) or not all(1 <= number <= _MOST_MESSAGE_ID for number in usable):
        raise _unreadable("Every message must have a messageId of its own.")


def _check_members(message: JsonObject, required: set[str], forbidden: set[str]) -> None:
    texts = ("sku", *(name for name in ("productType",) if name in required))
    if wrong := [name for name in texts if not is_text(message.get(name)) or not message[name]]:
        raise BadMessage(f"{wrong[0]} is required.")
    if missing := sorted(required - message.keys()):
        raise BadMessage(f"{missing[0]} is required.")
    if extra := sorted(forbidden & message.keys()):
        raise BadMessage(f"{extra[0]} is not applicable to {message['operationType']}.")
    if message.get("requirements", "LISTING") not in _REQUIREMENTS:
        raise BadMessage("requirements has an unknown value.")


def _patches(message: JsonObject, operation: str) -> tuple[Patch, ...]:
    if operation == "PATCH":
        patches = message["patches"]
        if not isinstance(patches, list) or not patches or not all(is_patch(each) for each in patches):
            raise BadMessage("patches must be a list of JSON Patch operations.")
        return tuple(patch_of(each) for each in patches)
    attributes = message["attributes"]
    if not isinstance(attributes, dict) or not attributes or not all(map(is_entries, attributes.values())):
        raise BadMessage("attributes must be an object of lists.")
    # "PARTIAL_UPDATE" is the same as "PATCH" with "replace" (schema).
    return tuple(Patch("replace", f"/attributes/{name}", tuple(value)) for name, value in attributes.items())


def _unreadable(text: str) -> UnreadableFeed:
    return UnreadableFeed(text, code=_BAD)
