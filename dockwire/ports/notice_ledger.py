"""What the ledger remembers of people being told, as the services need it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

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


class NoticeLedger(Protocol):
    """What is at risk and waits, what was told of it, and the outbox as people look at it."""

    async def untold_since(self, connection: ConnectionSlug) -> dict[FactKind, datetime]:
        """Return the moment of the oldest untold fact of each kind that has some."""
        ...

    async def orders_at_risk(
        self, connection: ConnectionSlug, *, since: datetime, until: datetime, now: datetime, limit: int = 500
    ) -> list[ShipByRow]:
        """Return orders whose ship-by time lies in ``(since, until]`` and whose packages Amazon does not have.

        Only those that were not told yet for their stage and their ship-by time, the most pressing first.
        """
        ...

    async def warn_of_orders(
        self, connection: ConnectionSlug, warnings: Sequence[ShipByWarning], *, now: datetime
    ) -> int:
        """Write the facts of warnings, each once whoever else does; return how many were new."""
        ...

    async def waiting_reasons(self, connection: ConnectionSlug) -> list[WaitingReason]:
        """Return why orders wait for a person, with how many and since when, the longest wait first."""
        ...

    async def notice_mark(self, connection: ConnectionSlug, name: str) -> datetime | None:
        """Return when a notice came last; None: never."""
        ...

    async def move_notice_mark(
        self,
        connection: ConnectionSlug,
        name: str,
        facts: Sequence[Fact],
        *,
        before: datetime | None,
        now: datetime,
    ) -> bool:
        """Move the mark from ``before`` to ``now`` and write these facts, in one transaction.

        False, and nothing is kept, when somebody else has moved it.
        """
        ...

    async def note_runs(self, runs: Sequence[NotedRun], *, now: datetime) -> int:
        """Write the facts of runs that were not noted before; return how many."""
        ...

    async def mail_delivered(
        self, mail_id: int, delivery: Delivery, *, error: str, now: datetime, not_before: datetime
    ) -> None:
        """Record what a server did with a mail, address by address.

        It is sent when no address is left for later; else it is due for those at ``not_before``, because of
        ``error``.
        """
        ...

    async def release_mail(self, connection: ConnectionSlug, *, owner: str) -> None:
        """Give back the mails that this owner took from the outbox and did not try."""
        ...

    async def list_mail(
        self,
        *,
        connection: ConnectionSlug | None = None,
        states: tuple[MailState, ...] = (),
        limit: int = 100,
    ) -> list[MailRow]:
        """Return mails of the outbox, oldest first; of one connection and in these states, or of all."""
        ...

    async def retry_mail(
        self, *, connection: ConnectionSlug | None = None, mail_id: int | None = None, now: datetime
    ) -> int:
        """Make failed mails due at once, and refused addresses once more; return how many mails."""
        ...
