"""The ledger's methods about runs and where connections stand: each one transaction in a worker thread."""

from datetime import datetime

from dockwire.ledger import runs
from dockwire.ledger import standings as standing_queries
from dockwire.ledger.engine import Database
from dockwire.model.connection import AccountKey
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import FactKind
from dockwire.model.status import ConsentEnds, RunRecord, Standing


class StatusBook:
    """The part of the ledger about runs and where connections stand."""

    _database: Database

    async def begin_run(self, run: RunRecord) -> None:
        """See the port."""
        await self._database.write("begin_run", lambda link: runs.begin_run(link, run))

    async def end_run(self, run: RunRecord) -> None:
        """See the port."""
        await self._database.write("end_run", lambda link: runs.end_run(link, run))

    async def standings(self, connection: ConnectionSlug | None = None, *, now: datetime) -> list[Standing]:
        """See the port."""
        return await self._database.read(lambda link: standing_queries.standings(link, connection, now=now))

    async def fact_counts(self) -> dict[tuple[ConnectionSlug, FactKind], int]:
        """See the port."""
        return await self._database.read(standing_queries.fact_counts)

    async def consent_of(self, account: AccountKey) -> ConsentEnds | None:
        """See the port."""
        return await self._database.read(lambda link: standing_queries.consent_of(link, account))
