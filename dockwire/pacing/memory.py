"""Quota buckets of one process, for tools that have no ledger."""

from datetime import datetime

from dockwire.pacing import gcra


class MemoryQuotaStore:
    """Keeps buckets in memory: right within one process, unknown to any other."""

    def __init__(self) -> None:
        self._arrivals: dict[str, float] = {}
        self._rates: dict[str, float] = {}

    async def take(self, key: str, *, rate: float, burst: int, now: datetime) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        arrival, wait = gcra.take(
            self._arrivals.get(key), rate=self._rates.get(key, rate), burst=burst, now=now.timestamp()
        )
        if not wait:
            self._arrivals[key] = arrival
        return wait

    async def observe(self, key: str, *, rate: float, now: datetime) -> None:  # noqa: ARG002 - the port's signature
        """Remember the announced rate."""
        self._rates[key] = rate

    async def penalise(self, key: str, *, rate: float, burst: int, now: datetime) -> None:
        """Empty the bucket."""
        self._arrivals[key] = gcra.emptied(
            self._arrivals.get(key), rate=self._rates.get(key, rate), burst=burst, now=now.timestamp()
        )
