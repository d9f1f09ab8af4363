"""Registering and serving the planned deployments."""

import sys
from typing import Any

from prefect.runner import Runner

from deployments.plan import planned, stored_connections
from dockwire.errors import SettingsError


async def register() -> list[str]:
    """Create or update all deployments; return their names.

    Raises:
        SettingsError: no connection is stored.
    """
    deployments = await planned(await _some_connections())
    for deployment in deployments:
        await deployment.aapply()
    return [f"{deployment.flow_name}/{deployment.name}" for deployment in deployments]


async def serve(*, limit: int) -> None:
    """Run what the deployments' schedules ask for, at most ``limit`` runs at once, until cancelled."""
    runner = _Runner(name="dockwire", limit=limit, pause_on_shutdown=False)
    for deployment in await planned(await _some_connections()):
        await runner.aadd_deployment(deployment)
    await runner.start()


class _Runner(Runner):
    """Ends at once at SIGTERM: Prefect 3.8 calls its own asynchronous stop there without awaiting it."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - Prefect's signature
        """Leave; runs under way are finished by the next run of their connection."""
        sys.exit(0)


async def _some_connections() -> list[str]:
    slugs = await stored_connections()
    if not slugs:
        raise SettingsError("no connection is stored; 'dockwire apply FILE' stores some")
    return slugs
