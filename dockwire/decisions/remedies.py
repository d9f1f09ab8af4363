"""What would end a hold: for each reason the ways out, who can go them, and the command where there is one."""

import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from dockwire.decisions.holding import sku_problem
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.ruling import Case
from dockwire.errors import Fixer
from dockwire.model.ids import UNREADABLE
from dockwire.model.order import OrderLine
from dockwire.model.override import (
    HELD_BY_PERSON,
    NOT_CANCELLED,
    ON_HOLD_THERE,
    REFERENCE_CANCELLED,
    REFERENCE_TAKEN,
    SKIPPED_BY_PERSON,
    TO_BE_CANCELLED,
    TO_BE_HELD,
    TO_BE_RELEASED,
    WAITS_THERE,
)
from dockwire.model.record import Problem


class Way(StrEnum):
    """What a person can decide here; all but ``HOLD`` may end a hold."""

    MAP_SKU = "map_sku"
    SET_LINE = "set_line"
    SHIP_METHOD = "ship_method"
    ADDRESS = "address"
    AMAZON_ADDRESS = "amazon_address"
    RELEASE = "release"
    RETRY = "retry"
    SKIP = "skip"
    UNSKIP = "unskip"
    HOLD = "hold"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out of a hold."""

    who: Fixer
    does: str
    """A sentence."""
    command: str = ""
    """To be typed as it is, except for words in capitals; empty where it is not done with dockwire."""
    way: Way | None = None
    """The decision that this is; None where it is another command, or not done with dockwire."""
    subject: str = ""
    """Of ``MAP_SKU`` the Amazon SKU, of ``SET_LINE`` Amazon's item id."""


Ways = Callable[[Case], Iterable[Remedy]]


def remedies(problem: Problem, case: Case) -> list[Remedy]:
    """Return what would end this problem of this order, the simplest first; for an unknown code, to skip it.

    What is in the warehouse cannot be skipped any more.
    """
    ways = list(WAYS_OUT.get(problem.code, _none)(case))
    if problem.code not in (SKIPPED_BY_PERSON, *WAITS_THERE):
        ways.append(
            _decision(Fixer.CLERK, "Where the warehouse is not to ship it at all, skip it.", Way.SKIP, case)
        )
    return ways


_COMMANDS = {
    Way.MAP_SKU: ("fix", "--sku"),
    Way.SET_LINE: ("fix", "--line"),
    Way.SHIP_METHOD: ("fix", "--ship-method CARRIER/SERVICE/SCAC"),
    Way.ADDRESS: ("fix", "--address prompt"),
    Way.AMAZON_ADDRESS: ("fix", "--address amazon"),
    Way.RELEASE: ("release", ""),
    Way.RETRY: ("retry", ""),
    Way.SKIP: ("skip", "--reason 'WHY'"),
    Way.UNSKIP: ("skip", "--undo"),
    Way.HOLD: ("hold", "--reason 'WHY'"),
    Way.CANCEL: ("cancel", "--reason 'WHY'"),
}


def _decision(who: Fixer, does: str, way: Way, case: Case, subject: str = "") -> Remedy:
    act, options = _COMMANDS[way]
    order_id = shlex.quote(case.waiting.row.order_id)
    named = shlex.quote(f"{subject}=WAREHOUSE-SKU") if subject else ""
    command = " ".join(filter(None, ("dockwire holds", act, order_id, options, named)))
    return Remedy(who, does, command, way, subject)


def _none(_case: Case) -> Iterable[Remedy]:
    return ()


def _rules(case: Case) -> ImportRules:
    return replace(case.rules, overrides=case.waiting.overrides)


def _lines(case: Case, code: str) -> list[OrderLine]:
    """Return the open lines that have this problem."""
    known = case.waiting.known
    lines = known.order.lines if known else ()
    found = [(line, sku_problem(line, _rules(case))) for line in lines if line.quantity_open > 0]
    return [line for line, problem in found if problem is not None and problem.code == code]


def _of_lines(code: str, case: Case) -> Iterator[Remedy]:
    connection = case.rules.connection
    for line in _lines(case, code):
        sku = line.sku or ""
        if sku and not connection.sku_map.get(sku) and line.item_id not in case.waiting.overrides.skus:
            yield _decision(
                Fixer.ENGINEER,
                f"Give {sku!r} its name in the warehouse, for all orders of the customer.",
                Way.MAP_SKU,
                case,
                sku,
            )
        elif sku and connection.sku_map.get(sku):
            yield Remedy(
                Fixer.ENGINEER,
                f"Change {sku!r} in sku_map of [connections.{connection.slug}] in the connections file and apply it.",
                "dockwire apply FILE",
            )
        yield _decision(
            Fixer.CLERK,
            "Name the item to ship for this line of this order alone.",
            Way.SET_LINE,
            case,
            line.item_id,
        )


def _missing_item(code: str, case: Case) -> Iterator[Remedy]:
    yield from _of_lines(code, case)
    verb = "Activate" if code == "item_deactivated" else "Add"
    yield Remedy(
        Fixer.CLERK,
        f"{verb} the item in the warehouse; then the order goes on by itself, or at once with an import that reads the items "
        "again.",
        f"dockwire run order-import {case.rules.connection.slug} --refresh",
    )


def _no_sku(case: Case) -> Iterator[Remedy]:
    yield from _of_lines("no_sku", case)
    yield Remedy(
        Fixer.MERCHANT, "Give the listing its SKU in Seller Central, if Amazon then shows it in the order."
    )


def _ship_method(case: Case) -> Iterator[Remedy]:
    known = case.waiting.known
    level = known.order.service_level if known else ""
    yield _decision(
        Fixer.ENGINEER,
        "Say how this order is shipped.",
        Way.SHIP_METHOD,
        case,
    )
    if level:
        yield Remedy(
            Fixer.ENGINEER,
            f"Add {level} to [connections.{case.rules.connection.slug}.ship_methods] in the connections file and "
            "apply it: that counts for all orders.",
            "dockwire apply FILE",
        )


def _address(case: Case) -> Iterator[Remedy]:
    yield _decision(
        Fixer.MERCHANT,
        "Enter the address that is to be shipped to; it counts until Amazon's own changes.",
        Way.ADDRESS,
        case,
    )


def _missing_address(case: Case) -> Iterator[Remedy]:
    yield _decision(
        Fixer.ENGINEER,
        "Give the application its personal-data role and let the seller authorise it again; Amazon's address comes "
        "with the daily sweep, or, of this order, with the next import once it is tried again.",
        Way.RETRY,
        case,
    )
    yield from _address(case)


def _incomplete_address(case: Case) -> Iterator[Remedy]:
    yield from _address(case)
    yield Remedy(Fixer.MERCHANT, "Or correct it in Seller Central; dockwire reads that by itself.")


def _changed_address(case: Case) -> Iterator[Remedy]:
    yield _decision(Fixer.MERCHANT, "Ship to Amazon's address of now.", Way.AMAZON_ADDRESS, case)
    yield from _address(case)


def _look(told: str, who: Fixer, case: Case) -> Iterator[Remedy]:
    yield _decision(who, told, Way.RELEASE, case)


def _on_hold_there(case: Case) -> Iterator[Remedy]:
    yield _decision(
        Fixer.CLERK,
        "Once it may be shipped, release it here: the next import takes it off hold in the warehouse.",
        Way.RELEASE,
        case,
    )
    yield _cancel_there(case)


def _cancel_there(case: Case) -> Remedy:
    does = "Where it is not to be shipped, cancel it in the warehouse here, and in Seller Central, too."
    return _decision(Fixer.CLERK, does, Way.CANCEL, case)


def _ship_after_all(case: Case) -> Remedy:
    does = "Where it may be shipped after all, release it here."
    return _decision(Fixer.CLERK, does, Way.RELEASE, case)


def _next_import(case: Case) -> Remedy:
    does = "The next import carries it out by itself, or one that is asked for now."
    return Remedy(Fixer.NOBODY, does, f"dockwire run order-import {case.rules.connection.slug}")


def _to_be_held(case: Case) -> Iterator[Remedy]:
    yield _next_import(case)
    yield _ship_after_all(case)
    yield _cancel_there(case)


def _to_be_cancelled(case: Case) -> Iterator[Remedy]:
    yield _next_import(case)
    yield _ship_after_all(case)


def _to_be_released(case: Case) -> Iterator[Remedy]:
    yield _next_import(case)
    yield _decision(Fixer.CLERK, "Where it is to stay on hold, hold it here.", Way.HOLD, case)
    yield _cancel_there(case)


def _not_cancelled(case: Case) -> Iterator[Remedy]:
    yield Remedy(Fixer.CLERK, "Cancel it in the warehouse.")
    yield _decision(Fixer.CLERK, "Once the warehouse allows it, cancel it here again.", Way.CANCEL, case)
    yield _ship_after_all(case)


def _cancelling(case: Case) -> Iterator[Remedy]:
    yield Remedy(Fixer.MERCHANT, "Cancel the order in Seller Central; dockwire then leaves it out by itself.")
    yield from _look("Tell the buyer that it ships, and release it.", Fixer.MERCHANT, case)


def _refused(case: Case) -> Iterator[Remedy]:
    yield _decision(
        Fixer.CLERK,
        "It is tried again by itself, up to 6 hours apart; once what the warehouse objects to is put right, at once.",
        Way.RETRY,
        case,
    )
    yield _decision(
        Fixer.CLERK,
        "If it objects to the address, enter another one.",
        Way.ADDRESS,
        case,
    )
    yield _decision(
        Fixer.ENGINEER,
        "If it objects to the carrier, say how this order is shipped.",
        Way.SHIP_METHOD,
        case,
    )


def _silent(case: Case) -> Iterator[Remedy]:
    yield _decision(
        Fixer.ENGINEER,
        "It is tried again by itself, up to 6 hours apart; once the warehouse answers, at once.",
        Way.RETRY,
        case,
    )


def _unreadable(case: Case) -> Iterator[Remedy]:
    if not case.waiting.row.order_id.startswith(UNREADABLE):
        yield _decision(
            Fixer.ENGINEER,
            "Amazon is asked for it again by itself, up to 6 hours apart; once it is tried again, by the next import.",
            Way.RETRY,
            case,
        )
    yield Remedy(Fixer.ENGINEER, "Report the field that cannot be read: Amazon's format may have changed.")
    yield Remedy(
        Fixer.CLERK, "If it has to ship today, create it by hand in the warehouse, and skip it here."
    )


def _waiting_for_amazon(told: str, case: Case) -> Iterator[Remedy]:
    yield Remedy(Fixer.AMAZON, told)
    yield _decision(Fixer.ENGINEER, "Ask Amazon again with the next import.", Way.RETRY, case)


def _reference_taken(case: Case) -> Iterator[Remedy]:
    yield Remedy(
        Fixer.ENGINEER,
        f"Give [connections.{case.rules.connection.slug}] a reference_prefix or reference_suffix of its own in the "
        "connections file and apply it.",
        "dockwire apply FILE",
    )


def _reference_cancelled(_case: Case) -> Iterator[Remedy]:
    yield Remedy(Fixer.CLERK, "Reopen the cancelled order in the warehouse: the next import adopts it.")
    yield Remedy(Fixer.CLERK, "Or create it by hand under another reference, and skip it here.")


def _skipped(case: Case) -> Iterator[Remedy]:
    yield _decision(Fixer.CLERK, "Let the warehouse ship it after all.", Way.UNSKIP, case)
    yield Remedy(Fixer.MERCHANT, "Ship or cancel it in Seller Central: it then leaves the list.")


def _purged(_case: Case) -> Iterator[Remedy]:
    yield Remedy(Fixer.MERCHANT, "Ship or cancel it in Seller Central: it then leaves the list.")
    yield Remedy(Fixer.AMAZON, "It goes on by itself if Amazon changes it, with the address that comes then.")


WAYS_OUT: dict[str, Ways] = {
    "marketplace_missing": partial(_look, "Release it if it is this connection's order.", Fixer.ENGINEER),
    "buyer_asked_to_cancel": _cancelling,
    HELD_BY_PERSON: partial(_look, "Release it once what it was stopped for is settled.", Fixer.CLERK),
    ON_HOLD_THERE: _on_hold_there,
    TO_BE_HELD: _to_be_held,
    TO_BE_CANCELLED: _to_be_cancelled,
    TO_BE_RELEASED: _to_be_released,
    NOT_CANCELLED: _not_cancelled,
    "filtered": partial(_look, "Look at the order, and let it pass.", Fixer.ENGINEER),
    "no_sku": _no_sku,
    "unmapped_sku": partial(_missing_item, "unmapped_sku"),
    "unknown_item": partial(_missing_item, "unknown_item"),
    "item_deactivated": partial(_missing_item, "item_deactivated"),
    "unmapped_ship_method": _ship_method,
    "address_missing": _missing_address,
    "address_incomplete": _incomplete_address,
    "address_changed": _changed_address,
    "unknown_status": partial(
        _waiting_for_amazon,
        "It goes on once Amazon reports a status that dockwire knows; a newer dockwire may know it.",
    ),
    "unknown_fulfiller": partial(_waiting_for_amazon, "It goes on once Amazon says who ships it."),
    REFERENCE_TAKEN: _reference_taken,
    REFERENCE_CANCELLED: _reference_cancelled,
    "refused_by_warehouse": _refused,
    "no_answer": _silent,
    "unreadable": _unreadable,
    "purged": _purged,
    SKIPPED_BY_PERSON: _skipped,
}
"""Every reason for which an order waits for somebody, and its ways out."""
