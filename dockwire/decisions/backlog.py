"""Which way a backlog of parcels or quantities goes to Amazon: one by one, or in feeds.

One by one has an answer for every parcel at once and is slow by quota; a feed is quick to hand over
and answers when Amazon gets to it. Below the crossover nothing is gained by a feed, whatever the
numbers say; above it, the way that ends sooner is taken.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dockwire.model.feed import MOST_MESSAGES, Feed
from dockwire.model.listing import MOST_STOCK_MESSAGES

CROSSOVER = 500
"""So few parcels always go one by one: four minutes at the documented 2 a second."""

STOCK_CROSSOVER = 1_500
"""So few quantities always go one by one: five minutes at the documented 5 a second."""

QUEUE_SECONDS = 900.0
"""How long a feed is taken to wait until Amazon begins. Amazon promises nothing; users report minutes to
hours (selling-partner-api-models issue 657), so hand in what the account's last feed took, once known."""

MESSAGE_SECONDS = 0.09
"""How long one message takes: 15 minutes for 10,000 (selling-partner-api-docs issue 3161)."""

SPACING_SECONDS = 1200.0
"""Feeds of one type are to be at least 20 minutes apart ("Feeds API best practices")."""

PATIENCE = timedelta(hours=8)
"""Up to 8 hours in the queue are normal (selling-partner-api-models issue 657)."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What one kind of feed is good for."""

    crossover: int
    """So few always go one by one."""
    most_messages: int


PARCELS = Bulk(CROSSOVER, MOST_MESSAGES)
QUANTITIES = Bulk(STOCK_CROSSOVER, MOST_STOCK_MESSAGES)


class Route(StrEnum):
    """How messages are sent."""

    ONE_BY_ONE = "one by one"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Lane:
    """One operation's bucket: calls per second, calls saved up, and calls that are ahead of ours.

    The bucket belongs to the seller account. ``ahead`` counts what sibling connections will take from
    it before us, and what is missing from the burst already.
    """

    rate: float
    burst: int
    ahead: int = 0

    def seconds(self, calls: int) -> float:
        """Return how long the last of so many calls waits for its token."""
        return max(0.0, (self.ahead + calls - self.burst) / self.rate)


@dataclass(frozen=True, slots=True)
class Choice:
    """The way taken, and the seconds either way would take, for people to see."""

    route: Route
    one_by_one: float
    feed: float


def choose_route(
    messages: int,
    *,
    single: Lane,
    creating: Lane,
    reporting: Lane,
    queue_seconds: float = QUEUE_SECONDS,
    bulk: Bulk = PARCELS,
) -> Choice:
    """Return the way that ends sooner; at a tie the one with the immediate answers.

    ``single``, ``creating`` and ``reporting`` are the buckets of the call for one message, of createFeed and
    of getFeedDocument; those of the other steps are so wide that nobody waits for them.
    """
    one_by_one = single.seconds(messages)
    feed = _feed_seconds(messages, creating, reporting, queue_seconds, bulk.most_messages)
    route = Route.FEED if messages > bulk.crossover and feed < one_by_one else Route.ONE_BY_ONE
    return Choice(route, one_by_one, feed)


def _feed_seconds(
    messages: int, creating: Lane, reporting: Lane, queue_seconds: float, most_messages: int
) -> float:
    feeds = math.ceil(messages / most_messages)
    if not feeds:
        return 0.0
    handed_over = max(creating.seconds(feeds), (feeds - 1) * SPACING_SECONDS)
    # Feeds of one type are processed one after another, so no message is done in parallel.
    return handed_over + queue_seconds + messages * MESSAGE_SECONDS + reporting.seconds(feeds)


def is_stuck(feed: Feed, now: datetime) -> bool:
    """Return whether a feed has taken so long that its parcels are better sent one by one.

    That is safe while it is still at work: the same references edit, they never add.
    """
    return not feed.state.ended and now - feed.created > PATIENCE
