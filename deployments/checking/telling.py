"""Findings on the terminal and as JSON; the exit code says whether something is wrong."""

from collections.abc import Sequence
from typing import Any

import typer

from dockwire.cli import say

_MARKS = {True: "ok  ", False: "FAIL", None: "?   "}

Row = dict[str, Any]


def tell_one(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print findings, each with its next step; leave with 1 when something is wrong."""
    if as_json:
        say.data(rows)
    else:
        for row in rows:
            _tell(row)
    if any(row["ok"] is False for row in rows):
        raise typer.Exit(say.FAILED)


def tell_all(connections: Sequence[Row], *, as_json: bool) -> None:
    """Print one line for each connection, and what is wrong below it; leave with 1 when something is."""
    if as_json:
        say.data(connections)
    elif not connections:
        say.line("no connection is stored; 'dockwire apply FILE' stores some")
    else:
        for connection in connections:
            _tell_connection(connection)
    if not all(connection["ok"] for connection in connections):
        raise typer.Exit(say.FAILED)


def _tell_connection(connection: Row) -> None:
    findings = connection["findings"]
    bad = [row for row in findings if row["ok"] is False]
    untold = sum(row["ok"] is None for row in findings)
    told = (
        f"{len(bad)} of {len(findings)} checks failed" if bad else f"{len(findings) - untold} checks passed"
    )
    unsure = f", {untold} cannot tell" if untold else ""
    say.line(f"{_MARKS[connection['ok']]}  {connection['connection']}: {told}{unsure}")
    for row in bad:
        _tell(row, indent="      ")


def _tell(row: Row, indent: str = "") -> None:
    say.line(f"{indent}{_MARKS[row['ok']]}  {row['what']}: {row['detail']}")
    if row["do"]:
        who = f" [{row['fixer']}]" if row["ok"] is False else ""
        say.line(f"{indent}      -> {row['do']}{who}")
