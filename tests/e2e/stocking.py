"""Inventory sync on the stage: runs as the flow does them, and what both sides show afterwards."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from dockwire.bootstrap import inventory_sync
from dockwire.decisions.backlog import Choice, Route
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection
from dockwire.services.inventory_sync import InventorySync
from dockwire.services.stock_feeding import Choose, quicker
from dockwire.services.stock_report import StockReport
from dockwire.settings import Settings
from dockwire.simulators.amazon.listings import Listing
from dockwire.warehouse.work import IN_PROCESS
from tests.stage import Stage, sim_connection

Wish = Callable[[InventorySync], None]


def stocked(code: str = "US", **overrides: Any) -> Connection:
    """Return a connection that syncs stock from its first run on."""
    return sim_connection(code, **{"stock_sync": True, "stock_first_run_dry": False} | overrides)


@asynccontextmanager
async def syncing(
    stage: Stage, which: Connection, *, ledger: SqlLedger | None = None, choose: Choose = quicker
) -> Any:
    """Open the steps of a run."""
    async with stage.desk(which, ledger=ledger) as desk:
        steps = inventory_sync(desk, Settings(quota_wait_seconds=100_000, harvest_fresh_seconds=0))
        steps._choose = choose
        try:
            yield steps
        finally:
            await steps.release()


async def sync(
    stage: Stage,
    which: Connection,
    *,
    dry: bool | None = None,
    everything: bool = False,
    ledger: SqlLedger | None = None,
    choose: Choose = quicker,
) -> StockReport:
    """Do what the flow does, without Prefect."""
    async with syncing(stage, which, ledger=ledger, choose=choose) as steps:
        return await run_sync(steps, dry=dry, everything=everything)


async def run_sync(steps: InventorySync, *, dry: bool | None = None, everything: bool = False) -> StockReport:
    """Do all steps of a run."""
    report = StockReport()
    nothing_sent = await steps.begin(dry=dry)
    while not (await steps.read_page(refresh=True)).last:
        pass
    report.add(await steps.read_listings(everything=everything))
    report.add(await steps.look_back())
    report.add(await steps.decide(dry=nothing_sent))
    if not nothing_sent:
        report.add(await steps.hand_over())
        more = True
        while more:
            batch = await steps.send_batch()
            report.add(batch)
            more = batch.more
    await steps.finish()
    return report


def listing(stage: Stage, which: Connection, sku: str) -> Listing:
    """Return a listing as Amazon has it."""
    stage.world.catch_up()
    found = stage.world.listings.find(which.seller_id, which.marketplace.id, sku)
    assert found is not None
    return found


def offered(stage: Stage, which: Connection) -> dict[str, int | None]:
    """Return what the merchant offers, by SKU."""
    stage.world.catch_up()
    return {
        each.sku: each.offered() for each in stage.world.listings.of(which.seller_id, which.marketplace.id)
    }


def adjust(stage: Stage, sku: str, units: int) -> None:
    """Let the warehouse find more or fewer units of a SKU."""
    stage.warehouse.adjust(
        IN_PROCESS,
        {
            "customerIdentifier": {"id": 1},
            "facilityIdentifier": {"id": 1},
            "referenceNum": "count",
            "reason": "counted",
            "adjustmentItems": [{"itemIdentifier": {"sku": sku}, "qty": units}],
        },
    )


def calls(stage: Stage, operation: str) -> int:
    """Return how often Amazon did as an operation asked."""
    return sum(1 for each in stage.world.journal.entries if (each.operation, each.status) == (operation, 200))


def in_feeds(quantities: int, _: float | None) -> Choice:
    """Take the feed, however few they are."""
    return Choice(Route.FEED, 2.0 * quantities, 1.0)


def failing(stage: Stage, *rules: Rule) -> FaultRules:
    """Let calls of Amazon's operations fail by rules, which the test may replace."""
    found = FaultRules(rules=list(rules))
    stage.wrap_amazon = lambda app: Faults(app, found, clock=stage.clock)
    return found
