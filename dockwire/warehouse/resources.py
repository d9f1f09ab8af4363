"""What operations give back, before it takes one of the two JSON shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

RELS = "http://api.3plCentral.com/rels"
"""Where the names of relations are; the capital C is the vendor's."""

Resource = dict[str, Any]
"""A thing with its members in camelCase; a member may be a :class:`Listing`."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Things inside another thing; HAL puts them under ``_embedded``, by their relation."""

    rel: str
    entries: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection."""

    rel: str
    entries: Sequence[Resource]
    total: int
    number: int = 1
    size: int = 0
    """Entries that a full page has; 0 means that everything is on one page."""
    bare: str = ""
    """Name of the member that holds the entries where the vendor embeds nothing (``summaries``)."""
