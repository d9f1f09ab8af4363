"""What the decisions about an order's import know besides the order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dockwire.decisions.addresses import same_place
from dockwire.decisions.ship_levels import mapped_routing
from dockwire.decisions.sku_names import SkuNames
from dockwire.model.connection import Connection
from dockwire.model.order import Address, Order, OrderLine
from dockwire.model.override import NO_OVERRIDES, Overrides
from dockwire.model.warehouse import Item, Routing


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What the decision needs to know besides the order."""

    connection: Connection
    items: Mapping[str, Item]
    """The warehouse customer's items by SKU."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The customer's alias table; the connection's own map wins."""
    overrides: Overrides = NO_OVERRIDES
    """What persons decided about the order at hand; wins over everything."""

    def target_sku(self, amazon_sku: str) -> str | None:
        """Return the warehouse SKU an Amazon SKU stands for, or None when nobody said."""
        names = SkuNames.of(self.connection, self.aliases)
        target = names.target(amazon_sku)
        # An equal name that nobody wrote down is a guess until there is such an item.
        return target if names.mapped(amazon_sku) or target in self.items else None

    def target_of(self, line: OrderLine) -> str | None:
        """Return the warehouse SKU of a line, or None when nobody said."""
        own = self.overrides.skus.get(line.item_id)
        return own or (self.target_sku(line.sku) if line.sku else None)

    def routing(self, order: Order) -> Routing | None:
        """Return how an order travels, or None when its service level has no ship method."""
        return mapped_routing(order, self.connection, self.overrides)

    def address(self, order: Order) -> Address | None:
        """Return where an order goes: a correction counts until Amazon's own address changes."""
        correction = self.overrides.address
        return order.address if correction is None or self.outdated(order) else correction.address

    def outdated(self, order: Order) -> bool:
        """Whether the address was corrected, and Amazon has another one since."""
        correction = self.overrides.address
        # What Amazon withholds has not moved.
        if correction is None or order.address is None:
            return False
        known = (correction.instead_of, correction.address)
        return not any(same_place(order.address, address) for address in known)
