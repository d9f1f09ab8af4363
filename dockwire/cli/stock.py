"""``dockwire stock``: why a SKU is offered at its quantity, and the tables of rules and aliases."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.cli.stock_tables import read_aliases, read_rules, write_aliases, write_rules
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.stock_book import OfferRow, OfferState
from dockwire.ports import Ledger

app = typer.Typer(no_args_is_help=True, help="Look at offered quantities, and change their rules.")
rules = typer.Typer(no_args_is_help=True, help="Rules of single SKUs as a CSV table.")
aliases = typer.Typer(
    no_args_is_help=True, help="Amazon SKUs and their names in the warehouse as a CSV table."
)
app.add_typer(rules, name="rules")
app.add_typer(aliases, name="aliases")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file in UTF-8.")]
Target = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Where to write; the terminal if unset.")
]


@app.command()
@say.plainly
def show(
    name: Name,
    sku: Annotated[str, typer.Argument(help="Amazon SKU, to the letter; all if unset.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """Show what SKUs are offered at, and why."""

    async def read(ledger: Ledger) -> list[OfferRow]:
        await _registered(ledger, name)
        return await ledger.offer_rows(ConnectionSlug(name), sku=sku, limit=limit)

    rows = with_ledger(read)
    if sku and not rows:
        say.fail(
            f"{name} has no offer of SKU {sku!r} that dockwire knows of; 'dockwire run inventory-sync {name} "
            "--dry-run --everything' reads Amazon's listings"
        )
    if as_json:
        say.data([_row(row) | {"fixer": _fixer(row), "told": row.told, "why": row.why} for row in rows])
    elif sku:
        for row in rows:
            _tell(row)
    else:
        say.table([_row(row) for row in rows])
        say.line(f"'dockwire stock show {name} SKU' says why" if rows else "no offers are known yet")
        if len(rows) == limit:
            say.line(f"(the first {limit}; --limit shows more)")


def _row(row: OfferRow) -> dict[str, Any]:
    offer = row.offer
    return {
        "sku": offer.sku,
        "amazon_has": "" if offer.quantity is None else offer.quantity,
        "wanted": "" if offer.wanted is None else offer.wanted,
        "state": "in a feed" if offer.in_feed else offer.state.value,
        "problem": offer.problem.sentence if offer.problem else _withheld(row),
        "decided": f"{row.decided:%Y-%m-%d %H:%M:%S}" if row.decided else "",
    }


def _withheld(row: OfferRow) -> str:
    """Return why an offer gets no quantity, if it gets none."""
    reason = (row.why or {}).get("reason")
    return str(reason["sentence"]) if isinstance(reason, dict) else ""


def _tell(row: OfferRow) -> None:
    say.line(row.told or f"{row.offer.sku}: nothing was decided yet")
    for name, value in _row(row).items():
        if value != "":
            say.line(f"  {name.replace('_', ' '):11} {value}")
    if row.offer.sent_at and row.offer.state is not OfferState.KNOWN:
        say.line(f"  {'sent':11} {row.offer.sent} at {row.offer.sent_at:%Y-%m-%d %H:%M:%S} UTC")
    if fixer := _fixer(row):
        say.line(f"  who can fix it: {fixer}")


def _fixer(row: OfferRow) -> str:
    return row.offer.problem.fixer.value if row.offer.problem else ""


@app.command()
@say.plainly
def retry(name: Name, sku: Annotated[str, typer.Argument(help="Only this Amazon SKU.")] = "") -> None:
    """Make refused quantities due at once."""
    count = with_ledger(lambda ledger: ledger.retry_offers(ConnectionSlug(name), sku))
    if not count:
        say.fail(f"{name} has no refused quantity{f' of SKU {sku!r}' if sku else ''}; nothing to retry")
    say.line(f"{count} due; 'dockwire run inventory-sync {name}' sends them now")


@rules.command("import")
@say.plainly
def import_rules(name: Name, file: Source) -> None:
    """Put a table of rules in the place of the connection's old one; all of it, or nothing."""
    table = read_rules(file)

    async def replace(ledger: Ledger) -> Mapping[str, object]:
        slug = (await _registered(ledger, name)).slug
        old = await ledger.stock_rules(slug)
        await ledger.replace_stock_rules(slug, table)
        return old

    say.line(_difference("rules", with_ledger(replace), table))


@rules.command("export")
@say.plainly
def export_rules(name: Name, file: Target = None) -> None:
    """Write the connection's table of rules."""

    async def read(ledger: Ledger) -> str:
        return write_rules(await ledger.stock_rules((await _registered(ledger, name)).slug))

    _write(with_ledger(read), file)


@aliases.command("import")
@say.plainly
def import_aliases(name: Name, file: Source) -> None:
    """Put an alias table in the place of the old one of the connection's warehouse customer."""
    table = read_aliases(file)

    async def replace(ledger: Ledger) -> tuple[Connection, Mapping[str, object]]:
        connection = await _registered(ledger, name)
        old = await ledger.aliases(connection.warehouse, connection.customer_id)
        await ledger.replace_aliases(connection.warehouse, connection.customer_id, table)
        return connection, old

    connection, old = with_ledger(replace)
    whose = f"customer {connection.customer_id} of warehouse {connection.warehouse}"
    say.line(f"{_difference('aliases', old, table)}, for all connections of {whose}")


@aliases.command("export")
@say.plainly
def export_aliases(name: Name, file: Target = None) -> None:
    """Write the alias table of the connection's warehouse customer."""

    async def read(ledger: Ledger) -> str:
        connection = await _registered(ledger, name)
        return write_aliases(await ledger.aliases(connection.warehouse, connection.customer_id))

    _write(with_ledger(read), file)


async def _registered(ledger: Ledger, name: str) -> Connection:
    known = {str(connection.slug): connection for connection in await ledger.connections()}
    if name not in known:
        say.fail(
            f"no run of a connection {name!r} yet; 'dockwire run inventory-sync {name} --dry-run' makes it known "
            f"and sends nothing, or 'dockwire run order-import {name}'"
        )
    return known[name]


def _write(text: str, file: Path | None) -> None:
    if file is None:
        say.line(text.removesuffix("\n"))
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        say.fail(f"{file}: {error.strerror or 'cannot be written'}")


def _difference(what: str, old: Mapping[str, object], new: Mapping[str, object]) -> str:
    fresh = len(new.keys() - old.keys())
    changed = sum(old[sku] != new[sku] for sku in new.keys() & old.keys())
    return f"{len(new)} {what}: {fresh} new, {changed} changed, {len(old.keys() - new.keys())} removed"
