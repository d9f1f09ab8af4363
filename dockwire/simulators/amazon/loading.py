"""Orders from outside, in Amazon's own JSON shape, so that captured traffic can be replayed.

Accepted are a list of orders, a searchOrders answer, a getOrder answer, or one order. Members the
simulator does not know are kept and shown again.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dockwire.simulators.amazon.accounts import Participation, Seller
from dockwire.simulators.amazon.marketplaces import BY_ID
from dockwire.simulators.amazon.orders import JsonObject, Order
from dockwire.simulators.amazon.timestamps import instant


class UnusableOrders(ValueError):
    """Orders that cannot be loaded; the message names the member that is wrong, never its value."""


def read_orders(path: Path) -> list[JsonObject]:
    """Read and check an orders file.

    Raises:
        UnusableOrders: the file cannot be read, is not JSON, or holds something else than orders;
            the message names the file and the member.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as problem:
        raise UnusableOrders(f"{path}: cannot be read ({problem.strerror})") from problem
    except ValueError as problem:
        raise UnusableOrders(f"{path}: not JSON ({problem})") from problem
    try:
        return checked(orders_in(document))
    except UnusableOrders as problem:
        raise UnusableOrders(f"{path}: {problem}") from problem


def orders_in(document: object) -> list[Any]:
    """Return the orders of a list, a searchOrders answer, a getOrder answer or a single order.

    Raises:
        UnusableOrders: the document is none of these.
    """
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if isinstance(document.get("orders"), list):
            return list(document["orders"])
        if "order" in document:
            return [document["order"]]
        if "orderId" in document:
            return [document]
    raise UnusableOrders("expected a list of orders, a searchOrders or getOrder answer, or one order")


def checked(orders: list[Any]) -> list[JsonObject]:
    """Check that orders have the members every order must have, in a form that can be searched.

    Raises:
        UnusableOrders: naming the first member that is missing or wrong.
    """
    for index, order in enumerate(orders):
        _check_order(order, f"orders[{index}]")
    return orders


def as_order(body: object, sellers: Mapping[str, Seller], now: datetime, *, spare_key: str) -> Order:
    """Turn a body into an order of the seller its marketplace fits.

    Bodies may be malformed: without a readable time the order counts as created or updated ``now``,
    without an id it is kept under ``spare_key``. A seller whose region fits gains the marketplace.

    Raises:
        UnusableOrders: the body is not even an object.
    """
    if not isinstance(body, dict):
        raise UnusableOrders("every order must be an object")
    marketplace_id = _marketplace_id(body)
    order_id = body.get("orderId")
    created = _time(body.get("createdTime"), now)
    return Order(
        key=order_id if isinstance(order_id, str) and order_id else spare_key,
        seller_id=_seller(marketplace_id, sellers).id,
        marketplace_id=marketplace_id,
        body=body,
        created=created,
        updated=_time(body.get("lastUpdatedTime"), now),
        replayed=True,
    )


def _seller(marketplace_id: str | None, sellers: Mapping[str, Seller]) -> Seller:
    place = BY_ID.get(marketplace_id or "")
    if place is not None:
        for seller in sellers.values():
            if seller.sells_in(place.code):
                return seller
        for seller in sellers.values():
            if seller.region == place.region:
                seller.participations[place.code] = Participation()
                return seller
    return next(iter(sellers.values()))


def _marketplace_id(body: JsonObject) -> str | None:
    channel = body.get("salesChannel")
    found = channel.get("marketplaceId") if isinstance(channel, dict) else None
    return found if isinstance(found, str) else None


def _time(text: object, otherwise: datetime) -> datetime:
    try:
        return instant(text) if isinstance(text, str) else otherwise
    except ValueError:
        return otherwise


def _check_order(order: object, where: str) -> None:
    body = _object(order, where)
    _text(body, "orderId", where)
    for name in ("createdTime", "lastUpdatedTime"):
        _instant(body, name, where)
    channel = _object(body.get("salesChannel"), f"{where}.salesChannel")
    name = _text(channel, "channelName", f"{where}.salesChannel")
    # Orders from outside Amazon's sites need not name one (``SalesChannel`` in the model).
    named = name == "AMAZON" or "marketplaceId" in channel
    if named and _text(channel, "marketplaceId", f"{where}.salesChannel") not in BY_ID:
        raise UnusableOrders(f"{where}.salesChannel.marketplaceId is not a marketplace of Amazon")
    items = body.get("orderItems")
    if not isinstance(items, list):
        raise UnusableOrders(f"{where}.orderItems must be a list")
    for index, item in enumerate(items):
        _check_item(item, f"{where}.orderItems[{index}]")


def _check_item(item: object, where: str) -> None:
    body = _object(item, where)
    _text(body, "orderItemId", where)
    quantity = body.get("quantityOrdered")
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise UnusableOrders(f"{where}.quantityOrdered must be a whole number")
    _object(body.get("product"), f"{where}.product")


def _object(value: object, where: str) -> JsonObject:
    if not isinstance(value, dict):
        raise UnusableOrders(f"{where} must be an object")
    return value


def _text(holder: JsonObject, name: str, where: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value:
        raise UnusableOrders(f"{where}.{name} must be a text")
    return value


def _instant(holder: JsonObject, name: str, where: str) -> None:
    try:
        instant(_text(holder, name, where))
    except ValueError:
        raise UnusableOrders(
            f"{where}.{name} must be a date and time in UTC, such as 2026-11-02T09:00:00Z"
        ) from None
