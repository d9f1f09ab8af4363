"""The day in numbers: what happened to orders today, hour by hour, and on the days before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from dockwire.ledger.happenings import happened
from dockwire.model.day import Happening, Span

DAYS = 14
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SETTLED = timedelta(hours=1)
"""A transaction takes its time between the moment that a fact names and its commit, though never so long."""

Counts = dict[Happening, int]


@dataclass(frozen=True, slots=True)
class Day:
    """Numbers of today, beside those of yesterday and of the days before. Days begin at midnight UTC."""

    now: datetime
    today: Span
    yesterday: Span
    so_far: Span
    """Yesterday, up to the time that it is now."""
    hours: tuple[Span, ...]
    """Of today, the coming ones too."""
    hours_before: tuple[Span, ...]
    """Of yesterday."""
    days: tuple[Span, ...]
    """The oldest first; the last one is today."""
    counts: dict[Span, Counts]
    """Of all these spans."""


class DayBook:
    """Counts days, and keeps what was counted of spans that are over: nothing happens in them any more."""

    def __init__(self) -> None:
        self._kept: dict[Span, Counts] = {}

    def read(self, session: Session, now: datetime) -> Day:
        """Return the day that ``now`` is in."""
        # Links name moments to the second.
        now = now.replace(microsecond=0)
        today = day_of(now)
        yesterday = _shifted(today)
        so_far = Span(yesterday.begin, now - _DAY)
        hours = tuple(Span(today.begin + n * _HOUR, today.begin + (n + 1) * _HOUR) for n in range(24))
        before = tuple(_shifted(hour) for hour in hours)
        days = tuple(_shifted(today, n) for n in reversed(range(DAYS)))
        counts = self._counted(session, (*days, so_far, *hours, *before), now)
        return Day(now, today, yesterday, so_far, hours, before, days, counts)

    def _counted(self, session: Session, spans: Sequence[Span], now: datetime) -> dict[Span, Counts]:
        kept = self._kept
        counts = {span: kept.get(span) or _count(session, span, now) for span in spans}
        self._kept = {span: counts[span] for span in spans if span.end <= now - _SETTLED}
        return counts


def day_of(now: datetime) -> Span:
    """Return the day that a moment is in."""
    begin = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(begin, begin + _DAY)


def _shifted(span: Span, days: int = 1) -> Span:
    return Span(span.begin - days * _DAY, span.end - days * _DAY)


def _count(session: Session, span: Span, now: datetime) -> Counts:
    return happened(session, span) if span.begin <= now else dict.fromkeys(Happening, 0)
