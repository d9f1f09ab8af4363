"""How commands speak: data on stdout, a clear sentence on stderr, and an exit code that means something."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer

from dockwire.errors import DockwireError, SettingsError

P = ParamSpec("P")
R = TypeVar("R")

FAILED = 1
MISUSED = 2


def data(value: Any) -> None:
    """Print ``value`` as one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def line(text: str = "") -> None:
    """Print one line for people; whoever reads it through a pipe or in a log sees it at once."""
    print(text, flush=True)


def table(rows: list[dict[str, Any]]) -> None:
    """Print rows in columns wide enough for their content."""
    if not rows:
        return
    names = list(rows[0])
    cells = [names, *[[str(row[name]) for name in names] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def aside(message: str) -> None:
    """Print what people should know besides to stderr, where it is in the way of no data."""
    print(f"dockwire: {message}", file=sys.stderr)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print the message to stderr, further lines indented, and leave with ``code``."""
    first, *further = message.splitlines() or [""]
    print("\n  ".join([f"dockwire: {first}", *further]), file=sys.stderr)
    raise typer.Exit(code)


def abandon(message: str) -> NoReturn:
    """Print the message to stderr and end the process, outside any command."""
    print(f"dockwire: {message}", file=sys.stderr)
    sys.exit(FAILED)


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our own errors into one sentence and exit code 1, without a traceback."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except SettingsError as error:
            fail(str(error))
        except DockwireError as error:
            advice = "" if error.fixer.value == "nobody" else f" [{error.fixer.value}]"
            fail(f"{error}{advice}")

    return told
