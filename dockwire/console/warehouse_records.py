"""Rows of the embedded warehouse as objects that lists show: read only, and never what is personal."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import registry

from dockwire.warehouse.tables import customers, items, metadata, orders, receive_items, receivers

_mappers = registry(metadata=metadata)


class Owned:
    """Something of a customer."""

    id: int
    customer_id: int
    customer: str = ""
    """The customer's name; read for a whole page at once, and so is what follows the columns below."""


class CustomerRecord:
    """A customer of the warehouse."""

    id: int
    name: str
    external_id: str
    order_queue: bool
    deactivated: bool
    facilities: str = ""


class ItemRecord(Owned):
    """Something that a customer stores."""

    sku: str
    description: str
    upc: str
    unit: str
    deactivated: bool
    modified: datetime
    available: Decimal = Decimal(0)
    on_hold: Decimal = Decimal(0)


class ReceiptRecord(Owned):
    """Goods that were announced, and came or not."""

    facility_id: int
    reference: str
    status: int
    created: datetime
    arrived: datetime | None
    facility: str = ""
    goods: str = ""


class GoodsRecord(Owned):
    """Units of one item that came with one receipt."""

    receiver_id: int
    facility_id: int
    item_id: int
    qualifier: str
    lot_number: str
    received: Decimal
    adjusted: Decimal
    allocated: Decimal
    on_hold: bool
    quarantined: bool
    created: datetime
    facility: str = ""
    sku: str = ""


class PlacedRecord(Owned):
    """An order of the warehouse, without its contacts and notes."""

    facility_id: int
    reference: str
    status: int
    fully_allocated: bool
    on_hold_date: datetime | None
    created: datetime
    confirmed: datetime | None
    facility: str = ""


_MAPPED: tuple[tuple[type[Any], Any, tuple[str, ...]], ...] = (
    (CustomerRecord, customers, ("id", "name", "external_id", "order_queue", "deactivated")),
    (ItemRecord, items, ("id", "customer_id", "sku", "description", "upc", "unit", "deactivated", "modified")),
    (
        ReceiptRecord,
        receivers,
        ("id", "customer_id", "facility_id", "reference", "status", "created", "arrived"),
    ),
    (
        GoodsRecord,
        receive_items,
        (
            "id", "customer_id", "receiver_id", "facility_id", "item_id", "qualifier", "lot_number", "received",
            "adjusted", "allocated", "on_hold", "quarantined", "created",
        ),
    ),
    (
        PlacedRecord,
        orders,
        (
            "id", "customer_id", "facility_id", "reference", "status", "fully_allocated", "on_hold_date", "created",
            "confirmed",
        ),
    ),
)  # fmt: skip
for _class, _table, _columns in _MAPPED:
    _mappers.map_imperatively(_class, _table, include_properties=_columns)


def bound_to(engine: Engine) -> dict[Any, Engine]:
    """Return where a session reads these records and the warehouse's tables, beside the ledger's."""
    return dict.fromkeys((*metadata.tables.values(), *(each for each, _, _ in _MAPPED)), engine)
