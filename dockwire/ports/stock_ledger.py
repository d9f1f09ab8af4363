"""What the ledger remembers about offers, as the services need it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

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


class StockLedger(Protocol):
    """Offers, what is to be sent of them, and the tables of rules and aliases."""

    async def stock_marks(self, connection: Connection) -> StockMarks:
        """Return how far the connection's listings have been read."""
        ...

    async def move_stock_marks(self, connection: Connection, marks: StockMarks) -> None:
        """Remember how far the listings have been read; ``None`` members are remembered as None."""
        ...

    async def stock_siblings(self, connection: Connection) -> list[Connection]:
        """Return the connections, the given one included, that sell stock of its warehouse customer.

        Each as it was registered last, by slug; the given one as it is.
        """
        ...

    async def waiting_units(self, slugs: Sequence[ConnectionSlug]) -> Waiting:
        """Return what Amazon orders not in the warehouse yet will take from the connections' stock.

        Counted are new, watched, held, claimed, failed and unreadable orders with their open units.
        """
        ...

    async def offers(self, slug: ConnectionSlug, skus: Sequence[str] | None = None) -> list[LedgerOffer]:
        """Return a connection's offers by SKU: those named, or all."""
        ...

    async def offer_skus(self, slug: ConnectionSlug) -> set[str]:
        """Return the SKUs of a connection's offers."""
        ...

    async def record_looks(
        self, connection: Connection, looks: Sequence[Look | Gone | Unread], *, now: datetime
    ) -> None:
        """Take over what reading listings told; an offer that travels in a feed keeps its quantity.

        A row whose version moved meanwhile only counts as looked at.
        """
        ...

    async def unseen_offers(self, connection: Connection, *, since: datetime) -> list[LedgerOffer]:
        """Return the offers outside of feeds that no reading met since a moment."""
        ...

    async def record_decisions(
        self, connection: Connection, decisions: Sequence[Decided], *, as_of: datetime
    ) -> int:
        """Remember what each SKU is to be offered at; return how many rows changed.

        ``as_of`` is when the facts were begun to be read: a decision never replaces one of newer facts. A SKU
        that had a quantity and gets none any more while Amazon may be selling it becomes a fact, unless that
        is what somebody chose.
        """
        ...

    async def due_offers(self, connection: Connection, *, now: datetime, limit: int) -> list[LedgerOffer]:
        """Return the offers whose wanted quantity is not the one Amazon has and that may be sent now.

        Those of zero first, then those that shrink or are not known, then those that grow; each by SKU.
        """
        ...

    async def count_due(self, connection: Connection, *, now: datetime) -> int:
        """Return how many offers are due."""
        ...

    async def offers_to_verify(self, connection: Connection, *, sample: int) -> list[LedgerOffer]:
        """Return all offers with something on its way outside of feeds, and a sample of the others.

        The sample are those that were looked at least recently.
        """
        ...

    async def begin_sends(
        self, connection: Connection, offers: Sequence[LedgerOffer], *, now: datetime, not_before: datetime
    ) -> list[Sending]:
        """Write down that the offers' wanted quantities are sent now, and return them in the same order.

        The quantity is the one wanted at this moment. Left out are rows that moved since they were read,
        and those where nothing is wanted any more or what is wanted is there. Until ``not_before`` they are
        not due again.
        """
        ...

    async def record_sends(
        self, connection: Connection, outcomes: Sequence[SendOutcome], *, now: datetime
    ) -> None:
        """Record what became of sendings."""
        ...

    async def begin_stock_feed(
        self, connection: Connection, offers: Sequence[LedgerOffer], *, now: datetime
    ) -> tuple[int, list[Sending]]:
        """Write down a feed of the offers' wanted quantities, and return its number and its messages.

        What is left out is as with :meth:`begin_sends`. Without a message left there is no feed and the
        number means nothing.
        """
        ...

    async def stock_feed_made(self, feed: int, amazon_id: str) -> None:
        """Record Amazon's number of a feed."""
        ...

    async def forget_stock_feed(self, feed: int) -> None:
        """Undo a feed that Amazon certainly never carried out: its offers are as before and due again."""
        ...

    async def open_stock_feeds(self, connection: Connection) -> list[SentFeed]:
        """Return the connection's feeds whose results are not recorded yet, oldest first."""
        ...

    async def known_stock_feeds(self, amazon_ids: Sequence[str]) -> set[str]:
        """Return those of Amazon's numbers that belong to a stock feed in the ledger."""
        ...

    async def stock_feed_messages(self, feed: int) -> list[Sending]:
        """Return a feed's messages in their order."""
        ...

    async def lower_now(self, feed: int) -> int:
        """Return how many of a feed's messages say more than is wanted by now."""
        ...

    async def end_stock_feed(
        self, feed: int, outcomes: Sequence[SendOutcome], *, queued: float | None, now: datetime
    ) -> None:
        """Record what became of a feed's messages and close it: its offers may be sent again."""
        ...

    async def stock_queue_seconds(self, connection: Connection) -> float | None:
        """Return how long the seller account's last stock feed waited in Amazon's queue, if there was one."""
        ...

    async def add_stock_point(self, connection: Connection, point: StockPoint) -> None:
        """Remember one point of the connection's course."""
        ...

    async def stock_points(self, slug: ConnectionSlug, *, since: datetime) -> list[StockPoint]:
        """Return the connection's course since a moment."""
        ...

    async def offer_rows(
        self,
        slug: ConnectionSlug | None,
        *,
        sku: str = "",
        which: OfferChoice = OfferChoice.ALL,
        limit: int,
    ) -> list[OfferRow]:
        """Return offers with their newest decisions, by connection and SKU: at most ``limit`` of the chosen."""
        ...

    async def retry_offers(self, slug: ConnectionSlug, sku: str = "") -> int:
        """Make refused offers, or one of them, due at once; return how many."""
        ...

    async def stock_rules(self, slug: ConnectionSlug) -> dict[str, StockRule]:
        """Return the rules of single SKUs."""
        ...

    async def replace_stock_rules(self, slug: ConnectionSlug, rules: Mapping[str, StockRule]) -> None:
        """Put a table of rules in the place of the old one."""
        ...

    async def aliases(self, warehouse: str, customer_id: CustomerId) -> dict[str, str]:
        """Return the alias table of a warehouse customer: Amazon SKU to warehouse SKU."""
        ...

    async def replace_aliases(
        self, warehouse: str, customer_id: CustomerId, aliases: Mapping[str, str]
    ) -> None:
        """Put an alias table in the place of the old one."""
        ...
