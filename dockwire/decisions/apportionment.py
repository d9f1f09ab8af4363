"""Which order bears which part of the charges: exact in the currency's minor unit."""

from collections.abc import Sequence
from decimal import Decimal

from dockwire.model.charge import AUTOMATIC, Apply, Charge
from dockwire.model.money import from_minor_units, in_minor_units, minor_digits

_MOST = Decimal(10) ** 9
"""An amount beyond this is a slip of the finger, not a charge."""


def split_evenly(amount: Decimal, *, parts: int, currency: str) -> list[Decimal]:
    """Return ``parts`` shares of ``amount``: their sum is the amount, no two differ by more than one minor unit.

    The first shares are the greater ones; a share may be zero when there is less than one minor unit each.

    Raises:
        ValueError: no parts, or an amount that is no whole number of the currency's minor units.
    """
    if parts < 1:
        raise ValueError("an amount is divided over at least one order")
    whole = in_minor_units(amount, currency)
    if whole is None:
        raise ValueError(f"{amount} {currency} is finer than the currency's smallest unit")
    share, rest = divmod(whole, parts)
    return [from_minor_units(share + (place < rest), currency) for place in range(parts)]


def apportion(
    charges: Sequence[Charge], *, apply: Apply, orders: int, currency: str
) -> list[tuple[Charge, ...]]:
    """Return for every order, in their order, the charges it gets; a share of nothing is left out.

    Raises:
        ValueError: there are no orders, or :func:`charge_problems` finds fault with a charge.
    """
    if orders < 1:
        raise ValueError("charges need at least one order")
    problems = [problem for charge in charges for problem in charge_problems(charge, currency)]
    if problems:
        raise ValueError("; ".join(problems))
    if apply is Apply.SEPARATELY:
        return [tuple(charges)] * orders
    if apply is Apply.FIRST:
        return [tuple(charges), *[()] * (orders - 1)]
    shares = [split_evenly(charge.amount, parts=orders, currency=currency) for charge in charges]
    return [
        tuple(
            _share(charge, amounts[place])
            for charge, amounts in zip(charges, shares, strict=True)
            if amounts[place]
        )
        for place in range(orders)
    ]


def charge_problems(charge: Charge, currency: str) -> list[str]:
    """Return everything that is wrong with a charge, as sentences that name it."""
    name = f"charge {charge.label!r}"
    problems = []
    if not charge.label.strip():
        problems.append("a charge has no label")
    if charge.kind in AUTOMATIC:
        problems.append(
            f"{name}: type {charge.kind.name.lower()} is made by the warehouse's price rules only"
        )
    numbers = {"units": charge.units, "price per unit": charge.price_per_unit}
    for what, number in numbers.items():
        if not number.is_finite() or number <= 0:
            problems.append(f"{name}: {what} is {number}; it has to be more than zero")
    if any(not number.is_finite() or number <= 0 for number in numbers.values()):
        return problems
    if charge.amount > _MOST:
        problems.append(f"{name}: {charge.amount} {currency} is more than any charge may be")
    elif in_minor_units(charge.amount, currency) is None:
        problems.append(
            f"{name}: {charge.units} x {charge.price_per_unit} = {charge.amount} {currency}, but the currency "
            f"has {minor_digits(currency)} decimals"
        )
    return problems


def _share(charge: Charge, amount: Decimal) -> Charge:
    return Charge(charge.kind, charge.label, Decimal(1), amount, charge.unit_description)
