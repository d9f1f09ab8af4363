"""The frame and the filters of lists over the embedded warehouse's tables."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette_admin.filters import BaseFilter, FilterApplyContext, FilterValidationError

from dockwire.console.filtering import BeginsWith, Is, OneOf, beginning
from dockwire.console.listing import ReadOnlyList
from dockwire.console.parts import Parts
from dockwire.console.searching import typed
from dockwire.warehouse.tables import customers, items, receive_items

Filters = list[type[BaseFilter]]
_AWAY = "The warehouse's database does not answer. An engineer looks whether it runs: 'dockwire doctor'."


class WarehouseList(ReadOnlyList):
    """A list over a table of the embedded warehouse: read only, the newest first. Subclasses name their
    record, the column that is searched, and what reads other tables for a page."""

    record: ClassVar[type[Any]]
    searched: ClassVar[ColumnElement[str]]
    completed_by: ClassVar[tuple[Callable[[Session, Sequence[Any]], None], ...]] = ()
    away = _AWAY
    sortable_fields: Sequence[str] = ("id",)
    fields_default_sort = (("id", True),)

    def __init__(self, parts: Parts) -> None:
        """Take what every view works with."""
        super().__init__(parts, self.record)

    def beside(self, session: Session, records: Sequence[Any]) -> None:
        """Read what other tables have of a page of records."""
        for complete in self.completed_by:
            complete(session, records)

    def get_search_query(self, request: Request, term: str) -> ColumnElement[bool]:  # noqa: ARG002 - starlette-admin's signature
        """Find by the beginning of the column that is searched."""
        return self.of_found(beginning(self.searched, typed(term)))

    def of_found(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition on records, by that on the column that is searched."""
        return condition


class _Customer(OneOf):
    def get_choices(self, request: Request) -> Sequence[tuple[str, str]]:
        # Asked for once a page: the names of some dozen customers.
        found = getattr(request.state, "customer_choices", None)
        if found is None:
            rows = request.state.session.execute(
                select(customers.c.id, customers.c.name).order_by(customers.c.name)
            )
            found = request.state.customer_choices = [(str(row.id), row.name) for row in rows]
        return list(found)

    def parse_value(self, raw: Any) -> list[str]:
        values = super().parse_value(raw)
        if not all(each.isascii() and each.isdigit() and len(each) <= 9 for each in values):  # noqa: PLR2004 - digits of a 32-bit number
            raise FilterValidationError("choose customers that are offered")
        return values

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        view: Any = ctx.view
        owner: ColumnElement[int] = view.model.customer_id
        return owner.in_([int(each) for each in ctx.value])


class _OwnerOfGoods(_Customer):
    """By the customer's items, which an index finds."""

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        chosen = [int(each) for each in ctx.value]
        return receive_items.c.item_id.in_(select(items.c.id).where(items.c.customer_id.in_(chosen)))


class _SkuOfGoods(Is):
    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return of_items(items.c.sku == ctx.value)


class _SkuOfGoodsBegins(BeginsWith):
    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return of_items(beginning(items.c.sku, ctx.value))


class _Status(OneOf):
    choices = (("0", "open"), ("1", "closed"), ("2", "cancelled"))

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        view: Any = ctx.view
        status: ColumnElement[int] = view.model.status
        return status.in_([int(each) for each in ctx.value if each in dict(self.choices)])


def of_items(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on goods that they are of such items."""
    found: Select[Any] = select(items.c.id).where(condition)
    return receive_items.c.item_id.in_(found)


def status_in_words(status: int) -> str:
    """Return what a status of orders and receipts means."""
    return dict(_Status.choices).get(str(status), str(status))


CUSTOMERS: Filters = [_Customer]
OWNERS_OF_GOODS: Filters = [_OwnerOfGoods]
SKUS_OF_GOODS: Filters = [_SkuOfGoods, _SkuOfGoodsBegins]
STATUSES: Filters = [_Status]
