"""Runs that Prefect takes for running though the process that ran them is gone.

Prefect goes on counting such a run: its deployment, which allows one run at a time, would never start another.
"""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Crashed

from tasks.watching import OURS

_UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
_PAGE = 200


def crashed() -> State[Any]:
    """Return the state of a run that nobody ended: people are told of it."""
    return Crashed(message="The service that ran it went away. The next run does what is left.")


def stopped() -> State[Any]:
    """Return the state of a run that ended with its service, which somebody asked for."""
    return Cancelled(message="The service was stopped. The next run does what is left.")


async def end_left_runs(how: State[Any]) -> int:
    """Give this state to every run of our deployments that is under way; return how many.

    Only for whoever alone runs deployments on this Prefect server: what another process runs would be ended too,
    in Prefect's eyes. A run by hand, ``dockwire run``, is of no deployment and left alone.
    """
    ours = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[OURS]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNDER_WAY)),
        deployment_id=FlowRunFilterDeploymentId(is_null_=False),
    )
    ended: set[UUID] = set()
    async with get_client() as client:
        while left := [
            run.id
            for run in await client.read_flow_runs(flow_run_filter=ours, limit=_PAGE)
            if run.id not in ended
        ]:
            for run_id in left:
                # By force: no rule of a flow's states has a say about a process that is gone.
                await client.set_flow_run_state(run_id, how, force=True)
            ended.update(left)
    return len(ended)
