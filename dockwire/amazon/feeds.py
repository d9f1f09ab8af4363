"""Shipments of one seller account in bulk: a feed submitted, watched, read and called back.

Source: Feeds v2021-06-30 model and use case guide. Telling Amazon in a feed is like telling it by
``confirmShipment``: the same reference edits the package. A feed whose ``createFeed`` went unanswered
may therefore be submitted again, or its parcels sent one by one, without a second package.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

from dockwire.amazon.answers import unusable
from dockwire.amazon.feed_report import MOST_BYTES, Report, read_report, results_of, unpacked
from dockwire.amazon.feed_wire import WireDocument, WireFeed, WireFeeds, WireNewDocument, WireNewFeed, read
from dockwire.amazon.fulfillment_feed import CONTENT_TYPE, FEED_TYPE, to_document
from dockwire.amazon.moments import written
from dockwire.amazon.storage import Storage
from dockwire.errors import NotFound, Refused, Unavailable
from dockwire.model.feed import Feed, FeedState, MessageResult, MessageState
from dockwire.model.ids import AmazonOrderId, SellerId
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel
from dockwire.transport import Call, Reply

_FEEDS = "/feeds/2021-06-30"
_GZIP = "GZIP"

Ask = Callable[[Call], Awaitable[Reply]]
"""Sends a call with a token, paced, and raises what a refusal means."""


class FulfillmentFeeds:
    """The fulfilment feeds of one seller account."""

    def __init__(self, *, merchant: SellerId, ask: Ask, storage: Storage) -> None:
        self._merchant = merchant
        self._ask = ask
        self._storage = storage

    async def submit(self, parcels: Sequence[tuple[Order, Parcel]]) -> str:
        """Submit parcels, at most ``MOST_MESSAGES``, and return the feed's id.

        The parcel at position ``i`` is message ``i + 1``; keep the order to read the results.

        Raises:
            Unsendable: a parcel does not fit into a feed; nothing was sent.
            Unavailable: nothing was submitted.
            Unanswered: ``createFeed`` went unanswered; read the orders back, or submit again.
        """
        content = to_document(self._merchant, parcels)
        call = Call("createFeedDocument", "POST", f"{_FEEDS}/documents", body={"contentType": CONTENT_TYPE})
        document = read(WireNewDocument, call, await self._ask(call))
        await self._storage.put(document.url, content, CONTENT_TYPE)
        body = {
            "feedType": FEED_TYPE,
            "marketplaceIds": sorted({order.marketplace_id for order, _ in parcels}),
            "inputFeedDocumentId": document.feed_document_id,
        }
        call = Call("createFeed", "POST", f"{_FEEDS}/feeds", body=body, repeatable=False)
        return read(WireNewFeed, call, await self._ask(call)).feed_id

    async def look(self, feed_id: str) -> Feed:
        """Return a feed as it is now.

        Raises:
            NotFound: Amazon has forgotten it; it does so after 28 days.
        """
        call = Call("getFeed", "GET", _path(feed_id))
        reply = await self._ask(call)
        found = read(WireFeed, call, reply).feed()
        if found.id != feed_id:
            raise unusable(call, reply)
        return found

    async def since(self, moment: datetime) -> list[Feed]:
        """Return the account's newest fulfilment feeds, at most 100, made at or after a moment."""
        params = {"feedTypes": FEED_TYPE, "pageSize": "100", "createdSince": written(moment)}
        call = Call("getFeeds", "GET", f"{_FEEDS}/feeds", params)
        return [found.feed() for found in read(WireFeeds, call, await self._ask(call)).feeds]

    async def cancel(self, feed_id: str) -> Feed:
        """Call a feed back and return it as it is then; only one IN_QUEUE can be called back."""
        call = Call("cancelFeed", "DELETE", _path(feed_id), expects_json=False)
        with suppress(Refused):
            # Refused when it is too late, or the first answer was lost: only its state tells.
            await self._ask(call)
        return await self.look(feed_id)

    async def results(self, feed: Feed, orders: Sequence[AmazonOrderId]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``orders`` are the messages' orders.

        Of a feed that is not DONE, and of one without a report, nothing is known.

        Raises:
            Unavailable: the report cannot be had or read now.
            ValueError: the feed has not ended.
        """
        if not feed.state.ended:
            raise ValueError(f"feed {feed.id} has not ended: it is {feed.state}")
        unknown = [MessageResult(MessageState.UNKNOWN)] * len(orders)
        if feed.state is not FeedState.DONE or feed.report is None:
            return unknown
        try:
            report = await self._report(feed.report)
        except NotFound:
            return unknown
        return results_of(report, feed.id, orders)

    async def _report(self, document_id: str) -> Report:
        call = Call("getFeedDocument", "GET", f"{_FEEDS}/documents/{quote(document_id, safe='')}")
        document = read(WireDocument, call, await self._ask(call))
        stored: bytes | None = await self._storage.get(document.url, most=MOST_BYTES)
        if document.compression_algorithm == _GZIP and stored is not None:
            stored = unpacked(stored)
        report = None if stored is None else read_report(stored)
        if report is None:
            raise Unavailable(
                "the document is no processing report", system="amazon", operation="downloadDocument"
            )
        return report


def _path(feed_id: str) -> str:
    return f"{_FEEDS}/feeds/{quote(feed_id, safe='')}"
