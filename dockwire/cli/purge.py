"""``dockwire purge``: personal data goes when its time has come, now."""

import asyncio
import getpass
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.services.purging import PurgeReport


@say.plainly
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; delete nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Delete personal data of orders that ended long enough ago, from the ledger and the embedded warehouse."""
    report = asyncio.run(_purged(dry_run))
    if as_json:
        say.data({"dry_run": dry_run, **report.numbers(), "rows": report.rows()})
        return
    say.table(report.rows())
    numbers = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in report.numbers().items())
    say.line(f"{'dry run, nothing deleted: ' if dry_run else ''}{numbers}")


async def _purged(dry_run: bool) -> PurgeReport:
    from dockwire.bootstrap import opened_purge
    from dockwire.settings import read_settings

    report = PurgeReport(dry_run=dry_run)
    async with opened_purge(read_settings(), by=f"dockwire purge by {_user()}") as steps:
        for name in steps.stores:
            report.stores.append(await steps.purge(name, dry_run=dry_run))
    return report


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have no name.
        return "unknown"
