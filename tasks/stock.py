"""What an inventory sync does: read, look back, decide, send."""

from dockwire.model.record import PageCounts
from dockwire.services.inventory_sync import InventorySync
from dockwire.services.stock_report import StockReport
from tasks.act import act
from tasks.opening import Run, told_safely

Sync = Run[InventorySync]


@act("read-sales", run_name="read-sales-{number}")
async def read_sales(run: Sync, number: int, *, refresh: bool = False) -> PageCounts:
    """Read one page of the seller account's orders; ``refresh`` counts for the first page only."""
    async with told_safely():
        return await run.steps.read_page(refresh=refresh and number == 1)


@act("read-listings")
async def read_listings(run: Sync, *, everything: bool) -> StockReport:
    """Read the listings that are new or changed, or all of them."""
    async with told_safely():
        return await run.steps.read_listings(everything=everything)


@act("look-back")
async def look_back(run: Sync) -> StockReport:
    """See what became of what earlier runs sent."""
    async with told_safely():
        return await run.steps.look_back()


@act("decide-stock")
async def decide_stock(run: Sync, *, dry: bool) -> StockReport:
    """Decide every quantity anew."""
    async with told_safely():
        return await run.steps.decide(dry=dry)


@act("feed-stock")
async def feed_stock(run: Sync) -> StockReport:
    """Hand many differences over in one feed, where that is quicker."""
    async with told_safely():
        return await run.steps.hand_over()


@act("send-stock", run_name="send-stock-{number}")
async def send_stock(run: Sync, number: int) -> StockReport:  # noqa: ARG001 - names the run
    """Send one batch of differences one by one, the most urgent first."""
    async with told_safely():
        return await run.steps.send_batch()
