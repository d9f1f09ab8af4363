"""How a feed lives: queue, processing message by message, end; each step at its moment.

A seller's feeds of one type are processed one after another, so one that never ends keeps the later
ones in the queue ("it may be waiting for another IN_PROGRESS feed", Feeds model).
"""

import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from dockwire.simulators.amazon.feed_envelopes import UnreadableFeed
from dockwire.simulators.amazon.feeds import Feed, FeedState, Result
from dockwire.simulators.amazon.fulfillment_feed import FulfillmentFeed
from dockwire.simulators.amazon.listings_feed import ListingsFeed
from dockwire.simulators.amazon.world import World


class Processor(Protocol):
    """What is special to one feed type."""

    report_type: str
    """Content type of its report."""

    def read(self, feed: Feed, content: bytes) -> Sequence[Any]:
        """Return the messages of a document, or raise UnreadableFeed."""
        ...

    def carry_out(self, world: World, feed: Feed, message: Any, now: datetime) -> Sequence[Result]:
        """Do what one message says; the results are what the report says about it."""
        ...

    def report(self, world: World, feed: Feed) -> bytes:
        """Write the report."""
        ...


PROCESSORS: Mapping[str, Processor] = {
    "POST_ORDER_FULFILLMENT_DATA": FulfillmentFeed(),
    "JSON_LISTINGS_FEED": ListingsFeed(),
}
"""Feed types that are simulated; another one is one more entry."""

REMOVED = frozenset(
    {
        "POST_PRODUCT_DATA", "POST_INVENTORY_AVAILABILITY_DATA", "POST_PRODUCT_OVERRIDES_DATA",
        "POST_PRODUCT_PRICING_DATA", "POST_PRODUCT_IMAGE_DATA", "POST_PRODUCT_RELATIONSHIP_DATA",
        "POST_FLAT_FILE_INVLOADER_DATA", "POST_FLAT_FILE_LISTINGS_DATA",
        "POST_FLAT_FILE_BOOKLOADER_DATA", "POST_FLAT_FILE_CONVERGENCE_LISTINGS_DATA",
        "POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA", "POST_UIEE_BOOKLOADER_DATA",
    }
)  # fmt: skip
"""Listing feeds that are accepted and end FATAL since 31 July 2025 ("Feeds API best practices")."""


def put_in_queue(world: World, feed: Feed) -> None:
    """Let a new feed begin its life."""
    wait = timedelta(seconds=world.switches.feed_queue_seconds)
    world.agenda.plan(feed.created + wait, partial(_call_up, world, feed))


def _call_up(world: World, feed: Feed, now: datetime) -> None:
    feed.called = True
    _start_next(world, feed, now)


def _start_next(world: World, like: Feed, now: datetime) -> None:
    line = [
        feed for feed in world.feeds.feeds(now) if (feed.seller_id, feed.type) == (like.seller_id, like.type)
    ]
    if any(feed.state == FeedState.IN_PROGRESS for feed in line):
        return
    for feed in line:
        if feed.called and feed.state == FeedState.IN_QUEUE:
            _begin(world, feed, now)
            return


def _begin(world: World, feed: Feed, now: datetime) -> None:
    feed.state, feed.started = FeedState.IN_PROGRESS, now
    usual = now + timedelta(seconds=world.switches.feed_processing_seconds)
    processor, content = PROCESSORS.get(feed.type), feed.document.content
    if processor is None or content is None:
        # A removed feed type, or nothing was uploaded.
        world.agenda.plan(usual, partial(_end, world, feed, FeedState.FATAL, None))
        return
    try:
        messages = processor.read(feed, content)
    except UnreadableFeed as problem:
        feed.results.append(problem.result)
        world.agenda.plan(usual, partial(_end, world, feed, FeedState.DONE, processor))
        return
    feed.messages = len(messages)
    _Run(world, feed, processor, messages).go_on(now)


class _Run:
    """The processing of one feed; what the switches say when it begins holds to its end."""

    def __init__(self, world: World, feed: Feed, processor: Processor, messages: Sequence[Any]) -> None:
        self.world, self.feed, self.processor, self.messages = world, feed, processor, messages
        self.switches = world.switches.model_copy()

    def go_on(self, now: datetime) -> None:
        """Plan the next message, or the end."""
        switches, plan = self.switches, self.world.agenda.plan
        if self._stops_after(switches.feed_stuck_after_messages):
            return
        if self._stops_after(switches.feed_fatal_after_messages):
            reporting = self.processor if switches.feed_fatal_with_report else None
            plan(now, partial(_end, self.world, self.feed, FeedState.FATAL, reporting))
        elif self.feed.processed < self.feed.messages:
            plan(now + timedelta(seconds=switches.feed_seconds_per_message), self._step)
        else:
            done = now + timedelta(seconds=switches.feed_processing_seconds)
            plan(done, partial(_end, self.world, self.feed, FeedState.DONE, self.processor))

    def _step(self, now: datetime) -> None:
        message = self.messages[self.feed.processed]
        self.feed.results += self.processor.carry_out(self.world, self.feed, message, now)
        self.feed.processed += 1
        self.go_on(now)

    def _stops_after(self, messages: int | None) -> bool:
        return messages is not None and self.feed.processed >= min(messages, self.feed.messages)


def _end(world: World, feed: Feed, state: FeedState, reporting: Processor | None, now: datetime) -> None:
    feed.state, feed.ended = state, now
    if reporting is not None:
        report = world.feeds.new_document(world.sellers[feed.seller_id], reporting.report_type, now)
        content = reporting.report(world, feed)
        report.used, report.compressed = True, world.switches.feed_report_compressed
        # Without a time stamp, so that the same feed gives the same bytes.
        report.content = gzip.compress(content, mtime=0) if report.compressed else content
        feed.report = report
    _start_next(world, feed, now)
