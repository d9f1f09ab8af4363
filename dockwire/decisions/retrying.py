"""When a failed order is tried again."""

from datetime import datetime, timedelta

_FIRST_DELAY = timedelta(minutes=15)
_LONGEST_DELAY = timedelta(hours=6)


def retry_at(now: datetime, attempts: int) -> datetime:
    """Return the moment of the next try: 15 minutes from now, doubling with each attempt, at most 6 hours."""
    delay: timedelta = _FIRST_DELAY * 2 ** min(attempts, 10)
    return now + min(delay, _LONGEST_DELAY)
