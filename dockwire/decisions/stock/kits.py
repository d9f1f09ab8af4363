"""What one unit of a warehouse SKU takes from the stock: itself, or the components of a kit.

A kit of a kit is refused: the warehouse resolves one level when it allocates, so anything deeper would
be offered and never be shipped.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dockwire.decisions.stock.numbers import complaint, need_units
from dockwire.errors import Fixer
from dockwire.model.record import Problem
from dockwire.model.stock_rows import KitPart, StockItem
from dockwire.model.stock_rules import StockRules


@dataclass(frozen=True, slots=True)
class Need:
    """How much of one warehouse SKU an offered unit takes, and of which of its stock."""

    sku: str
    per_unit: Decimal
    qualifiers: frozenset[str]


def needs_of(
    item: StockItem, items: Mapping[str, StockItem], rules: StockRules
) -> tuple[Need, ...] | Problem:
    """Return what one unit of an item takes, or why nobody can say."""
    if item.unit.strip() and item.unit.strip().casefold() not in rules.units:
        return Problem("unknown_unit", _unit(item), Fixer.ENGINEER)
    if not item.parts:
        return (Need(item.sku, Decimal(1), rules.qualifiers),)
    for problem in _faults(item, items):
        return problem
    return tuple(Need(part.sku, part.quantity, frozenset({part.qualifier})) for part in item.parts)


def in_components(units: Mapping[str, Decimal], items: Mapping[str, StockItem]) -> dict[str, Decimal]:
    """Return units by warehouse SKU with kits turned into what they take.

    Raises:
        ValueError: a number of units is negative, too large or too fine.
    """
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sku, count in units.items():
        need_units(count, f"units of {sku!r}")
        item = items.get(sku)
        # Even a kit that is refused below is shipped from its components when it was sold.
        for part in item.parts if item and item.parts else (KitPart(sku, "", Decimal(1)),):
            if complaint(part.quantity) is None and part.quantity > 0:
                taken[part.sku] += count * part.quantity
    return dict(taken)


def _unit(item: StockItem) -> str:
    return (
        f"The warehouse counts {item.sku!r} in {item.unit!r}, and nobody said that this is one unit at Amazon; "
        "if it is, add the name to the connection's stock units."
    )


def _faults(kit: StockItem, items: Mapping[str, StockItem]) -> Iterator[Problem]:
    seen = set()
    for part in kit.parts:
        for code, complaint_ in _part_faults(kit, part, items):
            sentence = (
                f"Kit {kit.sku!r}, component {part.sku!r}: {complaint_} Correct the kit in the warehouse."
            )
            yield Problem(code, sentence, Fixer.CLERK)
        if part.sku in seen:
            sentence = (
                f"Kit {kit.sku!r} names component {part.sku!r} twice. Correct the kit in the warehouse."
            )
            yield Problem("kit_part_twice", sentence, Fixer.CLERK)
        seen.add(part.sku)


def _part_faults(kit: StockItem, part: KitPart, items: Mapping[str, StockItem]) -> Iterator[tuple[str, str]]:
    wrong = complaint(part.quantity) or ("is not more than zero" if part.quantity <= 0 else None)
    if wrong:
        yield "kit_quantity", f"its quantity {part.quantity} {wrong}."
    item = items.get(part.sku)
    if item is None:
        yield "kit_part_unknown", "the warehouse does not know this item, or it cannot be read."
    elif _leads_to(kit.sku, part.sku, items):
        yield "kit_cycle", "the kit contains itself."
    elif item.parts:
        yield "kit_in_kit", "it is a kit too, and the warehouse resolves only one level."


def _leads_to(goal: str, start: str, items: Mapping[str, StockItem]) -> bool:
    """Return whether following components from ``start`` meets ``goal``."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        sku = ahead.pop()
        if sku == goal:
            return True
        if sku not in seen and sku in items:
            seen.add(sku)
            ahead.extend(part.sku for part in items[sku].parts)
    return False
