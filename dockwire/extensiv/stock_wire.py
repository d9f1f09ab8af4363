"""Reading stock and items: numbers exact, members in any letter case, every row readable or named."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from dockwire.extensiv.wire import collection, lowered
from dockwire.model.ids import FacilityId
from dockwire.model.stock_rows import ItemAlias, KitPart, StockItem, StockRow, UnreadableRow

_LARGEST = Decimal(10) ** 12
"""Beyond it a number is a mistake: no warehouse has so much of anything."""

R = TypeVar("R")


class _Unreadable(Exception):
    """One member of a row cannot be read."""


def page_of(content: bytes) -> tuple[list[Any], int | None]:
    """Return a page's rows with exact numbers, and the total when it is told.

    ``/inventory/stocksummaries`` has its rows in ``summaries``, other collections where ``wire`` says.

    Raises:
        ValueError, TypeError: it is no page.
        RecursionError: it is nested beyond reason.
    """
    # What is no number after all makes only its own row unreadable.
    body = json.loads(content, parse_float=_exact, parse_constant=str)
    if not isinstance(body, dict):
        raise TypeError("a collection is an object")
    flat = {str(name).lower(): member for name, member in body.items()}
    if (rows := flat.get("summaries")) is None:
        return collection(body)
    if not isinstance(rows, list):
        raise TypeError("a collection holds a list")
    total = flat.get("totalresults")
    return rows, total if isinstance(total, int) else None


def _exact(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def read_rows(
    rows: Iterable[Any], read: Callable[["_Row"], R], *, start: int = 1
) -> list[tuple[int, R | UnreadableRow]]:
    """Return each row with its number, as what ``read`` makes of it or as one that cannot be read."""
    return [(number, _read(number, row, read)) for number, row in enumerate(rows, start=start)]


def _read(number: int, value: Any, read: Callable[["_Row"], R]) -> R | UnreadableRow:
    if not isinstance(value, dict):
        return UnreadableRow(number, "", "the row is no object")
    row = _Row(lowered(value))
    try:
        return read(row)
    except _Unreadable as problem:
        return UnreadableRow(number, row.sku, str(problem))


class _Row:
    """One object of an answer, its member names in lower case."""

    def __init__(self, members: dict[str, Any], place: str = "") -> None:
        self._members = members
        self._place = place

    @property
    def sku(self) -> str:
        """The SKU if it is certain, wherever rows of stock, items and aliases have it."""
        for holder in ("itemidentifier", "aliasidentifier"):
            if isinstance(inner := self._members.get(holder), dict):
                return sku if isinstance(sku := inner.get("sku"), str) else ""
        return sku if isinstance(sku := self._members.get("sku"), str) else ""

    def wrong(self, name: str, problem: str) -> _Unreadable:
        return _Unreadable(f"{self._place}{name} {problem}")

    def text(self, name: str) -> str:
        value = self._members.get(name.lower())
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, "is missing or no text")
        return value

    def note(self, name: str) -> str:
        """Return a text that may be absent."""
        value = self._members.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, "is no text")
        return value or ""

    def whole(self, name: str) -> int:
        value = self._members.get(name.lower())
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(name, "is missing or no whole number")
        return value

    def flag(self, name: str) -> bool:
        value = self._members.get(name.lower())
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false")
        return bool(value)

    def quantity(self, name: str) -> Decimal:
        value = self.quantity_or_none(name)
        if value is None:
            raise self.wrong(name, "is missing")
        return value

    def quantity_or_none(self, name: str) -> Decimal | None:
        value = self._members.get(name.lower())
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise self.wrong(name, "is no number")
        try:
            amount = Decimal(value)
        except InvalidOperation:
            raise self.wrong(name, "is no number") from None
        if not amount.is_finite():
            raise self.wrong(name, "is no number")
        # Not abs(): it would round, and fail over an exponent beyond reason.
        if amount.copy_abs() > _LARGEST:
            raise self.wrong(name, "is beyond what a warehouse can hold")
        return amount

    def child(self, name: str) -> "_Row":
        value = self._members.get(name.lower())
        if not isinstance(value, dict):
            raise self.wrong(name, "is missing or no object")
        return _Row(value, f"{self._place}{name}.")

    def child_or_empty(self, name: str) -> "_Row":
        return _Row({}) if self._members.get(name.lower()) is None else self.child(name)

    def children(self, name: str) -> list["_Row"]:
        value = self._members.get(name.lower())
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(name, "is no list of objects")
        return [_Row(each, f"{self._place}{name}[{index}].") for index, each in enumerate(value)]


def in_facility(row: Any, facility_id: FacilityId) -> bool:
    """Tell whether a row may be about a facility; it may where it does not say."""
    told = lowered(row).get("facilityid") if isinstance(row, dict) else None
    return not isinstance(told, int) or told == facility_id


def of_items(row: Any, item_ids: frozenset[int] | None) -> bool:
    """Tell whether a row may be about one of the items; it may where it does not say, or where all count."""
    item = lowered(row).get("itemidentifier") if isinstance(row, dict) else None
    told = item.get("id") if isinstance(item, dict) else None
    return item_ids is None or not isinstance(told, int) or told in item_ids


def read_stock(row: _Row) -> StockRow:
    """Read one row of ``/inventory/stocksummaries``."""
    item = row.child("itemIdentifier")
    return StockRow(
        item_id=item.whole("id"),
        sku=item.text("sku"),
        qualifier=row.note("qualifier"),
        facility_id=FacilityId(row.whole("facilityId")),
        available=row.quantity("available"),
        on_hold=row.quantity("onHold"),
        ordered_not_allocated=row.quantity_or_none("orderedNotAllocated"),
    )


def read_item(row: _Row) -> StockItem:
    """Read one item of ``/customers/{id}/items``; its number may stand in the read-only part."""
    inner = row.child_or_empty("readOnly")
    number = row.whole("itemId") if inner.quantity_or_none("itemId") is None else inner.whole("itemId")
    parts = row.child_or_empty("kit").children("components")
    unit = row.child_or_empty("options").child_or_empty("inventoryUnit").child_or_empty("unitIdentifier")
    return StockItem(
        item_id=number,
        sku=row.text("sku"),
        active=not inner.flag("deactivated"),
        parts=tuple(_part(part) for part in parts),
        unit=unit.note("name"),
    )


def read_alias(row: _Row) -> ItemAlias:
    """Read one alias of ``/customers/{id}/itemaliases``."""
    parts = tuple(_part(part) for part in row.children("details"))
    if not parts:
        raise row.wrong("details", "name no item")
    return ItemAlias(row.child("aliasIdentifier").text("sku"), row.flag("active"), parts)


def _part(part: _Row) -> KitPart:
    quantity = part.quantity("qty")
    if quantity <= 0:
        raise part.wrong("qty", "is not above 0")
    return KitPart(part.child("itemIdentifier").text("sku"), part.note("qualifier"), quantity)
