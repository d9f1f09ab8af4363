"""Ends of consents and secrets: how many days are left, and which announcement is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dockwire.decisions.expiry import consent_expires, days_left, reached, renewable, secret_expires

END = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_consent_lives_365_days_and_a_secret_180() -> None:
    assert consent_expires(datetime(2026, 3, 1, 12, tzinfo=UTC)) == END
    assert secret_expires(date(2026, 1, 1)) == datetime(2026, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "left", "threshold"),
    [
        (timedelta(days=300), 300, None),
        (timedelta(days=60) + SECOND, 61, None),
        (timedelta(days=60), 60, 60),
        (timedelta(days=31), 31, 60),
        (timedelta(days=30) + SECOND, 31, 60),
        (timedelta(days=30), 30, 30),
        (timedelta(days=7) + SECOND, 8, 30),
        (timedelta(days=6.5), 7, 7),
        (timedelta(days=1) + SECOND, 2, 7),
        (timedelta(days=1), 1, 1),
        (SECOND, 1, 1),
        (timedelta(), 0, 0),
        (-timedelta(days=400), -400, 0),
    ],
)
def test_the_smallest_threshold_that_is_reached_is_due(
    before: timedelta, left: int, threshold: int | None
) -> None:
    now = END - before
    assert (days_left(END, now), reached(END, now)) == (left, threshold)
    assert renewable(END, now) is (threshold is not None)
