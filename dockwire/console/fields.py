"""Columns of lists: moments in the reader's zone, texts with words of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import StringField
from starlette_admin.filters import BaseFilter

Filters = list[type[BaseFilter]]


@dataclass
class MomentField(StringField):
    """A moment: the page shows it in the reader's zone, its title in UTC; exports have it in ISO 8601, in UTC."""

    list_template: str = "console/moment.html"
    detail_template: str = "console/moment.html"

    async def serialize_value(self, request: Request, value: Any) -> Any:  # noqa: ARG002 - starlette-admin's signature
        """Return the moment as text, to the second."""
        assert isinstance(value, datetime)
        return iso(value)


def iso(moment: datetime) -> str:
    """Return a moment as text in ISO 8601, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(
    name: str, label: str, value: Callable[[Any], Any] | None = None, *, filters: Filters
) -> StringField:
    """Return a column of text; ``value`` takes it from the record, else it is the attribute of that name."""
    getter = None if value is None else (lambda _request, record: value(record))
    return StringField(name, label=label, getter=getter, filters=filters)


def moment(name: str, label: str, *, filters: Filters) -> MomentField:
    """Return a column of moments."""
    return MomentField(name, label=label, filters=filters)
