"""``dockwire holds``: orders that wait for somebody, why, and what a person decides about them."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.cli.hold_shown import (
    count_data,
    count_line,
    explanation_data,
    outcome_data,
    row_data,
    row_line,
    tell,
)
from dockwire.cli.hold_words import age, corrections, order_ids, reason, who
from dockwire.clock import SystemClock
from dockwire.decisions.acts import Act, Cancel, Hold, Release, Retry, Skip, Unskip
from dockwire.model.hold import HoldRow
from dockwire.model.ids import AmazonOrderId, ConnectionSlug
from dockwire.model.override import HoldCount, HoldSelection
from dockwire.ports import Ledger
from dockwire.services.holds import Holds, Outcome, Result

app = typer.Typer(no_args_is_help=True, help="See why orders wait, and decide about them.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Orders = Annotated[list[str] | None, typer.Argument(metavar="ORDER", help="Amazon order ids.")]
InFile = Annotated[Path | None, typer.Option("--file", help="File of Amazon order ids, one a line.")]
Of = Annotated[str, typer.Option("--connection", help="Only orders of this connection.")]
Codes = Annotated[
    list[str] | None, typer.Option("--code", help="Only orders with this reason; may be repeated.")
]
Older = Annotated[
    str, typer.Option("--older-than", help="Only orders waiting so long, for instance 2d or 6h.")
]
By = Annotated[str, typer.Option("--by", help="Who decides; the user of this machine if unset.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")]

_CLOCK = SystemClock()


@app.command("list")
@say.plainly
def list_holds(
    connection: Of = "",
    code: Codes = None,
    older_than: Older = "",
    skipped: Annotated[
        bool, typer.Option("--skipped", help="Also orders that a person took away from the warehouse.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List held, failed and unreadable orders, the longest waiting first, and count them by reason."""
    selection = _selection([], None, connection, code, older_than)

    async def read(ledger: Ledger) -> tuple[list[HoldRow], list[HoldCount]]:
        holds = Holds(ledger, _CLOCK)
        return await holds.rows(selection, limit=limit, skipped=skipped), await holds.summary(
            selection.connection
        )

    rows, counts = with_ledger(read)
    if as_json:
        say.data(
            {"orders": [row_data(row) for row in rows], "summary": [count_data(each) for each in counts]}
        )
        return
    say.table([row_line(row) for row in rows])
    if len(rows) == limit:
        say.line(f"(the first {limit}; --limit shows more)")
    say.line("'dockwire holds show ORDER' says what would end it" if rows else "no order waits for anybody")
    if counts:
        say.line()
        say.table([count_line(each) for each in counts])


@app.command()
@say.plainly
def show(
    order_id: Annotated[str, typer.Argument(metavar="ORDER")], connection: Of = "", as_json: Json = False
) -> None:
    """Explain why an order waits: every reason, and what would end it."""
    slug = ConnectionSlug(connection) if connection else None
    found = with_ledger(lambda ledger: Holds(ledger, _CLOCK).explain(AmazonOrderId(order_id), slug))
    if as_json:
        say.data([explanation_data(each) for each in found])
        return
    for each in found:
        tell(each)


@app.command()
@say.plainly
def fix(
    orders: Orders = None,
    *,
    sku: Annotated[
        list[str] | None,
        typer.Option(metavar="AMAZON=WAREHOUSE", help="An alias, for all orders of the customer."),
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM-ID=WAREHOUSE", help="The item to ship for one line of this order."),
    ] = None,
    ship_method: Annotated[
        str, typer.Option(metavar="CARRIER[/SERVICE[/SCAC]]", help="How this order travels.")
    ] = "",
    address: Annotated[
        str,
        typer.Option(
            metavar="FILE.json|prompt|amazon",
            help="Where this order goes: a file, asked for, or as Amazon says.",
        ),
    ] = "",
    file: InFile = None,
    connection: Of = "",
    code: Codes = None,
    older_than: Older = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Put right what holds orders: a SKU's name, how they travel, where one of them goes."""
    selection = _selection(orders or [], file, connection, code, older_than)
    if address not in ("", "amazon") and len(set(selection.order_ids)) != 1:
        say.fail("an address is of one order; name that order alone", say.MISUSED)
    _act(
        selection,
        corrections(sku or [], line or [], ship_method, address),
        by,
        dry_run=dry_run,
        as_json=as_json,
    )


@app.command()
@say.plainly
def skip(
    orders: Orders = None,
    why: Annotated[str, typer.Option("--reason", help="Why; in one line, without the buyer's data.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Let the warehouse ship it after all.")] = False,
    file: InFile = None,
    connection: Of = "",
    code: Codes = None,
    older_than: Older = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Take orders away from the warehouse; they stay listed with --skipped while Amazon has them open."""
    selection = _selection(orders or [], file, connection, code, older_than)
    _act(selection, [Unskip() if undo else Skip(reason(why))], by, dry_run=dry_run, as_json=as_json)


@app.command()
@say.plainly
def hold(
    orders: Orders = None,
    why: Annotated[str, typer.Option("--reason", help="Why; in one line, without the buyer's data.")] = "",
    file: InFile = None,
    connection: Of = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Stop orders until they are released; those in the warehouse are put on hold there by the next import."""
    _act(_named(orders, file, connection), [Hold(reason(why))], by, dry_run=dry_run, as_json=as_json)


@app.command()
@say.plainly
def cancel(
    orders: Orders = None,
    why: Annotated[str, typer.Option("--reason", help="Why; in one line, without the buyer's data.")] = "",
    file: InFile = None,
    connection: Of = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Cancel orders in the warehouse with the next import; at Amazon they stay, so cancel them there, too."""
    _act(_named(orders, file, connection), [Cancel(reason(why))], by, dry_run=dry_run, as_json=as_json)


@app.command()
@say.plainly
def release(
    orders: Orders = None,
    file: InFile = None,
    connection: Of = "",
    code: Codes = None,
    older_than: Older = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Let orders pass that are held for a look: by a filter, or because the buyer asked to cancel."""
    selection = _selection(orders or [], file, connection, code, older_than)
    _act(selection, [Release()], by, dry_run=dry_run, as_json=as_json)


@app.command()
@say.plainly
def retry(
    orders: Orders = None,
    file: InFile = None,
    connection: Of = "",
    code: Codes = None,
    older_than: Older = "",
    by: By = "",
    dry_run: Dry = False,
    as_json: Json = False,
) -> None:
    """Try failed orders at once, and ask Amazon again for held and unreadable ones."""
    selection = _selection(orders or [], file, connection, code, older_than)
    _act(selection, [Retry()], by, dry_run=dry_run, as_json=as_json)


def _selection(
    named: list[str], file: Path | None, connection: str, codes: list[str] | None, older_than: str
) -> HoldSelection:
    ids = order_ids(named, file)
    if ids and (codes or older_than):
        say.fail("name orders, or choose them by --code and --older-than; not both", say.MISUSED)
    return HoldSelection(
        connection=ConnectionSlug(connection) if connection else None,
        codes=tuple(codes or ()),
        since=_CLOCK.now() - age(older_than) if older_than else None,
        order_ids=ids,
    )


def _named(orders: list[str] | None, file: Path | None, connection: str) -> HoldSelection:
    """Return the orders that are named; none is meant by its connection alone."""
    selection = _selection(orders or [], file, connection, None, "")
    if not selection.order_ids:
        say.fail("name the orders", say.MISUSED)
    return selection


def _act(selection: HoldSelection, acts: list[Act], by: str, *, dry_run: bool, as_json: bool) -> None:
    person = who(by)

    async def work(ledger: Ledger) -> list[Outcome]:
        outcomes = []
        async for outcome in Holds(ledger, _CLOCK).decide(selection, acts, by=person, dry_run=dry_run):
            outcomes.append(outcome)
            if not as_json:
                first = f": {outcome.command}" if outcome.command else ""
                say.line(f"{outcome.order_id}  {_would(outcome, dry_run)}: {outcome.sentence}{first}")
        return outcomes

    outcomes = with_ledger(work)
    if as_json:
        say.data([outcome_data(outcome, dry_run) for outcome in outcomes])
    else:
        _conclude(outcomes, dry_run=dry_run)
    if any(outcome.result in (Result.REFUSED, Result.BUSY) for outcome in outcomes):
        raise typer.Exit(say.FAILED)


def _conclude(outcomes: list[Outcome], *, dry_run: bool) -> None:
    counts = Counter(_would(outcome, dry_run) for outcome in outcomes)
    say.line(", ".join(f"{count} {name}" for name, count in counts.items()) or "no order waits that fits")
    slugs = sorted({outcome.connection or "" for outcome in outcomes if outcome.goes_on})
    if slugs and not dry_run:
        commands = "; ".join(f"dockwire run order-import {slug}" for slug in slugs)
        say.line(f"the next import takes them up; to do it now: {commands}")


def _would(outcome: Outcome, dry_run: bool) -> str:
    return f"would be {outcome.result}" if dry_run and outcome.result is Result.DONE else outcome.result.value
