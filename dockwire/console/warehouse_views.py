"""The embedded warehouse's own tables: orders, items, stock, receipts and customers, to look at."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select
from starlette.requests import Request
from starlette_admin.fields import BaseField, IntegerField

from dockwire.console import warehouse_beside as beside
from dockwire.console.fields import moment, text
from dockwire.console.filtering import WORDS
from dockwire.console.parts import Parts
from dockwire.console.warehouse_list import (
    CUSTOMERS,
    OWNERS_OF_GOODS,
    SKUS_OF_GOODS,
    STATUSES,
    WarehouseList,
    of_items,
    status_in_words,
)
from dockwire.console.warehouse_records import (
    CustomerRecord,
    GoodsRecord,
    ItemRecord,
    PlacedRecord,
    ReceiptRecord,
)
from dockwire.warehouse.quantities import IN_STOCK
from dockwire.warehouse.tables import customers, items, orders, receivers


def warehouse_views(parts: Parts) -> list[WarehouseList]:
    """Return the lists, in the order of the menu."""
    kinds = (PlacedOrders, Items, Goods, Receipts, Customers)
    return [kind(parts) for kind in kinds]


def _number(label: str) -> BaseField:
    return IntegerField("id", label=label, filters=[])


def _customer(filters: Any = CUSTOMERS) -> BaseField:
    return text("customer_id", "Customer", lambda row: row.customer, filters=filters)


def _facility() -> BaseField:
    return text("facility_id", "Facility", lambda row: row.facility, filters=[])


def _units(name: str, label: str) -> BaseField:
    return text(name, label, lambda row: beside.units(getattr(row, name)), filters=[])


def _active() -> BaseField:
    return text("deactivated", "Active", lambda row: "no" if row.deactivated else "yes", filters=[])


def _status() -> BaseField:
    return text("status", "Status", lambda row: status_in_words(row.status), filters=STATUSES)


class PlacedOrders(WarehouseList):
    """Orders as the warehouse has them, without contacts and notes."""

    key = "warehouse-orders"
    menu_label = "Warehouse orders"
    display_name = "Warehouse order"
    search_hint = "Reference"
    record = PlacedRecord
    shown_first: ClassVar[frozenset[str]] = frozenset(
        {"id", "reference", "customer_id", "status", "created", "confirmed"}
    )
    searched = orders.c.reference
    completed_by = (beside.name,)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            _number("Order"),
            text("reference", "Reference", filters=WORDS),
            _customer(),
            _facility(),
            _status(),
            text(
                "fully_allocated", "Allocated", lambda row: "yes" if row.fully_allocated else "no", filters=[]
            ),
            moment("on_hold_date", "On hold since", filters=[]),
            moment("created", "Created", filters=[]),
            moment("confirmed", "Closed with date", filters=[]),
        ]


class Items(WarehouseList):
    """Items with what orders could still take."""

    key = "warehouse-items"
    menu_label = "Items"
    display_name = "Item"
    search_hint = "SKU"
    record = ItemRecord
    searched = items.c.sku
    completed_by = (beside.name, beside.weigh)
    sortable_fields: Sequence[str] = ("sku", "id")
    fields_default_sort = (("sku", False),)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            _number("Item"),
            text("sku", "SKU", filters=WORDS),
            _customer(),
            _units("available", "Available"),
            _units("on_hold", "On hold"),
            _active(),
            text("description", "Description", filters=[]),
            text("upc", "UPC", filters=[]),
            text("unit", "Unit", filters=[]),
            moment("modified", "Changed", filters=[]),
        ]


class Goods(WarehouseList):
    """Stock, receipt by receipt."""

    key = "warehouse-stock"
    menu_label = "Warehouse stock"
    display_name = "Receive item"
    search_hint = "SKU"
    record = GoodsRecord
    searched = items.c.sku
    completed_by = (beside.name, beside.label)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            _number("Receive item"),
            text("item_id", "SKU", lambda row: row.sku, filters=SKUS_OF_GOODS),
            _customer(OWNERS_OF_GOODS),
            _facility(),
            IntegerField("receiver_id", label="Receipt", filters=[]),
            text("qualifier", "Qualifier", filters=[]),
            text("lot_number", "Lot", filters=[]),
            _units("received", "Received"),
            _units("adjusted", "Adjusted"),
            _units("allocated", "Taken by orders"),
            text("on_hold", "Held back", _held, filters=[]),
            moment("created", "Since", filters=[]),
        ]

    def get_list_query(self, request: Request) -> Select[Any]:
        """Return the goods that came."""
        query: Select[Any] = super().get_list_query(request)
        return query.where(IN_STOCK)

    def get_count_query(self, request: Request) -> Select[Any]:
        """Count them."""
        query: Select[Any] = super().get_count_query(request)
        return query.where(IN_STOCK)

    def of_found(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition on goods, by that on their items."""
        return of_items(condition)


class Receipts(WarehouseList):
    """Goods that were announced, and came or not."""

    key = "warehouse-receipts"
    menu_label = "Receipts"
    display_name = "Receipt"
    search_hint = "Reference"
    record = ReceiptRecord
    searched = receivers.c.reference
    completed_by = (beside.name, beside.unpack)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            _number("Receipt"),
            text("reference", "Reference", filters=WORDS),
            _customer(),
            _facility(),
            _status(),
            text("goods", "Goods", filters=[]),
            moment("created", "Announced", filters=[]),
            moment("arrived", "Arrived", filters=[]),
        ]


class Customers(WarehouseList):
    """Whose goods the warehouse keeps."""

    key = "warehouse-customers"
    menu_label = "Customers"
    display_name = "Customer"
    search_hint = "Name"
    record = CustomerRecord
    searched = customers.c.name
    completed_by = (beside.place,)

    def columns(self) -> list[BaseField]:
        """Return the columns, in the order of the screen."""
        return [
            _number("Customer"),
            text("name", "Name", filters=WORDS),
            text("external_id", "External id", filters=[]),
            text("facilities", "Facilities", filters=[]),
            text("order_queue", "Order queue", lambda row: "yes" if row.order_queue else "no", filters=[]),
            _active(),
        ]


def _held(row: GoodsRecord) -> str:
    return "quarantined" if row.quarantined else "on hold" if row.on_hold else ""
