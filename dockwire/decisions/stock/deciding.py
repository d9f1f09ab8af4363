"""Which quantity each Amazon SKU is to be offered at: the whole decision, from facts to plan."""

from collections.abc import Mapping

from dockwire.decisions.stock.facts import StockFacts, StockPlan
from dockwire.decisions.stock.kits import Need, needs_of
from dockwire.decisions.stock.matching import both_channels, match_offers, unreadable_item
from dockwire.decisions.stock.offering import PAUSED, offer
from dockwire.decisions.stock.rows import check_rows
from dockwire.decisions.stock.supply import supplies
from dockwire.model.record import Problem
from dockwire.model.stock import Offered, StockDecision, Withheld

Needs = dict[str, tuple[Need, ...]]


def decide_stock(facts: StockFacts) -> StockPlan:
    """Return the quantity of every Amazon SKU, or why it gets none; nothing depends on the facts' order.

    Raises:
        ValueError: units to be imported or promised are negative or no quantities.
    """
    targets, reasons = match_offers(facts)
    decided: dict[str, StockDecision] = {sku: Withheld(sku, reason) for sku, reason in reasons.items()}
    for sku in [sku for sku in targets if facts.rules.rule(sku).paused]:
        decided[sku] = Offered(sku, 0, steps=PAUSED)
        del targets[sku]
    needs = _needs(targets, facts, decided)
    checked = check_rows(
        facts, {name for list_ in needs.values() for need in list_ for name in need.qualifiers}
    )
    _withhold_unknown(needs, checked.faults, decided)
    gone = {sku for sku, item in facts.items.items() if not item.active}
    for sku, found in supplies(needs, checked.counted, facts).items():
        inactive = sorted(gone & {targets[sku], *(need.sku for need in needs[sku])}) if gone else ()
        decided[sku] = offer(
            sku, facts.items[targets[sku]], found, rule=facts.rules.rule(sku), inactive=inactive
        )
    return StockPlan(
        decisions=tuple(decided[sku] for sku in sorted(decided)),
        not_at_amazon=_not_at_amazon(facts),
        rows_without_item=tuple(checked.without_item),
        notes=(
            *checked.notes,
            *map(unreadable_item, facts.unreadable_items),
            *both_channels(facts.offers),
        ),
    )


def _needs(targets: Mapping[str, str], facts: StockFacts, decided: dict[str, StockDecision]) -> Needs:
    needs: Needs = {}
    for sku, target in sorted(targets.items()):
        found = needs_of(facts.items[target], facts.items, facts.rules)
        if isinstance(found, Problem):
            decided[sku] = Withheld(sku, found)
        else:
            needs[sku] = found
    return needs


def _withhold_unknown(needs: Needs, faults: Mapping[str, Problem], decided: dict[str, StockDecision]) -> None:
    """Take out of ``needs`` what draws on stock that nobody can tell."""
    for sku, list_ in list(needs.items()) if faults else ():
        for fault in (faults[need.sku] for need in list_ if need.sku in faults):
            decided[sku] = Withheld(sku, fault)
            needs.pop(sku, None)
            break


def _not_at_amazon(facts: StockFacts) -> tuple[str, ...]:
    known = {facts.names.target(offer.sku) or "" for offer in facts.offers}
    known |= {part.sku for sku in known & facts.items.keys() for part in facts.items[sku].parts}
    return tuple(sorted(sku for sku, item in facts.items.items() if item.active and sku not in known))
