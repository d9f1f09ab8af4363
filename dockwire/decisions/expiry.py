"""When consents and client secrets end, and which announcement of that is due.

Source: Selling Partner API documentation, "Renew authorizations" (365 days, public applications) and
"Rotating your app's LWA credentials" (180 days).
"""

import math
from datetime import UTC, date, datetime, time, timedelta

CONSENT_LIFE = timedelta(days=365)
SECRET_LIFE = timedelta(days=180)

THRESHOLDS = (60, 30, 7, 1, 0)
"""Days before the end at which people are told; 0: it is over."""


def consent_expires(granted: datetime) -> datetime:
    """Return when a consent to a public application ends."""
    return granted + CONSENT_LIFE


def secret_expires(changed: date) -> datetime:
    """Return when a client secret that Amazon issued on a day stops working, at the earliest."""
    return datetime.combine(changed, time(), UTC) + SECRET_LIFE


def days_left(expires: datetime, now: datetime) -> int:
    """Return how many days are left, a begun one counted as whole; 0 or less: it is over."""
    return math.ceil((expires - now) / timedelta(days=1))


def reached(expires: datetime, now: datetime) -> int | None:
    """Return the smallest threshold that is reached; None while the end is far.

    Whoever looks too rarely skips thresholds: only the smallest is worth telling then.
    """
    left = days_left(expires, now)
    return min((days for days in THRESHOLDS if left <= days), default=None)


def renewable(expires: datetime, now: datetime) -> bool:
    """Say whether the end is so near that a renewal makes sense."""
    return reached(expires, now) is not None
