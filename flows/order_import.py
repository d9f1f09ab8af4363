"""The flow that turns paid, merchant-fulfilled Amazon orders into warehouse orders."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Failed

from dockwire.errors import DockwireError, Unexpected
from dockwire.services.notices import record_failure
from dockwire.services.order_import import Report
from tasks.amazon import read_page
from tasks.notify import publish, send_mail
from tasks.opening import ImportRun, opened_run
from tasks.warehouse import create_orders, finish, prepare


@flow(
    name="order-import",
    flow_run_name="order-import-{connection}",
    description="Paid, merchant-fulfilled Amazon orders become warehouse orders, each exactly once.",
    persist_result=False,
    timeout_seconds=6 * 3600,
)
async def order_import(connection: str, refresh: bool = False) -> dict[str, int] | State:
    """Import the orders of one connection.

    Running it again, retrying it or running it twice at once is safe: it does only what is left.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
        refresh: Ask Amazon even when a sibling connection has read the account minutes ago.
    """
    try:
        async with opened_run(connection, owner=str(flow_run.id)) as run:
            return await _told(run, refresh=refresh)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))


async def _told(run: ImportRun, *, refresh: bool) -> dict[str, int] | State:
    """Import, then tell people how it went; a failed import still tells what it did before."""
    report = Report()
    try:
        await _import(run, report, refresh=refresh)
    except DockwireError as error:
        await record_failure(run.steps.desk, flow="order-import", error=error)
        return Failed(message=str(error))
    finally:
        await publish(run, report)
        await send_mail(run)
    return report.numbers()


async def _import(run: ImportRun, report: Report, *, refresh: bool) -> None:
    await prepare(run)
    number = 1
    while not (page := await read_page(run, number, refresh=refresh)).last:
        report.count_page(page)
        number += 1
    more, after = True, None
    while more:
        batch = await create_orders(run, after)
        report.add(batch)
        after = batch.next_after
        more = after is not None
    await finish(run, report)
