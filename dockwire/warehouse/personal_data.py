"""The warehouse's personal data as a whole: deleting it in time, and the keys that seal it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Self

from dockwire.resealing import Place, Step, count, forget_keys, reseal, sealed_columns
from dockwire.sealing import Sealer
from dockwire.warehouse import purging
from dockwire.warehouse.database import Database
from dockwire.warehouse.opening import open_database
from dockwire.warehouse.personal_tables import seal_keys
from dockwire.warehouse.purging import Purged, PurgeRequest
from dockwire.warehouse.tables import metadata

_BATCH = 500

Progress = Callable[[str, int], None]
"""Told the column and how many values of it are done."""


class PersonalData:
    """The personal data in one warehouse database. Every call blocks; it may come from any thread.

    Every one may raise ``UnusableDatabase``, and those that open values ``SealError``.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        """Take an opened database; use :meth:`open`."""
        self._database = database
        self._sealer = sealer

    @classmethod
    def open(cls, url: str, *, sealer: Sealer) -> Self:
        """Open a warehouse's database, bringing the schema up to date first.

        Raises:
            UnusableDatabase: the address is wrong or nothing answers there.
            SealError: a key is missing with which values there are sealed.
        """
        return cls(open_database(url, sealer), sealer)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def purge(self, request: PurgeRequest) -> Purged:
        """Delete the personal data of one batch of orders, with an audit row for each, in one transaction."""
        return self._database.write(lambda link: purging.purge(link, request, self._sealer))

    def kept(self) -> list[tuple[str, int, datetime]]:
        """Return for each customer how many orders still have personal data, and when the oldest was made."""
        return self._database.read(purging.kept)

    def scrub(self) -> bool:
        """Write a SQLite file anew, so that nothing overwritten is left in it; false when it was busy.

        PostgreSQL's own VACUUM does it there; nothing is done here.
        """
        return self._database.scrub()

    def reseal(self, progress: Progress) -> int:
        """Seal everything with the newest key; return how many values were not. Safe to repeat and to stop."""
        return self._walk(
            lambda column, after: self._database.write(
                lambda link: reseal(link, column, self._sealer, after=after, limit=_BATCH)
            ),
            progress,
        )[0]

    def count_keys(self) -> Counter[str]:
        """Return how many values each key seals, and take keys that seal none off the list."""
        counted = self._walk(
            lambda column, after: self._database.read(
                lambda link: count(link, column, self._sealer, after=after, limit=_BATCH)
            ),
            lambda _column, _done: None,
        )[1]
        self._database.write(lambda link: forget_keys(link, seal_keys, set(counted), self._sealer))
        return counted

    def _walk(self, step: Callable[..., Step], progress: Progress) -> tuple[int, Counter[str]]:
        changed, keys = 0, Counter[str]()
        for column in sealed_columns(metadata):
            after: Place | None = None
            looked = 0
            while True:
                done = step(column, after)
                changed += done.sealed_anew
                looked += done.looked
                keys += done.keys
                progress(f"{column.table.name}.{column.name}", looked)
                after = done.next_after
                if after is None:
                    break
        return changed, keys
