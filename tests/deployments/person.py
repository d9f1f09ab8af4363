"""A person at a terminal and a browser, whose every step is counted."""

import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from deployments.prefect_server import start, stop
from tests.deployments.browser import PrefectPages, fits, pictured
from tests.deployments.town import Said, Town
from tests.servers import port_for_later

_OF_SIMULATORS = {"endpoint", "token_url", "seller_central"}
"""Fields of a file that the real Amazon does without."""


@dataclass
class Steps:
    """What people have done: commands typed, fields filled, buttons pressed, and Enter for what was proposed."""

    commands: list[str] = field(default_factory=list)
    fields: int = 0
    clicks: int = 0
    enters: int = 0

    @property
    def total(self) -> int:
        return len(self.commands) + self.fields + self.clicks

    def __str__(self) -> str:
        return (
            f"{self.total} human steps: {len(self.commands)} commands typed, {self.fields} fields filled, "
            f"{self.clicks} clicks; and {self.enters} times Enter for what was proposed"
        )


@dataclass
class Waiting:
    """A command that waits for something that happens elsewhere."""

    process: "subprocess.Popen[bytes]"
    first: str
    """Its first line."""

    def ended(self) -> Said:
        """Wait until it ends by itself and return what it said after its first line."""
        out, err = self.process.communicate(timeout=300)
        return Said(self.process.returncode, out.decode(), err.decode())


class Person:
    """Types commands, writes a file and uses a browser."""

    def __init__(self, town: Town, page: Page, pictures: Path) -> None:
        self.steps = Steps()
        self._exported: dict[str, str] = {}
        self._town = town
        self._page = page
        self._pictures = pictures

    def writes(self, text: str) -> None:
        """Write the connections file, each of whose values is a field."""
        self.steps.fields += _values(tomllib.loads(text))
        (self._town.folder / "connections.toml").write_text(text)

    def exports(self, **secrets: str) -> None:
        """Put secrets into the environment of the commands that come."""
        self.steps.commands += [f"export {name}" for name in secrets]
        self._exported |= secrets

    def types(self, *words: str) -> Said:
        """Give a command and wait for its end."""
        self.steps.commands.append(shlex.join(["dockwire", *words]))
        return self._town.dockwire(*words, **self._exported)

    @contextmanager
    def begins(self, *words: str, answers: Sequence[str] = ()) -> Iterator[Waiting]:
        """Give a command that waits, with answers to what it asks; give it as soon as it has said something."""
        self.steps.commands.append(shlex.join(["dockwire", *words]))
        self.steps.fields += sum(answer != "" for answer in answers)
        self.steps.enters += sum(answer == "" for answer in answers)
        process = start(
            [sys.executable, "-m", "deployments", *words],
            cwd=self._town.folder,
            env=self._town.environment(**self._exported),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("".join(f"{answer}\n" for answer in answers).encode())
            process.stdin.flush()
            yield Waiting(process, process.stdout.readline().decode().strip())
        finally:
            stop(process)

    @contextmanager
    def serves(self) -> Iterator[str]:
        """Start what runs the connections, and give the address of its Prefect server."""
        self.steps.commands.append("dockwire up")
        # Two that start at once, in two workers, would both find the usual port free.
        with self._town.serving("up", "--prefect-port", str(port_for_later()), **self._exported):
            yield self._town.local_server()

    def approves(self, pages: PrefectPages, run: str, *, by: str, note: str) -> None:
        """Answer, for the 3PL, the run that waits for its approval."""
        pages.open_waiting_run(run)
        pages.expect_state("Suspended")
        pages.picture("suspended")
        form = pages.ask_to_resume()
        form.get_by_role("switch").click()
        for place, text in enumerate((by, note)):
            form.get_by_role("textbox").nth(place).fill(text)
        pages.picture("approval")
        pages.answer(form)
        pages.expect_state("Completed")
        pages.picture("approved")
        # The address, name and note; the run, Resume, the switch and Submit.
        self.steps.fields += 3
        self.steps.clicks += 4

    def opens(self, address: str) -> None:
        """Type an address into the browser."""
        self.steps.fields += 1
        self._page.goto(address)

    def chooses(self, label: str, wanted: str) -> None:
        """Choose from a list."""
        self.steps.fields += 1
        self._page.get_by_label(label).select_option(wanted)

    def clicks(self, button: str) -> None:
        """Press a button."""
        self.steps.clicks += 1
        self._page.get_by_role("button", name=button, exact=True).click()

    def presses(self, *keys: str) -> None:
        """Use the keyboard in place of the mouse."""
        for key in keys:
            self._page.keyboard.press(key)

    def sees(self, heading: str, picture: str) -> Locator:
        """Wait for a page by its one heading, keep pictures of it, and return what it says below."""
        self._page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        assert heading in self._page.title()
        pictured(self._page, self._pictures, picture)
        assert fits(self._page), f"{picture} is wider than a narrow screen"
        return self._page.get_by_role("main")


def _values(table: dict[str, Any]) -> int:
    """Count the values that a person gives in a connections file."""
    return sum(
        _values(value) if isinstance(value, dict) and set(value) != {"env"} else 1
        for name, value in table.items()
        if name not in _OF_SIMULATORS
    )
