"""The two shapes of the JSON: HAL in camelCase, or PascalCase with ``ResourceList``.

The ``Accept`` header decides. Links are shown in HAL only.
"""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from dockwire.warehouse.resources import Listing, Page, Resource

HAL = "application/hal+json"
PLAIN = "application/json"


def wants_hal(accept: str) -> bool:
    """Tell whether an ``Accept`` header asks for HAL."""
    return HAL in accept.lower()


def show(resource: Resource, *, hal: bool) -> Resource:
    """Return a thing in the shape that was asked for."""
    return _hal(resource) if hal else _pascal(resource)


def show_page(page: Page, *, hal: bool, path: str, query: dict[str, str]) -> Resource:
    """Return a page in the shape that was asked for, with links to its neighbours in HAL."""
    entries = [show(entry, hal=hal) for entry in page.entries]
    if page.bare:
        return show({"totalResults": page.total, page.bare: entries}, hal=hal)
    if not hal:
        return {"TotalResults": page.total, "ResourceList": entries}
    return {
        "totalResults": page.total,
        "_links": _page_links(page, path, query),
        "_embedded": {page.rel: entries},
    }


def dumps(value: object) -> bytes:
    """Return JSON in UTF-8; a decimal becomes a number."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def loads(text: bytes) -> Any:
    """Return parsed JSON with its fractions exact.

    Raises:
        ValueError: it is none.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _hal(resource: Resource) -> Resource:
    shown: Resource = {}
    for name, value in resource.items():
        if name == "_self":
            shown["_links"] = {"self": {"href": value}}
        elif isinstance(value, Listing):
            shown.setdefault("_embedded", {})[value.rel] = [_hal(entry) for entry in value.entries]
        else:
            shown[name] = value
    return shown


def _pascal(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name[:1].upper() + name[1:]: _pascal(member) for name, member in value.items() if name != "_self"
        }
    if isinstance(value, Listing):
        return [_pascal(entry) for entry in value.entries]
    if isinstance(value, list):
        return [_pascal(entry) for entry in value]
    return value


def _page_links(page: Page, path: str, query: dict[str, str]) -> Resource:
    def link(number: int) -> Resource:
        others = {name: value for name, value in query.items() if name.lower() != "pgnum"}
        # Encoding the decoded query again keeps the second encoding inside of rql values.
        return {"href": f"{path}?{urlencode(others | {'pgnum': str(number)})}"}

    links = {"self": link(page.number)}
    if page.size and page.number * page.size < page.total:
        links["next"] = link(page.number + 1)
    if page.number > 1:
        links["prev"] = link(page.number - 1)
    return links


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in JSON")
    return int(value) if value == value.to_integral_value() else float(value)
