"""Listings as Amazon shows them, and quantities on their way there."""

from dataclasses import dataclass
from datetime import datetime

from dockwire.model.stock import DEFAULT_CHANNEL, Offer

GENERAL_TYPE = "PRODUCT"
"""The product type that fits the offer data of every listing (selling-partner-api-models issue 317)."""

MOST_STOCK_MESSAGES = 25_000
"""Most messages in one JSON_LISTINGS_FEED (its schema)."""

MOST_FOUND = 1_000
"""A search shows no more listings than this, however many it counts (searchListingsItems)."""

MOST_NAMED = 20
"""So many SKUs fit into one search by name (searchListingsItems, ``identifiers``)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One SKU of the seller in one marketplace, with its offer on every fulfilment channel."""

    sku: str
    offers: tuple[Offer, ...] = ()
    product_type: str = GENERAL_TYPE

    @property
    def own(self) -> Offer | None:
        """The offer that the merchant ships, if there is exactly one."""
        mine = [offer for offer in self.offers if offer.channel == DEFAULT_CHANNEL]
        return mine[0] if len(mine) == 1 else None


@dataclass(frozen=True, slots=True)
class UnreadableListing:
    """A listing that Amazon has and nobody can read."""

    place: int
    """On its page, from 1."""
    sku: str
    """Empty when it is not certain."""
    problem: str
    """Names of members; never a value."""

    def __str__(self) -> str:
        """Return it for people."""
        name = f" {self.sku!r}" if self.sku else ""
        return f"listing {self.place} of the page{name}: {self.problem} cannot be read"


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a search for listings."""

    listings: tuple[Listing, ...]
    found: int
    """How many listings the whole search has; it shows at most ``MOST_FOUND``."""
    next_token: str | None = None
    unreadable: tuple[UnreadableListing, ...] = ()
    """Listings of this page that cannot be read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Listings that were created, or changed, from ``begin`` up to ``end``."""

    begin: datetime
    end: datetime
    changed: bool = False
    """True for the time of the last change, False for that of the creation."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity to be sent."""

    sku: str
    units: int
    product_type: str = GENERAL_TYPE
