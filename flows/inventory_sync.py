"""The flow that turns warehouse stock into the quantity that Amazon offers."""

import itertools

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from dockwire.services.inventory_sync import InventorySync
from dockwire.services.stock_report import StockReport
from tasks.opening import Run, opened_sync
from tasks.showing_stock import show_stock
from tasks.stock import decide_stock, feed_stock, look_back, read_listings, read_sales, send_stock
from tasks.telling import one_line, told


@flow(
    name="inventory-sync",
    flow_run_name="inventory-sync-{connection}",
    description="Warehouse stock becomes the quantity that Amazon offers; only differences are sent.",
    persist_result=False,
    timeout_seconds=6 * 3600,
)
async def inventory_sync(
    connection: str, dry_run: bool | None = None, everything: bool = False, refresh: bool = False
) -> State:
    """Sync the stock of one connection.

    Running it again, retrying it or running it twice at once is safe: it sends only what Amazon does not have.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
        dry_run: Only show what would be sent, and why. Unset, a connection's first run is dry and the others
            are not.
        everything: Read all listings again, which otherwise happens once a day.
        refresh: Ask Amazon for orders even when a sibling connection has read the account minutes ago.
    """
    report = StockReport()

    async def work(run: Run[InventorySync]) -> dict[str, int] | State:
        dry = await run.steps.begin(dry=dry_run)
        await _sync(run, report, dry=dry, everything=everything, refresh=refresh)
        if dry_run is not True:
            # A trial that somebody asked for is not the connection's first run.
            await run.steps.finish()
        numbers = report.numbers()
        return (
            Completed(message=f"{_why_dry(dry_run)}: {one_line(numbers)}", data=numbers) if dry else numbers
        )

    async def show() -> None:
        await show_stock(connection, report)

    opened = opened_sync(connection, owner=str(flow_run.id))
    return await told(opened, work, flow="inventory-sync", publish=show, trial=dry_run is True)


def _why_dry(asked: bool | None) -> str:
    return "dry run, nothing sent" if asked else "first run, nothing sent, the next one sends"


async def _sync(
    run: Run[InventorySync], report: StockReport, *, dry: bool, everything: bool, refresh: bool
) -> None:
    number = 1
    while not (await read_sales(run, number, refresh=refresh)).last:
        number += 1
    report.add(await read_listings(run, everything=everything))
    report.add(await look_back(run))
    report.add(await decide_stock(run, dry=dry))
    if dry:
        return
    report.add(await feed_stock(run))
    for number in itertools.count(1):
        batch = await send_stock(run, number)
        report.add(batch)
        if not batch.more:
            break
