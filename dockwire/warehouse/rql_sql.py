"""The query language on tables: which names a collection knows, and what they mean there."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_

from dockwire.warehouse.local_time import from_wire
from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.rql import Both, Comparison, Either, Node, Operator, Value, parse


class Sort(Enum):
    """What kind of values a name has."""

    TEXT = auto()
    WHOLE = auto()
    FLAG = auto()
    TIME = auto()


@dataclass(frozen=True, slots=True)
class Name:
    """One name of the query language."""

    column: ColumnElement[Any]
    sort: Sort = Sort.TEXT


Names = Mapping[str, Name]
"""Names in lower case, with their dots."""

_ORDERED = {
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
}
_LATER = {Operator.AT_MOST, Operator.GREATER}
"""Of the moments that a time may mean, these take the later: ``ge`` and ``lt`` shall lose nothing."""


def condition(rql: str, names: Names, zone: ZoneInfo) -> ColumnElement[bool]:
    """Return the condition that an expression means.

    Raises:
        BadQuery: it cannot be understood, or uses a name or value that the collection does not know.
    """
    return _translate(parse(rql), names, zone)


def ordering(sort: str, names: Names) -> list[ColumnElement[Any]]:
    """Return the order that ``sort=a,-b`` means.

    Raises:
        BadQuery: it uses a name that the collection does not know.
    """
    order: list[ColumnElement[Any]] = []
    for part in filter(None, (part.strip() for part in sort.split(","))):
        column = _known(part.lstrip("+-"), "sort", names).column
        # What is absent comes first, as in the vendor's kind of database; ours would not agree on it.
        order.append(column.desc().nulls_last() if part.startswith("-") else column.asc().nulls_first())
    return order


def _known(name: str, parameter: str, names: Names) -> Name:
    try:
        return names[name.lower()]
    except KeyError:
        raise BadQuery("NotParsable", parameter, f"Properties not supported: {name}") from None


def _translate(node: Node, names: Names, zone: ZoneInfo) -> ColumnElement[bool]:
    match node:
        case Both(parts):
            return and_(*(_translate(part, names, zone) for part in parts))
        case Either(parts):
            return or_(*(_translate(part, names, zone) for part in parts))
        case Comparison():
            return _compare(node, _known(node.name, "rql", names), zone)


def _compare(comparison: Comparison, name: Name, zone: ZoneInfo) -> ColumnElement[bool]:
    kind, values = comparison.operator, comparison.values
    if kind is Operator.HAS_VALUE:
        return _has_value(name, values[0])
    if kind in {Operator.EQUAL, Operator.UNEQUAL} and (values[0].open_start or values[0].open_end):
        found = _like(comparison.name, name, values[0])
        return found if kind is Operator.EQUAL else ~found
    meant = [_meaning(comparison, name, value, zone) for value in values]
    if kind in _ORDERED:
        if name.sort is Sort.FLAG:
            raise BadQuery("NotParsable", "rql", f"{comparison.name} is true or false, not more or less.")
        return _ORDERED[kind](name.column, meant[0])  # type: ignore[no-any-return]  # operators are untyped
    if kind in {Operator.EQUAL, Operator.IN}:
        return name.column.in_(meant)
    return or_(name.column.not_in(meant), name.column.is_(None))


def _has_value(name: Name, value: Value) -> ColumnElement[bool]:
    wanted = _flag(value.text)
    if wanted is None:
        raise BadQuery("NotParsable", "rql", "=hv= takes true or false.")
    blank: ColumnElement[bool] = name.column.is_(None)
    if name.sort is Sort.TEXT:
        blank = or_(blank, name.column == "")
    return ~blank if wanted else blank


def _like(spelled: str, name: Name, value: Value) -> ColumnElement[bool]:
    if name.sort is not Sort.TEXT:
        raise BadQuery("NotParsable", "rql", f"{spelled} is no text; wildcards do not apply.")
    text = value.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    pattern = f"{'%' * value.open_start}{text}{'%' * value.open_end}"
    # The database lowers both sides: it need not agree with Python about letters beyond a to z.
    return func.lower(name.column).like(func.lower(pattern), escape="\\")


def _meaning(comparison: Comparison, name: Name, value: Value, zone: ZoneInfo) -> str | int | bool | datetime:
    if value.open_start or value.open_end:
        raise BadQuery("NotParsable", "rql", "Wildcards stand with == and != only; encode a star as %2A.")
    found = _read(name.sort, value.text, zone, later=comparison.operator in _LATER)
    if found is None:
        raise BadQuery("NotParsable", "rql", f"The value of {comparison.name} cannot be understood.")
    return found


def _read(sort: Sort, text: str, zone: ZoneInfo, *, later: bool) -> str | int | bool | datetime | None:
    try:
        match sort:
            case Sort.WHOLE:
                number = int(text)
                return number if abs(number) < 2**31 else None
            case Sort.FLAG:
                return _flag(text)
            case Sort.TIME:
                return from_wire(text, zone, later=later)
            case Sort.TEXT:
                return text
    except (ValueError, OverflowError):
        return None


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())
