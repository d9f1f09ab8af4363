"""What a purge does, one database at a time."""

from dockwire.services.purging import Purge, StoreReport
from tasks.act import act
from tasks.opening import told_safely


@act("purge-store", run_name="purge", whose="{name}")
async def purge_store(steps: Purge, name: str, *, dry_run: bool) -> StoreReport:
    """Delete the personal data whose time has come from one database, in batches."""
    async with told_safely():
        return await steps.purge(name, dry_run=dry_run)
