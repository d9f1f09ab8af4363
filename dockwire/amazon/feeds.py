"""Shipments of one seller account in bulk: a feed submitted, watched, read and called back.

Telling Amazon in a feed is like telling it by ``confirmShipment``: the same reference edits the package. A
feed whose ``createFeed`` went unanswered may therefore be submitted again, or its parcels sent one by one,
without a second package.
"""

from collections.abc import Sequence

from dockwire.amazon.feed_calls import Ask, FeedCalls
from dockwire.amazon.feed_report import read_report, results_of
from dockwire.amazon.fulfillment_feed import CONTENT_TYPE, FEED_TYPE, to_document
from dockwire.amazon.storage import Storage
from dockwire.model.feed import Feed, MessageResult, MessageState
from dockwire.model.ids import AmazonOrderId, SellerId
from dockwire.model.order import Order
from dockwire.model.parcel import Parcel


class FulfillmentFeeds(FeedCalls):
    """The fulfilment feeds of one seller account."""

    def __init__(self, *, merchant: SellerId, ask: Ask, storage: Storage) -> None:
        super().__init__(FEED_TYPE, CONTENT_TYPE, ask=ask, storage=storage)
        self._merchant = merchant

    async def submit(self, parcels: Sequence[tuple[Order, Parcel]]) -> str:
        """Submit parcels, at most ``MOST_MESSAGES``, and return the feed's id.

        The parcel at position ``i`` is message ``i + 1``; keep the order to read the results.

        Raises:
            Unsendable: a parcel does not fit into a feed; nothing was sent.
            Unavailable: nothing was submitted.
            Unanswered: ``createFeed`` went unanswered; read the orders back, or submit again.
        """
        content = to_document(self._merchant, parcels)
        return await self.hand_in(content, [order.marketplace_id for order, _ in parcels])

    async def results(self, feed: Feed, orders: Sequence[AmazonOrderId]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``orders`` are the messages' orders.

        Of a feed that is not DONE, and of one without a report, nothing is known.

        Raises:
            Unavailable: the report cannot be had or read now.
            ValueError: the feed has not ended.
        """
        report = await self.report(feed, read_report)
        if report is None:
            return [MessageResult(MessageState.UNKNOWN)] * len(orders)
        return results_of(report, feed.id, orders)
