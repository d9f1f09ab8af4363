"""One request as the operations see it, and what they answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.problems import Missing, Problem
from dockwire.warehouse.resources import Page, Resource
from dockwire.warehouse.warehouse import Warehouse
from dockwire.warehouse.web.shapes import loads
from dockwire.warehouse.work import Access, Work

T = TypeVar("T")

_NUMBER = re.compile("[0-9]{1,9}")
"""Shorter than what the databases count to."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request by somebody whose access is known."""

    warehouse: Warehouse
    access: Access
    path: Mapping[str, str]
    parameters: Parameters
    if_match: str | None
    content: bytes = field(repr=False)

    def number(self, name: str) -> int:
        """Return a number of the path.

        Raises:
            Missing: no thing has such a number.
        """
        if not _NUMBER.fullmatch(self.path[name]):
            raise Missing("The resource")
        return int(self.path[name])

    def read(self, role: str, operation: Callable[[Work], T]) -> T:
        """Carry out an operation that changes nothing and needs a role."""
        self.access.need(role)
        return self.warehouse.read(self.access, operation)

    def write(self, role: str, operation: Callable[[Work], T]) -> T:
        """Carry out an operation that needs a role; keep all of it, or nothing if it raises."""
        self.access.need(role)
        return self.warehouse.write(self.access, operation)

    def body(self) -> Any:
        """Return the request's JSON.

        Raises:
            Problem: it is none.
        """
        try:
            return loads(self.content)
        except (ValueError, RecursionError):
            raise Problem("NotParsable", "The body is not JSON.") from None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers; ``shown`` is absent for an empty body."""

    status: int = 200
    shown: Resource | Page | None = None
    etag: str | None = None


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and path, and what answers there."""

    method: str
    path: str
    handler: Handler
