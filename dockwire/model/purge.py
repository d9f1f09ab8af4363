"""Deleting personal data in time: how long it is kept, why it went, and what a purge did."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PurgePolicy:
    """How long personal data is kept."""

    after: timedelta
    """From an order's end: shipped, cancelled, or never ours."""
    open_after: timedelta
    """From the last change, or the ship-by time, of an order that never ends."""


class PurgeRule(StrEnum):
    """Why an order's personal data may go; kept in the audit row."""

    SHIPPED = "shipped"
    """The warehouse shipped it."""
    CANCELLED = "cancelled"
    """Cancelled in the warehouse."""
    OVER = "over_at_amazon"
    """Shipped, cancelled or unfulfillable at Amazon."""
    NOT_OURS = "not_ours"
    """Skipped by rule, or of a marketplace without connection."""
    OPEN_TOO_LONG = "open_too_long"
    """It never ended, and nothing happened to it for longer than personal data may be kept."""


@dataclass(slots=True)
class PurgeBatch:
    """What one batch, or a whole purge, did in one database. Batches add up."""

    purged: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Orders by where they belong (connection, or customer of the warehouse) and rule."""
    next_after: int | None = None
    """Where the next batch begins; None when there is none."""

    def add(self, other: "PurgeBatch") -> None:
        """Count another batch in."""
        self.purged.update(other.purged)
        self.next_after = other.next_after

    @property
    def orders(self) -> int:
        """How many orders were purged."""
        return self.purged.total()


@dataclass(frozen=True, slots=True)
class Kept:
    """Orders whose personal data is still there."""

    place: str
    """Connection, or customer of the warehouse; empty where a marketplace has no connection."""
    orders: int
    oldest: datetime
    """When the one that was seen first was seen."""
