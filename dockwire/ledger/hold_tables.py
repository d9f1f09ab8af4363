"""The ledger's table of what persons decided about single orders."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

order_overrides = Table(
    "order_overrides",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("kind", String(20), primary_key=True),
    Column("sealed", Text, nullable=False, comment="what was decided; may be an address"),
    Column("by", String(100), nullable=False),
    Column("at", Utc, nullable=False),
    Column("not_before", Utc, comment="when Amazon may be asked again"),
    Index("ix_order_overrides_kind", "kind", "order_id"),
    comment="decisions of persons about single orders, beside what Amazon says",
)
