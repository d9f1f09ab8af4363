"""One warehouse account's stock: how much there is of what, and what kits and aliases are made of."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from typing import Any

from dockwire.extensiv.caller import Caller, unusable
from dockwire.extensiv.stock_wire import (
    in_facility,
    of_items,
    page_of,
    read_alias,
    read_item,
    read_rows,
    read_stock,
)
from dockwire.model.ids import CustomerId, FacilityId
from dockwire.model.stock_rows import ItemAlias, StockItem, StockRow, UnreadableRow
from dockwire.transport import Call

_SUMMARIES = Call("listStockSummaries", "GET", "/inventory/stocksummaries", {"orderednotallocated": "true"})
_SUMMARIES_PAGE = 500
_ITEMS_PAGE = 100
_READINGS = 3
"""How often a list is read from the beginning when it grows or shrinks meanwhile."""


class StockCalls(Caller):
    """The part of ``Warehouse`` that counts."""

    async def stock_rows(
        self, facility_id: FacilityId, item_ids: Collection[int] | None = None
    ) -> list[StockRow | UnreadableRow]:
        """Return what there is of the items in a facility, a row that cannot be read among the others.

        Rows do not tell their customer, items do: ``item_ids`` are the numbers of a customer's items; None
        is for a credential that sees one customer. A second row for the same item and qualifier counts as
        unreadable.

        Raises:
            Unavailable: an answer is no page of stock, or the list kept changing its length.
        """
        wanted = None if item_ids is None else frozenset(item_ids)
        return _once_each(await self._whole(_SUMMARIES, page_size=_SUMMARIES_PAGE), facility_id, wanted)

    async def stock(
        self, customer_id: CustomerId, facility_id: FacilityId
    ) -> tuple[list[StockRow | UnreadableRow], list[StockItem | UnreadableRow]]:
        """Return a customer's stock in a facility, and all of the customer's items.

        A row with the SKU of an item that cannot be read is unreadable too: its owner is not certain.

        Raises:
            Unavailable: an answer is no page, or a list kept changing its length.
        """
        # Items are read last, so that every row's item is among them.
        rows = await self._whole(_SUMMARIES, page_size=_SUMMARIES_PAGE)
        items = await self.stock_items(customer_id)
        known = frozenset(item.item_id for item in items if isinstance(item, StockItem))
        unclear = frozenset(item.sku for item in items if isinstance(item, UnreadableRow))
        return _once_each(rows, facility_id, known, unclear), items

    async def stock_items(self, customer_id: CustomerId) -> list[StockItem | UnreadableRow]:
        """Return all items of a customer, kits with their parts, deactivated ones too."""
        call = Call("listItems", "GET", f"/customers/{customer_id}/items")
        rows = await self._whole(call, page_size=_ITEMS_PAGE)
        return [item for _, item in read_rows(rows, read_item)]

    async def item_aliases(self, customer_id: CustomerId) -> list[ItemAlias | UnreadableRow]:
        """Return all aliases of a customer's items, inactive ones too."""
        call = Call("listItemAliases", "GET", f"/customers/{customer_id}/itemaliases")
        rows = await self._whole(call, page_size=_ITEMS_PAGE)
        return [alias for _, alias in read_rows(rows, read_alias)]

    async def _whole(self, call: Call, *, page_size: int) -> list[Any]:
        """Return all rows of a collection as they came, read while it had one length.

        Pages are counted from the beginning, so a list that grows meanwhile repeats or loses rows.
        """
        for reading in range(1, _READINGS + 1):
            try:
                return [row async for row in self._all_rows(call, page_size=page_size)]
            except _LengthChanged as changed:
                if reading == _READINGS:
                    raise changed.told from None
        raise AssertionError("the loop returns or raises")

    async def _all_rows(self, call: Call, *, page_size: int) -> AsyncIterator[Any]:
        """Yield every row of a collection, page by page to the end."""
        number, seen, promised = 1, 0, None
        while True:
            params = {**call.params, "pgsiz": str(page_size), "pgnum": str(number)}
            page = Call(call.operation, call.method, call.path, params)
            reply = await self.ask(page)
            try:
                rows, total = page_of(reply.content)
            except (ValueError, TypeError, RecursionError):
                raise unusable(page, reply) from None
            seen += len(rows)
            if (number > 1 and total != promised) or (not rows and total is not None and seen < total):
                raise _LengthChanged(unusable(page, reply))
            for row in rows:
                yield row
            if len(rows) < page_size if total is None else seen >= total:
                return
            number, promised = number + 1, total


class _LengthChanged(Exception):
    """The list became longer or shorter between two of its pages; ``told`` is for who gives up over it."""

    def __init__(self, told: Exception) -> None:
        self.told = told
        super().__init__()


def _once_each(
    rows: list[Any],
    facility_id: FacilityId,
    item_ids: frozenset[int] | None,
    unclear: frozenset[str] = frozenset(),
) -> list[StockRow | UnreadableRow]:
    first: dict[tuple[int, str], int] = {}
    found: list[StockRow | UnreadableRow] = []
    for number, row in read_rows(rows, read_stock):
        if not in_facility(rows[number - 1], facility_id):
            continue
        if not of_items(rows[number - 1], item_ids):
            if row.sku and row.sku in unclear:
                found.append(UnreadableRow(number, row.sku, "its item cannot be read"))
            continue
        found.append(_unless_known(number, row, first))
    return found


def _unless_known(
    number: int, row: StockRow | UnreadableRow, first: dict[tuple[int, str], int]
) -> StockRow | UnreadableRow:
    if isinstance(row, UnreadableRow):
        return row
    same = first.setdefault((row.item_id, row.qualifier), number)
    if same == number:
        return replace(row, number=number)
    return UnreadableRow(number, row.sku, f"the same item and qualifier as row {same}")
