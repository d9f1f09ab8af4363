"""What the ledger remembers of runs, and tells of where connections stand."""

from datetime import datetime
from typing import Protocol

from dockwire.model.connection import AccountKey
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import FactKind
from dockwire.model.status import ConsentEnds, RunRecord, Standing


class StatusLedger(Protocol):
    """What the ledger remembers of runs, and tells of where connections stand."""

    async def begin_run(self, run: RunRecord) -> None:
        """Remember that a run began; a run that begins again, being retried, takes its own place.

        Of each connection and flow the newest 100 runs are kept, and the last good one.
        """
        ...

    async def end_run(self, run: RunRecord) -> None:
        """Remember how a run ended; one that is not kept any more is passed over."""
        ...

    async def standings(self, connection: ConnectionSlug | None = None, *, now: datetime) -> list[Standing]:
        """Return where all registered connections stand, or one of them, by name.

        Takes the same few queries however many connections there are; all of one moment.
        """
        ...

    async def fact_counts(self) -> dict[tuple[ConnectionSlug, FactKind], int]:
        """Return how many facts of each kind each connection has."""
        ...

    async def consent_of(self, account: AccountKey) -> ConsentEnds | None:
        """Return what is known of a seller account's consent."""
        ...
