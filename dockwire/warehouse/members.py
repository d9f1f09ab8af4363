"""Reading a request's JSON: member names in any case, and problems that name the member."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from dockwire.warehouse.columns import QUANTITY_PLACES
from dockwire.warehouse.problems import InvalidModel

LARGEST_QUANTITY = Decimal(10**9)

_WHOLE = re.compile("[0-9]{1,10}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Zero bytes and halves of surrogate pairs: JSON can say them, databases cannot keep them."""


class Members:
    """One JSON object of a request, and where in the request it stands."""

    def __init__(self, value: object, *, path: str = "", model: str = "Order") -> None:
        """Take a parsed object.

        Raises:
            InvalidModel: it is not an object.
        """
        self.path = path
        self.model = model
        if not isinstance(value, dict):
            raise self.invalid("", "ValueNotSupported", "An object is expected.")
        self._values = {str(name).lower(): member for name, member in value.items()}

    def invalid(self, name: str, code: str, hint: str, *, value: object = None) -> InvalidModel:
        """Return the problem of one member; ``value`` only if it cannot be personal."""
        return InvalidModel(code, self.place(name), hint=hint, value=value, model=self.model)

    def place(self, name: str) -> str:
        """Return a member's full name, as in ``orderItems[0].qty``."""
        return f"{self.path}.{name}".strip(".")

    def has(self, name: str) -> bool:
        """Tell whether the member is there and not null."""
        return self.raw(name) is not None

    def raw(self, name: str) -> Any:
        """Return a member as it came, None if it is absent."""
        return self._values.get(name.lower())

    def text(self, name: str, *, limit: int = 0, required: bool = False) -> str:
        """Return a text, empty if it is absent; a number is taken as its digits."""
        value = self.raw(name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise self.invalid(name, "ValueNotSupported", "A text is expected.")
        value = (value or "").strip()
        if _UNSTORABLE.search(value):
            raise self.invalid(name, "ValueNotSupported", "The text holds what is no character.")
        if required and not value:
            raise self.invalid(name, "Required", f"{self.place(name)} is required.")
        if limit and len(value) > limit:
            raise self.invalid(
                name, "ValueNotSupported", f"{self.place(name)} is longer than {limit} characters."
            )
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number, None if it is absent."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value < 2**31:
            raise self.invalid(name, "ValueNotSupported", f"{self.place(name)} must be a whole number.")
        return value

    def quantity(self, name: str) -> Decimal:
        """Return a required quantity above zero."""
        return self._quantity(name, signed=False)

    def change(self, name: str) -> Decimal:
        """Return a required quantity that is added, or below zero taken away; never zero."""
        return self._quantity(name, signed=True)

    def _quantity(self, name: str, *, signed: bool) -> Decimal:
        value = self.raw(name)
        if value is None:
            raise self.invalid(name, "Required", f"{self.place(name)} is required.")
        amount = _decimal(value)
        size = abs(amount) if signed and amount is not None else amount
        if (
            amount is None
            or size is None
            or not 0 < size <= LARGEST_QUANTITY
            or _places(amount) > QUANTITY_PLACES
        ):
            sign = "other than 0 and at most +/-" if signed else "above 0 and at most "
            raise self.invalid(
                name,
                "ValueNotSupported",
                f"{self.place(name)} must be {sign}{LARGEST_QUANTITY}, with at most "
                f"{QUANTITY_PLACES} decimals.",
            )
        return amount

    def flag(self, name: str) -> bool | None:
        """Return a yes or no, None if it is absent."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise self.invalid(name, "ValueNotSupported", f"{self.place(name)} must be true or false.")
        return value

    def decimal(self, name: str) -> Decimal | None:
        """Return a number that is no quantity of goods, None if it is absent."""
        value = self.raw(name)
        if value is None:
            return None
        amount = _decimal(value)
        if amount is None or abs(amount) > LARGEST_QUANTITY:
            raise self.invalid(name, "ValueNotSupported", f"{self.place(name)} must be a number.")
        return amount

    def money(self, name: str) -> Decimal | None:
        """Return an amount of money, None if it is absent."""
        amount = self.decimal(name)
        if amount is not None and _places(amount) > QUANTITY_PLACES:
            hint = f"{self.place(name)} may have at most {QUANTITY_PLACES} decimals."
            raise self.invalid(name, "ValueNotSupported", hint)
        return amount

    def moment(self, name: str, zone: ZoneInfo) -> str | None:
        """Return a time as it shall be shown again: local, to the second, without offset."""
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                moment = moment.astimezone(zone)
        # In another zone the first and the last day of the calendar may lie outside of it.
        except (ValueError, OverflowError):
            raise self.invalid(name, "ValueNotSupported", f"{self.place(name)} is not a time.") from None
        return moment.replace(tzinfo=None, microsecond=0).isoformat()

    def refuse(self, *names: str) -> None:
        """Refuse members that would otherwise be lost in silence, unless they are empty.

        Raises:
            InvalidModel: one of them is there.
        """
        for name in names:
            if self.raw(name) not in (None, "", [], {}):
                raise self.invalid(name, "ValueNotSupported", f"This warehouse does not keep {name}.")

    def child(self, name: str) -> "Members | None":
        """Return a member that is an object, None if it is absent."""
        value = self.raw(name)
        return None if value is None else Members(value, path=self.place(name), model=self.model)

    def children(self, name: str) -> "Iterator[Members]":
        """Walk through a member that is a list of objects; absent counts as empty."""
        value = self.raw(name)
        if value is not None and not isinstance(value, list):
            raise self.invalid(name, "ValueNotSupported", f"{self.place(name)} must be a list.")
        for number, entry in enumerate(value or []):
            yield Members(entry, path=f"{self.place(name)}[{number}]", model=self.model)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
