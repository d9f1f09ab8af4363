"""The ledger's tables. Personal data is in the ``sealed`` columns only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from dockwire.ledger.types import Utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only on its own INTEGER type."""

keys = Table(
    "keys",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("sealed", Text, nullable=False),
    comment="secrets of this database, for instance the key of the content digests",
)

seal_keys = Table(
    "seal_keys",
    metadata,
    Column("fingerprint", String(16), primary_key=True),
    comment="keys that seal, or may seal, values of this database",
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("application_id", String(200), nullable=False),
    Column("seller_id", String(100), nullable=False),
    Column("region", String(8), nullable=False),
    UniqueConstraint("application_id", "seller_id", "region"),
)

connections = Table(
    "connections",
    metadata,
    Column("slug", String(60), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("marketplace_id", String(40), nullable=False),
    Column("settings", Text, nullable=False),
    Column("registered", Utc, nullable=False),
    UniqueConstraint("account_id", "marketplace_id"),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("marketplace_id", String(40), primary_key=True),
    Column("mark", Utc, nullable=False),
)

harvests = Table(
    "harvests",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("owner", String(100)),
    Column("expires", Utc),
    Column("chain_sealed", Text, comment="the chain under way; its page token may quote an order"),
    Column("span_seconds", Integer, nullable=False),
    Column("completed", Utc),
    Column("swept", Utc),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("amazon_order_id", String(60), nullable=False),
    Column("connection", String(60), ForeignKey("connections.slug")),
    Column("marketplace_id", String(40)),
    Column("amazon_status", String(40), nullable=False),
    Column("amazon_updated", Utc, nullable=False),
    Column("service_level", String(40), nullable=False),
    Column("prime", Boolean, nullable=False),
    Column("ship_by", Utc),
    Column("region", String(80), nullable=False, comment="state and country of the address"),
    Column("sealed", Text, nullable=False, comment="the order, or the text of one that cannot be read"),
    Column("digest", String(64), nullable=False),
    Column("bad_digest", String(64), comment="of the last unreadable version of a readable order"),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("needs_decision", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", Utc),
    Column("claim_owner", String(100)),
    Column("claim_expires", Utc),
    Column("warehouse", String(100)),
    Column("customer_id", BigInteger),
    Column("reference", String(120)),
    Column("warehouse_order_id", BigInteger),
    Column("placed_sealed", Text, comment="the order as it was when the warehouse order was made"),
    Column("first_seen", Utc, nullable=False),
    Column("purged", Utc, comment="when its personal data was deleted"),
    UniqueConstraint("account_id", "amazon_order_id"),
    UniqueConstraint("warehouse", "customer_id", "reference"),
    Index("ix_orders_due", "connection", "state", "amazon_order_id"),
    Index("ix_orders_changed", "connection", "needs_decision", "amazon_order_id"),
    Index("ix_orders_amazon_order_id", "amazon_order_id"),
    Index("ix_orders_ship_by", "connection", "amazon_status", "ship_by"),
    Index("ix_orders_purged", "purged", "id"),
    # Lists for people filter and count in this one alone: rows are wide, and most of it is sealed.
    Index(
        "ix_orders_found",
        "ship_by",
        "id",
        "state",
        "amazon_status",
        "connection",
        "marketplace_id",
        "prime",
        "service_level",
    ),
    Index("ix_orders_state", "state", "ship_by", "id"),
    # What Amazon waits for is little beside what it once waited for.
    Index(
        "ix_orders_open",
        "ship_by",
        "id",
        "state",
        "connection",
        sqlite_where=text("amazon_status IN ('UNSHIPPED', 'PARTIALLY_SHIPPED')"),
        postgresql_where=text("amazon_status IN ('UNSHIPPED', 'PARTIALLY_SHIPPED')"),
    ),
    Index("ix_orders_warehouse_order_id", "warehouse_order_id"),
    Index("ix_orders_reference", "reference"),
    Index("ix_orders_first_seen", "first_seen"),
    # PostgreSQL finds beginnings with it whatever the database's collation.
    Index(
        "ix_orders_amazon_order_id_beginning",
        "amazon_order_id",
        postgresql_ops={"amazon_order_id": "text_pattern_ops"},
    ).ddl_if(dialect="postgresql"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("amazon_item_id", String(60), nullable=False),
    Column("sku", String(200)),
    Column("ordered", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Index("ix_order_lines_sku", "sku"),
    Index("ix_order_lines_sku_beginning", "sku", postgresql_ops={"sku": "text_pattern_ops"}).ddl_if(
        dialect="postgresql"
    ),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("code", String(60), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("fixer", String(20), nullable=False),
    Column("since", Utc, nullable=False),
    Column("resolved", Utc),
    Index("ix_holds_open", "order_id", "resolved"),
    comment="why an order is watched, skipped, held, failed or unreadable; resolved rows are history",
)

item_lists = Table(
    "item_lists",
    metadata,
    Column("warehouse", String(100), primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("read", Utc, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("warehouse", String(100), primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sku", String(200), primary_key=True),
    Column("active", Boolean, nullable=False),
)

quota_buckets = Table(
    "quota_buckets",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("arrival", Float(53), nullable=False, comment="theoretical arrival time, seconds since 1970"),
    Column("rate", Float(53), comment="as announced by Amazon; tokens per second"),
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("at", Utc, nullable=False),
    Column("connection", String(60), nullable=False),
    Column("amazon_order_id", String(60)),
    Column("detail", Text, nullable=False),
    Column("told", Boolean, nullable=False, server_default=false()),
    Index("ix_events_untold", "connection", "told", "id"),
    Index("ix_events_order", "amazon_order_id"),
    Index("ix_events_kind", "connection", "kind"),
    # What happened within a span is counted in this one alone.
    Index("ix_events_at", "kind", "at", "connection", "amazon_order_id"),
    comment="the audit trail; told means that a mail about it is in the outbox",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("connection", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("recipients", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("posted", Utc, nullable=False),
    Column("sent", Utc),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", Utc, nullable=False),
    Column("last_error", Text),
    Column("lease_owner", String(100)),
    Column("lease_until", Utc),
    Index("ix_outbox_unsent", "connection", "sent", "not_before"),
)

closings = Table(
    "closings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), ForeignKey("connections.slug"), nullable=False),
    Column("token", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("handle", String(120), nullable=False),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("warehouse_order_id", BigInteger, nullable=False),
    Column("routing", Text, nullable=False),
    Column("tracking", String(100), nullable=False),
    Column("tracking_key", String(100), comment="the tracking number without blanks and dashes, in capitals"),
    Column("charges", Text, nullable=False, comment="what the request adds to this order"),
    Column("before", Text, nullable=False, comment="manual charges seen when closing began"),
    Column("state", String(20), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("total", Text, comment="all charges of the closed order, a decimal"),
    Column("automatic", Text, comment="what the warehouse's own rules charged, as it was closed"),
    Column("at", Utc, nullable=False),
    UniqueConstraint("connection", "token", "position"),
    Index("ix_closings_order", "order_id"),
    Index("ix_closings_tracking_key", "tracking_key", "order_id"),
    comment="orders of ship-and-close requests; the same request again has the same token",
)

parcels = Table(
    "parcels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), ForeignKey("connections.slug"), nullable=False),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("reference", String(40), nullable=False, comment="Amazon's packageReferenceId: digits"),
    Column("content", Text, nullable=False, comment="carrier, service, tracking, time and items"),
    Column("carrier", String(100), comment="of the content, for lists"),
    Column("tracking", String(100), comment="of the content, for lists"),
    Column("tracking_key", String(100), comment="the tracking number without blanks and dashes, in capitals"),
    Column("digest", String(64), nullable=False, comment="of the content"),
    Column("sent_digest", String(64), comment="of the content that Amazon took last"),
    Column("state", String(20), nullable=False),
    Column("problem", Text, comment="why it is refused or waits, and who can fix it"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", Utc),
    Column("sent", Utc),
    Column("first_seen", Utc, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("order_id", "reference"),
    Index("ix_parcels_due", "connection", "state", "id"),
    Index("ix_parcels_carrier", "carrier", "order_id"),
    Index("ix_parcels_tracking_key", "tracking_key", "order_id"),
    Index("ix_parcels_state", "state", "order_id"),
    Index("ix_parcels_first_seen", "first_seen", "order_id"),
    comment="packages of closed warehouse orders on their way to Amazon",
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), ForeignKey("connections.slug"), nullable=False),
    Column("amazon_id", String(60), comment="unknown until Amazon has answered"),
    Column("begun", Utc, nullable=False),
    Column("ended", Utc, comment="when its results were recorded"),
    Column("queued", Float(53), comment="seconds in Amazon's queue"),
    Index("ix_feeds_connection", "connection", "ended"),
    comment="shipments told in bulk, written down before Amazon hears of them",
)

feed_messages = Table(
    "feed_messages",
    metadata,
    Column("feed_id", Id, ForeignKey("feeds.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("parcel_id", Id, ForeignKey("parcels.id"), nullable=False),
    Column("digest", String(64), nullable=False, comment="of the content that was sent"),
    Index("ix_feed_messages_parcel", "parcel_id"),
)

shipping_marks = Table(
    "shipping_marks",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("mark", Utc, nullable=False, comment="closed orders have been read up to here"),
)
