"""What a notice says, before it is text or HTML: both are made of the same sentences."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


class Tone(StrEnum):
    """How a notice looks at a glance."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: an order, a SKU or a run, and what is to be said of it."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of which the same happened, and that the same people can end."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice."""

    subject: str
    tone: Tone
    happened: str
    """What happened, in a sentence."""
    groups: tuple[Group, ...]
    more: str
    """What is not listed, or nothing."""
    todo: str
    """What to do, and who."""
    when: str
    """By when."""
    commands: tuple[str, ...]
    about: str
    """Whom the notice is from, and where its recipients are set."""

    @property
    def text(self) -> str:
        """The notice as plain text."""
        return _templates().get_template("letter.txt.jinja").render(letter=self)

    @property
    def html(self) -> str:
        """The notice as a page without anything from elsewhere."""
        return _templates().get_template("letter.html.jinja").render(letter=self)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("dockwire.mail"),
        autoescape=select_autoescape(["html.jinja", "html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
