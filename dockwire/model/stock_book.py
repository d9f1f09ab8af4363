"""What the ledger remembers of offers: what Amazon has, what it is to have, and what is on its way."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from dockwire.model.ids import ConnectionSlug
from dockwire.model.listing import GENERAL_TYPE, Listing
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, StockDecision


class OfferState(StrEnum):
    """What is known of the last quantity that was sent for an offer."""

    KNOWN = "known"
    """Nothing is on its way: the quantity is the one that was read back last."""
    SENT = "sent"
    """Sent without a recorded answer: what Amazon has, or will have, is not certain."""
    ACCEPTED = "accepted"
    """Amazon accepted it and has not shown it yet."""
    REFUSED = "refused"
    """Amazon will not take it; the quantity is the one from before."""


@dataclass(frozen=True, slots=True)
class LedgerOffer:
    """One Amazon SKU of a connection."""

    sku: str
    offers: tuple[Offer, ...]
    """Its channels as they were read; the merchant's own has the quantity that Amazon accepted or was read
    back to have last, None when that is not certain."""
    product_type: str = GENERAL_TYPE
    state: OfferState = OfferState.KNOWN
    version: int = 1
    """Moves whenever a quantity is sent, answered or read back; a write names the version it read."""
    wanted: int | None = None
    """What it is to be offered at by the newest decision; None when that is to leave it alone."""
    sent: int | None = None
    """The quantity that was sent last."""
    before: int | None = None
    """What Amazon had when that was sent."""
    sent_at: datetime | None = None
    looked: datetime | None = None
    """When it was last read back by name or in a list."""
    not_before: datetime | None = None
    """Nothing is sent until then."""
    in_feed: bool = False
    """Whether it travels in a feed that is not over."""
    problem: Problem | None = None

    @property
    def quantity(self) -> int | None:
        """What Amazon has, as far as known."""
        own = Listing(self.sku, self.offers).own
        return None if own is None else own.quantity


@dataclass(frozen=True, slots=True)
class Look:
    """What reading a listing told about an offer; a listing of a new SKU begins its row."""

    listing: Listing
    version: int = 0
    """That of the row it was compared with; 0 for none. A row that moved meanwhile stays as it is."""
    settled: bool = True
    """True: the quantity as read counts from now on and nothing is on its way. False: what was sent may
    still come, so only channels and product type are taken over."""
    problem: Problem | None = None
    """What is to be remembered, for instance that a quantity was never applied."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An offer whose listing is there and cannot be read: all stays as it was known."""

    sku: str


@dataclass(frozen=True, slots=True)
class Gone:
    """An offer whose listing Amazon does not have."""

    sku: str
    version: int


@dataclass(frozen=True, slots=True)
class Sending:
    """One quantity that is about to be sent, written down before."""

    sku: str
    units: int
    version: int
    """Of the row after it was written down."""
    product_type: str = GENERAL_TYPE


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of a sending; one whose row has moved meanwhile is forgotten."""

    sku: str
    version: int
    state: OfferState
    """ACCEPTED, REFUSED, SENT (unknown), or KNOWN when certainly nothing was sent."""
    problem: Problem | None = None
    not_before: datetime | None = None
    submission: str = ""
    """Amazon's id of what it accepted."""


@dataclass(frozen=True, slots=True)
class StockMarks:
    """How far a connection's listings have been read, and whether quantities were ever sent."""

    changes_read: datetime | None = None
    """Listings changed before this have been read."""
    sweep_began: datetime | None = None
    """When the reading of all listings that is under way began; None when none is."""
    swept_to: datetime | None = None
    """Of that reading: listings created before this have been read."""
    swept: datetime | None = None
    """When the last reading of all listings began that came to its end."""
    first_run: datetime | None = None
    """When the first run ended, a dry one or not."""


@dataclass(frozen=True, slots=True)
class StockPoint:
    """All offers of a connection at one moment, for people to see over time."""

    at: datetime
    skus: int
    available: Decimal
    """Units in the warehouse behind them, before anything is subtracted; a stock counts once."""
    offered: int
    """Units they are to be offered at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Amazon orders that are not in the warehouse yet, of all connections on one stock."""

    units: dict[tuple[ConnectionSlug, str], int] = field(default_factory=dict)
    """Open units by connection and Amazon SKU."""
    named: dict[str, int] = field(default_factory=dict)
    """Open units by warehouse SKU, of lines for which a person named the item to ship; not among the others."""
    unreadable: int = 0
    """Orders that cannot be read: whatever they are for is not among the units."""


class OfferChoice(StrEnum):
    """Which offers are looked up."""

    ALL = "all"
    WITHHELD = "withheld"
    """Those that the newest decision gives no quantity."""
    DIFFERENT = "different"
    """Those for which Amazon has something else than what is wanted, or may have."""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One Amazon SKU as people look it up."""

    connection: ConnectionSlug
    offer: LedgerOffer
    why: dict[str, object] | None = None
    """The newest decision as JSON values (``decisions.stock.as_json``)."""
    told: str = ""
    """The same as one sentence."""
    decided: datetime | None = None
    """When the facts of that decision were read."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision to be remembered, as its quantity, as a sentence and as JSON values."""

    decision: StockDecision
    told: str
    why: dict[str, object]
