"""The ledger's methods about offers: each one transaction in a worker thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dockwire.ledger import offers as offer_book
from dockwire.ledger import stock_lists, stock_sends
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.model.connection import Connection
from dockwire.model.feed import SentFeed
from dockwire.model.ids import ConnectionSlug, CustomerId
from dockwire.model.stock_book import (
    Decided,
    Gone,
    LedgerOffer,
    Look,
    OfferChoice,
    OfferRow,
    Sending,
    SendOutcome,
    StockMarks,
    StockPoint,
    Unread,
    Waiting,
)
from dockwire.model.stock_rules import StockRule


class StockBook:
    """The part of the ledger about offers."""

    _database: Database
    _scribe: Scribe

    async def stock_marks(self, connection: Connection) -> StockMarks:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.marks(link, connection))

    async def move_stock_marks(self, connection: Connection, marks: StockMarks) -> None:
        """See the port."""
        await self._database.write(
            "move_stock_marks", lambda link: stock_lists.move_marks(link, connection, marks)
        )

    async def stock_siblings(self, connection: Connection) -> list[Connection]:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.siblings(link, connection))

    async def waiting_units(self, slugs: Sequence[ConnectionSlug]) -> Waiting:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.waiting_units(link, slugs, self._scribe))

    async def offers(self, slug: ConnectionSlug, skus: Sequence[str] | None = None) -> list[LedgerOffer]:
        """See the port."""
        return await self._database.read(lambda link: offer_book.offers(link, slug, skus))

    async def offer_skus(self, slug: ConnectionSlug) -> set[str]:
        """See the port."""
        return await self._database.read(lambda link: offer_book.offer_skus(link, slug))

    async def record_looks(
        self, connection: Connection, looks: Sequence[Look | Gone | Unread], *, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "record_looks", lambda link: offer_book.record_looks(link, connection, looks, now=now)
        )

    async def unseen_offers(self, connection: Connection, *, since: datetime) -> list[LedgerOffer]:
        """See the port."""
        return await self._database.read(lambda link: offer_book.unseen_offers(link, connection, since=since))

    async def record_decisions(
        self, connection: Connection, decisions: Sequence[Decided], *, as_of: datetime
    ) -> int:
        """See the port."""
        return await self._database.write(
            "record_decisions",
            lambda link: stock_sends.record_decisions(link, connection, decisions, as_of=as_of),
        )

    async def due_offers(self, connection: Connection, *, now: datetime, limit: int) -> list[LedgerOffer]:
        """See the port."""
        return await self._database.read(
            lambda link: offer_book.due_offers(link, connection, now=now, limit=limit)
        )

    async def count_due(self, connection: Connection, *, now: datetime) -> int:
        """See the port."""
        return await self._database.read(lambda link: offer_book.count_due(link, connection, now=now))

    async def offers_to_verify(self, connection: Connection, *, sample: int) -> list[LedgerOffer]:
        """See the port."""
        return await self._database.read(
            lambda link: offer_book.offers_to_verify(link, connection, sample=sample)
        )

    async def begin_sends(
        self, connection: Connection, offers: Sequence[LedgerOffer], *, now: datetime, not_before: datetime
    ) -> list[Sending]:
        """See the port."""
        return await self._database.write(
            "begin_sends",
            lambda link: stock_sends.begin_sends(link, connection, offers, now=now, not_before=not_before),
        )

    async def record_sends(
        self, connection: Connection, outcomes: Sequence[SendOutcome], *, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "record_sends", lambda link: stock_sends.record_sends(link, connection.slug, outcomes, now=now)
        )

    async def begin_stock_feed(
        self, connection: Connection, offers: Sequence[LedgerOffer], *, now: datetime
    ) -> tuple[int, list[Sending]]:
        """See the port."""
        return await self._database.write(
            "begin_stock_feed", lambda link: stock_sends.begin_feed(link, connection, offers, now=now)
        )

    async def stock_feed_made(self, feed: int, amazon_id: str) -> None:
        """See the port."""
        await self._database.write(
            "stock_feed_made", lambda link: stock_sends.feed_made(link, feed, amazon_id)
        )

    async def forget_stock_feed(self, feed: int) -> None:
        """See the port."""
        await self._database.write("forget_stock_feed", lambda link: stock_sends.forget_feed(link, feed))

    async def open_stock_feeds(self, connection: Connection) -> list[SentFeed]:
        """See the port."""
        return await self._database.read(lambda link: stock_sends.open_feeds(link, connection))

    async def known_stock_feeds(self, amazon_ids: Sequence[str]) -> set[str]:
        """See the port."""
        return await self._database.read(lambda link: stock_sends.known_feeds(link, amazon_ids))

    async def stock_feed_messages(self, feed: int) -> list[Sending]:
        """See the port."""
        return await self._database.read(lambda link: stock_sends.feed_messages(link, feed))

    async def lower_now(self, feed: int) -> int:
        """See the port."""
        return await self._database.read(lambda link: stock_sends.lower_now(link, feed))

    async def end_stock_feed(
        self, feed: int, outcomes: Sequence[SendOutcome], *, queued: float | None, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "end_stock_feed", lambda link: stock_sends.end_feed(link, feed, outcomes, queued=queued, now=now)
        )

    async def stock_queue_seconds(self, connection: Connection) -> float | None:
        """See the port."""
        return await self._database.read(lambda link: stock_sends.queue_seconds(link, connection))

    async def add_stock_point(self, connection: Connection, point: StockPoint) -> None:
        """See the port."""
        await self._database.write(
            "add_stock_point", lambda link: stock_lists.add_point(link, connection, point)
        )

    async def stock_points(self, slug: ConnectionSlug, *, since: datetime) -> list[StockPoint]:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.points(link, slug, since=since))

    async def offer_rows(
        self,
        slug: ConnectionSlug | None,
        *,
        sku: str = "",
        which: OfferChoice = OfferChoice.ALL,
        limit: int,
    ) -> list[OfferRow]:
        """See the port."""
        return await self._database.read(
            lambda link: offer_book.offer_rows(link, slug, sku=sku, which=which, limit=limit)
        )

    async def retry_offers(self, slug: ConnectionSlug, sku: str = "") -> int:
        """See the port."""
        return await self._database.write(
            "retry_offers", lambda link: stock_sends.retry_offers(link, slug, sku)
        )

    async def stock_rules(self, slug: ConnectionSlug) -> dict[str, StockRule]:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.rules(link, slug))

    async def replace_stock_rules(self, slug: ConnectionSlug, rules: Mapping[str, StockRule]) -> None:
        """See the port."""
        await self._database.write(
            "replace_stock_rules", lambda link: stock_lists.replace_rules(link, slug, rules)
        )

    async def aliases(self, warehouse: str, customer_id: CustomerId) -> dict[str, str]:
        """See the port."""
        return await self._database.read(lambda link: stock_lists.aliases(link, warehouse, customer_id))

    async def replace_aliases(
        self, warehouse: str, customer_id: CustomerId, aliases: Mapping[str, str]
    ) -> None:
        """See the port."""
        await self._database.write(
            "replace_aliases", lambda link: stock_lists.replace_aliases(link, warehouse, customer_id, aliases)
        )
