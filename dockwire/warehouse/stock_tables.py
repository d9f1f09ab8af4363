"""The tables of adjustments: what was added to goods or taken away, and from which."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from dockwire.warehouse.columns import Moment, Quantity
from dockwire.warehouse.tables import metadata

adjustments = Table(
    "adjustments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("facility_id", ForeignKey("facilities.id"), nullable=False),
    Column("reference", String, nullable=False),
    Column("reason", String, nullable=False),
    # Open while nothing has moved, closed once it has, cancelled when it was reversed.
    Column("status", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("created_by", String, nullable=False),
    Column("modified", Moment, nullable=False),
)

adjustment_items = Table(
    "adjustment_items",
    metadata,
    Column("adjustment_id", ForeignKey("adjustments.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("receive_item_id", ForeignKey("receive_items.id"), nullable=False),
    # Below zero it was taken away.
    Column("qty", Quantity, nullable=False),
    Index("adjusted_by_stock", "receive_item_id"),
)
