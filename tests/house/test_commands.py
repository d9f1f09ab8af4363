"""Every command that a page shows can be typed: its words and options are looked up in the command line itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.main import get_command

from deployments.command import app
from deployments.on_demand import OnDemand
from dockwire.model.notice import NoticeKind

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCED = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_TYPED = re.compile(r"(?:^|[\s/'(])(?<!-u )dockwire ([a-z].*?)(?=['\n|;&#>)]|$)", re.MULTILINE)


def typed(text: str) -> Iterator[str]:
    """Yield what follows ``dockwire`` in each command that a page shows, in code blocks and in words set as code."""
    for block in _FENCED.findall(text):
        yield from _TYPED.findall(block.replace("\\\n", " "))
    for span in _SPAN.findall(_FENCED.sub("", text)):
        if " ".join(span.split()).startswith("dockwire "):
            yield from _TYPED.findall(" ".join(span.split()))


def trouble(words: str) -> str:
    """Return what is wrong with a command, or nothing."""
    command: Any = get_command(app)
    rest = words.replace("[", " ").replace("]", " ").split()
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if (found := command.get_command(None, rest[0])) is None:
            return f"there is no {rest[0]!r} in {command.name or 'dockwire'!r}"
        command, rest = found, rest[1:]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return f"{command.name} has no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_pages_can_be_typed(page: Path) -> None:
    commands = set(typed(page.read_text(encoding="utf-8")))
    assert {words: wrong for words in commands if (wrong := trouble(words))} == {}


def test_commands_are_found_where_pages_show_them() -> None:
    text = "`dockwire run watch`\n```\nsudo -u dockwire dockwire status --json  # all\n  dockwire up \\\n    --limit 2\n```\n"
    assert {" ".join(words.split()) for words in typed(text)} == {
        "run watch",
        "status --json",
        "up --limit 2",
    }
    assert trouble("status --json") == trouble("connection check --all") == trouble("up --limit 2") == ""
    assert "no --loud" in trouble("status --loud")
    assert "no 'pauze'" in trouble("connection pauze acme-us")
    assert "no 'stat'" in trouble("stat")


def test_the_readme_names_every_command() -> None:
    readme, whole = (ROOT / "README.md").read_text(encoding="utf-8"), cast("OnDemand", get_command(app))
    assert [name for name in whole.list_commands(None) if f"`dockwire {name}" not in readme] == []


def test_the_operating_guide_explains_every_kind_of_mail() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = guide[guide.index("| kind | means | do |") :].split("\n\n")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE) == [kind.value for kind in NoticeKind]


def test_places_within_the_operating_guide_are_there() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", _FENCED.sub("", guide), re.MULTILINE)
    places = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    assert set(re.findall(r"\(#([a-z0-9-]+)\)", guide)) <= places
