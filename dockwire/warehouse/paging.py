"""Pages of collections: the query parameters every collection shares."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from dockwire.warehouse.problems import BadQuery
from dockwire.warehouse.rql_sql import Names, condition, ordering
from dockwire.warehouse.work import Work

_WHOLE = re.compile("[0-9]{1,9}")


class Parameters:
    """A request's query parameters, by name in any case; nobody minds the ones that are not asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in given.items()}

    def text(self, name: str) -> str:
        """Return a parameter, empty if it is absent."""
        return self._given.get(name.lower(), "").replace("\x00", "")

    def whole(self, name: str) -> int | None:
        """Return a whole number, None if it is absent.

        Raises:
            BadQuery: it is no number.
        """
        text = self.text(name).strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise BadQuery("NotParsable", name, f"{name} must be a whole number.")
        return int(text)

    def need_whole(self, name: str) -> int:
        """Return a whole number.

        Raises:
            BadQuery: it is absent or no number.
        """
        number = self.whole(name)
        if number is None:
            raise BadQuery("Required", name, f"{name} is required.")
        return number

    def flag(self, name: str) -> bool:
        """Tell whether a parameter is given and true."""
        return self.text(name).strip().lower() in {"true", "1"}

    def refuse(self, names: Iterable[str]) -> None:
        """Refuse documented parameters that would narrow the answer and are not done here.

        Raises:
            BadQuery: one is given.
        """
        for name in names:
            if self.text(name):
                raise BadQuery("NotParsable", name, f"This warehouse does not narrow by {name}.")

    def words(self, name: str) -> set[str]:
        """Return the parts of a comma list, in lower case."""
        return {word.strip().lower() for word in self.text(name).split(",") if word.strip()}


@dataclass(frozen=True, slots=True)
class Window:
    """Which page is wanted: its number from 1, and how many entries a full page has."""

    number: int
    size: int

    @classmethod
    def read(cls, parameters: Parameters, *, default: int, largest: int) -> "Window":
        """Read ``pgnum`` and ``pgsiz``.

        Raises:
            BadQuery: one is no number, zero, or larger than the collection allows.
        """
        size = parameters.whole("pgsiz")
        number = parameters.whole("pgnum")
        if size is not None and not 1 <= size <= largest:
            raise BadQuery("NotParsable", "pgsiz", f"pgsiz must be between 1 and {largest}.")
        if number is not None and number < 1:
            raise BadQuery("NotParsable", "pgnum", "pgnum counts from 1.")
        return cls(number=number or 1, size=size or default)


def select_page(
    work: Work,
    statement: Select[Any],
    parameters: Parameters,
    *,
    window: Window,
    names: Names,
    keys: tuple[ColumnElement[Any], ...],
) -> tuple[list[Row[Any]], int]:
    """Return one page of a statement's rows, and how many rows there are in all.

    ``rql`` narrows and ``sort`` orders; rows that are equal to ``sort`` follow ``keys``, so that pages
    neither repeat nor lose any.

    Raises:
        BadQuery: ``rql`` or ``sort`` cannot be understood.
    """
    if rql := parameters.text("rql"):
        statement = statement.where(condition(rql, names, work.zone))
    order = ordering(parameters.text("sort"), names)
    # Only the keys are counted: subqueries may not name two columns alike.
    total = work.link.execute(
        select(func.count()).select_from(statement.with_only_columns(*keys).subquery())
    ).scalar_one()
    offset = (window.number - 1) * window.size
    rows = work.link.execute(statement.order_by(*order, *keys).limit(window.size).offset(offset))
    return list(rows), total
