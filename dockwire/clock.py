"""Time is handed in: every part that reads the clock or waits takes a :class:`Clock`.

The system clock serves real runs; the manual clock lets a test or a simulator live through a day
in a millisecond.
"""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a part of dockwire may know and do about time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock's time; at once when it is zero or less."""
        ...


class SystemClock:
    """The machine's own clock, optionally shifted (a simulator advances its shift on request)."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        """Return the machine's time plus the shift."""
        return datetime.now(UTC) + self.shift

    async def sleep(self, seconds: float) -> None:
        """Wait real seconds."""
        await asyncio.sleep(max(0.0, seconds))


class ManualClock:
    """A clock that stands still until somebody winds it.

    ``sleep`` winds the clock itself when ``auto`` is true (the default), so code that paces its
    calls runs at full speed and the time it would have taken can be read off afterwards. With
    ``auto=False`` a sleeper waits until another task calls :meth:`advance`.
    """

    def __init__(
        self, start: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC), *, auto: bool = True
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("ManualClock needs a timezone-aware start")
        self._now = start.astimezone(UTC)
        self._auto = auto
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Event]] = []

    def now(self) -> datetime:
        """Return the time the clock was last wound to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wind the clock forward (``auto``) or wait for :meth:`advance` to pass the moment."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake = self._now + timedelta(seconds=seconds)
        if self._auto:
            # Yield first, so that concurrent sleepers register before time moves.
            await asyncio.sleep(0)
            self._now = max(self._now, wake)
            return
        event = asyncio.Event()
        heapq.heappush(self._sleepers, (wake, next(self._order), event))
        await event.wait()

    def advance(self, seconds: float) -> None:
        """Wind the clock forward and wake every sleeper whose moment has come."""
        self._now += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            heapq.heappop(self._sleepers)[2].set()
