"""What has been asked: one line per request, without queries and bodies, which may be personal."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

REMEMBERED = 10_000
"""Entries kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; ``operation`` is its route, as in ``GET /orders/{order_id}``, and ``status`` 0 where the
    answer broke off.
    """

    time: datetime
    operation: str
    path: str
    status: int

    @property
    def throttled(self) -> bool:
        """Whether the answer was 429."""
        return self.status == 429  # noqa: PLR2004 - the status code says it all


class Journal:
    """The last requests."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=REMEMBERED)

    def add(self, entry: Entry) -> None:
        """Note an answered request."""
        self.entries.append(entry)
