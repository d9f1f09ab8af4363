"""From an Amazon order to the warehouse order that is to be created."""

from collections.abc import Iterable
from decimal import Decimal

from dockwire.decisions.import_rules import ImportRules
from dockwire.model.connection import Connection
from dockwire.model.order import Order, OrderLine, Program, Window
from dockwire.model.warehouse import DraftLine, OrderDraft


def draft_of(order: Order, lines: list[OrderLine], rules: ImportRules) -> OrderDraft:
    """Return the warehouse order of an order that nothing holds."""
    connection = rules.connection
    routing = rules.routing(order)
    assert routing is not None  # an order without routing is held
    address = rules.address(order)
    assert address is not None  # and so is one without address
    return OrderDraft(
        reference=reference_of(order, connection),
        customer_id=connection.customer_id,
        facility_id=connection.facility_id,
        ship_to=address,
        lines=tuple(_draft_line(line, rules) for line in lines),
        routing=routing,
        po_number=order.order_id,
        notes=_notes(order, lines),
        shipping_notes=address.instructions,
        earliest_ship=order.ship_by.earliest,
        ship_by=order.ship_by.latest,
        deliver_by=order.deliver_by.latest,
        saved=tuple(_saved(order, connection)),
    )


def _draft_line(line: OrderLine, rules: ImportRules) -> DraftLine:
    sku = rules.target_of(line)
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


def reference_of(order: Order, connection: Connection) -> str:
    """Return the warehouse reference of an order: the same for ever, derived from Amazon's id."""
    return f"{connection.reference_prefix}{order.order_id}{connection.reference_suffix}"
