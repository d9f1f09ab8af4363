"""An Amazon order as dockwire sees it, free of any wire format."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dockwire.model.ids import AmazonItemId, AmazonOrderId, MarketplaceId
from dockwire.model.money import Money


class OrderStatus(StrEnum):
    """Amazon's fulfilment status; ``UNKNOWN`` stands for any word we have not met."""

    PENDING_AVAILABILITY = "PENDING_AVAILABILITY"
    PENDING = "PENDING"
    UNSHIPPED = "UNSHIPPED"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"
    UNFULFILLABLE = "UNFULFILLABLE"
    UNKNOWN = "UNKNOWN"


class FulfilledBy(StrEnum):
    """Who ships: the merchant's warehouse or Amazon's."""

    MERCHANT = "MERCHANT"
    AMAZON = "AMAZON"
    UNKNOWN = "UNKNOWN"


class Program(StrEnum):
    """The programs that change what we do; Amazon's list is open."""

    EASY_SHIP = "AMAZON_EASY_SHIP"
    DELIVERY_BY_AMAZON = "DELIVERY_BY_AMAZON"
    IN_STORE_PICK_UP = "IN_STORE_PICK_UP"
    SHIP_PLUS = "FBM_SHIP_PLUS"
    PRIME = "PRIME"
    BUSINESS = "AMAZON_BUSINESS"
    PREORDER = "PREORDER"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; either end may be unknown."""

    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where the goods go. Personal data: it prints as its country only."""

    name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    district: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    kind: str = ""
    instructions: str = ""

    def __repr__(self) -> str:
        """Hide everything but the country: addresses must not reach logs."""
        return f"Address(country={self.country!r}, ...)"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One SKU of an order, in Amazon's own units."""

    item_id: AmazonItemId
    sku: str | None
    quantity_ordered: int
    quantity_open: int
    """What is still to be shipped: Amazon's ``quantityUnfulfilled``."""
    title: str = ""
    asin: str = ""
    unit_price: Money | None = None
    gift_message: str = field(default="", repr=False)
    gift_wrap: str = ""
    cancel_requested: bool = False
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class SentPackage:
    """A package as Amazon shows it in its order: how we see what became of our own."""

    reference: str
    carrier: str
    tracking: str
    items: tuple[tuple[AmazonItemId, int], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One Amazon order at one moment."""

    order_id: AmazonOrderId
    marketplace_id: MarketplaceId
    status: OrderStatus
    fulfilled_by: FulfilledBy
    created: datetime
    updated: datetime
    lines: tuple[OrderLine, ...]
    service_level: str = ""
    programs: frozenset[str] = frozenset()
    ship_by: Window = Window()
    deliver_by: Window = Window()
    label_printing: Window = Window()
    address: Address | None = None
    replaces: AmazonOrderId | None = None
    """The original order, when this one is a replacement or an exchange."""
    packages: tuple[SentPackage, ...] = ()
    seller_reference: str = ""
    """The seller's own order number, where one was given."""

    @property
    def is_prime(self) -> bool:
        """Seller Fulfilled Prime: the program on an order that the merchant ships."""
        return Program.PRIME in self.programs and self.fulfilled_by is FulfilledBy.MERCHANT

    @property
    def cancel_requested(self) -> bool:
        """Whether the buyer asked to cancel at least one line."""
        return any(line.cancel_requested for line in self.lines)


@dataclass(frozen=True, slots=True)
class Malformed:
    """An order that cannot be read: kept whole, so that nothing is lost."""

    order_id: AmazonOrderId
    """Amazon's id, or ``unreadable-`` and a digest of the body when it carries none."""
    marketplace_id: MarketplaceId | None
    problem: str
    """Which field is wrong and how, without the field's value when it may be personal."""
    raw: str = field(repr=False)
    """The order as received, JSON text; personal data, to be sealed."""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of a search."""

    orders: tuple[Order, ...]
    malformed: tuple[Malformed, ...]
    next_token: str | None
    upper_bound: datetime | None
    """The effective upper bound that Amazon applied."""


@dataclass(frozen=True, slots=True)
class SearchWindow:
    """What one chain of pages asks for; it must not change until the last page."""

    marketplaces: tuple[MarketplaceId, ...]
    updated_after: datetime
    updated_before: datetime
    statuses: tuple[OrderStatus, ...] = ()
    """Only orders in these statuses; empty means all."""
