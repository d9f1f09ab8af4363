"""Feeds: documents of many messages that Amazon carries out later, and what became of each message."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_MESSAGES = 10_000
"""Most parcels in one feed. Amazon documents no number for orders; it advises documents below 10 MiB
("Feeds API best practices"), which so many messages of half a kilobyte stay under by half."""


class FeedState(StrEnum):
    """How far Amazon is with a feed (``processingStatus`` of the Feeds v2021-06-30 model)."""

    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FATAL = "FATAL"
    """Given up, perhaps after some of its messages had their effect."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in {FeedState.DONE, FeedState.CANCELLED, FeedState.FATAL}


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as Amazon shows it."""

    id: str
    state: FeedState
    created: datetime
    report: str | None = None
    """The id of the document with its processing report, once there is one."""
    started: datetime | None = None
    """When Amazon began to carry it out."""

    @property
    def queued(self) -> float | None:
        """Return the seconds it waited in the queue, once that is known."""
        return None if self.started is None else (self.started - self.created).total_seconds()


@dataclass(frozen=True, slots=True)
class SentFeed:
    """A feed as the ledger remembers it: written down before Amazon hears of it."""

    id: int
    amazon_id: str | None
    """None while nobody knows whether Amazon made a feed of it."""
    begun: datetime
    parcels: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Parcels of one seller account that wait to be told."""

    due: int
    """Those of the connection itself."""
    ahead: int
    """Those of its siblings, which take their calls from the same bucket."""
    queue_seconds: float | None
    """How long the account's last feed waited in Amazon's queue, if there was one."""


class MessageState(StrEnum):
    """What is known of one message of an ended feed."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Perhaps carried out, perhaps not: only the order itself can tell."""


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What became of one message; a message that was taken may carry a warning's code and words."""

    state: MessageState
    code: str = ""
    words: str = ""
