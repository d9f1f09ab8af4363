"""``dockwire status``: where each connection stands, and whether somebody has to act."""

from collections.abc import Collection, Sequence

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.clock import SystemClock
from dockwire.errors import SettingsError
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Status
from dockwire.reports.status_table import (
    as_json,
    health_in_words,
    reason_rows,
    run_rows,
    table_row,
    waiting_rows,
)
from dockwire.services.seeing import Excuse, NeverRan, needs_person, read_status


def nobody_else(_: Collection[ConnectionSlug]) -> list[Status]:
    """Stand for who knows of no stored connection besides those of the ledger."""
    return []


def show(name: str, *, json: bool, excuse: Excuse = list, never_ran: NeverRan = nobody_else) -> None:
    """Print where connections stand; leave with 1 when one of them needs a person.

    ``excuse`` gets what was read and may judge paused connections anew; ``never_ran`` adds stored connections
    that the ledger does not know.
    """
    now = SystemClock().now()
    wanted = ConnectionSlug(name) if name else None
    known = excuse(with_ledger(lambda ledger: read_status(ledger, now=now, connection=wanted)))
    statuses = known if name and known else _with_never_ran(known, never_ran, wanted)
    if name and not statuses:
        raise SettingsError(
            f"there is no connection {name!r}: the ledger knows none, and none of that name is stored; "
            "'dockwire connection list' shows the stored ones"
        )
    if json:
        say.data([as_json(each) for each in statuses])
    else:
        _print(statuses, one=bool(name))
    if needs_person(statuses):
        raise typer.Exit(say.FAILED)


def _with_never_ran(
    known: Sequence[Status], never_ran: NeverRan, wanted: ConnectionSlug | None
) -> list[Status]:
    more = never_ran([each.standing.connection for each in known])
    if more is None:
        say.aside("Prefect does not answer: stored connections that have not run yet are not shown")
    found = [each for each in more or () if wanted in (None, each.standing.connection)]
    return sorted([*known, *found], key=lambda each: each.standing.connection)


def _print(statuses: Sequence[Status], *, one: bool) -> None:
    if not statuses:
        say.line(
            "no connection has run yet; 'dockwire run order-import CONNECTION' or 'dockwire up' runs them"
        )
    for status in statuses if one else ():
        say.line(f"{status.standing.connection}: {health_in_words(status)}")
        say.table(run_rows(status))
        say.line()
        say.table(waiting_rows(status))
    if not one:
        say.table([table_row(each) for each in statuses])
    reasons = [row for each in statuses for row in reason_rows(each)]
    if reasons:
        say.line()
        say.table(reasons)
