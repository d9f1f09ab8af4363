"""Which decimals are quantities at all."""

from decimal import Decimal

from dockwire.model.stock import MOST_UNITS

ZERO = Decimal(0)

PLACES = 6
"""Digits after the point that count: sums, and whole units times a quantity, stay exact in 28 digits."""

_FINEST = Decimal(1).scaleb(-PLACES)


def complaint(quantity: Decimal) -> str | None:
    """Return what keeps a number from being a quantity, as the end of a sentence; below zero is not asked."""
    if not quantity.is_finite():
        return "is not a number"
    if abs(quantity) > MOST_UNITS:
        return f"is more than any stock ({MOST_UNITS})"
    if quantity % _FINEST:
        return f"has more than {PLACES} digits after the point"
    return None


def need_units(units: Decimal, what: str) -> None:
    """Refuse units that nobody can have counted.

    Raises:
        ValueError: the number is negative or :func:`complaint` finds fault with it.
    """
    wrong = complaint(units) or ("is negative" if units < 0 else None)
    if wrong:
        raise ValueError(f"{what}: {units} {wrong}")
