"""The ledger's methods about waiting orders: each one transaction in a worker thread."""

from datetime import datetime

from dockwire.ledger import hold_lists, rulings
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.model.connection import Connection
from dockwire.model.hold import HoldRow, Ruling, WaitingOrder
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import HoldCount, HoldSelection


class HoldBook:
    """The part of the ledger about orders that wait for a person."""

    _database: Database
    _scribe: Scribe

    async def hold_rows(
        self, selection: HoldSelection, *, limit: int = 1000, skipped: bool = False
    ) -> list[HoldRow]:
        """See the port."""
        return await self._database.read(
            lambda link: hold_lists.hold_rows(link, selection, limit=limit, skipped=skipped)
        )

    async def hold_summary(self, connection: ConnectionSlug | None = None) -> list[HoldCount]:
        """See the port."""
        return await self._database.read(lambda link: hold_lists.hold_summary(link, connection))

    async def waiting_orders(
        self, order_id: AmazonOrderId, connection: ConnectionSlug | None = None
    ) -> list[WaitingOrder]:
        """See the port."""
        return await self._database.read(
            lambda link: hold_lists.waiting_orders(link, order_id, connection, self._scribe)
        )

    async def record_ruling(self, connection: Connection, ruling: Ruling, *, by: str, now: datetime) -> bool:
        """See the port."""
        return await self._database.write(
            "record_ruling",
            lambda link: rulings.record_ruling(link, connection, ruling, scribe=self._scribe, by=by, now=now),
        )

    async def asked_again(
        self, connection: Connection, *, now: datetime, limit: int = 20
    ) -> list[AmazonOrderId]:
        """See the port."""
        return await self._database.read(
            lambda link: rulings.asked_again(link, connection, now=now, limit=limit)
        )

    async def answered(
        self, connection: Connection, order_id: AmazonOrderId, *, not_before: datetime | None = None
    ) -> None:
        """See the port."""
        await self._database.write(
            "answered", lambda link: rulings.answered(link, connection, order_id, not_before=not_before)
        )
