"""How a connection's Amazon SKUs are called in the warehouse, for what is offered and for orders alike."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dockwire.model.connection import Connection

_NAMED = 10


def first_few(skus: Collection[str]) -> str:
    """Return SKUs for people: the first ten in their order, and how many more there are."""
    more = len(skus) - _NAMED
    return ", ".join(sorted(skus)[:_NAMED]) + (f" and {more} more" if more > 0 else "")


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
