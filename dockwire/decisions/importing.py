"""Which Amazon orders become warehouse orders, which wait, and why.

The rule: import when the merchant ships it (``MERCHANT``) and it is ready (``UNSHIPPED`` or
``PARTIALLY_SHIPPED``), with the quantity still open. Everything else is remembered with a reason:
*watch* (not ready yet), *skip* (not ours by rule) or *hold* (a person can change it). All problems
of a held order are reported together.
"""

from dataclasses import dataclass, replace

from dockwire.decisions.drafting import draft_of
from dockwire.decisions.holding import reasons_to_hold
from dockwire.decisions.import_rules import ImportRules
from dockwire.errors import Fixer
from dockwire.model.connection import Connection
from dockwire.model.order import FulfilledBy, Order, OrderStatus, Program
from dockwire.model.override import NO_OVERRIDES, SKIPPED_BY_PERSON, Overrides
from dockwire.model.record import OrderState, Problem
from dockwire.model.warehouse import OrderDraft


@dataclass(frozen=True, slots=True)
class Import:
    """Create this order now."""

    draft: OrderDraft


@dataclass(frozen=True, slots=True)
class Watch:
    """Not ready at Amazon; look again when it moves."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Skip:
    """Not ours by rule."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Hold:
    """A person can change it; all reasons at once."""

    problems: tuple[Problem, ...]


Decision = Import | Watch | Skip | Hold


def decide_import(order: Order, rules: ImportRules, overrides: Overrides = NO_OVERRIDES) -> Decision:
    """Return what to do with an order that is not in the warehouse, after what persons decided about it."""
    rules = rules if overrides is NO_OVERRIDES else replace(rules, overrides=overrides)
    if (reason := _not_ours(order, rules.connection) or _taken_away(overrides)) is not None:
        return Skip(reason)
    if order.status in _WAITING:
        return Watch(_WAITING[order.status])
    if (reason := _unclear(order)) is not None:
        return Hold((reason,))
    open_lines = [line for line in order.lines if line.quantity_open > 0]
    if not open_lines:
        return Skip(Problem("nothing_open", "Every line of the order is shipped or cancelled."))
    problems = tuple(reasons_to_hold(order, open_lines, rules))
    if problems:
        return Hold(problems)
    return Import(draft_of(order, open_lines, rules))


def state_of(decision: Skip | Watch | Hold) -> tuple[OrderState, tuple[Problem, ...]]:
    """Return where a decision other than an import puts an order, and why."""
    if isinstance(decision, Hold):
        return OrderState.HELD, decision.problems
    return (OrderState.SKIPPED if isinstance(decision, Skip) else OrderState.WATCHED), (decision.problem,)


_FINAL = {
    OrderStatus.SHIPPED: Problem("already_shipped", "The order was shipped before it reached the warehouse."),
    OrderStatus.CANCELLED: Problem("cancelled", "The order was cancelled before it reached the warehouse."),
    OrderStatus.UNFULFILLABLE: Problem("unfulfillable", "Amazon marks the order as unfulfillable."),
}

_OTHERS_DELIVER = {
    Program.EASY_SHIP: Problem("easy_ship", "Amazon collects and delivers Easy Ship orders."),
    Program.DELIVERY_BY_AMAZON: Problem("delivery_by_amazon", "Amazon delivers this order."),
    Program.IN_STORE_PICK_UP: Problem("in_store_pickup", "The buyer collects this order in a store."),
}


def _not_ours(order: Order, connection: Connection) -> Problem | None:
    if order.updated < connection.import_since:
        return Problem("before_start", "The order's last change lies before the connection's first day.")
    if order.marketplace_id and order.marketplace_id != connection.marketplace.id:
        return Problem("other_marketplace", f"The order belongs to marketplace {order.marketplace_id}.")
    if order.fulfilled_by is FulfilledBy.AMAZON:
        return Problem("fulfilled_by_amazon", "Amazon ships this order from its own warehouse.")
    for program, reason in _OTHERS_DELIVER.items():
        if program in order.programs:
            return reason
    return _FINAL.get(order.status)


_WAITING = {
    OrderStatus.PENDING: Problem(
        "pending", "Payment is not authorised yet; the order may not be shipped.", Fixer.AMAZON
    ),
    OrderStatus.PENDING_AVAILABILITY: Problem(
        "pending_availability", "The order is a pre-order and not released yet.", Fixer.AMAZON
    ),
}


def _taken_away(overrides: Overrides) -> Problem | None:
    if overrides.skip is None:
        return None
    return Problem(
        SKIPPED_BY_PERSON, f"A person decided that the warehouse does not ship it: {overrides.skip}"
    )


def _unclear(order: Order) -> Problem | None:
    """Nobody would ever hear of an order that only waited for Amazon to say something we understand."""
    if order.status not in {OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED}:
        return Problem(
            "unknown_status", "Amazon reports a fulfilment status dockwire does not know.", Fixer.ENGINEER
        )
    if order.fulfilled_by is not FulfilledBy.MERCHANT:
        return Problem("unknown_fulfiller", "Amazon does not say who ships this order.", Fixer.AMAZON)
    return None
