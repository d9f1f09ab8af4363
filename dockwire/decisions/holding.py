"""What holds an order that is ready: all reasons together, each with who can end it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from dockwire.decisions.addresses import missing_parts
from dockwire.decisions.import_rules import ImportRules
from dockwire.errors import Fixer
from dockwire.model.connection import Connection, Filter, FilterField, FilterMatch
from dockwire.model.order import Order, OrderLine
from dockwire.model.override import HELD_BY_PERSON
from dockwire.model.record import Problem

ITEMS_ASKED_AGAIN = timedelta(minutes=10)
"""A SKU nobody knows makes a run read the warehouse's items again, but not more often than this."""


def reasons_to_hold(order: Order, lines: list[OrderLine], rules: ImportRules) -> Iterable[Problem]:
    """Yield everything about an order's open lines that a person has to change or allow first."""
    looks = wanted_looks(order, lines, rules)
    yield from dict.fromkeys(looks[key] for key in looks if key not in rules.overrides.released)
    yield from _sku_problems(lines, rules)
    yield from _ship_method_problems(order, rules)
    yield from _address_problems(order, rules)


def wanted_looks(order: Order, lines: list[OrderLine], rules: ImportRules) -> dict[str, Problem]:
    """Return what a person may let pass: the key that a release keeps, and the reason.

    A key names what was looked at, so that something new (another filter, another line that the buyer
    wants to cancel) holds the order again.
    """
    looks = {}
    if (why := rules.overrides.hold) is not None:
        looks[HELD_BY_PERSON] = Problem(HELD_BY_PERSON, f"A person holds it: {why}", Fixer.CLERK)
    if not order.marketplace_id:
        looks["marketplace_missing"] = _NO_MARKETPLACE
    looks |= _buyer_cancels(lines)
    shown = replace(order, address=rules.address(order))
    for rule in rules.connection.filters:
        if _caught(shown, rule):
            looks[_filter_key(rule)] = Problem(
                "filtered",
                f"The filter on {rule.field.value.replace('_', ' ')} holds this order for a look.",
                Fixer.ENGINEER,
            )
    return looks


_NO_MARKETPLACE = Problem(
    "marketplace_missing",
    "Amazon does not say to which marketplace the order belongs; release it if it is this connection's.",
    Fixer.ENGINEER,
)


def _buyer_cancels(lines: list[OrderLine]) -> dict[str, Problem]:
    asked = [line for line in lines if line.cancel_requested]
    problem = Problem(
        "buyer_asked_to_cancel",
        f"The buyer asked to cancel {len(asked)} of {len(lines)} open lines; "
        "cancel the order in Seller Central, or tell the buyer that it ships and release it.",
        Fixer.MERCHANT,
    )
    return {f"{problem.code} {line.item_id}": problem for line in asked}


def _filter_key(rule: Filter) -> str:
    turned = "unless" if rule.unless else "if"
    return f"filtered {turned} {rule.field} {rule.match} {','.join(sorted(rule.values))}"


def _sku_problems(lines: list[OrderLine], rules: ImportRules) -> Iterable[Problem]:
    found = (sku_problem(line, rules) for line in lines)
    return dict.fromkeys(problem for problem in found if problem is not None)


def sku_problem(line: OrderLine, rules: ImportRules) -> Problem | None:
    """Return what is wrong with a line's SKU or item, if anything is."""
    target = rules.target_of(line)
    if target is None and not line.sku:
        return Problem("no_sku", f"Line {line.item_id} carries no seller SKU.", Fixer.MERCHANT)
    if target is None:
        return Problem("unmapped_sku", _unmapped(line.sku or "", rules.connection), Fixer.ENGINEER)
    if target not in rules.items:
        mapped = "set for this order" if line.item_id in rules.overrides.skus else "mapped"
        return Problem(
            "unknown_item",
            f"Amazon SKU {line.sku or ''!r} is {mapped} to {target!r}, which the warehouse does not know. "
            f"{_once_it('exists')}",
            Fixer.ENGINEER,
        )
    if not rules.items[target].active:
        return Problem(
            "item_deactivated",
            f"The warehouse item {target!r} is deactivated. {_once_it('is active')}",
            Fixer.CLERK,
        )
    return None


def _unmapped(sku: str, connection: Connection) -> str:
    if connection.require_sku_map:
        return (
            f"Amazon SKU {sku!r} is neither in the connection's SKU map nor in the alias table; an entry counts "
            "at the next import."
        )
    return (
        f"Amazon SKU {sku!r} is neither in the connection's SKU map nor in the alias table, nor an item of the "
        f"warehouse. An entry counts at the next import. {_once_it('exists')}"
    )


def _once_it(is_there: str) -> str:
    minutes = ITEMS_ASKED_AGAIN // timedelta(minutes=1)
    return (
        f"Once the item {is_there}, the order goes on by itself: with the first import after {minutes} "
        "minutes, or at once with one that reads the warehouse's items again."
    )


def _ship_method_problems(order: Order, rules: ImportRules) -> Iterable[Problem]:
    if rules.routing(order) is None:
        level = order.service_level or "(none)"
        yield Problem(
            "unmapped_ship_method",
            f"Service level {level} has no entry in the connection's ship methods.",
            Fixer.ENGINEER,
        )


def _address_problems(order: Order, rules: ImportRules) -> Iterable[Problem]:
    if rules.outdated(order):
        yield _ADDRESS_CHANGED
        return
    address = rules.address(order)
    if address is None:
        yield Problem(
            "address_missing",
            "Amazon sends no address: the application lacks a personal-data role, the seller has not "
            "re-authorised since it was granted, or Amazon is late.",
            Fixer.ENGINEER,
        )
    elif missing := missing_parts(address):
        yield Problem("address_incomplete", f"The address lacks: {', '.join(missing)}.", Fixer.MERCHANT)


_ADDRESS_CHANGED = Problem(
    "address_changed",
    "The address was corrected here, and Amazon has another one since: correct it again, or take Amazon's.",
    Fixer.MERCHANT,
)


_LOOKED_AT: dict[FilterField, Callable[[Order], Iterable[str]]] = {
    FilterField.COUNTRY: lambda order: [order.address.country if order.address else ""],
    FilterField.STATE: lambda order: [order.address.state if order.address else ""],
    FilterField.POSTAL_CODE: lambda order: [order.address.postal_code if order.address else ""],
    FilterField.SKU: lambda order: [line.sku or "" for line in order.lines],
    FilterField.SERVICE_LEVEL: lambda order: [order.service_level],
    FilterField.PROGRAM: lambda order: order.programs,
}

_COMPARED: dict[FilterMatch, Callable[[str, str], bool]] = {
    FilterMatch.FULL: str.__eq__,
    FilterMatch.STARTS: str.startswith,
    FilterMatch.ENDS: str.endswith,
}


def _caught(order: Order, rule: Filter) -> bool:
    compare = _COMPARED[rule.match]
    wanted = [value.casefold() for value in rule.values]
    hit = any(compare(seen.casefold(), value) for seen in _LOOKED_AT[rule.field](order) for value in wanted)
    return hit is not rule.unless
