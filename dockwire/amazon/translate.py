"""From Amazon's wire to the model, at the border and nowhere else."""

import hashlib
import json
import re
from typing import Any, TypeGuard, TypeVar

from pydantic import ValidationError

from dockwire.amazon.wire import (
    WireAddress,
    WireItem,
    WireOrder,
    WirePackage,
    WirePage,
    WireRecipient,
    WireWindow,
)
from dockwire.model.ids import AmazonItemId, AmazonOrderId, MarketplaceId
from dockwire.model.money import Money
from dockwire.model.order import (
    Address,
    FulfilledBy,
    Malformed,
    Order,
    OrderLine,
    OrderPage,
    OrderStatus,
    SentPackage,
    Window,
)

Word = TypeVar("Word", OrderStatus, FulfilledBy)

_ORIGINALS = frozenset({"REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID"})


def to_page(content: bytes) -> OrderPage | None:
    """Return a page, unreadable orders apart; None when the answer as a whole is no page.

    The page is read at one go; only when that fails is each order tried by itself, so that one bad
    order never costs the others.
    """
    try:
        page = WirePage.model_validate_json(content)
        return _page([to_order(order) for order in page.orders], [], page)
    except (ValidationError, _Contradiction):
        return _order_by_order(content)


def to_single(content: bytes) -> Order | Malformed | None:
    """Return the order of a getOrder answer, readable or not; None when there is none in it."""
    body = _json(content)
    if not isinstance(body, dict) or not isinstance(body.get("order"), dict):
        return None
    return read_order(body["order"])


def read_order(raw: Any) -> Order | Malformed:
    """Return one order in Amazon's own JSON shape as a noun, or what is wrong with it."""
    # In ASCII: half a surrogate pair is JSON all right and breaks every encoder that meets it.
    text = json.dumps(raw, separators=(",", ":"))
    try:
        return to_order(WireOrder.model_validate_json(text))
    except ValidationError as error:
        return _malformed(raw, text, _problem(error))
    except _Contradiction as error:
        return _malformed(raw, text, str(error))


def to_order(wire: WireOrder) -> Order:
    """Return the order as the model knows it."""
    items = [item.order_item_id for item in wire.order_items]
    if len(set(items)) != len(items):
        raise _Contradiction("orderItems: two lines carry the same orderItemId")
    ship = wire.fulfillment
    return Order(
        order_id=AmazonOrderId(wire.order_id),
        marketplace_id=MarketplaceId(wire.sales_channel.marketplace_id or ""),
        status=_word(OrderStatus, ship.fulfillment_status),
        fulfilled_by=_word(FulfilledBy, ship.fulfilled_by),
        created=wire.created_time,
        updated=wire.last_updated_time,
        lines=tuple(_line(item) for item in wire.order_items),
        service_level=ship.fulfillment_service_level or "",
        programs=frozenset(wire.programs),
        ship_by=_window(ship.ship_by_window),
        deliver_by=_window(ship.deliver_by_window),
        label_printing=_window(ship.label_printing_window),
        address=_address(wire.recipient),
        replaces=_original(wire),
        packages=tuple(_package(each) for each in wire.packages if not _cancelled(each)),
        seller_reference=next(
            (alias.alias_id for alias in wire.order_aliases if alias.alias_type == "SELLER_ORDER_ID"), None
        )
        or "",
    )


class _Contradiction(Exception):
    """Every member is well-formed and they contradict each other."""


def _order_by_order(content: bytes) -> OrderPage | None:
    body = _json(content)
    if not isinstance(body, dict) or not isinstance(body.get("orders"), list):
        return None
    read = [read_order(raw) for raw in body["orders"]]
    try:
        frame = WirePage.model_validate({**body, "orders": []})
    except ValidationError:
        # Without a readable token the chain cannot go on: the page as a whole is unusable.
        return None
    return _page(
        [order for order in read if isinstance(order, Order)],
        [order for order in read if isinstance(order, Malformed)],
        frame,
    )


def _page(orders: list[Order], malformed: list[Malformed], frame: WirePage) -> OrderPage:
    return OrderPage(
        orders=tuple(orders),
        malformed=tuple(malformed),
        next_token=frame.pagination.next_token if frame.pagination else None,
        upper_bound=frame.last_updated_before,
    )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _problem(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    told = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults[:3]]
    more = f" (and {len(faults) - 3} more)" if len(faults) > len(told) else ""
    return "; ".join(told) + more


def _malformed(raw: Any, text: str, problem: str) -> Malformed:
    order_id = raw.get("orderId") if isinstance(raw, dict) else None
    if not _is_name(order_id):
        order_id = f"unreadable-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    channel = raw.get("salesChannel") if isinstance(raw, dict) else None
    marketplace = channel.get("marketplaceId") if isinstance(channel, dict) else None
    return Malformed(
        order_id=AmazonOrderId(order_id),
        marketplace_id=MarketplaceId(marketplace) if _is_name(marketplace) else None,
        problem=problem,
        raw=text,
    )


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


_NAME = re.compile(r"[\x21-\x7e]{1,60}")


def _word(kind: type[Word], word: str | None) -> Word:
    try:
        return kind(word or "UNKNOWN")
    except ValueError:
        return kind("UNKNOWN")


def _package(wire: WirePackage) -> SentPackage:
    return SentPackage(
        wire.package_reference_id or "",
        wire.carrier or "",
        wire.tracking_number or "",
        tuple((AmazonItemId(item.order_item_id), item.quantity) for item in wire.package_items),
    )


def _cancelled(wire: WirePackage) -> bool:
    return wire.package_status is not None and wire.package_status.status == "CANCELLED"


def _window(wire: WireWindow | None) -> Window:
    return Window(wire.earliest_date_time, wire.latest_date_time) if wire else Window()


def _line(wire: WireItem) -> OrderLine:
    ship, product = wire.fulfillment, wire.product
    gift = ship.packing.gift_option if ship and ship.packing else None
    asked = wire.cancellation.cancellation_request if wire.cancellation else None
    price = product.price.unit_price if product.price else None
    return OrderLine(
        item_id=AmazonItemId(wire.order_item_id),
        sku=product.seller_sku,
        quantity_ordered=wire.quantity_ordered,
        quantity_open=_open(wire),
        title=product.title or "",
        asin=product.asin or "",
        unit_price=Money(price.amount, price.currency_code) if price else None,
        gift_message=(gift.gift_message or "") if gift else "",
        gift_wrap=(gift.gift_wrap_level or "") if gift else "",
        cancel_requested=asked is not None and asked.requester == "BUYER",
        cancel_reason=(asked.cancel_reason or "") if asked else "",
    )


def _open(wire: WireItem) -> int:
    """What is left to ship: Amazon's own number, else the difference, never more than was ordered."""
    ship = wire.fulfillment
    if ship is not None and ship.quantity_unfulfilled is not None:
        return min(ship.quantity_unfulfilled, wire.quantity_ordered)
    shipped = ship.quantity_fulfilled if ship is not None else None
    return max(0, wire.quantity_ordered - (shipped or 0))


def _address(recipient: WireRecipient | None) -> Address | None:
    if recipient is None or recipient.delivery_address is None:
        return None
    wire = recipient.delivery_address
    address = Address(
        name=wire.name or "",
        company=wire.company_name or "",
        lines=tuple(line for line in (wire.address_line1, wire.address_line2, wire.address_line3) if line),
        city=wire.city or wire.municipality or "",
        district=wire.district_or_county or _neighbourhood(wire),
        state=wire.state_or_region or "",
        postal_code=wire.postal_code or "",
        # Amazon writes UK where ISO 3166 has GB.
        country="GB" if wire.country_code == "UK" else (wire.country_code or ""),
        phone=wire.phone or "",
        kind=wire.address_type or "",
        instructions=_instructions(recipient),
    )
    return address if _personal(wire) else None


def _neighbourhood(wire: WireAddress) -> str:
    return (wire.extended_fields.neighborhood if wire.extended_fields else None) or ""


def _personal(wire: WireAddress) -> bool:
    """Without the role Amazon leaves company, city, state and country: that is no address."""
    return any((wire.name, wire.address_line1, wire.address_line2, wire.address_line3, wire.postal_code))


def _instructions(recipient: WireRecipient) -> str:
    wishes = recipient.delivery_preference
    if wishes is None:
        return ""
    return "; ".join(filter(None, (wishes.drop_off_location, wishes.address_instruction)))


def _original(wire: WireOrder) -> AmazonOrderId | None:
    for other in wire.associated_orders:
        if other.order_id and other.association_type in _ORIGINALS:
            return AmazonOrderId(other.order_id)
    return None
