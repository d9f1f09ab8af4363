"""Whether a connection's deployments are there, and whether somebody runs them."""

from collections.abc import Collection, Sequence
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
from sqlalchemy import Connection as Link
from sqlalchemy import inspect

from deployments.checking.databases import ledger_place, look
from deployments.checking.finding import Finding, fine, untold, wrong
from deployments.plan import FLOWS
from deployments.registry import of_connection
from deployments.stored_blocks import read_connections
from dockwire.clock import Clock
from dockwire.decisions.onboarding import approval_refusal
from dockwire.errors import Fixer
from dockwire.ledger.agreement_book import newest_rulings
from dockwire.ledger.agreement_tables import approvals
from dockwire.model.agreement import Ruling
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.settings import Settings

LATE = timedelta(minutes=10)
"""A run may wait for others of its connection and for a free place; not so long."""


async def deployed(connection: Connection, *, refusal: str = "") -> Finding:
    """Say whether each flow that the connection wants has a deployment that is not paused.

    ``refusal`` is why the 3PL does not let it run: its schedules are stopped until then, which is as it should be.
    """
    async with get_client() as client:
        found = await client.read_deployments(deployment_filter=_of(connection))
        flows = {flow.id: flow.name for flow in await client.read_flows(deployment_filter=_of(connection))}
    there = {flows[each.flow_id]: each.paused for each in found}
    return judge_deployments(connection, there, refusal=refusal)


def judge_deployments(connection: Connection, there: dict[str, bool], *, refusal: str = "") -> Finding:
    """Judge the deployments that exist, by flow and whether they are paused; ``refusal`` as in ``deployed``."""
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
    if paused and refusal:
        # The refusal is told by a check of its own.
        return untold(
            f"paused until the 3PL approves the connection: {_names(paused, slug)}",
            f"'dockwire run onboarding {slug}' asks; the approval lets them run",
            Fixer.CLERK,
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
    return DeploymentFilter(tags=DeploymentFilterTags(all_=[f"connection:{connection.slug}"]))


def _names(flows: Sequence[str], slug: str) -> str:
    return ", ".join(f"{flow}/{slug}" for flow in flows)


async def all_deployed(settings: Settings) -> Finding:
    """Say how many connections are stored, which have no deployments, and which wait for somebody."""
    stored = await read_connections()
    there = {each.deployment.name for each in await of_connection()}
    rulings = await _rulings(settings) if any(each.needs_approval for each in stored.ready) else None
    refused = [
        each.slug
        for each in stored.ready
        if rulings is not None and approval_refusal(each, rulings.get(each.slug))
    ]
    return judge_all([each.slug for each in stored.ready], there, list(stored.waiting), refused)


def judge_all(
    ready: Sequence[str], there: Collection[str], consent: Sequence[str], approval: Sequence[str]
) -> Finding:
    """Judge connections that can run, by whether they have deployments, and those that wait for somebody.

    ``consent`` wait for their seller, ``approval`` for the 3PL; those are among the ready ones.
    """
    if not ready and not consent:
        return untold("no connection is stored", "'dockwire apply FILE' stores some")
    told = [
        (names, what, way)
        for names, what, way in (
            (consent, "waiting for the seller's consent", _CONSENT),
            (approval, "waiting for the 3PL's approval", _APPROVAL),
            ([slug for slug in ready if slug not in there], "without deployments", _DEPLOY),
        )
        if names
    ]
    count = f"{len(ready) + len(consent)} connections are stored"
    if not told:
        return fine(f"{count}, all with deployments")
    lists = [f"{what}: {', '.join(names[:_LISTED])}" for names, what, _ in told]
    return untold("; ".join([count, *lists]), "; ".join(way for _, _, way in told))


_LISTED = 10
_CONSENT = "'dockwire consent url SELLER --marketplace CODE' makes the link for the seller"
_APPROVAL = "'dockwire run onboarding NAME' names the run that the 3PL answers in Prefect"
_DEPLOY = "'dockwire deploy' makes the deployments"


async def _rulings(settings: Settings) -> dict[ConnectionSlug, Ruling] | None:
    """Return what the 3PL answered, or None where the ledger cannot be read."""
    found: dict[ConnectionSlug, Ruling] = {}

    def read(link: Link) -> Finding:
        if inspect(link).has_table(approvals.name):
            found.update(newest_rulings(link))
        return fine("read")

    looked = await look(ledger_place(settings.ledger_database), read)
    return None if looked.ok is False else found
