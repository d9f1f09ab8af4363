"""What people see in Prefect of where all connections stand: one table, the newest on top of its history."""

from collections.abc import Collection
from typing import Any

from prefect import task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowFilter,
    FlowFilterName,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort
from prefect.logging import get_run_logger

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.decisions.health import FLOWS
from dockwire.model.status import Status
from dockwire.reports.status_table import reason_rows, table_row
from dockwire.services.seeing import excused, read_status
from dockwire.settings import read_settings
from tasks.watching import OURS

_PAGE = 200
KEY = "status"
"""Under which the table stands among Prefect's artifacts."""


@task(name="show-status", task_run_name="show-status", cache_policy=NO_CACHE, persist_result=False)
async def show_status(stored: Collection[str]) -> None:
    """Publish the table of all connections; a missing one is no reason to fail a finished run.

    A connection that is paused here, or not among the ``stored``, is not late.
    """
    logger = get_run_logger()
    try:
        async with opened_ledger(read_settings()) as ledger:
            statuses = await read_status(ledger, now=SystemClock().now())
        known = {str(each.standing.connection) for each in statuses}
        gone = {each: set(FLOWS) for each in known - set(stored)}
        judged = excused(statuses, await _paused() | gone)
        await acreate_table_artifact(
            key=KEY, table=[_row(each) for each in judged], description="Where each connection stands"
        )
    except Exception as error:  # noqa: BLE001 - a missing table is no reason to fail a finished run
        logger.warning("the table of connections could not be shown: %s", type(error).__name__)


async def _paused() -> dict[str, set[str]]:
    """Return the flows that somebody paused, by connection; a deployment has its connection's name."""
    paused: dict[str, set[str]] = {}
    async with get_client() as client:
        for flow in FLOWS:
            for each in await _deployments(client, flow):
                if _stopped(each):
                    paused.setdefault(each.name, set()).add(flow)
    return paused


async def _deployments(client: PrefectClient, flow: str) -> list[DeploymentResponse]:
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS]))
    found: list[DeploymentResponse] = []
    while page := await client.read_deployments(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
        deployment_filter=ours,
        sort=DeploymentSort.CREATED_DESC,
        limit=_PAGE,
        offset=len(found),
    ):
        found += page
    return found


def _stopped(deployment: DeploymentResponse) -> bool:
    active = [each.active for each in deployment.schedules]
    return bool(active) and (deployment.paused or not all(active))


def _row(status: Status) -> dict[str, Any]:
    why = " ".join(f"{row['why']} [{row['who']}]" for row in reason_rows(status))
    return table_row(status) | {"why": why}
