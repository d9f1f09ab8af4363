"""docs/holds.md names every reason for which an order waits: proven by reading the code."""

import ast
import re
from pathlib import Path

from dockwire.cli.holds import app
from dockwire.decisions.remedies import WAYS_OUT
from dockwire.errors import Fixer
from dockwire.model import override
from dockwire.model.override import SKIPPED_BY_PERSON

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "holds.md").read_text(encoding="utf-8")
SOURCES = (
    "decisions/holding.py",
    "decisions/importing.py",
    "decisions/purging.py",
    "decisions/stopping.py",
    "services/creating.py",
    "services/doubts.py",
    "ledger/creating.py",
    "ledger/orders_in.py",
)
WATCHED = {"pending", "pending_availability"}
"""Amazon says when these go on, and always does."""


def problems() -> dict[str, str]:
    """Return the code and fixer of every problem that the code makes for somebody; no fixer where it is not written there."""
    found = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse((ROOT / "dockwire" / source).read_text(encoding="utf-8"))):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or node.func.id != "Problem"
            ):
                continue
            code = node.args[0]
            name = (
                code.value
                if isinstance(code, ast.Constant)
                else getattr(override, getattr(code, "id", ""), None)
            )
            if name is not None and len(node.args) > 2:
                fixer = node.args[2]
                written = isinstance(fixer, ast.Attribute) and isinstance(fixer.value, ast.Name)
                known = written and isinstance(fixer, ast.Attribute) and fixer.attr in Fixer.__members__
                found[str(name)] = (
                    Fixer[fixer.attr].value if known and isinstance(fixer, ast.Attribute) else ""
                )
    return found


def table() -> dict[str, str]:
    """Return code and fixer of every row of the page's table."""
    return dict(re.findall(r"^\| `([a-z_]+)` \|[^|]*\| ([a-z]+) \|", PAGE, re.MULTILINE))


def test_every_reason_is_in_the_table_and_has_ways_out() -> None:
    codes = {*problems(), SKIPPED_BY_PERSON} - WATCHED
    assert set(table()) == set(WAYS_OUT) == codes


def test_the_table_names_who_the_code_names() -> None:
    assert {
        code: fixer for code, fixer in problems().items() if fixer and code not in WATCHED
    }.items() <= table().items()


def test_every_command_of_the_page_exists() -> None:
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    assert set(re.findall(r"dockwire holds ([a-z]+)", PAGE)) == known
