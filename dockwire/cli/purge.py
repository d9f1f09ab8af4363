"""``dockwire purge``: personal data goes when its time has come, now."""

import asyncio
import getpass
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.services.purging import PurgeReport, purge_all


@say.plainly
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; delete nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Delete personal data of orders that ended long enough ago, from the ledger and the embedded warehouse."""
    report = PurgeReport(dry_run=dry_run)
    try:
        asyncio.run(_purge(report))
    finally:
        # What was deleted is told, whatever else could not be.
        if report.stores:
            _show(report, as_json=as_json)


def _show(report: PurgeReport, *, as_json: bool) -> None:
    if as_json:
        say.data({"dry_run": report.dry_run, **report.numbers(), "rows": report.rows()})
        return
    say.table(report.rows())
    numbers = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in report.numbers().items())
    say.line(f"{'dry run, nothing deleted: ' if report.dry_run else ''}{numbers}")


async def _purge(report: PurgeReport) -> None:
    from dockwire.bootstrap import purge_of
    from dockwire.settings import read_settings

    steps = purge_of(read_settings(), by=f"dockwire purge by {_user()}")
    await purge_all(report, lambda name: steps.purge(name, dry_run=report.dry_run), steps)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have no name.
        return "unknown"
