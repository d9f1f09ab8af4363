"""Runs that Prefect takes for running though the process that ran them is gone.

Prefect goes on counting such a run: its deployment, which allows one run at a time, would never start another.
"""

from enum import StrEnum
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
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed

from tasks.seeing_runs import AGAIN
from tasks.watching import OURS

_UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
_PAGE = 200


class Left(StrEnum):
    """Why runs are left.

    Attributes:
        AWAY: Nobody ended them.
        STOPPED: Their service was stopped, in order.
    """

    AWAY = "The service that ran it went away."
    STOPPED = "The service was stopped."


def end_of(why: Left, run: FlowRun) -> State[Any]:
    """Return how a run ended. No schedule repeats what somebody asked for, so that is told as a crash in any case."""
    if not run.auto_scheduled:
        return Crashed(message=f"{why} {AGAIN}")
    next_one = "The next run does what is left."
    return (
        Crashed(message=f"{why} {next_one}") if why is Left.AWAY else Cancelled(message=f"{why} {next_one}")
    )


async def end_left_runs(why: Left) -> int:
    """End every run of our deployments that is under way, as Prefect sees it; return how many.

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
            run
            for run in await client.read_flow_runs(flow_run_filter=ours, limit=_PAGE)
            if run.id not in ended
        ]:
            for run in left:
                # By force: no rule of a flow's states has a say about a process that is gone.
                await client.set_flow_run_state(run.id, end_of(why, run), force=True)
            ended.update(run.id for run in left)
    return len(ended)
