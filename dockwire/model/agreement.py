"""What people agreed to before a connection runs: the 3PL's terms, and the 3PL's approval."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from dockwire.model.ids import ConnectionSlug

LONGEST_NAME = 100
LONGEST_NOTE = 500
LONGEST_TERMS = 200_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody accepted the terms for a connection."""

    connection: ConnectionSlug
    sha256: str
    """Of the terms, as ``sha256sum`` prints it."""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """The 3PL let a connection run, or declined it."""

    connection: ConnectionSlug
    subject: str
    """What was ruled on: :attr:`dockwire.model.connection.Connection.subject` at that time."""
    approved: bool
    by: str
    at: datetime
    note: str = ""
    run: str = ""
    """Prefect's id of the run in which it was asked for; each run is answered once."""


def terms_sha256(terms: str) -> str:
    """Return the SHA-256 of a terms file's text; empty where there are no terms."""
    return hashlib.sha256(terms.encode()).hexdigest() if terms else ""


def checked_person(name: str) -> str:
    """Return a person's name as it is kept, without spaces around it.

    Raises:
        ValueError: it is empty, too long, or holds characters that cannot be seen.
    """
    name = name.strip()
    if not name:
        raise ValueError("is empty; write the name of the person")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"has to be one line of at most {LONGEST_NAME} characters")
    return name


def plain_note(note: str) -> str:
    """Return a note as it is kept: one line of visible characters, cut where it is too long."""
    visible = "".join(" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in note)
    return " ".join(visible.split())[:LONGEST_NOTE]
