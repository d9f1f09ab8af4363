"""Everything that is in the way of closing orders, by field, with the orders it is about."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping

from dockwire.model.record import Problem

FIELDS = {"tracking": "tracking number", "scac": "SCAC"}
"""How the page calls a field, where that is not its name."""
_FIELDS = {
    "carrier_blank": "carrier",
    "unknown_carrier": "carrier",
    "service_blank": "service",
    "unknown_service": "service",
    "scac_blank": "scac",
    "wrong_scac": "scac",
    "routing_unfit": "service",
    "tracking_blank": "tracking",
    "tracking_format": "tracking",
    "tracking_shared": "tracking",
    "tracking_used": "tracking",
    "charge": "charges",
    "charged_before": "charges",
    "equal_charge": "charges",
}
"""Which field of the page a problem is about; all others are about the order."""
_OVERRULED = "Warned of, and sent all the same: "
_WARNINGS = {
    "tracking_format": "the tracking number does not look like its carrier's",
    "tracking_shared": "the tracking number stands on several orders of the request",
    "tracking_used": "the tracking number stands on an order that shipped before",
    "tracking_unused": "the tracking number is on none of the order's packages",
    "routing_unfit": "the routing is not the order's ship method",
    "charged_before": "an earlier request's charge stands on the order already",
    "equal_charge": "an equal charge stands on the order already",
}
"""Kinds of warnings as the trail tells them: no number, no amount."""
_OF_ALL = frozenset({"carrier", "service", "scac", "charges"})
"""Fields that stand on the page once."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is in the way."""

    orders: tuple[str, ...]
    """Whom it is about; none: the whole request."""
    field: str
    sentence: str
    who: str
    target: str = ""
    """The id of the field on the page."""
    targets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The id of the field of each order, where each has one of its own."""


def faults_of(found: Mapping[str, Iterable[Problem]], rows: Mapping[str, int]) -> list[Fault]:
    """Return problems by Amazon order id as faults, those that orders share as one.

    ``rows`` has the orders' rows in the ledger by order id.
    """
    shared: dict[tuple[str, str, str], list[str]] = {}
    for order_id, problems in found.items():
        for problem in problems:
            what = (_FIELDS.get(problem.code, "order"), problem.sentence, problem.fixer.value)
            shared.setdefault(what, []).append(order_id)
    return [
        Fault(
            tuple(each for each in dict.fromkeys(orders) if each),
            FIELDS.get(field, field),
            sentence,
            who,
            _target(field, orders[0], rows),
            {} if field in _OF_ALL else {each: _target(field, each, rows) for each in orders if each in rows},
        )
        for (field, sentence, who), orders in shared.items()
    ]


def mark_of(token: str, warnings: Iterable[Fault]) -> str:
    """Return what tells a request with these warnings from every other one."""
    told = "\n".join(f"{each.orders} {each.sentence}" for each in warnings)
    return hashlib.sha256(f"{token} {told}".encode()).hexdigest()


def overruled_of(warnings: Mapping[str, Iterable[Problem]]) -> dict[str, str]:
    """Return for the trail which kinds of warnings about each order a person overruled."""
    kinds = {
        name: dict.fromkeys(_WARNINGS.get(each.code, each.code.replace("_", " ")) for each in found)
        for name, found in warnings.items()
    }
    return {name: f"{_OVERRULED}{'; '.join(found)}." for name, found in kinds.items() if found}


def about_order(problems: Iterable[Problem]) -> str:
    """Return those problems as sentences that no field of the page can mend."""
    return " ".join(each.sentence for each in problems if each.code not in _FIELDS)


def _target(field: str, order_id: str, rows: Mapping[str, int]) -> str:
    if field in _OF_ALL:
        return "charge-label-0" if field == "charges" else field
    return f"{'tracking' if field == 'tracking' else 'pk'}-{rows[order_id]}" if order_id in rows else ""
