"""The ledger's methods about people being told: each one transaction in a worker thread."""

from collections.abc import Sequence
from datetime import datetime

from dockwire.ledger import facts as trail
from dockwire.ledger import outbox, watching
from dockwire.ledger.engine import Database
from dockwire.model.ids import ConnectionSlug
from dockwire.model.notice import (
    Delivery,
    MailRow,
    MailState,
    NotedRun,
    ShipByRow,
    ShipByWarning,
    WaitingReason,
)
from dockwire.model.record import Fact, FactKind


class NoticeBook:
    """The part of the ledger about notices."""

    _database: Database

    async def untold_since(self, connection: ConnectionSlug) -> dict[FactKind, datetime]:
        """See the port."""
        return await self._database.read(lambda link: trail.untold_since(link, connection))

    async def orders_at_risk(
        self, connection: ConnectionSlug, *, since: datetime, until: datetime, now: datetime, limit: int = 500
    ) -> list[ShipByRow]:
        """See the port."""
        return await self._database.read(
            lambda link: watching.at_risk(link, connection, since=since, until=until, now=now, limit=limit)
        )

    async def warn_of_orders(
        self, connection: ConnectionSlug, warnings: Sequence[ShipByWarning], *, now: datetime
    ) -> int:
        """See the port."""
        return await self._database.write(
            "warn_of_orders", lambda link: watching.warn(link, connection, warnings, now=now)
        )

    async def waiting_reasons(self, connection: ConnectionSlug) -> list[WaitingReason]:
        """See the port."""
        return await self._database.read(lambda link: watching.waiting_reasons(link, connection))

    async def notice_mark(self, connection: ConnectionSlug, name: str) -> datetime | None:
        """See the port."""
        return await self._database.read(lambda link: watching.mark(link, connection, name))

    async def move_notice_mark(
        self,
        connection: ConnectionSlug,
        name: str,
        facts: Sequence[Fact],
        *,
        before: datetime | None,
        now: datetime,
    ) -> bool:
        """See the port."""
        return await self._database.write(
            "move_notice_mark",
            lambda link: watching.move_mark(link, connection, name, facts, before=before, now=now),
        )

    async def note_runs(self, runs: Sequence[NotedRun], *, now: datetime) -> int:
        """See the port."""
        return await self._database.write("note_runs", lambda link: watching.note_runs(link, runs, now=now))

    async def mail_delivered(
        self, mail_id: int, delivery: Delivery, *, error: str, now: datetime, not_before: datetime
    ) -> None:
        """See the port."""
        await self._database.write(
            "mail_delivered",
            lambda link: outbox.mail_delivered(
                link, mail_id, delivery, error=error, now=now, not_before=not_before
            ),
        )

    async def release_mail(self, connection: ConnectionSlug, *, owner: str) -> None:
        """See the port."""
        await self._database.write(
            "release_mail", lambda link: outbox.release_mail(link, connection, owner=owner)
        )

    async def list_mail(
        self,
        *,
        connection: ConnectionSlug | None = None,
        states: tuple[MailState, ...] = (),
        limit: int = 100,
    ) -> list[MailRow]:
        """See the port."""
        return await self._database.read(
            lambda link: outbox.list_mail(link, connection=connection, states=states, limit=limit)
        )

    async def retry_mail(
        self, *, connection: ConnectionSlug | None = None, mail_id: int | None = None, now: datetime
    ) -> int:
        """See the port."""
        return await self._database.write(
            "retry_mail",
            lambda link: outbox.retry_mail(link, connection=connection, mail_id=mail_id, now=now),
        )
