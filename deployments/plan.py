"""Which deployments there are: one per flow and stored connection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import typer
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.exceptions import PrefectHTTPStatusError
from prefect.types.entrypoint import EntrypointType

from blocks import MarketplaceConnection
from deployments.schedules import every
from dockwire.errors import ConsentNeeded
from dockwire.model.connection import Connection
from flows.inventory_sync import inventory_sync
from flows.order_import import order_import
from flows.purge import purge
from flows.ship_and_close import CLOSED, resource_of, ship_and_close
from flows.tracking_update import tracking_update
from flows.watch import watch
from tasks.opening import load_block
from tasks.watching import OURS


@dataclass(frozen=True, slots=True)
class Cadence:
    """A flow that connections get, and when it runs."""

    flow: Flow[..., Any]
    interval: timedelta | None
    """None: only when somebody asks for it."""
    collision: ConcurrencyLimitStrategy = ConcurrencyLimitStrategy.CANCEL_NEW
    """A missed tick is covered by the next one, so a scheduled run that would overlap is dropped."""
    event: str = ""
    """The event of the connection that starts it at once."""
    wanted: Callable[[Connection], bool] = lambda _: True
    """Which connections get it."""

    @property
    def when(self) -> str:
        """Say when it runs."""
        minutes = self.interval.total_seconds() / 60 if self.interval else 0
        words = [f"every {minutes:.0f} minutes"] if minutes else []
        words += [f"at {self.event}"] if self.event else []
        return " and ".join(words) or "when somebody asks for it"


FLOWS = (
    Cadence(order_import, timedelta(minutes=15)),
    # Started by an event it must not be dropped: what it is told of may come after the run under way.
    Cadence(tracking_update, timedelta(minutes=60), ConcurrencyLimitStrategy.ENQUEUE, CLOSED),
    Cadence(ship_and_close, None, ConcurrencyLimitStrategy.ENQUEUE),
    Cadence(inventory_sync, timedelta(minutes=60), wanted=lambda connection: connection.stock_sync),
)

SITE_FLOWS: tuple[Cadence, ...] = (
    Cadence(watch, timedelta(minutes=15)),
    Cadence(purge, timedelta(days=1)),
)
"""Flows of the whole installation: one deployment each, named all."""

SITE = "all"


async def stored_connections() -> list[str]:
    """Return the names of all stored connections."""
    async with get_client() as client:
        try:
            found = await client.read_block_documents_by_type(
                MarketplaceConnection._block_type_slug or "",  # noqa: SLF001 - Prefect's way to name a block type
                include_secrets=False,
            )
        except PrefectHTTPStatusError as error:
            # A server that has never stored a connection does not even know the kind of block.
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
            return []
    return sorted(document.name for document in found if document.name)


async def planned(slugs: list[str]) -> list[RunnerDeployment]:
    """Return the deployments of these connections; nothing is registered yet.

    Those that wait for a seller's consent are named on stderr and left out.

    Raises:
        ConsentNeeded: all of them wait.
    """
    deployments = []
    for slug in slugs:
        try:
            connection = (await load_block(slug)).connection(slug)
        except ConsentNeeded as error:
            typer.echo(f"dockwire: {error}", err=True)
            continue
        deployments += [_deployment(cadence, connection) for cadence in FLOWS if cadence.wanted(connection)]
    if slugs and not deployments:
        raise ConsentNeeded("every stored connection waits for its seller's consent")
    return deployments + [_site_deployment(cadence) for cadence in SITE_FLOWS]


def _trigger(cadence: Cadence, connection: Connection) -> DeploymentEventTrigger:
    return DeploymentEventTrigger(
        name=f"{cadence.flow.name}/{connection.slug} at {cadence.event}",
        expect={cadence.event},
        match={"prefect.resource.id": resource_of(connection.slug)},
        parameters={"connection": connection.slug},
    )


def _deployment(cadence: Cadence, connection: Connection) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        cadence.flow,
        name=connection.slug,
        parameters={"connection": connection.slug},
        schedule=every(cadence.interval, connection.slug) if cadence.interval else None,
        tags=[
            OURS,
            f"connection:{connection.slug}",
            f"marketplace:{connection.marketplace_code}",
            f"seller:{connection.seller_id}",
        ],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=cadence.collision),
        triggers=[_trigger(cadence, connection)] if cadence.event else None,
        description=cadence.flow.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _site_deployment(cadence: Cadence) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        cadence.flow,
        name=SITE,
        schedule=every(cadence.interval, SITE) if cadence.interval else None,
        tags=[OURS],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=cadence.collision),
        description=cadence.flow.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
