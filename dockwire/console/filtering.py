"""Filters that an index answers: exact values, choices, beginnings, spans of time."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from sqlalchemy import ColumnElement, and_, false, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean
from starlette.requests import Request
from starlette_admin.filters import BaseFilter, FilterApplyContext, FilterDataType, FilterValidationError

_PAST_EVERY_SIGN = "\U0010ffff"


def column_of(context: FilterApplyContext) -> ColumnElement[Any]:
    """Return the column that a filter is about."""
    view: Any = context.view
    found: ColumnElement[Any] = getattr(view.model, context.field_name)
    return found


class begins_with(GenericFunction[bool]):  # noqa: N801 - a function of SQL
    """Whether a text begins with another: column, the text, a text behind all of these, a pattern for LIKE."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002 - SQLAlchemy's signature
        """Return this as it is."""
        # SQLAlchemy would compare it with 1 on SQLite, and no index answers that.
        return self


@compiles(begins_with)
def _by_pattern(element: begins_with, compiler: SQLCompiler, **more: Any) -> str:
    column, _, _, pattern = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} LIKE {pattern} ESCAPE '!'"


@compiles(begins_with, "sqlite")
def _by_span(element: begins_with, compiler: SQLCompiler, **more: Any) -> str:
    # SQLite's LIKE knows no case and so no index.
    column, beginning, behind, _ = (compiler.process(each, **more) for each in element.clauses)
    return f"({column} >= {beginning} AND {column} < {behind})"


def beginning(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a column begins with a text."""
    pattern = re.sub(r"([!%_])", r"!\1", text) + "%"
    return begins_with(column, text, text + _PAST_EVERY_SIGN, pattern)


class Is(BaseFilter):
    """The column is exactly that."""

    name = "eq"
    label = "is"
    data_type = FilterDataType.STRING

    def parse_value(self, raw: str) -> str:
        """Return the text without spaces around it."""
        return _text(raw)

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        wanted: str = ctx.value
        return column_of(ctx) == wanted


class BeginsWith(Is):
    """The column begins with that, as it is written."""

    name = "startswith"
    label = "begins with"

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        return beginning(column_of(ctx), ctx.value)


class OneOf(BaseFilter):
    """The column is one of the values that are offered."""

    name = "in"
    label = "is one of"
    data_type = FilterDataType.ENUM
    choices: ClassVar[tuple[tuple[str, str], ...]] = ()

    def get_choices(self, request: Request) -> Sequence[tuple[str, str]]:  # noqa: ARG002 - starlette-admin's signature
        """Return value and words of what is offered."""
        return self.choices

    def parse_value(self, raw: Any) -> list[str]:
        """Return the chosen values."""
        parts = raw if isinstance(raw, (list, tuple)) else str(raw).split(",")
        values = [str(part).strip() for part in parts if str(part).strip()]
        if not values:
            raise FilterValidationError("choose at least one")
        return values

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        return column_of(ctx).in_(ctx.value)


class Yes(BaseFilter):
    """The column is true."""

    name = "is_true"
    label = "yes"
    data_type = FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        return column_of(ctx) == true()


class No(BaseFilter):
    """The column is false."""

    name = "is_false"
    label = "no"
    data_type = FilterDataType.NONE

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        return column_of(ctx) == false()


class _Moment(BaseFilter):
    data_type = FilterDataType.DATETIME

    def parse_value(self, raw: Any) -> datetime:
        """Return the moment; the page sends the reader's as one of UTC, and one without an offset is of UTC."""
        try:
            moment = datetime.fromisoformat(str(raw))
        except ValueError:
            raise FilterValidationError(f"{str(raw)[:40]!r} is no time like 2026-11-30T17:00") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Before(_Moment):
    """The moment lies before."""

    name = "before"
    label = "before"

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        end: datetime = ctx.value
        return column_of(ctx) < end


class After(_Moment):
    """The moment lies at or behind."""

    name = "after"
    label = "from"

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        begin: datetime = ctx.value
        return column_of(ctx) >= begin


class Between(_Moment):
    """The moment lies in a span, both ends included."""

    name = "between"
    label = "between"
    has_value2 = True

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        return and_(column_of(ctx) >= ctx.value, column_of(ctx) <= ctx.value2)


class WithinHours(BaseFilter):
    """The moment comes within so many hours, or has passed: what a saved view means every day anew."""

    name = "within_hours"
    label = "within hours from now, or passed"
    data_type = FilterDataType.NUMBER
    _most: ClassVar[int] = 24 * 365

    def parse_value(self, raw: Any) -> float:
        """Return the hours."""
        try:
            hours = float(str(raw))
        except ValueError:
            hours = float("nan")
        if not -self._most <= hours <= self._most:
            raise FilterValidationError("give a number of hours, at most a year's")
        return hours

    def apply(self, ctx: FilterApplyContext) -> ColumnElement[bool]:
        """Return the condition."""
        view: Any = ctx.view
        end: datetime = view.parts.clock.now() + timedelta(hours=ctx.value)
        return column_of(ctx) < end


MOMENTS: list[type[BaseFilter]] = [Before, After, Between, WithinHours]
WORDS: list[type[BaseFilter]] = [Is, BeginsWith]
TRUTH: list[type[BaseFilter]] = [Yes, No]


def _text(raw: Any) -> str:
    text = str(raw).strip()
    if not text or len(text) > 200 or "\0" in text:  # noqa: PLR2004 - longer than any id, SKU or name
        raise FilterValidationError("give a text of 1 to 200 characters")
    return text
