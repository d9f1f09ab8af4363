"""What the ledger remembers about closing orders and telling Amazon."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from dockwire.model.close_plan import ClosePlan
from dockwire.model.connection import Connection
from dockwire.model.feed import Backlog, SentFeed
from dockwire.model.ids import (
    AmazonOrderId,
    ConnectionSlug,
    CustomerId,
    WarehouseOrderId,
)
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelOutcome, ParcelRow, ParcelState, Stored
from dockwire.model.record import (
    Closing,
    ClosingClaim,
    LedgerOrder,
    Problem,
)
from dockwire.model.shipping import UsedNumber


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
        """Record how far an order of a request has come, with a fact.

        A closed one stays closed, and one that is only planned cannot become closed: it is claimed first.
        """
        ...

    async def claim_closing(
        self,
        connection: Connection,
        closing: Closing,
        *,
        now: datetime,
        seconds: int,
        known: Collection[str] = (),
    ) -> ClosingClaim:
        """Commit to closing an order, with the charges that are not the request's.

        ``closing`` is as it was read; what a request whose token is not ``known`` closed was closed after the
        order was read, and is to be read again. A request that began to close the same order longer than so many
        seconds ago gives way: it can no longer be recorded as closed. Nothing is committed to while a person
        wants the order held or cancelled, or dockwire has it on hold in the warehouse.
        """
        ...

    async def reopen_closing(self, connection: Connection, closing: Closing, *, now: datetime) -> None:
        """Record that a closed order of a request was opened again in the warehouse."""
        ...

    async def earlier_closings(
        self, connection: Connection, order_ids: Sequence[AmazonOrderId], *, token: str
    ) -> dict[AmazonOrderId, list[Closing]]:
        """Return the closings, done or under way, that requests other than ``token`` made of orders."""
        ...

    async def taken_references(
        self, connection: Connection, order_ids: Sequence[AmazonOrderId]
    ) -> dict[AmazonOrderId, frozenset[str]]:
        """Return the references of orders' parcels that Amazon took before: sending those again edits them."""
        ...

    async def used_numbers(
        self, numbers: Collection[str], *, apart_from: Collection[AmazonOrderId]
    ) -> dict[str, UsedNumber]:
        """Return the order of any connection that shipped last with each tracking number, by the number.

        Numbers that differ in blanks, dashes and letter case only are one; orders of ``apart_from`` do not count.
        """
        ...

    async def charged(self, connection: ConnectionSlug) -> dict[AmazonOrderId, Decimal]:
        """Return what closed orders of requests were charged in addition, by Amazon order id."""
        ...

    async def shipping_mark(self, connection: Connection) -> datetime | None:
        """Return up to where closed warehouse orders have been read."""
        ...

    async def shipping_customers(self, connection: Connection) -> list[CustomerId]:
        """Return the warehouse customers that have orders of the connection, its own among them."""
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

    async def withdraw_parcels(
        self, connection: Connection, numbers: Sequence[WarehouseOrderId], *, now: datetime
    ) -> None:
        """Withdraw the parcels of warehouse orders that are not closed, or not any more.

        What Amazon was told of, or may have been, is told to a person.
        """
        ...

    async def parcel_stands(self, known: LedgerParcel) -> bool:
        """Return whether a parcel is still as it was read."""
        ...

    async def due_parcels(
        self, connection: Connection, *, now: datetime, after: int = 0, limit: int = 200
    ) -> list[LedgerParcel]:
        """Return parcels that Amazon has to be told of, by number, beginning behind ``after``."""
        ...

    async def accepted_parcels(
        self, connection: Connection, *, after: int = 0, limit: int = 200
    ) -> list[LedgerParcel]:
        """Return parcels Amazon took and did not show yet, by number, beginning behind ``after``."""
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
