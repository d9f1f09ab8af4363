"""What an Amazon SKU is to be offered at, and why: as a sentence and as JSON.

A decision never says that a SKU *is* offered: what Amazon has is known only once it was read there.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dockwire.model.stock import Offered, Step, StepKind, StockDecision, Supply, Withheld

_NAMES = {
    StepKind.AVAILABLE: "available",
    StepKind.ORDERED: "ordered, not allocated",
    StepKind.TO_IMPORT: "Amazon orders not in the warehouse yet",
    StepKind.PROMISED: "share promised to",
    StepKind.SHORT: "short, so none",
    StepKind.FIXED_SHARE: "own share",
    StepKind.BESIDE: "sold beside",
    StepKind.INACTIVE: "deactivated in the warehouse:",
    StepKind.PART_UNIT: "part of a unit",
    StepKind.KITS: "scarcest component",
    StepKind.PAUSED: "paused",
    StepKind.BUFFER: "buffer",
    StepKind.PERCENT: "percent",
    StepKind.MINIMUM: "below the minimum",
    StepKind.MAXIMUM: "maximum",
    StepKind.LIMIT: "most that Amazon is sent",
}


def tell(decision: StockDecision) -> str:
    """Return the decision as one sentence."""
    if isinstance(decision, Withheld):
        return f"{decision.sku} gets no quantity: {decision.reason.sentence}"
    plain = decision.supplies[0].steps if _is_plain(decision) else ()
    steps = ", ".join(_step(step) for step in (*plain, *decision.steps))
    parts = "" if plain else "".join(f"; {_component(supply)}" for supply in decision.supplies)
    return f"{decision.sku} is to be offered at {decision.quantity}: {steps}{parts}."


def as_json(decision: StockDecision) -> dict[str, Any]:
    """Return the decision as JSON values; quantities that can be fractions are texts."""
    if isinstance(decision, Withheld):
        reason = decision.reason
        return {
            "sku": decision.sku,
            "quantity": None,
            "reason": {"code": reason.code, "sentence": reason.sentence, "fixer": reason.fixer.value},
        }
    return {
        "sku": decision.sku,
        "quantity": decision.quantity,
        "stock": [
            {
                "sku": supply.sku,
                "per_unit": _plain(supply.per_unit),
                "left": _plain(supply.left),
                "steps": _json_steps(supply.steps),
            }
            for supply in decision.supplies
        ],
        "steps": _json_steps(decision.steps),
    }


def _is_plain(decision: Offered) -> bool:
    return bool(decision.supplies) and all(step.kind is not StepKind.KITS for step in decision.steps)


def _component(supply: Supply) -> str:
    steps = ", ".join(_step(step) for step in supply.steps)
    return f"component {supply.sku}, {_plain(supply.per_unit)} each: {steps}, left {_plain(supply.left)}"


def _step(step: Step) -> str:
    words = [_NAMES[step.kind], step.about]
    if step.kind is StepKind.KITS:
        words.append(f"makes {_plain(step.change)}")
    elif step.kind is StepKind.AVAILABLE:
        words.append(_plain(step.change))
    else:
        if step.setting is not None and not _says_itself(step):
            words.append(_plain(step.setting))
        if step.change:
            words.append(f"{'+' if step.change > 0 else '-'}{_plain(abs(step.change))}")
    return " ".join(filter(None, words))


def _says_itself(step: Step) -> bool:
    """Return whether the change is the rule's own number: "buffer -5" needs no second 5."""
    return step.kind is StepKind.BUFFER and step.setting == -step.change


def _json_steps(steps: Iterable[Step]) -> list[dict[str, str]]:
    return [
        {
            "step": step.kind.value,
            "change": _plain(step.change),
            **({} if step.setting is None else {"setting": _plain(step.setting)}),
            **({"about": step.about} if step.about else {}),
        }
        for step in steps
    ]


def _plain(number: Decimal) -> str:
    """Return a number without exponent and without zeros behind the point."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
