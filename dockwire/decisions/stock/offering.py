"""From what there is to what is offered: the rules, in one order that never changes.

Whole units (of a kit: what the scarcest component makes), then buffer, percent, minimum, maximum.
docs/decisions says why this order.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal

from dockwire.decisions.stock.numbers import ZERO
from dockwire.model.stock import MOST_UNITS, Offered, Step, StepKind, Supply
from dockwire.model.stock_rows import StockItem
from dockwire.model.stock_rules import StockRule

PAUSED = (Step(StepKind.PAUSED, ZERO),)


def offer(
    sku: str, item: StockItem, supplies: Sequence[Supply], *, rule: StockRule, inactive: Sequence[str] = ()
) -> Offered:
    """Return the quantity of one Amazon SKU; ``inactive`` names deactivated items that it would take."""
    units, steps = _kits(supplies) if item.parts else _whole_units(supplies[0])
    if inactive:
        steps.append(Step(StepKind.INACTIVE, -units, about=", ".join(inactive)))
        units = ZERO
    for step in _ruled(units, rule):
        steps.append(step)
        units += step.change
    return Offered(sku, int(units), tuple(supplies), tuple(steps))


def _kits(supplies: Sequence[Supply]) -> tuple[Decimal, list[Step]]:
    makes, scarcest = min((supply.left // supply.per_unit, supply.sku) for supply in supplies)
    return makes, [Step(StepKind.KITS, makes, about=scarcest)]


def _whole_units(supply: Supply) -> tuple[Decimal, list[Step]]:
    left = supply.left
    units = left.to_integral_value(ROUND_FLOOR)
    return units, [Step(StepKind.PART_UNIT, units - left)] if units != left else []


def _ruled(units: Decimal, rule: StockRule) -> list[Step]:
    """Return the steps of the rules that change something."""
    steps = []
    for kind, name, left in _RULES:
        said = getattr(rule, name)
        if said is not None and (after := left(units, setting := Decimal(said))) != units:
            steps.append(Step(kind, after - units, setting=setting))
            units = after
    if units > MOST_UNITS:
        steps.append(Step(StepKind.LIMIT, MOST_UNITS - units, setting=Decimal(MOST_UNITS)))
    return steps


_RULES: tuple[tuple[StepKind, str, Callable[[Decimal, Decimal], Decimal]], ...] = (
    (StepKind.BUFFER, "buffer", lambda units, held: max(ZERO, units - held)),
    (StepKind.PERCENT, "percent", lambda units, percent: units * percent // 100),
    (StepKind.MINIMUM, "minimum", lambda units, least: units if units >= least else ZERO),
    (StepKind.MAXIMUM, "maximum", min),
)
"""The rules in their order: what is left of a quantity under each setting."""
