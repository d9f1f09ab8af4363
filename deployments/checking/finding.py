"""What a check found: fine, wrong or not to be told, in a sentence, with the next step and who takes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dockwire.errors import (
    AccessDenied,
    ConsentRevoked,
    DockwireError,
    Fixer,
    SettingsError,
    Throttled,
    Unavailable,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One result; ``ok`` is None for what cannot be told now, or only by changing something."""

    ok: bool | None
    detail: str
    do: str = ""
    """The next step; empty when there is none."""
    fixer: Fixer = Fixer.NOBODY
    what: str = ""
    """The name of the check; given by the board."""

    def row(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "what": self.what,
            "ok": self.ok,
            "detail": self.detail,
            "fixer": None if self.ok else self.fixer.value,
            "do": self.do,
        }


def fine(detail: str) -> Finding:
    """Return that all is well."""
    return Finding(True, detail)


def wrong(detail: str, do: str, fixer: Fixer = Fixer.ENGINEER) -> Finding:
    """Return that something is wrong, and the way out."""
    return Finding(False, detail, do, fixer)


def untold(detail: str, do: str = "", fixer: Fixer = Fixer.NOBODY) -> Finding:
    """Return that it cannot be told, or is no fault and still worth knowing."""
    return Finding(None, detail, do, fixer)


def failed(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that are wrong."""
    return [finding for finding in findings if finding.ok is False]


def of_error(error: DockwireError) -> Finding:
    """Return the finding that one of our own errors means."""
    if isinstance(error, Throttled):
        wait = max(1, round(error.retry_after))
        return untold(str(error), f"check again in {wait} s", Fixer.NOBODY)
    step = next((step for kind, step in _STEPS if isinstance(error, kind)), "")
    fixer = Fixer.ENGINEER if error.fixer is Fixer.NOBODY else error.fixer
    return wrong(str(error), step, fixer)


_STEPS: tuple[tuple[type[DockwireError], str], ...] = (
    (SettingsError, "correct it in the connections file or in the variables, and apply the file again"),
    (ConsentRevoked, "let the seller authorise the application again and store the new refresh token"),
    (AccessDenied, "give the credential what it lacks, or store another one"),
    (Unavailable, "look whether the address is right and the other side runs, then check again"),
)
