"""How a connection's Amazon SKUs are called in the warehouse, for what is offered and for orders alike."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from dockwire.model.connection import Connection

_NAMED = 10


def first_few(skus: Collection[str]) -> str:
    """Return SKUs for people: the first ten in their order, and how many more there are."""
    more = len(skus) - _NAMED
    return ", ".join(sorted(skus)[:_NAMED]) + (f" and {more} more" if more > 0 else "")


class Lookalikes:
    """Names that a person might take for the same: never taken for the same, only told as a hint."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names
        self._by_look: dict[str, str] | None = None

    def of(self, name: str) -> str | None:
        """Return the known name that looks like this one, if there is one."""
        if self._by_look is None:
            # Most runs never ask, so fifty thousand names are not prepared in vain.
            self._by_look = {_bare(known): known for known in sorted(self._names, reverse=True)}
        return self._by_look.get(_bare(name))

    def hint(self, name: str) -> str:
        """Return a sentence on the known name that looks like this one, or nothing."""
        known = self.of(name)
        return (
            ""
            if known is None
            else f" It differs from {known!r} only in blanks, letter case or letter forms."
        )

    def question(self, name: str) -> str:
        """Return that known name as a question, or nothing."""
        known = self.of(name)
        return "" if known is None else f"did you mean {known!r}?"


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


@dataclass(frozen=True, slots=True)
class SkuNames:
    """A connection's two tables of names. SKUs are compared as they are, to the letter."""

    sku_map: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    """A second table, shared by connections; the connection's own map wins."""
    require_map: bool = False
    """True gives no meaning to equal names."""

    @classmethod
    def of(cls, connection: Connection, aliases: Mapping[str, str]) -> "SkuNames":
        """Return a connection's names, given the alias table of its warehouse customer."""
        return cls(connection.sku_map, aliases, require_map=connection.require_sku_map)

    def mapped(self, amazon_sku: str) -> str | None:
        """Return the warehouse SKU that a table names, or None when none does."""
        return self.sku_map.get(amazon_sku) or self.aliases.get(amazon_sku) or None

    def target(self, amazon_sku: str) -> str | None:
        """Return the warehouse SKU that an Amazon SKU stands for, whether it exists or not."""
        return self.mapped(amazon_sku) or (None if self.require_map else amazon_sku)
