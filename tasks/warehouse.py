"""What a run does in the warehouse."""

from dockwire.model.ids import AmazonOrderId
from dockwire.services.order_import import Report
from tasks.act import act
from tasks.opening import ImportRun, told_safely


@act("prepare")
async def prepare(run: ImportRun) -> None:
    """Check the warehouse side, settle what an earlier run left in doubt, ask again for unreadable orders."""
    async with told_safely():
        await run.steps.begin()
        await run.steps.recheck()


@act("create-orders", run_name="create-orders-from-{after}")
async def create_orders(run: ImportRun, after: AmazonOrderId | None) -> Report:
    """Decide one batch of orders and create, hold, skip or follow each."""
    async with told_safely():
        return await run.steps.handle_batch(after)


@act("finish")
async def finish(run: ImportRun, total: Report) -> None:
    """Look once more at orders in doubt and say so when personal data is missing altogether."""
    async with told_safely():
        await run.steps.finish(total)
