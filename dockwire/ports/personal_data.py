"""Where personal data is kept, as the purge sees it: the ledger, or the embedded warehouse."""

from datetime import datetime
from typing import Protocol

from dockwire.model.purge import Kept, PurgeBatch, PurgePolicy


class PersonalStore(Protocol):
    """A database with personal data that goes in time.

    Every method may raise ``LedgerUnavailable``, or ``SettingsError`` for the embedded warehouse's
    database; nothing of the call was kept then.
    """

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
        """Look at up to ``limit`` orders behind ``after`` and blank those whose time has come.

        One transaction, with one audit row for each order that names ``by`` (the run, or the person) and
        the rule. With ``dry_run`` nothing is written.
        """
        ...

    async def purge_rest(self, policy: PurgePolicy, *, now: datetime) -> None:
        """Forget what may quote an order and belongs to none."""
        ...

    async def kept(self) -> list[Kept]:
        """Return what personal data is still there."""
        ...

    async def scrub(self) -> bool:
        """Remove what was overwritten from the database's files, where that is ours to do.

        False: the file was busy, and some of it stays until the next time.
        """
        ...
