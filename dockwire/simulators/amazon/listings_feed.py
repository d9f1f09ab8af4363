"""JSON_LISTINGS_FEED: each message is a submission to one SKU in the feed's marketplaces.

DONE says that all messages were looked at, not that they were accepted; and accepted ones are carried
out as submissions are, when the switches say.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from dockwire.simulators.amazon.feed_envelopes import WHOLE_DOCUMENT, UnreadableFeed
from dockwire.simulators.amazon.feeds import Feed, Result
from dockwire.simulators.amazon.listing_issues import Issue
from dockwire.simulators.amazon.listing_wire import item
from dockwire.simulators.amazon.listings_envelope import (
    VERSION,
    BadMessage,
    included_data,
    read_document,
    wish_of,
)
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.submitting import problems, submit
from dockwire.simulators.amazon.world import World

INVALID = "Invalid parameters provided."


class ListingsFeed:
    """Reads and carries out the messages, and writes the report."""

    report_type = "application/json; charset=UTF-8"

    def read(self, feed: Feed, content: bytes) -> Sequence[JsonObject]:
        """Return the messages of a document.

        Raises:
            UnreadableFeed: the document as a whole makes no sense.
        """
        return read_document(content, seller_id=feed.seller_id)[1]

    def carry_out(self, world: World, feed: Feed, message: JsonObject, now: datetime) -> list[Result]:
        """Submit what one message wants, or say all that is wrong with it."""
        try:
            wish = wish_of(message)
        except BadMessage as problem:
            return [Result(message["messageId"], "Error", "BAD_REQUEST", f"{INVALID} {problem}")]
        seller, sku, places = world.sellers[feed.seller_id], message["sku"], feed.marketplace_ids
        if found := problems(world, seller, sku, places, wish):
            return [_result(message, issue) for issue in found]
        submit(world, seller, sku, places, wish, now=now)
        return []

    def report(self, world: World, feed: Feed) -> bytes:
        """Write the processing report; listings are shown in it as they are when it is written."""
        header: JsonObject = {"sellerId": feed.seller_id, "version": VERSION, "feedId": feed.id}
        report: JsonObject = {
            "header": header,
            "issues": [_issue(result) for result in feed.results],
            "summary": _summary(feed),
        }
        wanted, messages = _read_again(feed)
        if datasets := included_data(wanted):
            items = _items(world, feed, messages, datasets)
            header["report"] = wanted["report"]
            report["summary"]["itemSummary"] = _item_summary(items)
            report["items"] = items
        return json.dumps(report, ensure_ascii=False).encode()


def _result(message: JsonObject, issue: Issue) -> Result:
    about = {"sku": message["sku"]} | ({"attributeName": issue.attribute} if issue.attribute else {})
    return Result(message["messageId"], "Error", issue.code, issue.message, about)


def _issue(result: Result) -> JsonObject:
    number = {} if result.message_id == WHOLE_DOCUMENT else {"messageId": result.message_id}
    text = {"code": result.message_code, "severity": result.code.upper(), "message": result.description}
    return {**number, **text, **result.about}


def _summary(feed: Feed) -> JsonObject:
    invalid = len({result.message_id for result in feed.results} - {WHOLE_DOCUMENT})
    return {
        "errors": len(feed.results),
        "warnings": 0,
        "messagesProcessed": feed.processed,
        "messagesAccepted": feed.processed - invalid,
        "messagesInvalid": invalid,
    }


def _read_again(feed: Feed) -> tuple[JsonObject, list[JsonObject]]:
    try:
        return read_document(feed.document.content or b"", seller_id=feed.seller_id)
    except UnreadableFeed:
        return {}, []


def _items(
    world: World, feed: Feed, messages: list[JsonObject], datasets: frozenset[str]
) -> list[JsonObject]:
    refused = {result.message_id for result in feed.results}
    accepted = [each for each in messages[: feed.processed] if each["messageId"] not in refused]
    shown = []
    for sku in dict.fromkeys(each["sku"] for each in accepted):
        found = [world.listings.find(feed.seller_id, place, sku) for place in feed.marketplace_ids]
        if known := [listing for listing in found if listing is not None]:
            shown.append(item(known, datasets))
    return shown


def _item_summary(items: list[JsonObject]) -> JsonObject:
    severities = [issue["severity"] for each in items for issue in each.get("issues", [])]
    counts = {"errors": severities.count("ERROR"), "warnings": severities.count("WARNING")}
    return {"items": len(items), **counts}
