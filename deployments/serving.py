"""Registering and serving the planned deployments."""

import signal
from collections.abc import Callable
from typing import Any

from prefect.runner import Runner

from deployments.automations import apply_automations
from deployments.plan import FLOWS, SITE_FLOWS, planned, stored_connections
from dockwire.errors import SettingsError


async def register() -> list[str]:
    """Create or update all deployments; return their names.

    Raises:
        SettingsError: no connection is stored.
    """
    deployments = await planned(await _some_connections())
    for deployment in deployments:
        await deployment.aapply()
    await apply_automations()
    return [f"{deployment.flow_name}/{deployment.name}" for deployment in deployments]


async def serve(*, limit: int, announce: Callable[[list[dict[str, str]]], None]) -> None:
    """Run what the deployments' schedules ask for, at most ``limit`` runs at once, until cancelled.

    ``announce`` is called once all are registered, with each one's name and when it runs.
    """
    runner = _Runner(name="dockwire", limit=limit, pause_on_shutdown=False)
    deployments = await planned(await _some_connections())
    for deployment in deployments:
        await runner.aadd_deployment(deployment)
    await apply_automations()
    for ask in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ask) is not signal.SIG_IGN:
            signal.signal(ask, runner.handle_sigterm)
    when = {cadence.flow.name: cadence.when for cadence in (*FLOWS, *SITE_FLOWS)}
    announce(
        [
            {"deployment": f"{each.flow_name}/{each.name}", "runs": when[each.flow_name or ""]}
            for each in deployments
        ]
    )
    await runner.start()


class _Runner(Runner):
    """Ends at SIGTERM as at Ctrl-C: Prefect 3.8 calls its own asynchronous stop there without awaiting it."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - Prefect's signature
        """Leave; runs under way are finished by the next run of their connection."""
        # asyncio ends the loop in order then; an exception from here would end it at any point.
        signal.raise_signal(signal.SIGINT)


async def _some_connections() -> list[str]:
    slugs = await stored_connections()
    if not slugs:
        raise SettingsError("no connection is stored; 'dockwire apply FILE' stores some")
    return slugs
