"""What has been asked: one line per request, without anything personal.

Query strings and bodies are left out, because they may hold what nobody should find in a log.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

REMEMBERED = 10_000
"""Entries kept; the counters go on counting."""

_TOO_MANY = 429


@dataclass(slots=True)
class Entry:
    """One request. ``status`` is absent when no answer was sent, ``fault`` names an injected fault."""

    time: datetime
    operation: str
    method: str
    path: str
    seller: str | None = None
    status: int | None = None
    fault: str | None = None

    @property
    def throttled(self) -> bool:
        """Whether the answer was 429."""
        return self.status == _TOO_MANY


class Journal:
    """The last requests, and how many there have been."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=REMEMBERED)
        self.requests = 0
        self.throttled = 0

    def add(self, entry: Entry) -> None:
        """Note a finished request."""
        self.entries.append(entry)
        self.requests += 1
        self.throttled += entry.throttled
