"""Filters of Find Orders for what happened within a span of time: the orders behind the numbers of the day."""

from typing import ClassVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement
from starlette_admin.filters import BaseFilter, FilterApplyContext

from dockwire.console.fields import iso
from dockwire.console.filtering import Between
from dockwire.ledger.happenings import to_whom
from dockwire.model.day import Happening, Span


class _Happened(Between):
    """It happened at or behind the first moment, and before the second."""

    what: ClassVar[Happening]

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        return to_whom(self.what, Span(ctx.value, ctx.value2))


class _Seen(_Happened):
    name, label, what = "seen_between", "first seen between", Happening.SEEN


class _Created(_Happened):
    name, label, what = "created_between", "was created between", Happening.CREATED


class _Shipped(_Happened):
    name, label, what = "shipped_between", "was shipped between", Happening.SHIPPED


class _Confirmed(_Happened):
    name, label, what = "confirmed_between", "was confirmed between", Happening.CONFIRMED


class _Held(_Happened):
    name, label, what = "held_between", "was held between", Happening.HELD


class _Refused(_Happened):
    name, label, what = "refused_between", "was refused between", Happening.REFUSED


_ALL: tuple[type[_Happened], ...] = (_Seen, _Created, _Shipped, _Confirmed, _Held, _Refused)
_NAMES = {each.what: each.name for each in _ALL}

HAPPENED: list[type[BaseFilter]] = [*_ALL]


def happened_query(what: Happening, span: Span) -> str:
    """Return the query of Find Orders for the orders that it happened to within a span."""
    return urlencode({"filter": f"state__{_NAMES[what]}={iso(span.begin)}..{iso(span.end)}"})
