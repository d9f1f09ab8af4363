"""Charges: what the 3PL bills the merchant for work on an order."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum


class ChargeType(IntEnum):
    """The warehouse's kinds of charge (``PriceCalcFieldType``); 7 and 8 are made by the system only."""

    HANDLING = 1
    STORAGE = 2
    PREPAID_FREIGHT = 3
    THIRD_PARTY_FREIGHT = 4
    SPECIAL = 5
    MATERIALS = 6
    AUTO_STORAGE = 7
    AUTO_HANDLING = 8


AUTOMATIC = frozenset({ChargeType.AUTO_STORAGE, ChargeType.AUTO_HANDLING})
"""What only the warehouse's own price rules may add."""


class Apply(StrEnum):
    """How the charges of a request fall on its orders."""

    SEPARATELY = "separately"
    """Every order gets all of them."""
    EVENLY = "evenly"
    """Each amount is divided over the orders, to the last minor unit."""
    FIRST = "first"
    """The first order gets all of them."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One row: so many units of something at a price."""

    kind: ChargeType
    label: str
    units: Decimal
    price_per_unit: Decimal
    unit_description: str = ""

    @property
    def amount(self) -> Decimal:
        """Units times price, exactly."""
        return self.units * self.price_per_unit
