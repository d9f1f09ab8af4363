"""The ledger: every method of the port, each one transaction in a worker thread."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Self

from sqlalchemy import Connection as Link
from sqlalchemy import insert, select

from dockwire.ledger import (
    accounts,
    creating,
    deciding,
    facts,
    harvests,
    items,
    orders_in,
    outbox,
    quota,
    seeing,
    tables,
)
from dockwire.ledger.agreement_book import AgreementBook
from dockwire.ledger.consents import ConsentBook
from dockwire.ledger.console_book import ConsoleBook
from dockwire.ledger.engine import CommitHook, Database
from dockwire.ledger.hold_book import HoldBook
from dockwire.ledger.migrate import migrate
from dockwire.ledger.notice_book import NoticeBook
from dockwire.ledger.personal_book import PersonalBook
from dockwire.ledger.rows import Scribe
from dockwire.ledger.shipping_book import ShippingBook
from dockwire.ledger.status_book import StatusBook
from dockwire.ledger.stock_book import StockBook
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, CustomerId
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
from dockwire.resealing import use_keys
from dockwire.sealing import Sealer

_DIGEST_KEY = "digest"


class SqlLedger(
    ShippingBook,
    StockBook,
    ConsentBook,
    HoldBook,
    StatusBook,
    PersonalBook,
    NoticeBook,
    AgreementBook,
    ConsoleBook,
):
    """The truth about synchronisation, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, scribe: Scribe) -> None:
        """Take an opened database; use :meth:`open`."""
        self._database = database
        self._scribe = scribe

    @classmethod
    async def open(cls, database_url: str, *, sealer: Sealer, on_commit: CommitHook | None = None) -> Self:
        """Bring the schema up to date and return the ledger.

        Raises:
            SettingsError: the address is unusable, or a later version of dockwire made the tables.
            SealError: a key is missing with which values of the database are sealed.
            LedgerUnavailable: the database does not answer.
        """
        database = Database(database_url, on_commit=on_commit)
        try:
            await database.write("migrate", migrate)
            await database.write(
                "use_keys", lambda link: use_keys(link, tables.seal_keys, sealer, database.name)
            )
            key = await database.write("digest_key", lambda link: _digest_key(link, sealer))
        except BaseException:
            await database.close()
            raise
        return cls(database, Scribe(sealer, key))

    async def close(self) -> None:
        """Release the database."""
        await self._database.close()

    async def register(self, connection: Connection, *, now: datetime) -> None:
        """See the port."""
        await self._database.write("register", lambda link: accounts.register(link, connection, now))

    async def connections(self) -> list[Connection]:
        """See the port."""
        return await self._database.read(accounts.registered)

    async def lease_harvest(
        self, account: AccountKey, *, owner: str, now: datetime, seconds: float
    ) -> HarvestState | None:
        """See the port."""
        return await self._database.write(
            "lease_harvest",
            lambda link: harvests.lease(
                link, account, owner=owner, now=now, seconds=seconds, scribe=self._scribe
            ),
        )

    async def harvest_state(self, account: AccountKey) -> HarvestState:
        """See the port."""
        return await self._database.write(
            "harvest_state", lambda link: harvests.state(link, account, self._scribe)
        )

    async def start_chain(self, account: AccountKey, chain: Chain, *, owner: str, now: datetime) -> None:  # noqa: ARG002 - the port's signature
        """See the port."""
        await self._database.write(
            "start_chain",
            lambda link: harvests.start_chain(link, account, chain, owner=owner, scribe=self._scribe),
        )

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
        """See the port."""
        return await self._database.write(
            "store_page",
            lambda link: harvests.store_page(
                link,
                account,
                page,
                window=window,
                owner=owner,
                now=now,
                lease_seconds=lease_seconds,
                scribe=self._scribe,
            ),
        )

    async def drop_chain(self, account: AccountKey, *, owner: str, span_seconds: int) -> None:
        """See the port."""
        await self._database.write(
            "drop_chain",
            lambda link: harvests.drop_chain(link, account, owner=owner, span_seconds=span_seconds),
        )

    async def release_harvest(self, account: AccountKey, *, owner: str) -> None:
        """See the port."""
        await self._database.write(
            "release_harvest", lambda link: harvests.release(link, account, owner=owner)
        )

    async def store_order(self, account: AccountKey, order: Order | Malformed, *, now: datetime) -> bool:
        """See the port."""
        good, bad = ([order], []) if isinstance(order, Order) else ([], [order])

        def store(link: Link) -> bool:
            number = accounts.account_id(link, account)
            stored = orders_in.store_orders(link, number, good, bad, scribe=self._scribe, now=now)
            return bool(stored.new or stored.changed or stored.malformed)

        return await self._database.write("store_order", store)

    async def due_orders(
        self, connection: Connection, *, now: datetime, after: AmazonOrderId | None = None, limit: int = 500
    ) -> list[LedgerOrder]:
        """See the port."""
        return await self._database.read(
            lambda link: deciding.due_orders(
                link, connection.slug, now=now, after=after, limit=limit, scribe=self._scribe
            )
        )

    async def record_verdicts(
        self, connection: Connection, verdicts: list[Verdict], *, now: datetime
    ) -> list[AmazonOrderId]:
        """See the port."""
        if not verdicts:
            return []
        return await self._database.write(
            "record_verdicts",
            lambda link: deciding.record_verdicts(link, connection.slug, verdicts, now=now),
        )

    async def quarantined(
        self, connection: Connection, *, now: datetime, limit: int = 20
    ) -> list[tuple[AmazonOrderId, int]]:
        """See the port."""
        return await self._database.read(
            lambda link: deciding.quarantined(link, connection.slug, now=now, limit=limit)
        )

    async def postpone(
        self, connection: Connection, order_id: AmazonOrderId, *, not_before: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "postpone",
            lambda link: deciding.postpone(link, connection.slug, order_id, not_before=not_before),
        )

    async def claim(
        self, connection: Connection, claims: list[Claim], *, owner: str, now: datetime, seconds: float
    ) -> list[AmazonOrderId]:
        """See the port."""
        return await self._database.write(
            "claim",
            lambda link: creating.claim(link, connection, claims, owner=owner, now=now, seconds=seconds),
        )

    async def in_doubt(self, connection: Connection) -> list[InDoubt]:
        """See the port."""
        return await self._database.read(lambda link: creating.in_doubt(link, connection.slug))

    async def record_outcomes(
        self, connection: Connection, outcomes: list[Outcome], *, owner: str, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "record_outcomes",
            lambda link: creating.record_outcomes(
                link, connection, outcomes, owner=owner, now=now, scribe=self._scribe
            ),
        )

    async def reclaim(
        self, doubt: InDoubt, connection: Connection, *, now: datetime, failed: NotCreated | None = None
    ) -> bool:
        """See the port."""
        return await self._database.write(
            "reclaim", lambda link: creating.reclaim(link, connection, doubt, now=now, failed=failed)
        )

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
        """See the port."""
        return await self._database.write(
            "record_follow",
            lambda link: deciding.record_follow(
                link,
                connection.slug,
                order_id,
                version=version,
                fact=fact,
                detail=detail,
                now=now,
                cancelled=cancelled,
                ends_correction=ends_correction,
                keeps_cancel=keeps_cancel,
                ends_hold=ends_hold,
                held=held,
                scribe=self._scribe,
            ),
        )

    async def record_lifted(
        self, connection: Connection, order_id: AmazonOrderId, *, version: int, now: datetime
    ) -> int | None:
        """See the port."""
        return await self._database.write(
            "record_lifted",
            lambda link: deciding.record_lifted(
                link, connection.slug, order_id, version=version, now=now, scribe=self._scribe
            ),
        )

    async def known_items(
        self, warehouse: str, customer_id: CustomerId
    ) -> tuple[datetime | None, dict[str, Item]]:
        """See the port."""
        return await self._database.read(lambda link: items.known_items(link, warehouse, customer_id))

    async def store_items(
        self, warehouse: str, customer_id: CustomerId, found: list[Item], *, now: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "store_items", lambda link: items.store_items(link, warehouse, customer_id, found, now=now)
        )

    async def newest_open_orders(self, account: AccountKey, *, limit: int) -> list[AmazonOrderId]:
        """Return the account's orders that changed last of those the merchant still has to ship."""
        return await self._database.read(lambda link: seeing.newest_open(link, account, limit))

    async def database_now(self) -> datetime | None:
        """Return the time of the database's own machine; None for a file, which has none of its own."""
        return await self._database.read(seeing.database_now)

    async def counts(self, connection: ConnectionSlug) -> dict[OrderState, int]:
        """See the port."""
        return await self._database.read(lambda link: seeing.counts(link, connection))

    async def list_orders(
        self,
        *,
        connection: ConnectionSlug | None = None,
        states: tuple[OrderState, ...] = (),
        shipping: tuple[Shipping, ...] = (),
        limit: int = 100,
        after: AmazonOrderId | None = None,
    ) -> list[OrderRow]:
        """See the port."""
        return await self._database.read(
            lambda link: seeing.list_orders(
                link, connection=connection, states=states, shipping=shipping, limit=limit, after=after
            )
        )

    async def find_orders(self, order_id: AmazonOrderId) -> list[OrderRow]:
        """See the port."""
        return await self._database.read(lambda link: seeing.find_orders(link, order_id))

    async def order_facts(self, order_id: AmazonOrderId) -> list[Fact]:
        """See the port."""
        return await self._database.read(lambda link: facts.order_facts(link, order_id))

    async def retry_order(
        self, connection: ConnectionSlug, order_id: AmazonOrderId, *, now: datetime
    ) -> bool:
        """See the port."""
        return await self._database.write(
            "retry_order", lambda link: deciding.make_due(link, connection, order_id, now=now)
        )

    async def add_fact(self, fact: Fact) -> None:
        """See the port."""
        await self._database.write("add_fact", lambda link: facts.write_facts(link, [fact]))

    async def untold_facts(
        self, connection: ConnectionSlug, *, limit: int = 1000, kinds: Collection[FactKind] | None = None
    ) -> list[Fact]:
        """See the port."""
        return await self._database.read(lambda link: facts.untold_facts(link, connection, limit, kinds))

    async def post_mail(self, mails: list[Mail], told: list[int], *, now: datetime) -> bool:
        """See the port."""
        return await self._database.write(
            "post_mail", lambda link: outbox.post_mail(link, mails, told, now=now)
        )

    async def take_mail(
        self, connection: ConnectionSlug, *, owner: str, now: datetime, seconds: float, limit: int = 50
    ) -> list[Mail]:
        """See the port."""
        return await self._database.write(
            "take_mail",
            lambda link: outbox.take_mail(
                link, connection, owner=owner, now=now, seconds=seconds, limit=limit
            ),
        )

    async def mail_sent(self, mail_id: int, *, now: datetime) -> None:
        """See the port."""
        await self._database.write("mail_sent", lambda link: outbox.mail_sent(link, mail_id, now=now))

    async def mail_failed(self, mail_id: int, *, error: str, not_before: datetime) -> None:
        """See the port."""
        await self._database.write(
            "mail_failed",
            lambda link: outbox.mail_failed(link, mail_id, error=error, not_before=not_before),
        )

    async def take(self, key: str, *, rate: float, burst: int, now: datetime) -> float:
        """See the port."""
        return await self._database.write(
            "take", lambda link: quota.take(link, key, rate=rate, burst=burst, now=now)
        )

    async def observe(self, key: str, *, rate: float, now: datetime) -> None:
        """See the port."""
        await self._database.write("observe", lambda link: quota.observe(link, key, rate=rate, now=now))

    async def penalise(self, key: str, *, rate: float, burst: int, now: datetime) -> None:
        """See the port."""
        await self._database.write(
            "penalise", lambda link: quota.penalise(link, key, rate=rate, burst=burst, now=now)
        )


def _digest_key(link: Link, sealer: Sealer) -> bytes:
    """Return this database's digest key, made at the first opening."""
    query = select(tables.keys.c.sealed).where(tables.keys.c.name == _DIGEST_KEY)
    sealed = link.scalar(query)
    if sealed is None:
        sealed = sealer.seal(secrets.token_hex(32))
        link.execute(insert(tables.keys).values(name=_DIGEST_KEY, sealed=sealed))
    return bytes.fromhex(sealer.open(sealed))
