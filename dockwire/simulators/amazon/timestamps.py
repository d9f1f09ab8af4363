"""Instants on the wire: ISO 8601 in UTC with ``Z``, the only form that query parameters take.

Offsets such as ``+09:00`` are refused, as users of the API report (Selling Partner API
documentation issues 779 and 330).
"""

import re
from datetime import UTC, datetime

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def instant(text: str) -> datetime:
    """Read ``2026-11-02T09:00:00Z``, with up to nine digits of a second (kept to microseconds).

    Raises:
        ValueError: another form, or a date that does not exist.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not an ISO 8601 date-time in UTC ending in Z")
    *whole, fraction = match.groups()
    year, month, day, hour, minute, second = (int(part) for part in whole)
    microseconds = int((fraction or "").ljust(6, "0")[:6])
    return datetime(year, month, day, hour, minute, second, microseconds, tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    """Write an instant in UTC: whole seconds where it has no fraction, else milliseconds.

    Microseconds are cut off, never rounded up into the future.
    """
    moment = moment.astimezone(UTC)
    milliseconds = moment.microsecond // 1000
    form = "milliseconds" if milliseconds else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=form) + "Z"


def is_date_time(text: str) -> bool:
    """Whether a text is an ISO 8601 date and time with its offset, as the times in bodies are."""
    if not _WITH_OFFSET.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
