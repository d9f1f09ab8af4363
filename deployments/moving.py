"""Runs that were planned or asked for before their deployment came into a work pool: no worker looks for them."""

from collections.abc import Collection
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from deployments.registry import at_once, paged
from tasks.watching import OURS


async def move_runs(deployments: Collection[UUID], pool: str) -> None:
    """Bring the runs of these deployments that nobody has started into the work pool; repeating it moves nothing.

    Prefect gives a run its place when it makes it, and lets nobody change it; for a changed deployment it makes only
    the runs anew whose time has not come. A run of a schedule that is due already is removed: the schedule's next one
    covers it. One that somebody asked for is asked for anew, and the old one says so.
    """
    unstarted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[OURS]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
    )
    async with get_client() as client:
        found = await paged(
            lambda offset: client.read_flow_runs(
                flow_run_filter=unstarted, sort=FlowRunSort.ID_DESC, limit=200, offset=offset
            )
        )
    # One that waits to be tried again has a process that tries it.
    left = [
        run
        for run in found
        if run.deployment_id in deployments and run.work_pool_name != pool and not run.run_count
    ]
    await at_once(left, _move)


async def _move(run: FlowRun) -> None:
    async with get_client() as client:
        if not run.auto_scheduled:
            await _ask_anew(client, run)
            return
        try:
            await client.delete_flow_run(run.id)
        except ObjectNotFound:
            return


async def _ask_anew(client: PrefectClient, run: FlowRun) -> None:
    assert run.deployment_id is not None
    new = await client.create_flow_run_from_deployment(
        run.deployment_id,
        parameters=run.parameters,
        name=run.name,
        tags=run.tags,
        state=Scheduled(scheduled_time=run.next_scheduled_start_time),
        # Prefect compares the keys of all runs of a flow.
        idempotency_key=f"{run.id}: work pool",
    )
    told = f"Asked for anew as run {new.id}: the deployment's runs are in another work pool now."
    await client.set_flow_run_state(run.id, Cancelled(message=told), force=True)
