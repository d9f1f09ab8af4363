"""Feeds and their documents as a seller's account holds them.

States, members and lifetimes: the Feeds v2021-06-30 model; a document that no feed has used expires
after two days (use case guide), everything else after 28 days (changelog on feed retention, which
overrides the 90 days of the model).
"""

import hashlib
import hmac
import itertools
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dockwire.simulators.amazon.accounts import Seller

RETENTION = timedelta(days=28)
UNUSED_LIFETIME = timedelta(days=2)
_FIRST_FEED = 50_000_000_001


class FeedState(StrEnum):
    """``processingStatus`` of a feed."""

    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FATAL = "FATAL"


@dataclass(slots=True, eq=False)
class FeedDocument:
    """One document; ``content`` is absent until it is uploaded, ``used`` once a feed names it."""

    id: str
    seller_id: str
    content_type: str
    created: datetime
    content: bytes | None = None
    compressed: bool = False
    used: bool = False

    def expires(self) -> datetime:
        """When its id stops meaning anything."""
        return self.created + (RETENTION if self.used else UNUSED_LIFETIME)


@dataclass(frozen=True, slots=True)
class Result:
    """One entry of a processing report; ``about`` names the order or SKU concerned."""

    message_id: int
    code: str
    message_code: str
    description: str
    about: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Feed:
    """One feed; ``messages`` have been read from its document, ``processed`` have been carried out.

    ``called`` says that its time in the queue is over, though another feed may still be in its way.
    """

    id: str
    seller_id: str
    type: str
    marketplace_ids: tuple[str, ...]
    document: FeedDocument
    created: datetime
    state: FeedState = FeedState.IN_QUEUE
    started: datetime | None = None
    ended: datetime | None = None
    report: FeedDocument | None = None
    called: bool = False
    messages: int = 0
    processed: int = 0
    results: list[Result] = field(default_factory=list)

    def count(self, code: str) -> int:
        """Return how many messages have a result of this code, ``Error`` or ``Warning``."""
        return len({result.message_id for result in self.results if result.code == code})


class FeedBook:
    """All feeds and documents that have not expired; another seller's are as good as none."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._document_numbers = itertools.count(1)
        self._feed_numbers = itertools.count(_FIRST_FEED)
        self._documents: dict[str, FeedDocument] = {}
        self._feeds: dict[str, Feed] = {}

    def new_document(self, seller: Seller, content_type: str, now: datetime) -> FeedDocument:
        """Make a document that waits for its content."""
        self._forget(now)
        digest = hmac.digest(self._key, f"document {next(self._document_numbers)}".encode(), hashlib.sha256)
        name = uuid.UUID(bytes=digest[:16], version=4)
        document_id = f"amzn1.tortuga.4.{seller.region.lower()}.{name}.T{digest[16:22].hex().upper()}"
        document = FeedDocument(document_id, seller.id, content_type, now)
        self._documents[document.id] = document
        return document

    def new_feed(
        self,
        seller: Seller,
        feed_type: str,
        marketplace_ids: tuple[str, ...],
        document: FeedDocument,
        now: datetime,
    ) -> Feed:
        """Make a feed of a document, which can be used once."""
        document.used = True
        feed = Feed(str(next(self._feed_numbers)), seller.id, feed_type, marketplace_ids, document, now)
        self._feeds[feed.id] = feed
        return feed

    def document(self, document_id: str, now: datetime) -> FeedDocument | None:
        """Return a document, whoever owns it."""
        self._forget(now)
        return self._documents.get(document_id)

    def feed(self, seller: Seller, feed_id: str, now: datetime) -> Feed | None:
        """Return a seller's feed."""
        self._forget(now)
        feed = self._feeds.get(feed_id)
        return feed if feed is not None and feed.seller_id == seller.id else None

    def feeds(self, now: datetime, seller: Seller | None = None) -> list[Feed]:
        """Return all feeds, or a seller's, oldest first."""
        self._forget(now)
        return [feed for feed in self._feeds.values() if seller is None or feed.seller_id == seller.id]

    def _forget(self, now: datetime) -> None:
        self._documents = {i: each for i, each in self._documents.items() if each.expires() > now}
        self._feeds = {i: each for i, each in self._feeds.items() if each.created + RETENTION > now}
