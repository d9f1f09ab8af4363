"""How much of the stock each Amazon SKU may count on: the joins.

The tables hold Decimals in object columns. A float column would round from 2**53 on and turn 0.1 into
something else, and a whole-number column turns into floats by itself as soon as a join leaves a gap; a
gap among Decimals that is not filled is an error at the next sum instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dockwire.decisions.stock.facts import StockFacts
from dockwire.decisions.stock.kits import Need, in_components
from dockwire.decisions.stock.numbers import ZERO, need_units
from dockwire.decisions.stock.promises import siblings_first
from dockwire.decisions.stock.sharing import Claim, share_out
from dockwire.model.stock import Step, StepKind, Supply
from dockwire.model.stock_rows import StockRow

if TYPE_CHECKING:
    import pandas as pd

Needs = Mapping[str, Sequence[Need]]
"""What one unit of each Amazon SKU takes from the stock."""


def supplies(needs: Needs, rows: Iterable[StockRow], facts: StockFacts) -> dict[str, tuple[Supply, ...]]:
    """Return for every Amazon SKU of ``needs`` what there is of each warehouse SKU it takes, in their order.

    Raises:
        ValueError: units to be imported or promised are negative or no quantities.
    """
    for sibling, units in facts.promises.items():
        for sku, count in units.items():
            need_units(count, f"share of {sku!r} promised to {sibling}")
    table = _counted(needs, rows)
    table["taken"] = _filled(table["sku"].map(in_components(facts.to_import, facts.items)))
    claims = [_claim(line, facts) for line in _lines(table)]
    shared = [claim.supply for claim in claims]
    for places in _rivals(claims):
        drawn = share_out([claims[place] for place in places], facts.rules.same_stock)
        for place, supply in zip(places, drawn, strict=True):
            shared[place] = supply
    found: dict[str, tuple[Supply, ...]] = {}
    for claim, got in zip(claims, shared, strict=True):
        found[claim.offer] = (*found.get(claim.offer, ()), got)
    return found


def _rivals(claims: Sequence[Claim]) -> Iterable[list[int]]:
    """Return the places of the claims on each warehouse SKU, of offers that can be sold at all."""
    # A kit that lacks one component leaves the others to those who can sell them.
    lacking = {claim.offer for claim in claims if claim.supply.left < claim.supply.per_unit}
    places: dict[str, list[int]] = {}
    for place, claim in enumerate(claims):
        if claim.offer not in lacking:
            places.setdefault(claim.supply.sku, []).append(place)
    return places.values()


def _counted(needs: Needs, rows: Iterable[StockRow]) -> "pd.DataFrame":
    """Return one line for each Amazon SKU and warehouse SKU, with the sums over the qualifiers that count."""
    wanted = _frame(
        ["offer", "place", "sku", "per_unit", "qualifier"],
        (
            (offer, place, need.sku, need.per_unit, qualifier)
            for offer, list_ in needs.items()
            for place, need in enumerate(list_)
            for qualifier in sorted(need.qualifiers)
        ),
    )
    levels = _frame(
        ["sku", "qualifier", "available", "ordered"],
        ((row.sku, row.qualifier, row.available, row.ordered_not_allocated or ZERO) for row in rows),
    )
    joined = wanted.merge(levels, on=["sku", "qualifier"], how="left", validate="many_to_one")
    for name in ("available", "ordered"):
        joined[name] = _filled(joined[name])
    keys = ["offer", "place", "sku", "per_unit"]
    return joined.groupby(keys, sort=False, as_index=False)[["available", "ordered"]].sum()


def _frame(columns: list[str], lines: Iterable[tuple[object, ...]]) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - loading it takes a second and a half that other commands need not wait

    return pd.DataFrame(list(lines), columns=columns, dtype=object)


def _filled(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column whose gaps are zero: no row is no stock, and nothing taken."""
    filled = column.astype("object")
    filled[column.isna()] = ZERO
    return filled


_Line = tuple[str, str, Decimal, Decimal, Decimal, Decimal]


def _lines(table: "pd.DataFrame") -> Iterator[_Line]:
    names = ("offer", "sku", "per_unit", "available", "ordered", "taken")
    return zip(*(table[name] for name in names), strict=True)


def _claim(line: _Line, facts: StockFacts) -> Claim:
    offer, sku, per_unit, available, ordered, taken = line
    share = facts.rules.rule(offer).fixed_share
    steps = [Step(StepKind.AVAILABLE, available)]
    if ordered:
        steps.append(Step(StepKind.ORDERED, -ordered))
    if taken:
        steps.append(Step(StepKind.TO_IMPORT, -taken))
    before = siblings_first(sku, facts.promises, slug=facts.slug, has_share=share is not None)
    steps.extend(Step(StepKind.PROMISED, -units, about=sibling) for sibling, units in before)
    left = sum((step.change for step in steps), ZERO)
    if left < 0:
        steps.append(Step(StepKind.SHORT, -left))
    return Claim(offer, Supply(sku, per_unit, tuple(steps)), None if share is None else share * per_unit)
