"""The flow that deletes personal data when its time has come."""

import logging

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from dockwire.bootstrap import purge_of
from dockwire.errors import DockwireError, Unexpected
from dockwire.services.purging import PurgeReport, purge_all
from dockwire.settings import read_settings
from tasks.notify import publish
from tasks.opening import quiet_known_errors
from tasks.purging import purge_store
from tasks.telling import one_line


@flow(
    name="purge",
    flow_run_name="purge",
    description="Personal data of orders that ended is deleted from the ledger and the embedded warehouse.",
    persist_result=False,
    timeout_seconds=6 * 3600,
)
async def purge(dry_run: bool = False) -> State:
    """Purge the whole installation: every connection, and the embedded warehouse where there is one.

    Running it again, retrying it or stopping it is safe: it does only what is left.

    Args:
        dry_run: Only count what would be deleted.
    """
    report = PurgeReport(dry_run=dry_run)
    try:
        await _purge(report)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))
    finally:
        await publish(
            "all", flow="purge", numbers=report.numbers(), rows=report.rows(), keyed="personal-data"
        )
    numbers = report.numbers()
    prefix = "dry run, nothing deleted: " if dry_run else ""
    return Completed(message=prefix + one_line(numbers), data=numbers)


async def _purge(report: PurgeReport) -> None:
    settings = read_settings()
    logging.getLogger("dockwire").setLevel(settings.log_level)
    quiet_known_errors()
    steps = purge_of(settings, by=f"purge run {flow_run.id}")
    await purge_all(report, lambda name: purge_store(steps, name, dry_run=report.dry_run), steps)
