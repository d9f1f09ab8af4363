"""What the ledger remembers: harvests, order states, facts and mail."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from dockwire.errors import Fixer
from dockwire.model.charge import Charge
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, MarketplaceId, WarehouseOrderId
from dockwire.model.order import Order, SearchWindow
from dockwire.model.override import NO_OVERRIDES, Overrides
from dockwire.model.warehouse import PlacedOrder, Routing


class OrderState(StrEnum):
    """Where an Amazon order stands on its way into the warehouse."""

    NEW = "new"
    """Stored, not decided yet."""
    WATCHED = "watched"
    """Not ready at Amazon (pending); decided again whenever Amazon's data moves."""
    SKIPPED = "skipped"
    """Not ours by rule; decided again whenever Amazon's data moves."""
    HELD = "held"
    """Waits for a person; decided again on every run, so that a fix releases it."""
    QUARANTINED = "quarantined"
    """Could not be read; kept whole and asked for again."""
    CLAIMED = "claimed"
    """About to be created. Without a recorded outcome it is in doubt: look it up first."""
    FAILED = "failed"
    """Went wrong; tried again after ``not_before``."""
    CREATED = "created"
    """In the warehouse, exactly once."""
    CANCELLED = "cancelled"
    """Cancelled in the warehouse, because Amazon's order was or because a person wanted it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an order is not created, and who can change that."""

    code: str
    sentence: str
    """For people; never personal data."""
    fixer: Fixer = Fixer.NOBODY


class ChainKind(StrEnum):
    """Why a chain of pages is read."""

    HARVEST = "harvest"
    """New and changed orders since the watermark."""
    SWEEP = "sweep"
    """The daily comparison over the last days; moves no watermark."""
    CATCH_UP = "catch_up"
    """A stretch of time that somebody wants read again; moves no watermark."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of pages under way; it survives the process that began it."""

    kind: ChainKind
    window: SearchWindow
    next_token: str | None = field(default=None, repr=False)
    """None: the first page has not been stored yet."""
    started: datetime | None = None
    """When the first page was stored: its token lives 24 hours from then."""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class HarvestState:
    """What is known about a seller account's reading."""

    watermarks: dict[MarketplaceId, datetime]
    """For every marketplace with a connection: up to where it has been read completely."""
    chain: Chain | None
    span_seconds: int
    """Longest window that one chain may cover."""
    completed: datetime | None
    """When the last harvest chain ended."""
    swept: datetime | None
    """When the last sweep ended."""


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What storing one page did."""

    received: int = 0
    new: int = 0
    changed: int = 0
    malformed: int = 0
    last: bool = False
    """True when the chain ended with this page."""


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """One order with its state."""

    order: Order
    state: OrderState
    version: int
    """Moves with every change of the row; a write names the version it read."""
    problems: tuple[Problem, ...] = ()
    attempts: int = 0
    placed: PlacedOrder | None = None
    """The warehouse order, as far as the ledger knows."""
    placed_as: Order | None = field(default=None, repr=False)
    """Amazon's order as it was when the warehouse order was made: what changes are measured against."""
    overrides: Overrides = NO_OVERRIDES
    """What persons decided about it."""
    purged: datetime | None = None
    """When its personal data was deleted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision to be recorded: the order's new state and why."""

    order_id: AmazonOrderId
    version: int
    state: OrderState
    problems: tuple[Problem, ...] = ()
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One order about to be created."""

    order_id: AmazonOrderId
    version: int
    reference: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A claimed order without an outcome."""

    order_id: AmazonOrderId
    version: int
    reference: str
    expires: datetime
    """Until then its creator may still be at work."""
    attempts: int = 1
    """How often it has been claimed."""


@dataclass(frozen=True, slots=True)
class Created:
    """The warehouse has the order."""

    order_id: AmazonOrderId
    placed: PlacedOrder
    adopted: bool = False
    """True when it was found there rather than created by this call."""


@dataclass(frozen=True, slots=True)
class NotCreated:
    """The warehouse does not have the order, and we know that for certain."""

    order_id: AmazonOrderId
    state: OrderState
    """FAILED, HELD, or NEW when nothing was sent."""
    problems: tuple[Problem, ...] = ()
    not_before: datetime | None = None


Outcome = Created | NotCreated


class ClosingState(StrEnum):
    """How far an order of a ship-and-close request has come."""

    PLANNED = "planned"
    """Its charges are fixed; nothing was written."""
    CLOSING = "closing"
    """Written, or about to be: look before anything else."""
    CLOSED = "closed"
    """Closed with its charges, read back."""
    REFUSED = "refused"
    """Something is in the way; the request can be run again."""


class ClosingClaim(StrEnum):
    """Whether a request may close an order now."""

    OURS = "ours"
    """Nobody else may, for a while."""
    BUSY = "busy"
    """Another request is closing it."""
    MOVED = "moved"
    """Another run of the same request went on with it, or another request closed it: read it again."""
    STOPPED = "stopped"
    """A person wants it held or cancelled, or dockwire put it on hold."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One order of a ship-and-close request."""

    token: str
    position: int
    handle: str
    """How the request names the order."""
    order_id: AmazonOrderId
    warehouse_order_id: WarehouseOrderId
    routing: Routing
    tracking: str
    charges: tuple[Charge, ...]
    before: tuple[Charge, ...] | None = None
    """Manual charges that are not this request's, seen when it was about to be closed; None before that."""
    state: ClosingState = ClosingState.PLANNED
    sentence: str = ""
    total: Decimal | None = None
    """All charges of the closed order."""
    automatic: tuple[Charge, ...] | None = None
    """Those of them that the warehouse's own rules made; None while it is not closed, and where nobody kept them."""


class FactKind(StrEnum):
    """What happened, in the past tense."""

    ORDER_CREATED = "order_created"
    ORDER_ADOPTED = "order_adopted"
    ORDER_HELD = "order_held"
    ORDER_RELEASED = "order_released"
    ORDER_FAILED = "order_failed"
    PERSON_DECIDED = "person_decided"
    """A person skipped, released or corrected an order; the detail says what and who."""
    ORDER_QUARANTINED = "order_quarantined"
    ORDER_FOUND_LATE = "order_found_late"
    """A sweep met an order that no harvest had seen."""
    CANCELLED_IN_WAREHOUSE = "cancelled_in_warehouse"
    HELD_IN_WAREHOUSE = "held_in_warehouse"
    RELEASED_IN_WAREHOUSE = "released_in_warehouse"
    """A person wanted it off hold there."""
    CHANGE_NEEDS_PERSON = "change_needs_person"
    """Amazon's order changed and the warehouse could not follow."""
    RUN_FAILED = "run_failed"
    ORDER_CLOSED = "order_closed"
    CLOSE_REFUSED = "close_refused"
    SHIPMENT_CONFIRMED = "shipment_confirmed"
    SHIPMENT_REFUSED = "shipment_refused"
    STOCK_REFUSED = "stock_refused"
    """Amazon does not take a quantity."""
    STOCK_DIFFERS = "stock_differs"
    """Amazon accepted a quantity and does not show it after the time that takes."""
    STOCK_WITHHELD = "stock_withheld"
    """A SKU had a quantity and gets none any more, and Amazon goes on selling it."""
    CONSENT_EXPIRES = "consent_expires"
    """The seller's consent ends soon, or has ended."""
    SECRET_EXPIRES = "secret_expires"  # noqa: S105 - a kind of fact
    """The application's client secret ends soon, or has ended."""
    ORDER_PURGED = "order_purged"
    """Its personal data was deleted on schedule."""
    OPEN_ORDER_PURGED = "open_order_purged"
    """Likewise, though it is not finished: it waited longer than personal data may be kept."""
    ORDERS_FLOWING = "orders_flowing"
    """A connection's first orders reached the warehouse."""
    HOLDS_WAIT = "holds_wait"
    """Orders wait for a person for one reason; written once a day."""
    SHIP_BY_NEAR = "ship_by_near"
    SHIP_BY_PASSED = "ship_by_passed"
    RUN_CRASHED = "run_crashed"
    RUN_LATE = "run_late"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the audit trail."""

    kind: FactKind
    at: datetime
    connection: ConnectionSlug
    order_id: AmazonOrderId | None = None
    detail: dict[str, str] = field(default_factory=dict)
    """Short facts for people (reason, reference, region); never personal data."""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to be sent at least once."""

    message_id: str
    """Stable, so that a second sending can be told from a second message."""
    connection: ConnectionSlug
    kind: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    id: int = 0
    attempts: int = 0
    not_before: datetime | None = None
    """When it may be sent; None: at once."""
    left: tuple[str, ...] = ()
    """Those of the recipients who have not got it yet; filled when it is taken from the outbox."""


class Shipping(StrEnum):
    """How far the ledger knows an order of the warehouse to be shipped."""

    TO_SHIP = "to_ship"
    """In the warehouse, and not known to be closed."""
    ON_HOLD = "on_hold"
    """Likewise, and dockwire put it on hold there: to be released or cancelled."""
    TO_STOP = "to_stop"
    """Likewise, and a person wants it held or cancelled there: not to be shipped."""
    TO_CONFIRM = "to_confirm"
    """Closed, and Amazon was not told of every package or has not answered."""
    REFUSED = "refused"
    """Closed, and a package was not taken by Amazon or cannot be sent: a person has to act."""
    CONFIRMED = "confirmed"
    """Closed, and Amazon took every package it has to know of."""
    NOT_NEEDED = "not_needed"
    """Closed, and there is nothing to tell Amazon."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of an order list, for people: no personal data."""

    order_id: AmazonOrderId
    connection: ConnectionSlug | None
    marketplace_id: MarketplaceId | None
    amazon_status: str
    state: OrderState
    updated: datetime
    reference: str
    warehouse_order_id: int | None
    attempts: int
    problems: tuple[Problem, ...]
    shipping: Shipping | None = None
    """None: there is nothing of it to be shipped."""
