"""What a run reads from Amazon."""

from dockwire.model.record import PageCounts
from tasks.act import act
from tasks.opening import ImportRun, told_safely


@act("read-page", run_name="read-page-{number}")
async def read_page(run: ImportRun, number: int, *, refresh: bool = False) -> PageCounts:
    """Read one page of the seller account into the ledger; ``refresh`` counts for the first page only."""
    async with told_safely():
        return await run.steps.read_page(refresh=refresh and number == 1)
