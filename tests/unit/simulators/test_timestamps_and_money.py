"""Instants and amounts in the exact forms Amazon writes and reads."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.simulators.amazon.money import converted, money
from dockwire.simulators.amazon.timestamps import instant, timestamp

MOMENTS = st.datetimes(datetime(2016, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS)
def test_a_written_instant_reads_back_to_the_millisecond_and_never_later(moment: datetime) -> None:
    read = instant(timestamp(moment))
    assert timedelta() <= moment - read < timedelta(milliseconds=1)
    assert timestamp(read) == timestamp(moment)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-02T09:00:00Z", 0),
        ("2026-11-02T09:00:00.5Z", 500_000),
        ("2026-11-02T09:00:00.123Z", 123_000),
        ("2026-11-02T09:00:00.123456789Z", 123_456),
    ],
)
def test_fractions_of_any_length_are_understood(text: str, microsecond: int) -> None:
    assert instant(text) == datetime(2026, 11, 2, 9, 0, 0, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-02T09:00:00z",
        "2026-11-02T09:00Z",
        "2026-11-02T09:00:00.Z",
        "2026-11-02T09:00:00Z\n",
        "x" * 999,
    ],
)
def test_other_forms_are_refused_without_being_repeated_at_length(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601") as refusal:
        instant(text)
    assert len(str(refusal.value)) < 120


def test_other_zones_are_written_in_utc() -> None:
    tokyo = datetime(2026, 11, 2, 18, 0, tzinfo=timezone(timedelta(hours=9)))
    assert timestamp(tokyo) == "2026-11-02T09:00:00Z"


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("USD", "14.90"),
        ("EUR", "13.71"),
        ("CAD", "20.26"),
        ("JPY", "2235"),
        ("MXN", "268.20"),
        ("SEK", "14.90"),
    ],
)
def test_prices_are_converted_and_rounded_to_the_currencys_unit(currency: str, amount: str) -> None:
    assert money(converted(Decimal("14.90"), currency), currency) == {
        "amount": amount,
        "currencyCode": currency,
    }


@given(st.decimals(0, 10**9, places=2))
def test_amounts_are_never_written_with_an_exponent(amount: Decimal) -> None:
    for currency in ("USD", "JPY"):
        written = money(amount, currency)["amount"]
        assert "E" not in written.upper()
        assert abs(Decimal(written) - amount) <= Decimal("0.5")
