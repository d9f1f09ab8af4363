"""Connections whose flows do not run because somebody wants it so: Prefect knows, the ledger does not."""

from collections.abc import Collection, Sequence

import httpx

from deployments.at_hand import beside_prefect
from dockwire.model.status import Status
from dockwire.services.seeing import excused

_EXCUSABLE = {"run_late", "lag"}
_FLOW = "order-import"


def without_paused(statuses: Sequence[Status]) -> list[Status]:
    """Judge anew those that are late because they are paused or not stored any more.

    Prefect is asked only when something is late, and what it does not tell excuses nothing.
    """
    late = [each for each in statuses if _EXCUSABLE & {reason.code for reason in each.reasons}]
    if not late:
        return list(statuses)
    from prefect.exceptions import PrefectException

    try:
        resting = beside_prefect(lambda: _resting([each.standing.connection for each in late]))
    except (PrefectException, httpx.HTTPError, OSError, RuntimeError):
        return list(statuses)
    return excused(statuses, resting)


async def _resting(slugs: Collection[str]) -> set[str]:
    """Return which of these connections are paused in Prefect, or gone from it."""
    from deployments.registry import registered
    from deployments.stored_blocks import stored_connections

    paused = {
        each.deployment.name for each in (await registered()).values() if each.flow == _FLOW and each.paused
    }
    return (set(slugs) - set(await stored_connections())) | paused
