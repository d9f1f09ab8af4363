"""Fixed shares: what connections on the same stock leave to each other.

When the shares ask for more than there is, they are served in the order of the connections' slugs:
nothing is promised twice, and nothing lies idle.
"""

from collections.abc import Iterator
from decimal import Decimal

from dockwire.decisions.stock.facts import StockFacts
from dockwire.decisions.stock.kits import in_components
from dockwire.decisions.stock.matching import match_offers
from dockwire.decisions.stock.numbers import ZERO
from dockwire.model.ids import ConnectionSlug
from dockwire.model.stock import Promises


def promised(facts: StockFacts) -> dict[str, Decimal]:
    """Return the units of each warehouse SKU that a connection's fixed shares promise, for its siblings.

    The facts are the connection's own; its stock rows are not looked at and may be empty.
    """
    shares: dict[str, Decimal] = {}
    for amazon_sku, sku in match_offers(facts)[0].items():
        rule = facts.rules.rule(amazon_sku)
        if rule.fixed_share and not rule.paused:
            shares[sku] = shares.get(sku, ZERO) + rule.fixed_share
    return in_components(shares, facts.items)


def siblings_first(
    sku: str, promises: Promises, *, slug: ConnectionSlug, has_share: bool
) -> Iterator[tuple[ConnectionSlug, Decimal]]:
    """Yield the siblings' shares of a warehouse SKU that go before what this connection may have.

    Without a share of its own they all do; with one, those of siblings whose slug comes first.
    """
    for sibling in sorted(promises):
        units = promises[sibling].get(sku, ZERO)
        if units and sibling != slug and not (has_share and sibling > slug):
            yield sibling, units
