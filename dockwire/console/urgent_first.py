"""The order of Find Orders where nobody asks for another: what has to ship, the soonest first, and behind it the rest."""

from collections.abc import Sequence
from typing import Any

import anyio.to_thread
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from starlette.requests import Request
from starlette_admin.filters import FilterGroup

from dockwire.console.listing import ReadOnlyList
from dockwire.ledger.overrides import has_override
from dockwire.ledger.tables import orders, parcels
from dockwire.model.order import OrderStatus
from dockwire.model.override import OverrideKind
from dockwire.model.parcel import ParcelState
from dockwire.model.record import OrderState

_AT_ONCE = 500
"""Rows of one statement: databases take only so many values."""
_LET_BE = (OrderState.WATCHED, OrderState.SKIPPED, OrderState.CANCELLED)
_OPEN = (OrderStatus.UNSHIPPED.value, OrderStatus.PARTIALLY_SHIPPED.value)
_UNTOLD = (ParcelState.REFUSED, ParcelState.TO_SEND, ParcelState.SENT)


class UrgentFirst(ReadOnlyList):
    """A list of orders that begins with the most urgent one.

    It reads one part after the other, each in the order of an index: in one statement every order would be sorted.
    """

    fields_default_sort: Sequence[Any] = ()

    def _default_sort(self) -> list[tuple[str, bool]]:
        # starlette-admin would sort by the key where nothing is said.
        return super()._default_sort() if self.fields_default_sort else []

    async def read_page(
        self,
        request: Request,
        skip: int,
        limit: int,
        q: str | None,
        sorts: Sequence[tuple[str, str]] | None,
        filters: FilterGroup | None,
    ) -> Sequence[Any]:
        """Return the records of a page: in the order that is asked for, or the most urgent first."""
        if sorts:
            return await super().read_page(request, skip, limit, q, sorts, filters)
        found = await self._ids(request, urgent(), "asc", skip, limit, q, filters)
        if limit < 1 or len(found) < limit:
            # Where none of the page is urgent, nobody knows yet how many are on the pages before.
            before = skip + len(found) if found or not skip else await self._number(request, q, filters)
            left = limit - len(found) if limit > 0 else limit
            found += await self._ids(request, ~urgent(), "desc", max(skip - before, 0), left, q, filters)
        return await anyio.to_thread.run_sync(self._records, request, found)

    async def _ids(
        self,
        request: Request,
        part: ColumnElement[bool],
        way: str,
        skip: int,
        limit: int,
        q: str | None,
        filters: FilterGroup | None,
    ) -> list[int]:
        # Of the index alone: rows are wide, and nearly all of them are passed over.
        query = self.get_list_query(request).with_only_columns(self.model.id).where(part).offset(skip)
        query = await self._apply_search_and_filters(request, query, q, filters)
        query = self.build_order_clauses(request, [("ship_by", way)], query)
        if limit > 0:
            query = query.limit(limit)
        found = await anyio.to_thread.run_sync(request.state.session.execute, query)
        return list(found.scalars())

    async def _number(self, request: Request, q: str | None, filters: FilterGroup | None) -> int:
        query = self.get_list_query(request).with_only_columns(func.count()).where(urgent())
        query = await self._apply_search_and_filters(request, query, q, filters)
        found = await anyio.to_thread.run_sync(request.state.session.execute, query)
        return int(found.scalar_one())

    def _records(self, request: Request, ids: Sequence[int]) -> list[Any]:
        found = {
            record.id: record
            for begin in range(0, len(ids), _AT_ONCE)
            for record in request.state.session.scalars(
                select(self.model).where(self.model.id.in_(ids[begin : begin + _AT_ONCE]))
            )
        }
        return [found[each] for each in ids if each in found]


def urgent() -> ColumnElement[bool]:
    """Return the condition that Amazon waits for an order's shipment by a time that it named.

    It is that of the ship-by board, said so that the index of ship-by times answers it: not by how far each order is
    shipped, but by whether Amazon took all of its packages.
    """
    return and_(
        orders.c.ship_by.is_not(None),
        orders.c.state.not_in(_LET_BE),
        # As the index of these orders has it: databases look for its words, not for values that come with them.
        orders.c.amazon_status.in_(bindparam("open", _OPEN, expanding=True, literal_execute=True)),
        ~has_override(OverrideKind.SKIP),
        ~and_(_has_parcel(), ~_has_parcel(parcels.c.state.in_(_UNTOLD))),
    )


def _has_parcel(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(parcels.c.order_id == orders.c.id, *conditions).correlate(orders)
