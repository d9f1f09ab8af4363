"""The ledger's methods about personal data: each one transaction in a worker thread."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column

from dockwire.ledger import purging
from dockwire.ledger.engine import Database
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import metadata, seal_keys
from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy
from dockwire.resealing import Place, Step, count, forget_keys, reseal, sealed_columns

_BATCH = 500

Progress = Callable[[str, int], None]
"""Told the column and how many values of it are done."""


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

    async def rotate_seals(self, progress: Progress | None = None) -> int:
        """Seal everything anew with the newest key; return how many values were sealed with another.

        Safe to repeat, to stop, and beside running flows. :meth:`count_keys` says whether an older key may go.
        """

        async def step(column: Column[Any], after: Place | None) -> Step:
            return await self._database.write(
                "rotate_seals",
                lambda link: reseal(link, column, self._scribe.sealer, after=after, limit=_BATCH),
            )

        return (await _walk(step, progress))[0]

    async def count_keys(self) -> Counter[str]:
        """Return how many values each key seals, and take keys that seal none off the database's list."""

        async def step(column: Column[Any], after: Place | None) -> Step:
            return await self._database.read(
                lambda link: count(link, column, self._scribe.sealer, after=after, limit=_BATCH)
            )

        counted = (await _walk(step, None))[1]
        await self._database.write(
            "forget_keys", lambda link: forget_keys(link, seal_keys, set(counted), self._scribe.sealer)
        )
        return counted


async def _walk(
    step: Callable[[Column[Any], Place | None], Awaitable[Step]], progress: Progress | None
) -> tuple[int, Counter[str]]:
    changed, keys = 0, Counter[str]()
    for column in sealed_columns(metadata):
        looked, after = 0, None
        while True:
            done = await step(column, after)
            changed, looked, keys = changed + done.sealed_anew, looked + done.looked, keys + done.keys
            if progress is not None:
                progress(f"{column.table.name}.{column.name}", looked)
            after = done.next_after
            if after is None:
                break
    return changed, keys
