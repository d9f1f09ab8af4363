"""Nouns with sane defaults: a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dockwire.model.connection import Connection, ShipMethod
from dockwire.model.contacts import Contacts
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
    Window,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
US = MarketplaceId("ATVPDKIKX0DER")
CA = MarketplaceId("A2EUQ1WTGCTBG2")


def address(**overrides: Any) -> Address:
    """Return a complete US address of nobody."""
    fields: dict[str, Any] = {
        "name": "Ann Example",
        "lines": ("1 Sample Street", "Apt 2"),
        "city": "Springfield",
        "state": "IL",
        "postal_code": "62701",
        "country": "US",
        "phone": "+1 555 0100",
    }
    return Address(**fields | overrides)


def line(**overrides: Any) -> OrderLine:
    """Return one open line of two units of SKU-1."""
    fields: dict[str, Any] = {
        "item_id": AmazonItemId("10000000000001"),
        "sku": "SKU-1",
        "quantity_ordered": 2,
        "quantity_open": 2,
        "title": "Sample",
        "asin": "B000000001",
        "unit_price": Money(Decimal("9.99"), "USD"),
    }
    return OrderLine(**fields | overrides)


def order(**overrides: Any) -> Order:
    """Return a paid, merchant-fulfilled US order of one line."""
    fields: dict[str, Any] = {
        "order_id": AmazonOrderId("111-0000001-0000001"),
        "marketplace_id": US,
        "status": OrderStatus.UNSHIPPED,
        "fulfilled_by": FulfilledBy.MERCHANT,
        "created": NOW - timedelta(hours=3),
        "updated": NOW - timedelta(hours=2),
        "lines": (line(),),
        "service_level": "STANDARD",
        "ship_by": Window(NOW, NOW + timedelta(days=1)),
        "deliver_by": Window(NOW + timedelta(days=2), NOW + timedelta(days=4)),
        "address": address(),
    }
    return Order(**fields | overrides)


def malformed(**overrides: Any) -> Malformed:
    """Return an order whose quantity is a word."""
    fields: dict[str, Any] = {
        "order_id": AmazonOrderId("111-0000009-0000009"),
        "marketplace_id": US,
        "problem": "orderItems.0.quantityOrdered: not a whole number",
        "raw": '{"orderId": "111-0000009-0000009"}',
    }
    return Malformed(**fields | overrides)


def page(*orders: Order, **overrides: Any) -> OrderPage:
    """Return the last page of a chain, holding these orders."""
    fields: dict[str, Any] = {
        "orders": orders,
        "malformed": (),
        "next_token": None,
        "upper_bound": NOW,
    }
    return OrderPage(**fields | overrides)


def connection(**overrides: Any) -> Connection:
    """Return a US connection that maps STANDARD and EXPEDITED and tells everybody."""
    fields: dict[str, Any] = {
        "slug": "acme-us",
        "application_id": "amzn1.sp.solution.test",
        "seller_id": "A1SELLER",
        "marketplace_code": "US",
        "warehouse": "main",
        "customer_id": 1,
        "facility_id": 1,
        "import_since": NOW - timedelta(days=2),
        "ship_methods": {
            "STANDARD": ShipMethod(carrier="UPS", service="03", scac="UPSN"),
            "EXPEDITED": ShipMethod(carrier="UPS", service="02", scac="UPSN"),
        },
        "contacts": Contacts(
            orders_created=("clerk@example.com",),
            orders_held=("engineer@example.com",),
            shipments_refused=("dock@example.com",),
            stock_refused=("seller@example.com",),
            run_failed=("engineer@example.com",),
        ),
    }
    return Connection.model_validate(fields | overrides)
