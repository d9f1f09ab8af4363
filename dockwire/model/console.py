"""Who works at the console, with which role, and what is written down of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


class Role(StrEnum):
    """What a user of the console may do."""

    VIEWER = "viewer"
    """Looks; never sees personal data, changes nothing."""
    CLERK = "clerk"
    """Works on orders: ships, holds, releases, corrects."""
    ENGINEER = "engineer"
    """Also stops and starts connections, and reads the audit trail."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: Role
    created: datetime
    changed: datetime
    """When password or role changed last; sessions begun before have ended."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One thing that somebody did, saw or tried at the console; never personal data."""

    at: datetime
    user: str
    """Empty: a sign-in under a name that nobody has."""
    role: str
    act: str
    connection: str = ""
    order_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters, order and columns of a list under a name."""

    name: str
    owner: str
    shared: bool
    """Everybody sees it; only its owner, or an engineer, removes it."""
    view: str
    """Key of the list it belongs to, for instance ``orders``."""
    query: str
    """The list's query string, without a page."""
    id: int = 0


@dataclass(frozen=True, slots=True)
class SignInLimit:
    """How many sign-ins of one kind may fail before others have to wait."""

    subject: str
    """Digest of a name or an address: what is typed as a name may be a password."""
    failures: int


def checked_name(name: str) -> str:
    """Return a user's name as it is kept: lower-case.

    Raises:
        ValueError: it has other characters than letters, digits, dot, dash and underscore, or more than 60.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(
            "has 1 to 60 letters, digits, dots, dashes or underscores, and begins with a letter or digit"
        )
    return name
