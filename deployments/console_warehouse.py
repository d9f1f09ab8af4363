"""The embedded warehouse as the console sees it: it may begin later than the console, or be away."""

import logging
import time

import anyio.to_thread

from dockwire.bootstrap import has_warehouse, open_warehouse_tables
from dockwire.errors import DockwireError
from dockwire.settings import Settings
from dockwire.warehouse import WarehouseTables

log = logging.getLogger("dockwire.console")

_EVERY = 30.0
"""Seconds between two tries to open a database that does not answer."""


class LateWarehouse:
    """Opens the embedded warehouse's tables once there is one; a hosted warehouse has none."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings that say where its data is."""
        self._settings = settings
        self._next = 0.0
        self.tables: WarehouseTables | None = None

    async def came(self) -> bool:
        """Open the tables if they are there and not open yet; say whether they were opened just now.

        The console does without them meanwhile: orders are in the ledger.
        """
        if self.tables is not None or time.monotonic() < self._next or not has_warehouse(self._settings):
            return False
        try:
            self.tables = await anyio.to_thread.run_sync(open_warehouse_tables, self._settings)
        except DockwireError as error:
            log.warning("the console leaves out the warehouse's pages and tries again: %s", error)
            self._next = time.monotonic() + _EVERY
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        if self.tables is not None:
            self.tables.close()
