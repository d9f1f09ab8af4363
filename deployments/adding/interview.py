"""Answers, from options or from a person; a wrong option is an error, a wrong answer is asked for again."""

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import typer

from deployments.adding.questions import NEW, Question
from dockwire.cli import say
from dockwire.errors import SettingsError

T = TypeVar("T")

_LAST_PORT = 65535


class WrongOption(SettingsError):
    """An option does not do: asking again would not help."""


class Interview:
    """One conversation.

    Attributes:
        given: What the options say, by their names.
        asked: How many answers a person has given.
    """

    def __init__(self, given: Mapping[str, str], *, alone: bool) -> None:
        """Take the options; ``alone``: there is nobody to ask, so defaults count and the rest is missing."""
        self.given = given
        self.asked = 0
        self._used: set[str] = set()
        self._alone = alone
        self._said: dict[str, tuple[Question, str]] = {}

    @property
    def alone(self) -> bool:
        """Whether nobody can be asked."""
        return self._alone

    def ask(self, question: Question, read: Callable[[str], T], *, default: str | None = None) -> T:
        """Return an answer as ``read`` takes it; ``read`` raises ValueError for one that does not do.

        What a person has answered before is proposed when the same is asked again.

        Raises:
            WrongOption: the option does not do, or it is missing and nobody can be asked.
        """
        default = question.default if default is None else default
        self._used.add(question.name)
        told = self.given.get(question.name)
        if told is None and (self._alone or question.silent):
            told = default
            if told is None:
                raise WrongOption(f"--{question.name} is needed where nobody can be asked: {question.text}")
        if told is None:
            return self._ask(question, read, default)
        try:
            return read(told.strip())
        except ValueError as error:
            raise WrongOption(f"--{question.name}: {error}") from None

    def _ask(self, question: Question, read: Callable[[str], T], default: str | None) -> T:
        _, before = self._said.get(question.text, (question, ""))
        proposed = before or default
        while True:
            answer = typer.prompt(
                question.text, default=proposed or "", show_default=bool(proposed), err=True
            )
            text = str(answer).strip()
            if not text and proposed is None:
                say.aside("there has to be an answer; Ctrl-C stops")
                continue
            try:
                found = read(text)
            except ValueError as error:
                say.aside(str(error))
                continue
            self.asked += 1
            self._said[question.text] = question, text
            return found

    def unused(self) -> list[str]:
        """Return the options that nothing was asked for, such as those of an account that is known already."""
        return sorted(f"--{name}" for name in self.given.keys() - self._used)

    def said(self) -> str:
        """Return what was answered so far as options, for a shell; what is good only once is left out."""
        return shlex.join(
            word
            for question, answer in self._said.values()
            if answer and not question.once
            for word in (f"--{question.name}", f"{question.prefix}{answer}")
        )

    def confirm(self, text: str, given: bool | None, *, default: bool) -> bool:
        """Return a yes or a no."""
        if given is not None or self._alone:
            return default if given is None else given
        return typer.confirm(text, default=default, err=True)

    def table(self, section: str) -> dict[str, Any]:
        """Return a new table of a section by asking for everything in it; empty answers leave keys out."""
        found: dict[str, Any] = {}
        for question in NEW[section]:
            if question.needs and not found.get(question.needs):
                continue
            if section == "warehouses" and found.get("base_url") == "embedded":
                break
            answer = self.ask(question, reference if question.reference else _plain(question))
            if answer != "":
                found[question.key] = answer
        return found

    def choose(
        self, question: Question, known: Sequence[tuple[int, str]], *, default: int | None = None
    ) -> int:
        """Return the number of one of several, by its number or name; a single one is taken without asking.

        ``default`` counts where nobody can be asked.
        """
        if not known:
            raise SettingsError(f"there is none to choose for --{question.name}: the warehouse shows none")
        if question.name not in self.given and len(known) == 1:
            ((number, name),) = known
            say.aside(f"{question.name} {number} ({name}), the only one")
            return number
        if question.name not in self.given and not self._alone:
            for number, name in known:
                say.aside(f"{number}  {name}")

        def read(answer: str) -> int:
            found = [number for number, name in known if answer in (str(number), name)]
            if len(found) != 1:
                names = ", ".join(f"{number} ({name})" for number, name in known)
                raise ValueError(f"{answer!r} is not one of {names}")
            return found[0]

        standing = self._alone and default in {number for number, _ in known}
        return self.ask(question, read, default=str(default) if standing else None)


def reference(answer: str) -> Any:
    """Return where a secret is, as the connections file writes it.

    Raises:
        ValueError: the environment has no such variable.
    """
    if not answer:
        return ""
    if re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", answer):
        return {"block": answer}
    if not os.environ.get(answer):
        raise ValueError(
            "there is no environment variable of this name, or it is empty: leave with Ctrl-C, set it, and begin again; "
            "the secret itself is never asked for"
        )
    return {"env": answer}


def _plain(question: Question) -> Callable[[str], Any]:
    def read(answer: str) -> Any:
        if not answer and question.default is None:
            raise ValueError("there has to be an answer")
        if question.key == "smtp_port" and answer:
            if not (answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= _LAST_PORT):
                raise ValueError(f"{answer!r} is no port: it is a number from 1 to {_LAST_PORT}")
            return int(answer)
        return answer

    return read
