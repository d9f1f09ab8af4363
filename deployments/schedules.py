"""When each connection runs: the cadence as data, spread so that connections do not start together."""

import hashlib
from datetime import UTC, datetime, timedelta

from prefect.schedules import Interval, Schedule

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def every(interval: timedelta, connection: str) -> Schedule:
    """Return the interval schedule of one connection.

    Prefect follows the anchor exactly and adds no jitter, so the anchor is moved by a hash of the
    connection's name that is the same in every process.
    """
    digest = int.from_bytes(hashlib.sha256(connection.encode()).digest()[:8])
    offset = timedelta(seconds=digest % int(interval.total_seconds()))
    return Interval(interval, anchor_date=_EPOCH + offset, slug="every")
