"""Where connections stand, judged; and a reading of it that many may look at."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import anyio.to_thread

from dockwire.clock import Clock
from dockwire.decisions.health import judge
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Bucket, Level, QuotaLeft, Reading, Standing, Status
from dockwire.pacing import BUDGETS, gcra
from dockwire.ports import StatusLedger

Excuse = Callable[[Sequence[Status]], list[Status]]
"""Judges connections anew that are late because somebody paused them, and may add those that the ledger does not
know because they have not run yet."""

NeverRan = Callable[[Collection[ConnectionSlug]], list[Status] | None]
"""Returns the stored connections besides these, which the ledger knows; None when nobody can be asked."""

FRESH_FOR = timedelta(seconds=5)
"""A reading this young serves the next scrape too."""


async def read_status(
    ledger: StatusLedger, *, now: datetime, connection: ConnectionSlug | None = None
) -> list[Status]:
    """Return where all connections stand that have run, or one of them, by name; nothing for an unknown one."""
    return [judged(standing) for standing in await ledger.standings(connection, now=now)]


def judged(standing: Standing, *, paused: Collection[str] = ()) -> Status:
    """Return what a standing means for people."""
    level, reasons = judge(standing, paused=paused)
    now = standing.at.timestamp()
    quotas = tuple(_quota(bucket, now) for bucket in standing.buckets if bucket.operation in BUDGETS)
    return Status(standing, level, reasons, quotas, bool(paused))


def excused(statuses: Collection[Status], paused: Mapping[str, Collection[str]]) -> list[Status]:
    """Judge anew the connections some of whose flows somebody has paused: ``paused`` has them by connection."""
    return [
        judged(each.standing, paused=flows) if (flows := paused.get(each.standing.connection)) else each
        for each in statuses
    ]


def needs_person(statuses: Collection[Status]) -> bool:
    """Return whether one of them stays as it is until somebody acts."""
    return any(each.level is Level.ACT for each in statuses)


class LatestReading:
    """Reads the ledger when somebody looks, at most every few seconds."""

    def __init__(self, ledger: StatusLedger, clock: Clock, excuse: Excuse = list) -> None:
        """Look into this ledger; ``excuse`` may take its time, in a thread of its own."""
        self._excuse = excuse
        self._ledger = ledger
        self._clock = clock
        self._latest: Reading | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> Reading:
        """Return a reading that is at most ``FRESH_FOR`` old.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        async with self._reading:
            now = self._clock.now()
            if self._latest is None or now - self._latest.at >= FRESH_FOR:
                found = await read_status(self._ledger, now=now)
                statuses = await anyio.to_thread.run_sync(self._excuse, found)
                self._latest = Reading(now, tuple(statuses), await self._ledger.fact_counts())
            return self._latest


def _quota(bucket: Bucket, now: float) -> QuotaLeft:
    budget = BUDGETS[bucket.operation]
    burst = budget.planned_burst
    left = gcra.left(bucket.arrival, rate=bucket.rate or budget.rate, burst=burst, now=now)
    return QuotaLeft(bucket.operation, left, burst)
