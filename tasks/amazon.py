"""What a run reads from Amazon and tells it."""

from datetime import datetime

from dockwire.errors import SettingsError
from dockwire.model.record import PageCounts
from dockwire.services.catch_up import Foreseen
from dockwire.services.order_import import OrderImport
from dockwire.services.tracking_report import TrackingReport
from dockwire.services.tracking_update import TrackingUpdate
from tasks.act import act
from tasks.opening import Run, told_safely


@act("read-page", run_name="read-page-{number}")
async def read_page(run: Run[OrderImport], number: int, *, refresh: bool = False) -> PageCounts:
    """Read one page of the seller account into the ledger; ``refresh`` counts for the first page only."""
    async with told_safely():
        return await run.steps.read_page(refresh=refresh and number == 1)


@act("read-again")
async def read_again(run: Run[OrderImport], since: datetime) -> None:
    """Let the pages that follow begin with what changed since a moment."""
    async with told_safely():
        await run.steps.read_again(since)


@act("look-ahead")
async def look_ahead(run: Run[OrderImport], since: datetime | None) -> Foreseen:
    """See what reading again from a moment would import, and change nothing."""
    async with told_safely():
        if since is None:
            raise SettingsError(
                "dry_run needs since: it shows what reading again from that moment would import"
            )
        return await run.steps.foresee(since)


@act("feed-backlog")
async def feed_backlog(run: Run[TrackingUpdate]) -> TrackingReport:
    """See what became of feeds, and hand a backlog over in one where that is quicker."""
    async with told_safely():
        return await run.steps.feed_backlog()


@act("confirm-shipments", run_name="confirm-shipments-{number}")
async def confirm_shipments(
    run: Run[TrackingUpdate],
    number: int,  # noqa: ARG001 - names the run
    *,
    after: int,
) -> TrackingReport:
    """Tell Amazon of one batch of parcels, those behind ``after``."""
    async with told_safely():
        return await run.steps.send_batch(after)


@act("verify-shipments")
async def verify_shipments(run: Run[TrackingUpdate]) -> TrackingReport:
    """Look for accepted parcels in Amazon's orders."""
    async with told_safely():
        return await run.steps.verify()
