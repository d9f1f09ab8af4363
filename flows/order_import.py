"""The flow that turns paid, merchant-fulfilled Amazon orders into warehouse orders."""

import itertools
from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from dockwire.services.catch_up import Foreseen
from dockwire.services.order_import import OrderImport, Report
from tasks.amazon import look_ahead, read_again, read_page
from tasks.notify import publish
from tasks.opening import Run, opened_import
from tasks.telling import one_line, told
from tasks.warehouse import create_orders, finish, prepare


@flow(
    name="order-import",
    flow_run_name="order-import-{connection}",
    description="Paid, merchant-fulfilled Amazon orders become warehouse orders, each exactly once.",
    persist_result=False,
    timeout_seconds=6 * 3600,
)
async def order_import(
    connection: str, refresh: bool = False, since: datetime | None = None, dry_run: bool = False
) -> State:
    """Import the orders of one connection.

    Running it again, retrying it or running it twice at once is safe: it does only what is left. The counts
    are of this connection's orders; those that begin with ``account_orders`` are of everything that was
    read for the whole seller account.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
        refresh: Ask Amazon even when a sibling connection has read the account minutes ago, and the
            warehouse for its items when an order waits for one.
        since: Also read everything again that changed at Amazon since this moment, to find what an earlier
            reading missed; nothing is created twice. At most 31 days back (DOCKWIRE_CATCH_UP_DAYS), and not
            before the connection's first day.
        dry_run: Only show what ``since`` would import; nothing is stored or sent.
    """
    report = Report()
    foreseen: list[Foreseen] = []

    async def work(run: Run[OrderImport]) -> dict[str, int] | State:
        if not dry_run:
            await _import(run, report, refresh=refresh, since=since)
            return report.numbers()
        foreseen.append(found := await look_ahead(run, since))
        numbers = found.numbers()
        return Completed(message=f"dry run, nothing imported: {one_line(numbers)}", data=numbers)

    async def show() -> None:
        if foreseen:
            numbers, seen = foreseen[0].numbers(), foreseen[0].rows
            await publish(connection, flow="order-import", numbers=numbers, rows=seen, keyed="orders")
            return
        rows = [
            {
                "order": row.order_id,
                "state": row.state,
                "reasons": row.reasons,
                "warehouse order": row.warehouse_order,
            }
            for row in report.rows
        ]
        await publish(connection, flow="order-import", numbers=report.numbers(), rows=rows, keyed="orders")

    opened = opened_import(connection, owner=str(flow_run.id), looking=dry_run)
    return await told(opened, work, flow="order-import", publish=show, trial=dry_run)


async def _import(run: Run[OrderImport], report: Report, *, refresh: bool, since: datetime | None) -> None:
    report.add(await prepare(run))
    if since is not None:
        await read_again(run, since)
    number = 1
    while not (page := await read_page(run, number, refresh=refresh)).last:
        report.count_page(page)
        number += 1
    after = None
    for batch_number in itertools.count(1):
        batch = await create_orders(run, batch_number, after=after, refresh=refresh)
        report.add(batch)
        after = batch.next_after
        if after is None:
            break
    await finish(run, report)
