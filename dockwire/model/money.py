"""Amounts of money: exact decimals with their currency."""

from dataclasses import dataclass
from decimal import Decimal

_NO_MINOR_UNIT = frozenset({"JPY", "KRW", "CLP", "VND", "ISK"})
"""Currencies without decimals (ISO 4217)."""


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

    @property
    def minor_digits(self) -> int:
        """How many decimals the currency has."""
        return 0 if self.currency in _NO_MINOR_UNIT else 2

    def __str__(self) -> str:
        """Return the amount in its currency's usual form, for instance ``12.50 USD``."""
        return f"{self.amount:.{self.minor_digits}f} {self.currency}"
