"""The embedded warehouse's tables, as its statements see them.

Everything personal is in columns named ``sealed``; the migrations make these tables.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from dockwire.warehouse.columns import Moment, Quantity

metadata = MetaData()

facilities = Table(
    "facilities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("time_zone", String, nullable=False),
    Column("deactivated", Boolean, nullable=False),
    # Nothing is closed with a date before this.
    Column("last_close", Moment, nullable=True),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("external_id", String, nullable=False),
    Column("order_queue", Boolean, nullable=False),
    Column("deactivated", Boolean, nullable=False),
    # Digits after the point that its currency has.
    Column("currency_digits", Integer, nullable=False, server_default="2"),
    Column("auto_charges_on_confirm", Boolean, nullable=False, server_default=false()),
    Column("close_on_tracking", Boolean, nullable=False, server_default=false()),
)

customer_facilities = Table(
    "customer_facilities",
    metadata,
    Column("customer_id", ForeignKey("customers.id"), primary_key=True),
    Column("facility_id", ForeignKey("facilities.id"), primary_key=True),
    Column("position", Integer, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("client_id", String, primary_key=True),
    Column("secret_hash", String, nullable=False),
    Column("user_login", String, nullable=False),
    Column("user_login_id", Integer, nullable=False, unique=True),
    Column("roles", JSON, nullable=False),
    # The customers it may see; null means all of them.
    Column("customers", JSON, nullable=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("client_id", ForeignKey("credentials.client_id", ondelete="CASCADE"), nullable=False),
    Column("expires", Moment, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("sku", String, nullable=False),
    Column("upc", String, nullable=False),
    Column("description", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("deactivated", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Column("modified", Moment, nullable=False),
    UniqueConstraint("customer_id", "sku", name="one_item_per_sku"),
    Index("items_by_sku", "sku"),
    # PostgreSQL finds beginnings with it whatever the database's collation; so do two more below.
    Index("items_by_beginning", "sku", postgresql_ops={"sku": "text_pattern_ops"}).ddl_if(
        dialect="postgresql"
    ),
)

kit_components = Table(
    "kit_components",
    metadata,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("component_id", ForeignKey("items.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("qualifier", String, nullable=False),
    Column("qty", Quantity, nullable=False),
)

item_aliases = Table(
    "item_aliases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("sku", String, nullable=False),
    Column("description", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    UniqueConstraint("customer_id", "sku", name="one_alias_per_sku"),
)

receivers = Table(
    "receivers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("facility_id", ForeignKey("facilities.id"), nullable=False),
    Column("reference", String, nullable=False),
    Column("version", Integer, nullable=False),
    # Open while its goods are on their way, closed once they are in stock, or cancelled.
    Column("status", Integer, nullable=False, server_default="1"),
    Column("arrived", Moment, nullable=True),
    Column("created", Moment, nullable=False),
    Column("created_by", String, nullable=False, server_default=""),
    Column("modified", Moment, nullable=True),
    # Members that are kept and shown again as they came.
    Column("members", JSON, nullable=False, server_default="{}"),
    Index("receivers_by_reference", "customer_id", "reference"),
    Index("receivers_by_text", "reference"),
    Index("receivers_by_beginning", "reference", postgresql_ops={"reference": "text_pattern_ops"}).ddl_if(
        dialect="postgresql"
    ),
)

receive_items = Table(
    "receive_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("receiver_id", ForeignKey("receivers.id"), nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("facility_id", ForeignKey("facilities.id"), nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("qualifier", String, nullable=False),
    Column("lot_number", String, nullable=False),
    # What the receiver announces, and what of it has come: nothing before it is confirmed.
    Column("expected", Quantity, nullable=False, server_default="0"),
    Column("received", Quantity, nullable=False),
    # What adjustments added or took away.
    Column("adjusted", Quantity, nullable=False, server_default="0"),
    # What orders took of it, shipped or not.
    Column("allocated", Quantity, nullable=False),
    Column("on_hold", Boolean, nullable=False),
    Column("on_hold_reason", String, nullable=False, server_default=""),
    Column("on_hold_date", Moment, nullable=True),
    Column("quarantined", Boolean, nullable=False, server_default=false()),
    Column("created", Moment, nullable=False),
    Index("stock_by_receiver", "receiver_id"),
    Index("stock_by_item", "item_id", "facility_id"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("facility_id", ForeignKey("facilities.id"), nullable=False),
    Column("reference", String, nullable=False),
    # The reference within the scope in which it may occur once; null when it is free for others.
    Column("reference_claim", String, nullable=True, unique=True),
    Column("po_number", String, nullable=False),
    Column("external_id", String, nullable=False),
    Column("invoice_number", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("deferred", Boolean, nullable=False),
    Column("fully_allocated", Boolean, nullable=False),
    Column("on_hold_date", Moment, nullable=True),
    Column("on_hold_reason", String, nullable=False),
    Column("cancel_reason", String, nullable=False),
    Column("created", Moment, nullable=False),
    Column("created_by", String, nullable=False),
    Column("modified", Moment, nullable=False),
    Column("modified_by", String, nullable=False),
    Column("processed", Moment, nullable=True),
    # The date that it was closed with; null while it is not closed.
    Column("confirmed", Moment, nullable=True),
    # Members that are kept and shown again as they came.
    Column("members", JSON, nullable=False),
    Column("saved_elements", JSON, nullable=False),
    # Contacts, notes and gift details.
    Column("sealed", Text, nullable=False),
    # When those were deleted.
    Column("purged", Moment, nullable=True),
    Index("orders_by_reference", "reference"),
    Index("orders_by_change", "modified"),
    Index("orders_by_creation", "created"),
    Index("orders_by_purge", "purged", "id"),
    Index("orders_by_status", "status", "customer_id", "id"),
    Index("orders_by_customer", "customer_id", "id"),
    Index("orders_by_beginning", "reference", postgresql_ops={"reference": "text_pattern_ops"}).ddl_if(
        dialect="postgresql"
    ),
)

order_items = Table(
    "order_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("qualifier", String, nullable=False),
    Column("qty", Quantity, nullable=False),
    Column("fully_allocated", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("members", JSON, nullable=False),
    Column("saved_elements", JSON, nullable=False),
    Column("sealed", Text, nullable=False),
    Index("lines_by_order", "order_id"),
    Index("lines_by_item", "item_id"),
    # The number of a line that was taken out never names another line.
    sqlite_autoincrement=True,
)

allocations = Table(
    "allocations",
    metadata,
    Column("order_item_id", ForeignKey("order_items.id", ondelete="CASCADE"), primary_key=True),
    Column("receive_item_id", ForeignKey("receive_items.id"), primary_key=True),
    Column("qty", Quantity, nullable=False),
    Index("allocations_by_stock", "receive_item_id"),
)
