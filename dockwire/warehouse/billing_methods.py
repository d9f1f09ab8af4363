"""Charges, and how they fall on several orders: on each, on the first, or in even parts.

The arithmetic is in the smallest units of the currency, so that parts add up to what was divided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Any

from dockwire.warehouse.switches import Remainder


class Method(IntEnum):
    """``billingApplyMethod`` of the vendor's "ordersconfirm" page."""

    EACH = 0
    FIRST = 1
    PRORATE = 2


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of a charge; ``rule_id`` names the price rule behind it, if there is one."""

    label: str
    units: Decimal
    price: Decimal
    unit_description: str = ""
    rule_id: int | None = None
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        """Units times price, exactly."""
        return self.units * self.price


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge with its rows; a charge without rows has its subtotal only."""

    charge_type: int
    subtotal: Decimal
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders that are closed together: how charges fall on them, and in which currency."""

    method: Method
    orders: int
    digits: int
    """Digits after the point that the currency has."""
    remainder: Remainder = Remainder.FIRST

    def part(self, charges: Sequence[Charge], place: int) -> list[Charge]:
        """Return what falls on the order at a place (from 0) of the request.

        Parts differ by at most one smallest unit; a part of nothing is left out.
        """
        if self.method is Method.EACH or self.orders == 1:
            return list(charges)
        if self.method is Method.FIRST:
            return list(charges) if place == 0 else []
        parts = [self._prorated(charge, place) for charge in charges]
        return [part for part in parts if part.details or part.subtotal]

    def _prorated(self, charge: Charge, place: int) -> Charge:
        if not charge.details:
            return Charge(charge.charge_type, self._share(charge.subtotal, place, 0))
        details, taken = [], 0
        for detail in charge.details:
            # What the rows leave over goes round, so that the charge as a whole is even too.
            amount = self._share(detail.amount, place, taken)
            taken += self._left_over(detail.amount)
            if amount:
                details.append(_share_of(detail, amount))
        return Charge(charge.charge_type, sum((d.amount for d in details), Decimal(0)), tuple(details))

    def _share(self, amount: Decimal, place: int, taken: int) -> Decimal:
        whole = _whole(amount, self.digits) // self.orders
        turn = place if self.remainder is Remainder.FIRST else self.orders - 1 - place
        whole += (turn - taken) % self.orders < self._left_over(amount)
        return Decimal(whole).scaleb(-self.digits).copy_sign(amount) if whole else Decimal(0)

    def _left_over(self, amount: Decimal) -> int:
        return _whole(amount, self.digits) % self.orders


def _whole(amount: Decimal, digits: int) -> int:
    return int(abs(amount).scaleb(digits))


def _share_of(detail: Detail, amount: Decimal) -> Detail:
    # A part of a predefined charge has no longer its price.
    return Detail(
        label=detail.label,
        units=Decimal(1),
        price=amount,
        unit_description=detail.unit_description,
        members=detail.members,
    )
