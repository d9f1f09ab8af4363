"""The ledger's methods about personal data: each one transaction in a worker thread."""

from datetime import datetime

from dockwire.ledger import purging
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy


class PersonalBook:
    """What keeps personal data no longer than allowed."""

    _database: Database
    _scribe: Scribe

    async def purge_orders(
        self,
        policy: PurgePolicy,
        *,
        now: datetime,
        by: str,
        after: int = 0,
        limit: int = 200,
        dry_run: bool = False,
    ) -> PurgeBatch:
        """See the port."""
        return await self._database.write(
            "purge_orders",
            lambda link: purging.purge_orders(
                link,
                policy,
                now=now,
                by=by,
                after=after,
                limit=limit,
                dry_run=dry_run,
                scribe=self._scribe,
            ),
        )

    async def purge_rest(self, policy: PurgePolicy, *, now: datetime) -> None:
        """See the port."""
        await self._database.write(
            "purge_rest", lambda link: purging.purge_chains(link, policy, now=now, scribe=self._scribe)
        )

    async def kept(self) -> list[Kept]:
        """See the port."""
        return await self._database.read(purging.kept)

    async def scrub(self) -> bool:
        """See the port."""
        return await self._database.scrub()
