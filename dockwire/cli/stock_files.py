"""``dockwire stock rules`` and ``dockwire stock aliases``: whole tables from CSV files, and into them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.cli.stock_known import registered, unknown_aliases, unknown_rules
from dockwire.cli.stock_tables import read_aliases, read_rules, write_aliases, write_rules
from dockwire.model.connection import Connection
from dockwire.model.stock_rules import StockRule
from dockwire.ports import Ledger

rules = typer.Typer(no_args_is_help=True, help="Rules of single SKUs as a CSV table.")
aliases = typer.Typer(
    no_args_is_help=True, help="Amazon SKUs and their names in the warehouse as a CSV table."
)

Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file in UTF-8.")]
Target = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Where to write; the terminal if unset.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there already.")]

_RULES, _ALIASES = ("rule", "rules"), ("alias", "aliases")


@rules.command("import")
@say.plainly
def import_rules(name: Name, file: Source) -> None:
    """Put a table of rules in the place of the connection's old one; all of it, or nothing."""
    table = read_rules(file)

    async def replace(ledger: Ledger) -> tuple[Mapping[str, object], list[str]]:
        connection = await registered(ledger, name)
        old = await ledger.stock_rules(connection.slug)
        await ledger.replace_stock_rules(connection.slug, table)
        return old, await unknown_rules(ledger, connection, table.keys())

    old, warnings = with_ledger(replace)
    say.line(_difference(_RULES, old, table))
    _warn(warnings)


@rules.command("export")
@say.plainly
def export_rules(name: Name, file: Target = None, force: Force = False) -> None:
    """Write the connection's table of rules."""

    async def read(ledger: Ledger) -> dict[str, StockRule]:
        return await ledger.stock_rules((await registered(ledger, name)).slug)

    table = with_ledger(read)
    _write(write_rules(table), file, f"{_counted(len(table), _RULES)} of {name}", force=force)


@aliases.command("import")
@say.plainly
def import_aliases(name: Name, file: Source) -> None:
    """Put an alias table in the place of the old one of the connection's warehouse customer."""
    table = read_aliases(file)

    async def replace(ledger: Ledger) -> tuple[Connection, Mapping[str, object], list[str]]:
        connection = await registered(ledger, name)
        old = await ledger.aliases(connection.warehouse, connection.customer_id)
        await ledger.replace_aliases(connection.warehouse, connection.customer_id, table)
        return connection, old, await unknown_aliases(ledger, connection, table)

    connection, old, warnings = with_ledger(replace)
    say.line(f"{_difference(_ALIASES, old, table)}, for all connections of {_whose(connection)}")
    _warn(warnings)


@aliases.command("export")
@say.plainly
def export_aliases(name: Name, file: Target = None, force: Force = False) -> None:
    """Write the alias table of the connection's warehouse customer."""

    async def read(ledger: Ledger) -> tuple[Connection, dict[str, str]]:
        connection = await registered(ledger, name)
        return connection, await ledger.aliases(connection.warehouse, connection.customer_id)

    connection, table = with_ledger(read)
    what = f"{_counted(len(table), _ALIASES)} of {_whose(connection)}"
    _write(write_aliases(table), file, what, force=force)


def _whose(connection: Connection) -> str:
    return f"customer {connection.customer_id} of warehouse {connection.warehouse}"


def _write(text: str, file: Path | None, what: str, *, force: bool) -> None:
    if file is None:
        say.line(text.removesuffix("\n"))
        return
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="") as out:
            out.write(text)
    except FileExistsError:
        say.fail(f"{file} is there already and stays as it is; --force overwrites it")
    except OSError as error:
        say.fail(f"{file}: {error.strerror or 'cannot be written'}")
    say.line(f"{what} written to {file}")


def _warn(warnings: list[str]) -> None:
    for warning in warnings:
        say.aside(warning)


def _difference(what: tuple[str, str], old: Mapping[str, object], new: Mapping[str, object]) -> str:
    fresh = len(new.keys() - old.keys())
    changed = sum(old[sku] != new[sku] for sku in new.keys() & old.keys())
    removed = len(old.keys() - new.keys())
    return f"{_counted(len(new), what)}: {fresh} new, {changed} changed, {removed} removed"


def _counted(count: int, what: tuple[str, str]) -> str:
    return f"{count} {what[count != 1]}"
