"""What a person's decision does to a waiting order: the same rule as an import's, told at once.

Nothing is written here: a preview and the act itself are the same decision.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dockwire.decisions.acts import (
    Act,
    Cancel,
    CorrectAddress,
    Hold,
    MapSku,
    Release,
    Retry,
    SetLine,
    SetShipMethod,
    Skip,
    Unskip,
)
from dockwire.decisions.addresses import missing_parts
from dockwire.decisions.holding import wanted_looks
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Import, state_of
from dockwire.decisions.purging import PURGED, decide_known
from dockwire.decisions.quoting import holds_contact, quotes
from dockwire.decisions.sku_names import Lookalikes
from dockwire.decisions.stopping import reasons_there
from dockwire.model.hold import HoldRow, Ruling, WaitingOrder
from dockwire.model.ids import UNREADABLE, AmazonItemId
from dockwire.model.order import Address, Order, OrderStatus
from dockwire.model.override import (
    HELD_BY_PERSON,
    REFERENCE_CANCELLED,
    REFERENCE_TAKEN,
    TO_BE_CANCELLED,
    TO_BE_HELD,
    AddressCorrection,
    Overrides,
)
from dockwire.model.record import LedgerOrder, OrderState, Problem
from dockwire.model.warehouse import Routing

KEPT = frozenset({REFERENCE_TAKEN, REFERENCE_CANCELLED})
"""Reasons that only the warehouse can tell to be gone: an import finds out, not a decision here."""


@dataclass(frozen=True, slots=True)
class Case:
    """A waiting order and the rules of its connection."""

    waiting: WaitingOrder
    rules: ImportRules


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why this cannot be done to this order, and what to do instead."""

    sentence: str
    command: str = ""
    """What to type before the same is tried again; empty where no command helps."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is so already."""


@dataclass(frozen=True, slots=True)
class _Step:
    overrides: Overrides
    told: str
    aliases: dict[str, str] = field(default_factory=dict)


def decide_ruling(case: Case, acts: Sequence[Act]) -> Ruling | Refusal | Unchanged:
    """Return what these acts, all together or none of them, make of an order."""
    overrides, told, aliases = case.waiting.overrides, [], dict[str, str]()
    for act in acts:
        if (reason := _in_the_way(case.waiting, act)) is not None:
            return Refusal(reason, _first(case.waiting.row, reason))
        step = _step(case, act, overrides)
        if isinstance(step, Refusal):
            return step
        overrides = step.overrides
        aliases |= step.aliases
        told.append(step.told)
    row = case.waiting.row
    state, problems = _outcome(case, overrides, aliases, acts)
    same = (overrides, state, problems) == (case.waiting.overrides, row.state, row.problems)
    if same and not aliases and Retry() not in acts:
        return Unchanged()
    known = case.rules.aliases
    replaced = {sku: known[sku] for sku in aliases if sku in known}
    detail = {"act": "; ".join(told)}
    return Ruling(row.order_id, row.version, overrides, state, problems, detail, aliases, replaced)


def _outcome(
    case: Case, overrides: Overrides, aliases: dict[str, str], acts: Sequence[Act]
) -> tuple[OrderState, tuple[Problem, ...]]:
    row, known = case.waiting.row, case.waiting.known
    if row.state is OrderState.CREATED:
        return row.state, reasons_there(overrides)
    if known is None or (row.state is OrderState.FAILED and list(acts) == [Retry()]):
        return row.state, row.problems
    rules = replace(case.rules, aliases={**case.rules.aliases, **aliases})
    decision = decide_known(known, rules, overrides)
    if not isinstance(decision, Import):
        return state_of(decision)
    kept = tuple(problem for problem in row.problems if problem.code in KEPT)
    return (OrderState.HELD, kept) if kept else (OrderState.NEW, ())


def _in_the_way(waiting: WaitingOrder, act: Act) -> str | None:
    row = waiting.row
    if row.state in _SETTLED:
        return _settled(waiting, act)
    if isinstance(act, Cancel):
        return "it is not in the warehouse, so nothing is to be cancelled there; skip it"
    if (reason := _without_content(waiting, act)) is not None:
        return reason
    if row.skipped and not isinstance(act, Skip | Unskip):
        return _IS_SKIPPED
    if row.state is OrderState.SKIPPED and not row.skipped:
        return "it is not for the warehouse: " + " ".join(problem.sentence for problem in row.problems)
    return _not_retried(row) if isinstance(act, Retry) else None


_IS_SKIPPED = "a person skipped it; undo that first"


def _first(row: HoldRow, reason: str) -> str:
    """Return what to type first; empty where no command helps."""
    return f"dockwire holds skip {shlex.quote(row.order_id)} --undo" if reason == _IS_SKIPPED else ""


def _settled(waiting: WaitingOrder, act: Act) -> str | None:
    row = waiting.row
    if row.state is OrderState.CREATED:
        if isinstance(act, Hold | Cancel):
            return None
        if isinstance(act, Release) and (
            _held_there(waiting.overrides) or waiting.overrides.cancel is not None
        ):
            return _not_released_there(waiting)
    return _SETTLED[row.state].format(number=row.warehouse_order_id)


def _held_there(overrides: Overrides) -> bool:
    return overrides.on_hold is not None or overrides.hold is not None or overrides.release_there


def _not_released_there(waiting: WaitingOrder) -> str | None:
    if waiting.known is not None and waiting.known.order.status is OrderStatus.CANCELLED:
        return "Amazon cancelled it, so it is not released in the warehouse"
    return None


def _without_content(waiting: WaitingOrder, act: Act) -> str | None:
    if waiting.known is None and not isinstance(act, Skip | Unskip | Retry):
        return "it cannot be read, so nothing of it can be corrected or released; skip it or retry it"
    if waiting.known is not None and waiting.known.purged is not None and not isinstance(act, Skip | Unskip):
        return PURGED.sentence
    return None


def _not_retried(row: HoldRow) -> str | None:
    if row.order_id.startswith(UNREADABLE):
        return "its order id cannot be read, so Amazon cannot be asked for it; look for it in Seller Central"
    if row.state not in _RETRIED:
        return "it is neither held nor failed nor unreadable; nothing to retry"
    return None


_SETTLED = {
    OrderState.CREATED: (
        "it is warehouse order {number} already; change it in the warehouse, hold or cancel it there or here, and "
        "change the order in Seller Central"
    ),
    OrderState.CLAIMED: "it is being created right now; look again after the next import",
    OrderState.CANCELLED: "it was cancelled in the warehouse, as warehouse order {number}",
}
_PENDING = {Cancel: TO_BE_CANCELLED, Hold: TO_BE_HELD}
_RETRIED = (OrderState.HELD, OrderState.FAILED, OrderState.QUARANTINED)


def _step(case: Case, act: Act, overrides: Overrides) -> _Step | Refusal:
    match act:
        case Skip() | Hold() | Cancel():
            return _stop(case, act, overrides)
        case Unskip():
            if overrides.skip is None:
                return Refusal("it is not skipped by a person; nothing to undo")
            return _Step(replace(overrides, skip=None), "skip undone")
        case Retry():
            asks = case.waiting.row.state is OrderState.HELD
            told = "Amazon is asked for it again" if asks else "due at once"
            return _Step(replace(overrides, ask_again=overrides.ask_again or asks), told)
    known = case.waiting.known
    assert known is not None  # an unreadable order takes no other act
    return _correction(case, act, known, overrides)


def _correction(case: Case, act: Act, known: LedgerOrder, overrides: Overrides) -> _Step | Refusal:
    match act:
        case MapSku(amazon_sku, warehouse_sku):
            return _map_sku(case.rules, known.order, amazon_sku, warehouse_sku, overrides)
        case SetLine(item_id, warehouse_sku):
            return _set_line(case.rules, known.order, item_id, warehouse_sku, overrides)
        case SetShipMethod(routing):
            return _ship_method(case.rules, routing, overrides)
        case CorrectAddress(address):
            return _correct_address(address, known.order, overrides)
        case _:
            return _release(case, known.order, overrides)


def _ship_method(rules: ImportRules, wanted: Routing, overrides: Overrides) -> _Step:
    """Take account, billing code and SCAC from the connection's ship methods of that carrier where they agree."""
    same = [
        method.routing()
        for method in (*rules.connection.ship_methods.values(), rules.connection.prime_ship_method)
        if method is not None and method.carrier.casefold() == wanted.carrier.casefold()
    ]
    known = {
        name: words.pop()
        for name in ("scac", "account", "billing_code")
        if not getattr(wanted, name) and len(words := {getattr(each, name) for each in same}) == 1
    }
    routing = replace(wanted, **known)
    told = " ".join(filter(None, (routing.carrier, routing.service, routing.scac)))
    return _Step(replace(overrides, ship_method=routing), f"ship method {told}")


def _correct_address(address: Address | None, order: Order, overrides: Overrides) -> _Step | Refusal:
    if address is None:
        return _Step(replace(overrides, address=None), "Amazon's address taken")
    if missing := missing_parts(address):
        return Refusal(f"the address lacks: {', '.join(missing)}")
    return _Step(replace(overrides, address=AddressCorrection(address, order.address)), "address corrected")


def _stop(case: Case, act: Skip | Hold | Cancel, overrides: Overrides) -> _Step | Refusal:
    known, reason = case.waiting.known, act.reason
    if _PENDING.get(type(act)) in {problem.code for problem in case.waiting.row.problems}:
        # The first reason stays: it is wanted once.
        return _Step(overrides, "")
    addresses = [known.order.address] if known else []
    if overrides.address is not None:
        addresses.append(overrides.address.address)
    if any(address is not None and quotes(address, reason) for address in addresses):
        return Refusal(
            "the reason quotes the buyer's name, address or phone; it is kept in the open, so say it without"
        )
    row = case.waiting.row
    if holds_contact(reason, own=(row.order_id, str(row.warehouse_order_id or ""))):
        return Refusal(
            "the reason holds what looks like an e-mail address or a phone number; it is kept in the open, so say it "
            "without"
        )
    match act:
        case Skip():
            return _Step(replace(overrides, skip=reason, ask_again=False), f"skipped: {reason}")
        case Cancel():
            return _Step(
                replace(overrides, cancel=reason, cancel_undone=False, release_there=False),
                f"to be cancelled in the warehouse: {reason}",
            )
        case Hold():
            there = case.waiting.row.state is OrderState.CREATED
            told = "to be put on hold in the warehouse" if there else "held"
            return _Step(replace(overrides, hold=reason, release_there=False), f"{told}: {reason}")


def _release(case: Case, order: Order, overrides: Overrides) -> _Step | Refusal:
    if case.waiting.row.state is OrderState.CREATED:
        return _release_there(overrides)
    rules = replace(case.rules, overrides=overrides)
    lines = [line for line in order.lines if line.quantity_open > 0]
    looks = wanted_looks(order, lines, rules)
    if not looks:
        order_id = shlex.quote(case.waiting.row.order_id)
        return Refusal(
            "nothing of it is held for a look; its reasons say what would end its hold",
            f"dockwire holds show {order_id}",
        )
    why = ", ".join(dict.fromkeys(problem.code.replace("_", " ") for problem in looks.values()))
    # A person's own hold ends by it: the next one is another, whatever its reason.
    released = frozenset({*overrides.released, *looks} - {HELD_BY_PERSON})
    return _Step(replace(overrides, released=released, hold=None), f"released, though: {why}")


def _release_there(overrides: Overrides) -> _Step:
    """Take back a cancellation; what dockwire put on hold in the warehouse, or may, is released there, too."""
    kept = "no longer to be cancelled in the warehouse" if overrides.cancel is not None else ""
    if not _held_there(overrides):
        told = (
            f"{kept}; if somebody put it on hold there, release it there; if it is cancelled already, its page and "
            "a mail will say so"
        )
        # Not just taken back: a run may be carrying it out right now.
        return _Step(replace(overrides, cancel=None, cancel_undone=True), told)
    told = f"{kept}, but released there" if kept else "to be released in the warehouse"
    # A hold that is only wished is not just taken back, for the same reason.
    return _Step(replace(overrides, hold=None, cancel=None, release_there=True), told)


def _map_sku(
    rules: ImportRules, order: Order, amazon_sku: str, warehouse_sku: str, overrides: Overrides
) -> _Step | Refusal:
    skus = dict.fromkeys(line.sku for line in order.lines if line.sku)
    if amazon_sku not in skus:
        return Refusal(
            f"it has no line with Amazon SKU {amazon_sku!r}; it has: {', '.join(map(repr, skus)) or 'none'}"
        )
    if own := rules.connection.sku_map.get(amazon_sku):
        return Refusal(
            f"the sku_map of connection {rules.connection.slug} says that {amazon_sku!r} is {own!r}, and wins over "
            "any alias; change it in the connections file and apply that, or set the line of this order"
        )
    if (fault := _item_fault(rules, warehouse_sku)) is not None:
        return fault
    alias = rules.aliases.get(amazon_sku)
    if alias == warehouse_sku:
        return _Step(overrides, f"alias: {amazon_sku} is {warehouse_sku}")
    if alias is not None and _item_fault(rules, alias) is None:
        return Refusal(
            f"{amazon_sku!r} is an alias of {alias!r} already, for every order of the customer; set the line of this "
            "order alone, or change that in the alias table",
            "dockwire stock aliases",
        )
    return _Step(overrides, f"alias: {amazon_sku} is {warehouse_sku}", {amazon_sku: warehouse_sku})


def _set_line(
    rules: ImportRules, order: Order, item_id: AmazonItemId, warehouse_sku: str, overrides: Overrides
) -> _Step | Refusal:
    lines = [line.item_id for line in order.lines]
    if item_id not in lines:
        return Refusal(f"it has no line {item_id}; its lines are: {', '.join(lines)}")
    if (fault := _item_fault(rules, warehouse_sku)) is not None:
        return fault
    skus = {**overrides.skus, item_id: warehouse_sku}
    return _Step(replace(overrides, skus=skus), f"line {item_id} is {warehouse_sku}")


def _item_fault(rules: ImportRules, warehouse_sku: str) -> Refusal | None:
    item = rules.items.get(warehouse_sku)
    if item is None:
        return Refusal(
            f"the warehouse has no item {warehouse_sku!r} as far as dockwire has read.{Lookalikes(rules.items).hint(warehouse_sku)} "
            "For an item made just now, let the items be read again first",
            f"dockwire run order-import {rules.connection.slug} --refresh",
        )
    return None if item.active else Refusal(f"the warehouse item {warehouse_sku!r} is deactivated")
