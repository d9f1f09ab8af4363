"""Which Amazon SKU stands for which warehouse SKU, and which stands for nothing we may touch.

Names are compared as they are: with their blanks, signs, letters and letter case. A name that differs
in nothing but those is told as a hint, never taken for the same.
"""

from collections.abc import Collection

from dockwire.decisions.sku_names import Lookalikes, SkuNames
from dockwire.decisions.stock.facts import StockFacts
from dockwire.errors import Fixer
from dockwire.model.record import Problem
from dockwire.model.stock import AMAZON_CHANNELS, DEFAULT_CHANNEL, Offer
from dockwire.model.stock_rows import UnreadableRow
from dockwire.model.stock_rules import StockRules


def match_offers(facts: StockFacts) -> tuple[dict[str, str], dict[str, Problem]]:
    """Return the warehouse SKU of every Amazon SKU that may get a quantity, and why the others get none."""
    by_sku: dict[str, list[Offer]] = {}
    for offer in facts.offers:
        by_sku.setdefault(offer.sku, []).append(offer)
    targets, reasons = {}, {}
    unreadable = {item.sku: unreadable_item(item) for item in facts.unreadable_items if item.sku}
    alike = Lookalikes(facts.items)
    for sku, offers in by_sku.items():
        target = facts.names.target(sku)
        reason = _not_ours(sku, offers, facts.rules)
        if reason is None and target not in facts.items:
            reason = unreadable.get(target or "") or _unmatched(sku, target, facts.names, alike)
        if reason is not None:
            reasons[sku] = reason
        elif target is not None:
            targets[sku] = target
    return targets, reasons


def both_channels(offers: Collection[Offer]) -> list[Problem]:
    """Return a note for every SKU that both the merchant and Amazon ship."""
    mine = {offer.sku for offer in offers if offer.channel == DEFAULT_CHANNEL}
    others = {offer.sku for offer in offers if offer.channel != DEFAULT_CHANNEL}
    return [
        Problem(
            "both_channels",
            f"Amazon SKU {sku!r} is shipped by Amazon as well; only the merchant's own quantity is touched.",
            Fixer.MERCHANT,
        )
        for sku in sorted(mine & others)
    ]


def unreadable_item(item: UnreadableRow) -> Problem:
    """Return the problem of an item that the warehouse has and nobody could read."""
    name = f", SKU {item.sku!r}," if item.sku else ""
    return Problem(
        "item_unreadable", f"Item row {item.number}{name} cannot be read: {item.problem}.", Fixer.CLERK
    )


def _not_ours(sku: str, offers: list[Offer], rules: StockRules) -> Problem | None:
    mine = [offer for offer in offers if offer.channel == DEFAULT_CHANNEL]
    if not mine:
        return _others_ship(sku, offers[0].channel)
    if rules.rule(sku).excluded:
        return Problem("excluded", "A rule of the connection leaves this SKU alone.")
    if len(mine) > 1:
        sentence = f"Amazon SKU {sku!r} stands twice among the listings as they were read; read them again."
        return Problem("offer_twice", sentence, Fixer.ENGINEER)
    if mine[0].always_available:
        sentence = f"Amazon sells {sku!r} as always available and takes no quantity; switch that off in Seller Central."
        return Problem("always_available", sentence, Fixer.MERCHANT)
    return None


def _others_ship(sku: str, channel: str) -> Problem:
    if channel.startswith(AMAZON_CHANNELS):
        return Problem("fulfilled_by_amazon", "Amazon ships this SKU from its own warehouse.")
    return Problem(
        "unknown_channel",
        f"Amazon names fulfilment channel {channel!r} for {sku!r}, which dockwire does not know.",
        Fixer.ENGINEER,
    )


def _unmatched(sku: str, target: str | None, names: SkuNames, alike: Lookalikes) -> Problem:
    if not sku.strip():
        return Problem("no_sku", "A listing carries no SKU.", Fixer.MERCHANT)
    if target is None:
        sentence = f"Amazon SKU {sku!r} is not in the connection's SKU map or the alias table."
    elif names.mapped(sku):
        sentence = f"Amazon SKU {sku!r} is mapped to {target!r}, which the warehouse does not know."
        return Problem("unknown_item", sentence + alike.hint(target), Fixer.ENGINEER)
    else:
        sentence = f"Amazon SKU {sku!r} is neither mapped nor an item of the warehouse."
    return Problem("unmapped_sku", sentence + alike.hint(sku), Fixer.ENGINEER)
