"""The tables about personal data: what was deleted, and which keys seal what there is."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from dockwire.warehouse.columns import Moment
from dockwire.warehouse.tables import metadata

purges = Table(
    "purges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("rule", String, nullable=False),
    # When the order ended, or was last heard of.
    Column("counted_from", Moment, nullable=False),
    Index("purges_by_order", "order_id"),
)

seal_keys = Table("seal_keys", metadata, Column("fingerprint", String, primary_key=True))
