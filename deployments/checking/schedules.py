"""Whether a connection's deployments are there, and whether somebody runs them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort

from deployments.checking.finding import Finding, fine, untold, wrong
from deployments.plan import FLOWS
from deployments.stored_blocks import read_connections
from dockwire.clock import Clock
from dockwire.model.connection import Connection

LATE = timedelta(minutes=10)
"""A run may wait for others of its connection and for a free place; not so long."""


async def deployed(connection: Connection) -> Finding:
    """Say whether each flow that the connection wants has a deployment that is not paused."""
    async with get_client() as client:
        found = await client.read_deployments(deployment_filter=_of(connection))
        flows = {flow.id: flow.name for flow in await client.read_flows(deployment_filter=_of(connection))}
    there = {flows[each.flow_id]: each.paused for each in found}
    return judge_deployments(connection, there)


def judge_deployments(connection: Connection, there: dict[str, bool]) -> Finding:
    """Judge the deployments that exist, by flow and whether they are paused."""
    slug = connection.slug
    wanted = [cadence.flow.name for cadence in FLOWS if cadence.wanted(connection)]
    missing = [flow for flow in wanted if flow not in there]
    paused = [flow for flow in wanted if there.get(flow)]
    if missing == wanted:
        return untold(
            "nothing is deployed, so nothing runs by itself", "'dockwire deploy' makes the deployments"
        )
    if missing:
        return wrong(
            f"deployments are missing: {_names(missing, slug)}",
            "'dockwire deploy' makes them, as does 'dockwire up'",
        )
    if paused:
        return wrong(
            f"deployments are paused: {_names(paused, slug)}",
            f"'dockwire connection resume {slug}' lets them run again",
        )
    return fine(f"{len(wanted)} deployments")


async def in_time(connection: Connection, clock: Clock) -> Finding:
    """Say whether scheduled runs are begun when they are due."""
    now = clock.now()
    waiting = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now - LATE),
    )
    async with get_client() as client:
        late = await client.read_flow_runs(
            flow_run_filter=waiting,
            deployment_filter=_of(connection),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=1,
        )
    return judge_lateness([run.expected_start_time for run in late if run.expected_start_time], now)


def judge_lateness(due: Sequence[datetime], now: datetime) -> Finding:
    """Judge the moments at which runs that have not begun were due."""
    if not due:
        return fine("no scheduled run is late")
    minutes = (now - min(due)).total_seconds() / 60
    return wrong(
        f"a scheduled run waits since {minutes:.0f} minutes: nobody serves this connection's deployments, or too "
        "few at once",
        "start 'dockwire up' (or the worker) on the machine that runs this installation, or raise its --limit",
    )


def _of(connection: Connection) -> DeploymentFilter:
    return _tagged(connection.slug)


def _tagged(slug: str) -> DeploymentFilter:
    return DeploymentFilter(tags=DeploymentFilterTags(all_=[f"connection:{slug}"]))


def _names(flows: Sequence[str], slug: str) -> str:
    return ", ".join(f"{flow}/{slug}" for flow in flows)


async def all_deployed() -> Finding:
    """Say how many connections are stored, and whether each has deployments."""
    stored = await read_connections()
    async with get_client() as client:
        bare = [
            each.slug
            for each in stored.ready
            if not await client.read_deployments(deployment_filter=_of(each), limit=1)
        ]
    return judge_stored(len(stored.ready), bare, stored.waiting)


def judge_stored(ready: int, bare: Sequence[str], waiting: Mapping[str, str]) -> Finding:
    """Judge how many connections can run, which of them have no deployment, and which wait, and for what."""
    count = ready + len(waiting)
    if not count:
        return untold("no connection is stored", "'dockwire apply FILE' stores some")
    if bare:
        return untold(
            f"{count} connections are stored; nothing is deployed for {', '.join(bare[:10])}",
            "'dockwire deploy' makes their deployments",
        )
    if waiting:
        told = f"{count} connections are stored; not all can run yet: {', '.join(sorted(waiting)[:10])}"
        return untold(told, next(iter(waiting.values())))
    return fine(f"{count} connections are stored, all with deployments")
