"""The ledger's methods about shipping: each one transaction in a worker thread."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from dockwire.ledger import (
    closing_claims,
    closings,
    feeds,
    marks,
    parcel_outcomes,
    parcel_reading,
    parcels,
    used_numbers,
    withdrawals,
)
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.model.close_plan import ClosePlan
from dockwire.model.connection import Connection
from dockwire.model.feed import Backlog, SentFeed
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, CustomerId, WarehouseOrderId
from dockwire.model.parcel import LedgerParcel, Parcel, ParcelOutcome, ParcelRow, ParcelState, Stored
from dockwire.model.record import Closing, ClosingClaim, LedgerOrder, Problem
from dockwire.model.shipping import UsedNumber


class ShippingBook:
    """The shipping part of the ledger."""

    _database: Database
    _scribe: Scribe

    async def find_placed(self, connection: Connection, handles: Sequence[str]) -> dict[str, LedgerOrder]:
        """See the port."""
        return await self._database.read(
            lambda link: closings.find_placed(link, connection, handles, self._scribe)
        )

    async def submission(self, connection: Connection, token: str) -> list[Closing]:
        """See the port."""
        return await self._database.read(lambda link: closings.submission(link, connection, token))

    async def begin_submission(
        self, connection: Connection, plan: ClosePlan, *, now: datetime
    ) -> list[Closing]:
        """See the port."""
        return await self._database.write(
            "begin_submission", lambda link: closings.begin_submission(link, connection, plan, now=now)
        )

    async def record_closing(self, connection: Connection, closing: Closing, *, now: datetime) -> None:
        """See the port."""
        await self._database.write(
            "record_closing", lambda link: closings.record_closing(link, connection, closing, now=now)
        )

    async def claim_closing(
        self,
        connection: Connection,
        closing: Closing,
        *,
        now: datetime,
        seconds: int,
        known: Collection[str] = (),
    ) -> ClosingClaim:
        """See the port."""
        return await self._database.write(
            "claim_closing",
            lambda link: closing_claims.claim_closing(
                link, connection, closing, now=now, seconds=seconds, known=known
            ),
        )

    async def reopen_closing(self, connection: Connection, closing: Closing, *, now: datetime) -> None:
        """See the port."""
        await self._database.write(
            "reopen_closing", lambda link: closing_claims.reopen_closing(link, connection, closing, now=now)
        )

    async def earlier_closings(
        self, connection: Connection, order_ids: Sequence[AmazonOrderId], *, token: str
    ) -> dict[AmazonOrderId, list[Closing]]:
        """See the port."""
        return await self._database.read(
            lambda link: closing_claims.earlier_closings(link, connection, order_ids, token=token)
        )

    async def taken_references(
        self, connection: Connection, order_ids: Sequence[AmazonOrderId]
    ) -> dict[AmazonOrderId, frozenset[str]]:
        """See the port."""
        return await self._database.read(
            lambda link: closing_claims.taken_references(link, connection, order_ids)
        )

    async def used_numbers(
        self, numbers: Collection[str], *, apart_from: Collection[AmazonOrderId]
    ) -> dict[str, UsedNumber]:
        """See the port."""
        return await self._database.read(
            lambda link: used_numbers.used_numbers(link, numbers, apart_from=apart_from)
        )

    async def charged(self, connection: ConnectionSlug) -> dict[AmazonOrderId, Decimal]:
        """See the port."""
        return await self._database.read(lambda link: closings.charged(link, connection))

    async def shipping_mark(self, connection: Connection) -> datetime | None:
        """See the port."""
        return await self._database.read(lambda link: marks.shipping_mark(link, connection))

    async def shipping_customers(self, connection: Connection) -> list[CustomerId]:
        """See the port."""
        return await self._database.read(lambda link: marks.shipping_customers(link, connection))

    async def move_shipping_mark(
        self, connection: Connection, mark: datetime, *, seen: datetime | None
    ) -> None:
        """See the port."""
        await self._database.write(
            "move_shipping_mark", lambda link: marks.move_mark(link, connection, mark, seen=seen)
        )

    async def store_parcels(
        self,
        connection: Connection,
        found: Sequence[tuple[WarehouseOrderId, Sequence[Parcel | Problem]]],
        *,
        now: datetime,
    ) -> Stored:
        """See the port."""
        return await self._database.write(
            "store_parcels", lambda link: parcels.store_parcels(link, connection, found, now=now)
        )

    async def withdraw_parcels(
        self, connection: Connection, numbers: Sequence[WarehouseOrderId], *, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "withdraw_parcels",
            lambda link: withdrawals.withdraw_reopened(link, connection, numbers, now=now),
        )

    async def parcel_stands(self, known: LedgerParcel) -> bool:
        """See the port."""
        return await self._database.read(lambda link: parcel_reading.stands(link, known))

    async def due_parcels(
        self, connection: Connection, *, now: datetime, after: int = 0, limit: int = 200
    ) -> list[LedgerParcel]:
        """See the port."""
        return await self._database.read(
            lambda link: parcel_reading.due_parcels(
                link, connection, now=now, after=after, limit=limit, scribe=self._scribe
            )
        )

    async def accepted_parcels(
        self, connection: Connection, *, after: int = 0, limit: int = 200
    ) -> list[LedgerParcel]:
        """See the port."""
        return await self._database.read(
            lambda link: parcel_reading.accepted_parcels(
                link, connection, after=after, limit=limit, scribe=self._scribe
            )
        )

    async def record_parcels(
        self, connection: Connection, outcomes: Sequence[ParcelOutcome], *, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "record_parcels", lambda link: parcel_outcomes.record_parcels(link, connection, outcomes, now=now)
        )

    async def retry_parcels(self, connection: ConnectionSlug, order_id: AmazonOrderId) -> int:
        """See the port."""
        return await self._database.write(
            "retry_parcels", lambda link: parcels.retry_parcels(link, connection, order_id)
        )

    async def parcel_counts(self, connection: ConnectionSlug) -> dict[ParcelState, int]:
        """See the port."""
        return await self._database.read(lambda link: parcel_reading.parcel_counts(link, connection))

    async def list_parcels(
        self, connection: ConnectionSlug, *, limit: int = 10_000
    ) -> list[tuple[AmazonOrderId, ParcelRow]]:
        """See the port."""
        return await self._database.read(
            lambda link: parcel_reading.list_parcels(link, connection, limit=limit)
        )

    async def order_parcels(self, order_id: AmazonOrderId) -> list[ParcelRow]:
        """See the port."""
        return await self._database.read(lambda link: parcel_reading.order_parcels(link, order_id))

    async def backlog(self, connection: Connection, *, now: datetime) -> Backlog:
        """See the port."""
        return await self._database.read(lambda link: feeds.backlog(link, connection, now=now))

    async def begin_feed(
        self, connection: Connection, chosen: Sequence[LedgerParcel], *, now: datetime
    ) -> tuple[int, list[int]]:
        """See the port."""
        return await self._database.write(
            "begin_feed", lambda link: feeds.begin_feed(link, connection, chosen, now=now)
        )

    async def feed_made(self, feed: int, amazon_id: str) -> None:
        """See the port."""
        await self._database.write("feed_made", lambda link: feeds.feed_made(link, feed, amazon_id))

    async def forget_feed(self, feed: int) -> None:
        """See the port."""
        await self._database.write("forget_feed", lambda link: feeds.forget_feed(link, feed))

    async def open_feeds(self, connection: Connection) -> list[SentFeed]:
        """See the port."""
        return await self._database.read(lambda link: feeds.open_feeds(link, connection))

    async def known_feeds(self, amazon_ids: Sequence[str]) -> set[str]:
        """See the port."""
        return await self._database.read(lambda link: feeds.known_feeds(link, amazon_ids))

    async def feed_orders(self, feed: int) -> list[AmazonOrderId]:
        """See the port."""
        return await self._database.read(lambda link: feeds.feed_orders(link, feed))

    async def feed_parcels(
        self, feed: int, *, after: int = 0, limit: int = 500
    ) -> list[tuple[int, LedgerParcel]]:
        """See the port."""
        return await self._database.read(
            lambda link: feeds.feed_parcels(link, feed, after=after, limit=limit, scribe=self._scribe)
        )

    async def end_feed(self, feed: int, *, queued: float | None, now: datetime) -> None:
        """See the port."""
        await self._database.write(
            "end_feed", lambda link: feeds.end_feed(link, feed, queued=queued, now=now)
        )
