"""What the services need from the outside, as protocols; ``bootstrap`` chooses who provides it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from dockwire.model.charge import Charge
from dockwire.model.close_plan import ClosePlan
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.feed import Backlog, Feed, MessageResult, SentFeed
from dockwire.model.ids import (
    AmazonOrderId,
    ConnectionSlug,
    CustomerId,
    WarehouseOrderId,
)
from dockwire.model.order import Malformed, Order, OrderPage, SearchWindow
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelOutcome, ParcelRow, ParcelState, Stored
from dockwire.model.record import (
    Chain,
    Claim,
    Closing,
    Fact,
    FactKind,
    HarvestState,
    InDoubt,
    LedgerOrder,
    Mail,
    NotCreated,
    OrderRow,
    OrderState,
    Outcome,
    PageCounts,
    Problem,
    Shipping,
    Verdict,
)
from dockwire.model.shipping import Carrier, ShipOrder, UnreadableOrder
from dockwire.model.warehouse import Item, OrderDraft, Party, PlacedOrder, Routing


class Participation(Protocol):
    """One marketplace that a seller takes part in."""

    @property
    def marketplace_id(self) -> str:
        """Amazon's id of the marketplace."""
        ...

    @property
    def participating(self) -> bool:
        """Whether the seller may sell there."""
        ...

    @property
    def suspended(self) -> bool:
        """Whether the seller's listings there are suspended."""
        ...


class ShipmentFeeds(Protocol):
    """Shipments told in bulk. Every call may raise ``RemoteError``."""

    async def submit(self, parcels: Sequence[tuple[Order, Parcel]]) -> str:
        """Submit parcels, at most ``MOST_MESSAGES``, and return the feed's id.

        Raises:
            Unanswered: Amazon may have made a feed; ``since`` tells.
        """
        ...

    async def since(self, moment: datetime) -> list[Feed]:
        """Return the account's newest fulfilment feeds made at or after a moment."""
        ...

    async def look(self, feed_id: str) -> Feed:
        """Return a feed as it is now; raises ``NotFound`` when Amazon has forgotten it."""
        ...

    async def cancel(self, feed_id: str) -> Feed:
        """Call a feed back if it still waits, and return it as it is then."""
        ...

    async def results(self, feed: Feed, orders: Sequence[AmazonOrderId]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``orders`` are the messages' orders."""
        ...


class SellerAccount(Protocol):
    """What Amazon lets us do for one seller in one region. Every call may raise ``RemoteError``."""

    @property
    def feeds(self) -> ShipmentFeeds:
        """Shipments in bulk."""
        ...

    async def amazon_now(self) -> datetime:
        """Return Amazon's time, learnt from its answers (asks once when none has come yet)."""
        ...

    async def search_orders(self, window: SearchWindow, page_token: str | None = None) -> OrderPage:
        """Return one page of 100; raises ``PageTokenExpired`` when the chain must start anew."""
        ...

    async def get_order(self, order_id: AmazonOrderId) -> Order | Malformed:
        """Return one order as it is now."""
        ...

    async def confirm_shipment(self, order: Order, parcel: Parcel) -> None:
        """Tell Amazon of a parcel of an order; the same reference again edits that package.

        Raises:
            Refused: Amazon will not take it; its words are the error's first argument.
            Unavailable: the outcome is unknown; telling it again is safe.
        """
        ...

    async def participations(self) -> Sequence[Participation]:
        """Return the marketplaces the seller takes part in: the connection test."""
        ...


class Warehouse(Protocol):
    """The 3PL Warehouse Manager, hosted or embedded. Every call may raise ``RemoteError``."""

    async def create_order(self, draft: OrderDraft) -> PlacedOrder:
        """Create one order.

        Raises:
            Duplicate: the reference is taken.
            Unanswered: the outcome is unknown; look it up before trying again.
            Refused: the warehouse will not take it; nothing was created.
            Throttled, Unavailable: certainly nothing was created.
        """
        ...

    async def find_order(self, reference: str, customer_id: CustomerId) -> PlacedOrder | None:
        """Return the order with exactly this reference, cancelled ones only if there is no other."""
        ...

    async def find_orders(self, references: Sequence[str], customer_id: CustomerId) -> dict[str, PlacedOrder]:
        """Return the orders that carry one of these references, in as few calls as the page size allows."""
        ...

    async def get_order(self, order_id: WarehouseOrderId) -> PlacedOrder:
        """Return one order as it is now, with its ETag."""
        ...

    async def cancel_order(self, order: PlacedOrder, reason: str) -> None:
        """Cancel an open order; raises ``Refused`` when it is closed and ``Outdated`` when it moved."""
        ...

    async def hold_order(self, order: PlacedOrder, reason: str) -> None:
        """Put an open order on hold; raises ``Refused`` when that is not possible any more."""
        ...

    async def release_order(self, order: PlacedOrder) -> None:
        """Take a held order off hold; raises ``Refused`` when that is not possible."""
        ...

    async def ship_order(self, order_id: WarehouseOrderId) -> ShipOrder:
        """Return one order with lines, packages, routing and charges, as it is now."""
        ...

    async def route_order(self, order: ShipOrder, routing: Routing, tracking: str) -> ShipOrder:
        """Set routing and tracking number; return the order as it is then.

        Raises:
            Outdated: it changed since it was read.
            Refused: it is closed or cancelled, or the warehouse does not know the carrier.
        """
        ...

    async def close_order(
        self, order: ShipOrder, tracking: str, charges: Sequence[Charge], *, at: datetime
    ) -> None:
        """Close an order and add charges in one call; what became of it is seen by reading the order.

        Raises:
            Outdated: it changed since it was read, perhaps by this very call.
            Refused: it is closed, cancelled, on hold or short of stock.
            Unanswered, Unavailable: the outcome is unknown.
        """
        ...

    async def carriers(self) -> list[Carrier]:
        """Return the carriers that orders may travel by, with their services."""
        ...

    def closed_orders(
        self, customer_id: CustomerId, since: datetime
    ) -> AsyncIterator[ShipOrder | UnreadableOrder]:
        """Yield a customer's closed orders that changed at or after ``since``, by number."""
        ...

    async def customers(self) -> list[Party]:
        """Return the customers the credential may see."""
        ...

    async def facilities(self, customer_id: CustomerId) -> list[Party]:
        """Return the facilities that serve a customer."""
        ...

    async def items(self, customer_id: CustomerId) -> list[Item]:
        """Return all items of a customer, inactive ones too."""
        ...


class QuotaStore(Protocol):
    """Where the shared quota buckets live."""

    async def take(self, key: str, *, rate: float, burst: int, now: datetime) -> float:
        """Take one token if there is one and return 0, else return the seconds until there will be.

        ``rate`` (tokens per second) and ``burst`` are the documented values and only count until the
        bucket has been told better by :meth:`observe`. Atomic across processes.
        """
        ...

    async def observe(self, key: str, *, rate: float, now: datetime) -> None:
        """Remember the rate that Amazon announced for this bucket."""
        ...

    async def penalise(self, key: str, *, rate: float, burst: int, now: datetime) -> None:
        """Empty the bucket: Amazon refused a call, so it knows of calls that we do not."""
        ...


class ShippingLedger(Protocol):
    """What the ledger remembers about closing orders and telling Amazon."""

    async def find_placed(self, connection: Connection, handles: Sequence[str]) -> dict[str, LedgerOrder]:
        """Return created orders by handle: Amazon order id, warehouse reference or warehouse number."""
        ...

    async def submission(self, connection: Connection, token: str) -> list[Closing]:
        """Return the orders of a ship-and-close request; none when it was never begun."""
        ...

    async def begin_submission(
        self, connection: Connection, plan: ClosePlan, *, now: datetime
    ) -> list[Closing]:
        """Fix what each order of a request bears; one that was begun before stays as it was begun."""
        ...

    async def record_closing(self, connection: Connection, closing: Closing, *, now: datetime) -> None:
        """Record how far an order of a request has come, with a fact; a closed one stays closed."""
        ...

    async def charged(self, connection: ConnectionSlug) -> dict[AmazonOrderId, Decimal]:
        """Return what closed orders of requests were charged in addition, by Amazon order id."""
        ...

    async def shipping_mark(self, connection: Connection) -> datetime | None:
        """Return up to where closed warehouse orders have been read."""
        ...

    async def move_shipping_mark(
        self, connection: Connection, mark: datetime, *, seen: datetime | None
    ) -> None:
        """Move that mark, if it still is where the reading began.

        Adopting an order moves it back: the order may have been closed long before.
        """
        ...

    async def store_parcels(
        self,
        connection: Connection,
        found: Sequence[tuple[WarehouseOrderId, Sequence[Parcel | Problem]]],
        *,
        now: datetime,
    ) -> Stored:
        """Store the parcels of closed warehouse orders.

        Orders that are not this connection's are passed over. What did not change stays as it is.
        """
        ...

    async def due_parcels(
        self, connection: Connection, *, now: datetime, after: int = 0, limit: int = 200
    ) -> list[LedgerParcel]:
        """Return parcels that Amazon has to be told of, by number, beginning behind ``after``."""
        ...

    async def accepted_parcels(self, connection: Connection, *, limit: int = 200) -> list[LedgerParcel]:
        """Return parcels Amazon took and did not show yet, longest waiting first."""
        ...

    async def record_parcels(
        self, connection: Connection, outcomes: Sequence[ParcelOutcome], *, now: datetime
    ) -> None:
        """Record what became of parcels that did not change meanwhile, with facts."""
        ...

    async def retry_parcels(self, connection: ConnectionSlug, order_id: AmazonOrderId) -> int:
        """Make the refused parcels of an order due again; return how many there are."""
        ...

    async def parcel_counts(self, connection: ConnectionSlug) -> dict[ParcelState, int]:
        """Return how many parcels stand in each state."""
        ...

    async def list_parcels(
        self, connection: ConnectionSlug, *, limit: int = 10_000
    ) -> list[tuple[AmazonOrderId, ParcelRow]]:
        """Return a connection's parcels with their orders, for people."""
        ...

    async def order_parcels(self, order_id: AmazonOrderId) -> list[ParcelRow]:
        """Return the parcels of an order, for people."""
        ...

    async def backlog(self, connection: Connection, *, now: datetime) -> Backlog:
        """Return how much waits to be told in the connection's seller account."""
        ...

    async def begin_feed(
        self, connection: Connection, chosen: Sequence[LedgerParcel], *, now: datetime
    ) -> tuple[int, list[int]]:
        """Write down a feed of those parcels that did not move since they were read.

        Returns its number and the parcels' in the order of its messages; without a parcel left there is
        no feed and the number means nothing.
        """
        ...

    async def feed_made(self, feed: int, amazon_id: str) -> None:
        """Record Amazon's number of a feed."""
        ...

    async def forget_feed(self, feed: int) -> None:
        """Undo a feed that Amazon certainly never got: its parcels are due again."""
        ...

    async def open_feeds(self, connection: Connection) -> list[SentFeed]:
        """Return the connection's feeds whose results are not recorded yet, oldest first."""
        ...

    async def known_feeds(self, amazon_ids: Sequence[str]) -> set[str]:
        """Return those of Amazon's numbers that belong to a feed in the ledger."""
        ...

    async def feed_orders(self, feed: int) -> list[AmazonOrderId]:
        """Return the Amazon orders of a feed's messages, in their order."""
        ...

    async def feed_parcels(
        self, feed: int, *, after: int = 0, limit: int = 500
    ) -> list[tuple[int, LedgerParcel]]:
        """Return a feed's messages behind ``after`` whose parcels stand as they were sent."""
        ...

    async def end_feed(self, feed: int, *, queued: float | None, now: datetime) -> None:
        """Close a feed: its parcels may be told again, as corrections where they changed meanwhile."""
        ...


class Ledger(QuotaStore, ShippingLedger, Protocol):
    """The truth about synchronisation. Each method is one transaction.

    Every method may raise ``LedgerUnavailable``; nothing of the call was kept then.
    """

    # -- connections ----------------------------------------------------------------------------
    async def register(self, connection: Connection, *, now: datetime) -> None:
        """Create or update the connection and its account; repeating it changes nothing.

        An earlier first day (``import_since``) puts the watermark back to it: what lies between is read
        and decided again.
        """
        ...

    async def connections(self) -> list[Connection]:
        """Return all registered connections by slug."""
        ...

    # -- reading an account ---------------------------------------------------------------------
    async def lease_harvest(
        self, account: AccountKey, *, owner: str, now: datetime, seconds: float
    ) -> HarvestState | None:
        """Take or renew the right to read this account, or return None while another run has it."""
        ...

    async def harvest_state(self, account: AccountKey) -> HarvestState:
        """Return the state without taking the lease."""
        ...

    async def start_chain(self, account: AccountKey, chain: Chain, *, owner: str, now: datetime) -> None:
        """Fix a window before its first page is asked for.

        Raises:
            LeaseLost: another run took over, or another chain is under way.
        """
        ...

    async def store_page(
        self,
        account: AccountKey,
        page: OrderPage,
        *,
        window: SearchWindow,
        owner: str,
        now: datetime,
        lease_seconds: float,
    ) -> PageCounts:
        """Store one page of the chain under way and move the chain on, all in one transaction.

        ``window`` is what the page was asked for: a page of any other chain is refused.

        Orders are matched on (account, Amazon order id). An older state never replaces a newer one,
        a missing address never blanks a stored one, and an order whose content did not change stays
        untouched; but a skipped one is decided again when its time stamp moves. The last page of a harvest moves the watermarks of the chain's marketplaces to the
        window's upper bound; no other call moves them.

        Raises:
            LeaseLost: another run took over or began another chain; nothing was stored.
        """
        ...

    async def drop_chain(self, account: AccountKey, *, owner: str, span_seconds: int) -> None:
        """Forget the chain under way and let the next one cover at most ``span_seconds``."""
        ...

    async def release_harvest(self, account: AccountKey, *, owner: str) -> None:
        """Give the lease back; does nothing when it is not ours any more."""
        ...

    async def store_order(self, account: AccountKey, order: Order | Malformed, *, now: datetime) -> bool:
        """Store one order read by itself under the same rules; return whether anything changed."""
        ...

    # -- deciding -------------------------------------------------------------------------------
    async def due_orders(
        self, connection: Connection, *, now: datetime, after: AmazonOrderId | None = None, limit: int = 500
    ) -> list[LedgerOrder]:
        """Return orders that need a decision, by Amazon order id, beginning behind ``after``.

        Due is: new; changed at Amazon since its last decision (also when created); held; failed or
        watched with its ``not_before`` passed. Claimed and quarantined orders are never due.
        """
        ...

    async def record_verdicts(
        self, connection: Connection, verdicts: list[Verdict], *, now: datetime
    ) -> list[AmazonOrderId]:
        """Record decisions with their problems and facts; return the ids that were still at the version read.

        A fact is written when an order becomes held or failed, when its problems change, and when a
        held order stops being held (``order_released``); not when nothing changed.
        """
        ...

    async def quarantined(
        self, connection: Connection, *, now: datetime, limit: int = 20
    ) -> list[tuple[AmazonOrderId, int]]:
        """Return ids and attempts of quarantined orders whose ``not_before`` has passed."""
        ...

    async def postpone(
        self, connection: Connection, order_id: AmazonOrderId, *, not_before: datetime
    ) -> None:
        """Count an attempt on a quarantined order and do not offer it before ``not_before``."""
        ...

    # -- creating -------------------------------------------------------------------------------
    async def claim(
        self, connection: Connection, claims: list[Claim], *, owner: str, now: datetime, seconds: float
    ) -> list[AmazonOrderId]:
        """Commit the intention to create these orders; return the ids that are ours to create.

        An order is refused when its row moved since it was read, or when its reference belongs to
        another order of the same warehouse customer.
        """
        ...

    async def in_doubt(self, connection: Connection) -> list[InDoubt]:
        """Return claimed orders without an outcome, oldest claim first."""
        ...

    async def record_outcomes(
        self, connection: Connection, outcomes: list[Outcome], *, owner: str, now: datetime
    ) -> None:
        """Record what became of claims, with facts; an outcome ends the doubt whoever made the claim.

        A created order is never un-created: ``NotCreated`` for an order that is not claimed is ignored.
        """
        ...

    async def reclaim(
        self, doubt: InDoubt, connection: Connection, *, now: datetime, failed: NotCreated | None = None
    ) -> bool:
        """Turn an expired, looked-up claim back into a new order, or into a failed one.

        False when somebody else moved it meanwhile.
        """
        ...

    # -- following ------------------------------------------------------------------------------
    async def record_follow(
        self,
        connection: Connection,
        order_id: AmazonOrderId,
        *,
        version: int,
        fact: FactKind | None,
        detail: dict[str, str],
        now: datetime,
        cancelled: bool = False,
    ) -> bool:
        """Record what was done about a change of a created order; later changes are measured from here."""
        ...

    # -- items ----------------------------------------------------------------------------------
    async def known_items(
        self, warehouse: str, customer_id: CustomerId
    ) -> tuple[datetime | None, dict[str, Item]]:
        """Return the remembered items of a warehouse customer and when they were read."""
        ...

    async def store_items(
        self, warehouse: str, customer_id: CustomerId, items: list[Item], *, now: datetime
    ) -> None:
        """Replace the remembered items."""
        ...

    # -- seeing ---------------------------------------------------------------------------------
    async def counts(self, connection: ConnectionSlug) -> dict[OrderState, int]:
        """Return how many orders stand in each state."""
        ...

    async def list_orders(
        self,
        *,
        connection: ConnectionSlug | None = None,
        states: tuple[OrderState, ...] = (),
        shipping: tuple[Shipping, ...] = (),
        limit: int = 100,
        after: AmazonOrderId | None = None,
    ) -> list[OrderRow]:
        """Return orders for people, by Amazon order id; no states and no shipping mean all."""
        ...

    async def find_orders(self, order_id: AmazonOrderId) -> list[OrderRow]:
        """Return the rows with this id: usually one."""
        ...

    async def order_facts(self, order_id: AmazonOrderId) -> list[Fact]:
        """Return the audit trail of one order, oldest first."""
        ...

    async def retry_order(
        self, connection: ConnectionSlug, order_id: AmazonOrderId, *, now: datetime
    ) -> bool:
        """Make a failed or quarantined order due at once; false when it is in another state."""
        ...

    # -- facts and mail -------------------------------------------------------------------------
    async def add_fact(self, fact: Fact) -> None:
        """Append to the audit trail."""
        ...

    async def untold_facts(self, connection: ConnectionSlug, *, limit: int = 1000) -> list[Fact]:
        """Return facts that no mail has told yet, oldest first."""
        ...

    async def post_mail(self, mails: list[Mail], told: list[int], *, now: datetime) -> bool:
        """Put mails into the outbox and mark the facts they tell, in one transaction.

        A mail whose ``message_id`` is there already is not added again. False, and nothing is kept, when
        another run has told one of the facts meanwhile.
        """
        ...

    async def take_mail(
        self, connection: ConnectionSlug, *, owner: str, now: datetime, seconds: float, limit: int = 50
    ) -> list[Mail]:
        """Lease unsent mail that is due, so that two senders do not send it at once."""
        ...

    async def mail_sent(self, mail_id: int, *, now: datetime) -> None:
        """Record that the server took the mail."""
        ...

    async def mail_failed(self, mail_id: int, *, error: str, not_before: datetime) -> None:
        """Record a failed sending; it is due again at ``not_before``."""
        ...

    async def close(self) -> None:
        """Release the database."""
        ...
