"""What is to be sent: the differences between what is decided and what Amazon has."""

from collections.abc import Iterable

from dockwire.model.stock import DEFAULT_CHANNEL, Offer, Offered, StockChange, StockDecision


def stock_changes(decisions: Iterable[StockDecision], offers: Iterable[Offer]) -> list[StockChange]:
    """Return the quantities that differ: those of zero first, then the smaller ones, then the greater.

    What is sold out or shrinks is what can be oversold, so it goes first; a quantity that nobody knows
    at Amazon may be shrinking. Within each part they stand by SKU.
    """
    had = {offer.sku: offer.quantity for offer in offers if offer.channel == DEFAULT_CHANNEL}
    changes = [
        StockChange(decision.sku, decision.quantity, had.get(decision.sku))
        for decision in decisions
        if isinstance(decision, Offered) and had.get(decision.sku) != decision.quantity
    ]
    return sorted(changes, key=lambda change: (_urgency(change), change.sku))


def _urgency(change: StockChange) -> int:
    if change.quantity == 0:
        return 0
    return 1 if change.before is None or change.quantity < change.before else 2
