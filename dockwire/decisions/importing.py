"""Which Amazon orders become warehouse orders, which wait, and why.

The rule: import when the merchant ships it (``MERCHANT``) and it is ready (``UNSHIPPED`` or
``PARTIALLY_SHIPPED``), with the quantity still open. Everything else is remembered with a reason:
*watch* (not ready yet), *skip* (not ours by rule) or *hold* (a person can change it). All problems
of a held order are reported together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from dockwire.decisions.addresses import missing_parts
from dockwire.decisions.sku_names import SkuNames
from dockwire.errors import Fixer
from dockwire.model.connection import Connection, Filter, FilterField, FilterMatch
from dockwire.model.order import Address, FulfilledBy, Order, OrderLine, OrderStatus, Program, Window
from dockwire.model.record import Problem
from dockwire.model.warehouse import DraftLine, Item, OrderDraft, Routing

ITEMS_ASKED_AGAIN = timedelta(minutes=10)
"""A SKU nobody knows makes a run read the warehouse's items again, but not more often than this."""


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


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What the decision needs to know besides the order."""

    connection: Connection
    items: Mapping[str, Item]
    """The warehouse customer's items by SKU."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The customer's alias table; the connection's own map wins."""

    def target_sku(self, amazon_sku: str) -> str | None:
        """Return the warehouse SKU an Amazon SKU stands for, or None when nobody said."""
        names = SkuNames.of(self.connection, self.aliases)
        target = names.target(amazon_sku)
        # An equal name that nobody wrote down is a guess until there is such an item.
        return target if names.mapped(amazon_sku) or target in self.items else None


def decide_import(order: Order, rules: ImportRules) -> Decision:
    """Return what to do with an order that is not in the warehouse."""
    if (reason := _not_ours(order, rules.connection)) is not None:
        return Skip(reason)
    if (reason := _not_ready(order)) is not None:
        return Watch(reason)
    open_lines = [line for line in order.lines if line.quantity_open > 0]
    if not open_lines:
        return Skip(Problem("nothing_open", "Every line of the order is shipped or cancelled."))
    problems = tuple(_problems(order, open_lines, rules))
    if problems:
        return Hold(problems)
    return Import(_draft(order, open_lines, rules))


def reference_of(order: Order, connection: Connection) -> str:
    """Return the warehouse reference of an order: the same for ever, derived from Amazon's id."""
    return f"{connection.reference_prefix}{order.order_id}{connection.reference_suffix}"


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


def _not_ready(order: Order) -> Problem | None:
    if order.status in _WAITING:
        return _WAITING[order.status]
    if order.status not in {OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED}:
        return Problem(
            "unknown_status", "Amazon reports a fulfilment status dockwire does not know.", Fixer.ENGINEER
        )
    if order.fulfilled_by is not FulfilledBy.MERCHANT:
        return Problem("unknown_fulfiller", "Amazon does not say who ships this order.", Fixer.AMAZON)
    return None


def _problems(order: Order, lines: list[OrderLine], rules: ImportRules) -> Iterable[Problem]:
    if not order.marketplace_id:
        yield Problem(
            "marketplace_missing",
            "Amazon does not say to which marketplace the order belongs; create it by hand if it is yours.",
            Fixer.ENGINEER,
        )
    yield from _buyer_cancels(lines)
    yield from _sku_problems(lines, rules)
    yield from _ship_method_problems(order, rules.connection)
    yield from _address_problems(order.address)
    for rule in rules.connection.filters:
        if _caught(order, rule):
            yield Problem(
                "filtered",
                f"The filter on {rule.field.value.replace('_', ' ')} holds this order for a look.",
                Fixer.ENGINEER,
            )


def _buyer_cancels(lines: list[OrderLine]) -> Iterable[Problem]:
    asked = [line for line in lines if line.cancel_requested]
    if asked:
        yield Problem(
            "buyer_asked_to_cancel",
            f"The buyer asked to cancel {len(asked)} of {len(lines)} open lines; "
            "cancel the order in Seller Central or tell the buyer it ships.",
            Fixer.MERCHANT,
        )


def _sku_problems(lines: list[OrderLine], rules: ImportRules) -> Iterable[Problem]:
    for sku in dict.fromkeys(line.sku for line in lines):
        if not sku:
            yield Problem("no_sku", "A line carries no seller SKU.", Fixer.MERCHANT)
            continue
        target = rules.target_sku(sku)
        if target is None:
            yield Problem("unmapped_sku", _unmapped(sku, rules.connection), Fixer.ENGINEER)
        elif target not in rules.items:
            yield Problem(
                "unknown_item",
                f"Amazon SKU {sku!r} is mapped to {target!r}, which the warehouse does not know. "
                f"{_once_it('exists', rules.connection)}",
                Fixer.ENGINEER,
            )
        elif not rules.items[target].active:
            yield Problem(
                "item_deactivated",
                f"The warehouse item {target!r} is deactivated. {_once_it('is active', rules.connection)}",
                Fixer.CLERK,
            )


def _unmapped(sku: str, connection: Connection) -> str:
    if connection.require_sku_map:
        return (
            f"Amazon SKU {sku!r} is neither in the connection's SKU map nor in the alias table; an entry counts "
            "at the next import."
        )
    return (
        f"Amazon SKU {sku!r} is neither in the connection's SKU map nor in the alias table, nor an item of the "
        f"warehouse. An entry counts at the next import. {_once_it('exists', connection)}"
    )


def _once_it(is_there: str, connection: Connection) -> str:
    minutes = ITEMS_ASKED_AGAIN // timedelta(minutes=1)
    return (
        f"Once the item {is_there}, the order goes on by itself: with the first import after {minutes} "
        f"minutes, or at once with 'dockwire run order-import {connection.slug} --refresh'."
    )


def _ship_method_problems(order: Order, connection: Connection) -> Iterable[Problem]:
    if _routing(order, connection) is None:
        level = order.service_level or "(none)"
        yield Problem(
            "unmapped_ship_method",
            f"Service level {level} has no entry in the connection's ship methods.",
            Fixer.ENGINEER,
        )


def _address_problems(address: Address | None) -> Iterable[Problem]:
    if address is None:
        yield Problem(
            "address_missing",
            "Amazon sends no address: the application lacks a personal-data role, the seller has not "
            "re-authorised since it was granted, or Amazon is late.",
            Fixer.ENGINEER,
        )
    elif missing := missing_parts(address):
        yield Problem("address_incomplete", f"The address lacks: {', '.join(missing)}.", Fixer.MERCHANT)


def _routing(order: Order, connection: Connection) -> Routing | None:
    if order.is_prime and connection.prime_ship_method is not None:
        return connection.prime_ship_method.routing()
    method = connection.ship_methods.get(order.service_level)
    return None if method is None else method.routing()


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


def _draft(order: Order, lines: list[OrderLine], rules: ImportRules) -> OrderDraft:
    connection = rules.connection
    routing = _routing(order, connection)
    assert routing is not None  # an order without routing is held
    assert order.address is not None  # and so is one without address
    return OrderDraft(
        reference=reference_of(order, connection),
        customer_id=connection.customer_id,
        facility_id=connection.facility_id,
        ship_to=order.address,
        lines=tuple(_draft_line(line, rules) for line in lines),
        routing=routing,
        po_number=order.order_id,
        notes=_notes(order, lines),
        shipping_notes=order.address.instructions,
        earliest_ship=order.ship_by.earliest,
        ship_by=order.ship_by.latest,
        deliver_by=order.deliver_by.latest,
        saved=tuple(_saved(order, connection)),
    )


def _draft_line(line: OrderLine, rules: ImportRules) -> DraftLine:
    sku = rules.target_sku(line.sku or "")
    assert sku is not None  # an order with an unmapped SKU is held
    return DraftLine(
        sku=sku,
        quantity=Decimal(line.quantity_open),
        item_id=line.item_id,
        amazon_sku=line.sku or "",
        notes=line.gift_message,
    )


def _notes(order: Order, lines: list[OrderLine]) -> str:
    notes = []
    if order.replaces:
        notes.append(f"Replacement for Amazon order {order.replaces}.")
    if Program.SHIP_PLUS in order.programs:
        notes.append("Amazon Ship+ order.")
    if order.is_prime:
        notes.append("Prime: ship with a Prime-eligible service.")
    wraps = sorted({line.gift_wrap for line in lines if line.gift_wrap})
    if wraps:
        notes.append(f"Gift wrap: {', '.join(wraps)}.")
    notes.extend(f"Gift message: {line.gift_message}" for line in lines if line.gift_message)
    return " ".join(notes)


def _saved(order: Order, connection: Connection) -> Iterable[tuple[str, str]]:
    """Yield what later steps need to know about the order without asking Amazon again."""
    yield "AmazonOrderId", order.order_id
    yield "AmazonMarketplace", connection.marketplace_code
    yield "AmazonServiceLevel", order.service_level
    yield "Currency", connection.marketplace.currency
    if order.programs:
        yield "AmazonPrograms", ",".join(sorted(order.programs))
    yield from _moments("ShipBy", order.ship_by)
    yield from _moments("DeliverBy", order.deliver_by)
    yield from _moments("PrintLabel", order.label_printing)
    if order.seller_reference:
        yield "SellerOrderId", order.seller_reference
    if order.replaces:
        yield "ReplacesAmazonOrderId", order.replaces


def _moments(name: str, window: Window) -> Iterable[tuple[str, str]]:
    if window.earliest:
        yield f"{name}Earliest", window.earliest.strftime("%Y-%m-%dT%H:%M:%SZ")
    if window.latest:
        yield f"{name}Latest", window.latest.strftime("%Y-%m-%dT%H:%M:%SZ")
