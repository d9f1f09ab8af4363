"""What a run does in the warehouse."""

from contextlib import suppress

from prefect.events import emit_event

from dockwire.errors import DockwireError
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import ShipRequest
from dockwire.model.ids import AmazonOrderId
from dockwire.services.close_report import CloseReport
from dockwire.services.order_import import OrderImport, Report
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.services.tracking_report import TrackingReport
from dockwire.services.tracking_update import TrackingUpdate
from tasks.act import act
from tasks.opening import Run, told_safely

CLOSED = "dockwire.orders.closed"
"""The event that starts the connection's tracking update at once."""


@act("prepare-import")
async def prepare(run: Run[OrderImport]) -> Report:
    """Check the warehouse side, settle what an earlier run left in doubt, ask again for unreadable orders."""
    async with told_safely():
        await run.steps.begin()
        return await run.steps.recheck()


@act("create-orders", run_name="create-orders-{number}")
async def create_orders(
    run: Run[OrderImport],
    number: int,  # noqa: ARG001 - names the run
    *,
    after: AmazonOrderId | None,
    refresh: bool = False,
) -> Report:
    """Decide one batch of orders, the ``number``th, and create, hold, skip or follow each."""
    async with told_safely():
        return await run.steps.handle_batch(after, refresh=refresh)


@act("finish-import")
async def finish(run: Run[OrderImport], total: Report) -> None:
    """Look once more at orders in doubt and say so when personal data is missing altogether."""
    async with told_safely():
        await run.steps.finish(total)


@act("collect-shipments")
async def collect_shipments(run: Run[TrackingUpdate]) -> TrackingReport:
    """Read what the warehouse closed and store its parcels."""
    async with told_safely():
        return await run.steps.collect()


@act("plan-closing")
async def plan_closing(run: Run[ShipAndClose], request: ShipRequest) -> ClosePlan:
    """Check a request and work out what it would write."""
    async with told_safely():
        return await run.steps.plan(request)


@act("close-orders")
async def close_orders(run: Run[ShipAndClose], plan: ClosePlan) -> CloseReport:
    """Route and close the orders of a plan, with their charges.

    The tracking update hears at once of what an attempt closed, also when the rest is tried again minutes later.
    """
    try:
        async with told_safely():
            report = await run.steps.carry_out(plan)
    except DockwireError:
        with suppress(DockwireError):
            _tell(run, await run.steps.report(plan))
        raise
    _tell(run, report)
    return report


def _tell(run: Run[ShipAndClose], report: CloseReport) -> None:
    if report.any_closed:
        emit_event(CLOSED, resource={"prefect.resource.id": resource_of(run.desk.connection.slug)})


def resource_of(connection: str) -> str:
    """Return the id of a connection in Prefect's events."""
    return f"dockwire.connection.{connection}"
