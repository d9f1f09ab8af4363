"""The truth about synchronisation, as the services need it."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from dockwire.model.connection import AccountKey, Connection
from dockwire.model.ids import (
    AmazonOrderId,
    ConnectionSlug,
    CustomerId,
)
from dockwire.model.order import Malformed, Order, OrderPage, SearchWindow
from dockwire.model.record import (
    Chain,
    Claim,
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
    Shipping,
    Verdict,
)
from dockwire.model.warehouse import Item
from dockwire.ports.agreement_ledger import AgreementLedger
from dockwire.ports.consent_ledger import ConsentLedger
from dockwire.ports.console_ledger import ConsoleLedger
from dockwire.ports.hold_ledger import HoldLedger
from dockwire.ports.notice_ledger import NoticeLedger
from dockwire.ports.shipping_ledger import ShippingLedger
from dockwire.ports.status_ledger import StatusLedger
from dockwire.ports.stock_ledger import StockLedger


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


class Ledger(
    QuotaStore,
    ShippingLedger,
    StockLedger,
    ConsentLedger,
    HoldLedger,
    StatusLedger,
    NoticeLedger,
    AgreementLedger,
    ConsoleLedger,
    Protocol,
):
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
        """Return ids and attempts of quarantined orders whose ``not_before`` has passed, but of none that a
        person took away."""
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
        ends_correction: bool = False,
        keeps_cancel: bool = False,
        ends_hold: bool = False,
        held: str | None = None,
    ) -> bool:
        """Record what was done about a change of a created order; later changes are measured from here.

        With ``ends_correction`` the address that a person gave is forgotten: Amazon's moved, and people know.
        What persons wanted done is ended; with ``keeps_cancel`` a person's cancellation stays, which the
        warehouse refused, and stops the closing. ``ends_hold`` says that the
        warehouse order is closed or cancelled, so that no hold of it waits for anybody; ``held`` says why it was put on hold there, where the fact
        is another one.
        """
        ...

    async def record_lifted(
        self, connection: Connection, order_id: AmazonOrderId, *, version: int, now: datetime
    ) -> int | None:
        """Record that a created order is about to be taken off hold in the warehouse, only to be cancelled.

        The next ``record_follow`` ends it. Returns the order's new version, or None when it moved meanwhile.
        """
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

    async def untold_facts(
        self, connection: ConnectionSlug, *, limit: int = 1000, kinds: Collection[FactKind] | None = None
    ) -> list[Fact]:
        """Return facts that no mail has told yet, oldest first; of these ``kinds``, or of all."""
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
