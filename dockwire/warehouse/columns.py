"""Column types that mean the same on SQLite and PostgreSQL: exact quantities and amounts, moments in UTC."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

QUANTITY_PLACES = 4
"""Digits after the point that a quantity may have."""

_UNITS = Decimal(10) ** QUANTITY_PLACES


class Quantity(TypeDecorator[Decimal]):
    """A decimal with four places, kept as a whole number so that sums in SQL are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        """Turn a quantity into ten-thousandths."""
        return None if value is None else int(value * _UNITS)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        """Turn ten-thousandths (PostgreSQL sums them into a decimal) back into a quantity."""
        return None if value is None else Decimal(value) / _UNITS


class Money(Quantity):
    """An amount of a customer's currency, kept like a quantity; below zero it is a credit."""

    cache_ok = True


class Moment(TypeDecorator[datetime]):
    """A timezone-aware moment, kept as UTC without offset."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn an aware moment into naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Make the stored moment aware again."""
        return None if value is None else value.replace(tzinfo=UTC)
