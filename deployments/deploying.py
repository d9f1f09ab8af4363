"""From stored connections to deployments: first what would change, then the change."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentScheduleUpdate, WorkPoolCreate
from prefect.client.schemas.objects import DeploymentSchedule, VersionInfo
from prefect.client.schemas.responses import DeploymentResponse
from prefect.context import AsyncClientContext
from prefect.deployments.runner import DeploymentApplyError, RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.events.schemas.automations import Automation, EventTrigger
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

from deployments.approvals import refusals
from deployments.moving import move_runs
from deployments.plan import planned
from deployments.registry import Registered, at_once, registered, remove
from deployments.stored_blocks import StoredConnections
from dockwire import __version__

_PAUSED = "paused"
"""The field of a step that stops a schedule itself."""
_VERSION = VersionInfo(type="prefect:simple", version=__version__)


class Change(StrEnum):
    """What becomes of one deployment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    """No connection wants it any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a deploy does with one deployment.

    Attributes:
        fields: For an updated one each field that differs, and how.
        wanted: What it has to be; None for one that is removed.
        found: What Prefect has; None for one that is created.
    """

    name: str
    change: Change
    fields: dict[str, str]
    wanted: RunnerDeployment | None = None
    found: Registered | None = None


async def plan_deploy(stored: StoredConnections, *, pool: str | None = None) -> list[Step]:
    """Compare the deployments there have to be with those that Prefect has; change nothing.

    What a connection has that waits for its seller's consent stays as it is; of one that waits for the
    3PL's approval the schedules are stopped.
    """
    async with AsyncClientContext.get_or_create():
        return compared(
            planned(stored.ready, pool=pool),
            await registered(),
            left_alone=stored.waiting,
            stopped=await refusals(stored.ready),
        )


async def carry_out(steps: list[Step], *, pool: str | None = None) -> None:
    """Do what was planned. What a person paused stays paused; a missing work pool is made, and gets waiting runs."""
    async with AsyncClientContext.get_or_create() as context:
        if pool is not None:
            await _make_pool(context.client, pool)
        await at_once([step for step in steps if step.change in {Change.CREATED, Change.UPDATED}], _apply)
        await remove([step.found for step in steps if step.found and step.change is Change.REMOVED])
        if pool is not None:
            await move_runs({step.found.deployment.id for step in steps if step.found and step.wanted}, pool)


def compared(
    wanted: list[RunnerDeployment],
    known: dict[str, Registered],
    *,
    left_alone: Collection[str] = (),
    stopped: Collection[str] = (),
) -> list[Step]:
    """Return what to do with each deployment: those to be removed come last, if not of these connections."""
    asleep = _paused_connections(known)
    steps = []
    for each in wanted:
        found = known.get(each.full_name)
        if found is None:
            each.paused = each.name in asleep or (each.name in stopped and bool(each.schedules))
            steps.append(Step(each.full_name, Change.CREATED, {}, each))
        else:
            _leave_paused(each, found)
            fields = dict(_differences(each, found))
            if each.name in stopped and found.scheduled and not found.paused:
                each.paused, fields[_PAUSED] = True, "until the 3PL approves the connection"
            change = Change.UPDATED if fields else Change.UNCHANGED
            steps.append(Step(each.full_name, change, fields, each, found))
    names = {each.full_name for each in wanted}
    gone = [
        each
        for name, each in sorted(known.items())
        if name not in names and each.deployment.name not in left_alone
    ]
    return steps + [Step(each.name, Change.REMOVED, {}, found=each) for each in gone]


async def _make_pool(client: PrefectClient, name: str) -> None:
    try:
        await client.read_work_pool(name)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        await client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))


async def _apply(step: Step) -> None:
    assert step.wanted is not None
    if step.found is not None and _PAUSED not in step.fields:
        await _pause_as_now(step.wanted, step.found)
    try:
        await step.wanted.aapply(version_info=_VERSION)
    except DeploymentApplyError as error:
        # The server's own answer says more, and whether to try again.
        raise error.__cause__ or error from None


async def _pause_as_now(wanted: RunnerDeployment, found: Registered) -> None:
    """Leave a schedule as it is: somebody may have paused or resumed it since the plan was made."""
    async with get_client() as client:
        try:
            _leave_schedules(wanted, await client.read_deployment(found.deployment.id))
        except ObjectNotFound:
            return


def _paused_connections(known: dict[str, Registered]) -> set[str]:
    """Return the connections all of whose schedules are stopped: a further one must not start either."""
    running: dict[str, list[bool]] = defaultdict(list)
    for each in known.values():
        if each.scheduled:
            running[each.deployment.name].append(not each.paused)
    return {name for name, states in running.items() if not any(states)}


def _leave_schedules(wanted: RunnerDeployment, had: DeploymentResponse) -> None:
    wanted.paused = had.paused
    active = {schedule.slug: schedule.active for schedule in had.schedules}
    for schedule in wanted.schedules or []:
        schedule.active = active.get(schedule.slug, True)


def _leave_paused(wanted: RunnerDeployment, found: Registered) -> None:
    _leave_schedules(wanted, found.deployment)
    enabled = {automation.name: automation.enabled for automation in found.automations}
    for trigger in _triggers(wanted):
        trigger.enabled = enabled.get(trigger.name or "", True)


def _differences(wanted: RunnerDeployment, found: Registered) -> Iterator[tuple[str, str]]:
    before, after = _as_found(found), _as_wanted(wanted)
    for name, value in after.items():
        if before[name] != value:
            shown = name not in _LONG
            yield name, f"{_shown(before[name])} -> {_shown(value)}" if shown else "changed"


_LONG = {"description", "form", "triggers"}
"""What is too long to be shown."""


def _as_found(found: Registered) -> dict[str, Any]:
    had = found.deployment
    limit, options = had.global_concurrency_limit, had.concurrency_options
    return {
        "parameters": had.parameters,
        "tags": sorted(had.tags),
        "schedule": [_schedule(each) for each in had.schedules],
        "runs at once": limit.limit if limit else None,
        "if one is running": options.collision_strategy.value if options else None,
        "work pool": had.work_pool_name,
        "entrypoint": had.entrypoint,
        "version": had.version,
        "description": had.description,
        "form": had.parameter_openapi_schema,
        "triggers": sorted(filter(None, map(_trigger, found.automations))),
    }


def _as_wanted(wanted: RunnerDeployment) -> dict[str, Any]:
    options = wanted.concurrency_options
    return {
        "parameters": wanted.parameters,
        "tags": sorted(wanted.tags),
        "schedule": [_schedule(each) for each in wanted.schedules or []],
        "runs at once": wanted.concurrency_limit,
        "if one is running": options.collision_strategy.value if options else None,
        "work pool": wanted.work_pool_name,
        "entrypoint": wanted.entrypoint,
        "version": wanted.version,
        "description": wanted.description,
        "form": wanted._parameter_openapi_schema.model_dump(exclude_unset=True),  # noqa: SLF001 - no other way
        "triggers": sorted(f"{each.name}: {_event(each)}" for each in _triggers(wanted)),
    }


def _schedule(each: DeploymentSchedule | DeploymentScheduleCreate | DeploymentScheduleUpdate) -> str:
    timing = each.schedule.model_dump(mode="json") if each.schedule else {}
    return f"every {timing.get('interval')} s from {timing.get('anchor_date')}"


def _trigger(automation: Automation) -> str:
    trigger = automation.trigger
    return f"{automation.name}: {_event(trigger)}" if isinstance(trigger, EventTrigger) else automation.name


def _event(trigger: EventTrigger) -> str:
    return f"{sorted(trigger.expect)} of {trigger.model_dump(mode='json')['match']}"


def _triggers(wanted: RunnerDeployment) -> list[DeploymentEventTrigger]:
    return [each for each in wanted.triggers if isinstance(each, DeploymentEventTrigger)]


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "none" if value is None else str(value)
