"""Amounts of money: exact decimals with their currency."""

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Currencies whose minor unit is not the hundredth (ISO 4217, list one)."""

_MINOR_DIGITS = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has.

    Raises:
        ValueError: it is no code of three capital letters.
    """
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"{currency!r} is not a currency code of three capital letters, such as USD")
    return _MINOR_DIGITS.get(currency, 2)


def in_minor_units(amount: Decimal, currency: str) -> int | None:
    """Return an amount as a whole number of its currency's minor units, None when it is none."""
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def from_minor_units(units: int, currency: str) -> Decimal:
    """Return so many minor units as an amount with the currency's decimals."""
    return Decimal(units).scaleb(-minor_digits(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; never a float."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError("an amount is a finite number")

    def __str__(self) -> str:
        """Return the amount in its currency's usual form, for instance ``12.50 USD``."""
        return f"{self.amount:.{minor_digits(self.currency)}f} {self.currency}"
