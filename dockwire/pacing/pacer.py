"""Waiting for a token before every call, and learning from every answer."""

import logging
import math

from dockwire.clock import Clock
from dockwire.errors import Throttled
from dockwire.model.connection import AccountKey
from dockwire.pacing.budgets import BUDGETS
from dockwire.ports import QuotaStore

log = logging.getLogger(__name__)

_TOLD_AFTER_SECONDS = 5.0


class Pacer:
    """Hands out the right to call, per application, seller, region and operation."""

    def __init__(self, store: QuotaStore, clock: Clock, *, max_wait: float = 900.0) -> None:
        """Share ``store`` with every process that calls for the same sellers."""
        self._store = store
        self._clock = clock
        self._max_wait = max_wait
        self._announced: dict[str, float] = {}

    async def take(self, account: AccountKey, operation: str) -> None:
        """Return when the call may be made.

        Raises:
            Throttled: the wait would be longer than allowed; ``retry_after`` says how long.
        """
        budget = BUDGETS[operation]
        key = _key(account, operation)
        waited = 0.0
        while True:
            wait = await self._store.take(
                key, rate=budget.rate, burst=budget.planned_burst, now=self._clock.now()
            )
            if not wait:
                return
            if waited + wait > self._max_wait:
                error = Throttled(
                    f"Amazon's quota for {operation} is used up for another {math.ceil(wait)} s; the next run goes on",
                    system="amazon",
                    operation=operation,
                )
                error.retry_after = wait
                raise error
            if wait > _TOLD_AFTER_SECONDS:
                log.info("waiting %.0f s for Amazon's quota of %s", wait, operation)
            await self._clock.sleep(wait)
            waited += wait

    async def observe(self, account: AccountKey, operation: str, header: str | None) -> None:
        """Take over the rate of an ``x-amzn-RateLimit-Limit`` header; nonsense is ignored."""
        rate = _rate(header)
        key = _key(account, operation)
        if rate is not None and self._announced.get(key) != rate:
            await self._store.observe(key, rate=rate, now=self._clock.now())
            self._announced[key] = rate

    async def penalise(self, account: AccountKey, operation: str) -> None:
        """Count a refusal: Amazon knows of calls that we do not."""
        budget = BUDGETS[operation]
        await self._store.penalise(
            _key(account, operation), rate=budget.rate, burst=budget.planned_burst, now=self._clock.now()
        )


def _key(account: AccountKey, operation: str) -> str:
    return f"{account}/{operation}"


def _rate(header: str | None) -> float | None:
    try:
        rate = float(header or "")
    except ValueError:
        return None
    return rate if _SLOWEST <= rate <= _FASTEST else None


_SLOWEST, _FASTEST = 1 / 86_400, 1_000.0
"""Calls per second that an announced rate may mean; a slower one would stop the account for days."""
