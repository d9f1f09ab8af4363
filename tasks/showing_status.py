"""What people see in Prefect of where all connections stand: one table, the newest on top of its history."""

from typing import Any

from prefect import task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.model.status import Status
from dockwire.reports.status_table import reason_rows, table_row
from dockwire.services.seeing import read_status
from dockwire.settings import read_settings

KEY = "status"
"""Under which the table stands among Prefect's artifacts."""


@task(name="show-status", task_run_name="show-status", cache_policy=NO_CACHE, persist_result=False)
async def show_status() -> None:
    """Publish the table of all connections; a missing one is no reason to fail a finished run."""
    logger = get_run_logger()
    try:
        async with opened_ledger(read_settings()) as ledger:
            statuses = await read_status(ledger, now=SystemClock().now())
        await acreate_table_artifact(
            key=KEY, table=[_row(each) for each in statuses], description="Where each connection stands"
        )
    except Exception as error:  # noqa: BLE001 - a missing table is no reason to fail a finished run
        logger.warning("the table of connections could not be shown: %s", type(error).__name__)


def _row(status: Status) -> dict[str, Any]:
    why = " ".join(f"{row['why']} [{row['who']}]" for row in reason_rows(status))
    return table_row(status) | {"why": why}
