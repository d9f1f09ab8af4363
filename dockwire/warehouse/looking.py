"""The warehouse's tables for whoever only looks at them."""

from typing import Self

from sqlalchemy import Engine

from dockwire.sealing import Sealer
from dockwire.warehouse.database import Database
from dockwire.warehouse.opening import open_database


class WarehouseTables:
    """One warehouse database, open for reading in any thread."""

    def __init__(self, database: Database) -> None:
        """Take an opened database; use :meth:`open`."""
        self._database = database

    @classmethod
    def open(cls, url: str, *, sealer: Sealer) -> Self:
        """Open a warehouse's database, bringing the schema up to date first. It blocks.

        Raises:
            UnusableDatabase: the address is wrong or nothing answers there.
            SealError: a key is missing with which values there are sealed.
        """
        return cls(open_database(url, sealer))

    @property
    def engine(self) -> Engine:
        """Where its tables are read; nothing is written there."""
        return self._database.reading_engine()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
