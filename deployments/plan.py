"""Which deployments there have to be: one per flow and stored connection, and one per flow of the installation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.types.entrypoint import EntrypointType

from deployments.schedules import every
from dockwire import __version__
from dockwire.model.connection import Connection
from flows.inventory_sync import inventory_sync
from flows.onboarding import onboarding
from flows.order_import import order_import
from flows.purge import purge
from flows.ship_and_close import ship_and_close
from flows.tracking_update import tracking_update
from flows.watch import watch
from tasks.warehouse import CLOSED, resource_of
from tasks.watching import OURS


@dataclass(frozen=True, slots=True)
class Cadence:
    """A flow that connections get, or the installation, and when it runs."""

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
    Cadence(
        onboarding,
        None,
        ConcurrencyLimitStrategy.ENQUEUE,
        wanted=lambda connection: connection.needs_approval,
    ),
)

SITE_FLOWS: tuple[Cadence, ...] = (
    Cadence(watch, timedelta(minutes=15)),
    Cadence(purge, timedelta(days=1)),
)
"""Flows of the whole installation: one deployment each, without a connection."""

SITE = "all"
"""Name of the deployments of the whole installation."""


def planned(
    connections: Iterable[Connection], *, site: Iterable[Cadence] | None = None, pool: str | None = None
) -> list[RunnerDeployment]:
    """Return the deployments there have to be; nothing is registered yet.

    ``site`` is what the whole installation gets, by default ``SITE_FLOWS``. With ``pool`` the workers of that
    work pool run them, without it whoever serves them.
    """
    own = [
        _deployment(cadence, connection, pool)
        for connection in connections
        for cadence in FLOWS
        if cadence.wanted(connection)
    ]
    return own + [_site_deployment(cadence, pool) for cadence in (SITE_FLOWS if site is None else site)]


def when(deployment: RunnerDeployment) -> str:
    """Say when a deployment runs."""
    return next(each.when for each in (*FLOWS, *SITE_FLOWS) if each.flow.name == deployment.flow_name)


def _trigger(cadence: Cadence, connection: Connection) -> DeploymentEventTrigger:
    return DeploymentEventTrigger(
        name=f"{cadence.flow.name}/{connection.slug} at {cadence.event}",
        expect={cadence.event},
        match={"prefect.resource.id": resource_of(connection.slug)},
        parameters={"connection": connection.slug},
    )


def _deployment(cadence: Cadence, connection: Connection, pool: str | None) -> RunnerDeployment:
    return _made(
        cadence,
        connection.slug,
        pool,
        parameters={"connection": connection.slug},
        tags=[
            f"connection:{connection.slug}",
            f"marketplace:{connection.marketplace_code}",
            f"seller:{connection.seller_id}",
        ],
        triggers=[_trigger(cadence, connection)] if cadence.event else [],
    )


def _site_deployment(cadence: Cadence, pool: str | None) -> RunnerDeployment:
    return _made(cadence, SITE, pool, parameters={}, tags=[], triggers=[])


def _made(
    cadence: Cadence,
    name: str,
    pool: str | None,
    *,
    parameters: dict[str, Any],
    tags: list[str],
    triggers: list[DeploymentEventTrigger],
) -> RunnerDeployment:
    deployment = RunnerDeployment.from_flow(
        cadence.flow,
        name=name,
        parameters=parameters,
        schedule=every(cadence.interval, name) if cadence.interval else None,
        tags=[OURS, *tags],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=cadence.collision),
        triggers=list(triggers),
        description=cadence.flow.description,
        version=__version__,
        # A module is found by every process that has dockwire installed, in whatever folder it runs.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Named also when there is none, so that an update takes the deployment out of the pool it was in.
    deployment.work_pool_name = pool
    return deployment
