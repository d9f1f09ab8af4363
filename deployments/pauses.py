"""Connections whose flows do not run because somebody wants it so: Prefect knows, the ledger does not."""

from collections.abc import Collection, Sequence

import httpx

from deployments.at_hand import beside_prefect
from dockwire.decisions.health import FLOWS
from dockwire.model.status import Status
from dockwire.services.seeing import excused

_EXCUSABLE = {"run_late", "lag", "run_failed", "run_unfinished"}


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


async def _resting(slugs: Collection[str]) -> dict[str, set[str]]:
    """Return which flows of these connections are paused in Prefect; of one that is gone from it, all."""
    from deployments.stored_blocks import stored_connections

    return await paused_flows() | {gone: set(FLOWS) for gone in set(slugs) - set(await stored_connections())}


async def paused_flows() -> dict[str, set[str]]:
    """Return the flows that are paused in Prefect, by connection."""
    from deployments.registry import registered

    paused: dict[str, set[str]] = {}
    for each in (await registered()).values():
        if each.paused:
            paused.setdefault(each.deployment.name, set()).add(each.flow)
    return paused
