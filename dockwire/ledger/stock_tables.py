"""The ledger's tables of offers, and of what is done to their quantities."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

stock_feeds = Table(
    "stock_feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), ForeignKey("connections.slug"), nullable=False),
    Column("amazon_id", String(60), comment="unknown until Amazon has answered"),
    Column("begun", Utc, nullable=False),
    Column("ended", Utc, comment="when its results were recorded"),
    Column("queued", Float(53), comment="seconds in Amazon's queue"),
    Index("ix_stock_feeds_connection", "connection", "ended"),
    comment="quantities told in bulk, written down before Amazon hears of them",
)

stock_feed_messages = Table(
    "stock_feed_messages",
    metadata,
    Column("feed_id", Id, ForeignKey("stock_feeds.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sku", String(400), nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("product_type", String(200), nullable=False),
)

stock_offers = Table(
    "stock_offers",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("sku", String(400), primary_key=True),
    Column("channels", Text, nullable=False, comment="the listing's offers, without the merchant's quantity"),
    Column("own", Boolean, nullable=False, comment="exactly one channel is the merchant's"),
    Column("product_type", String(200), nullable=False),
    Column("quantity", BigInteger, comment="accepted or read back last; empty when that is not certain"),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("wanted", BigInteger, comment="by the newest decision"),
    Column("as_of", Utc, comment="when the facts of that decision were read"),
    Column("told", Text, comment="that decision as a sentence"),
    Column("why", Text, comment="that decision as JSON"),
    Column("sent", BigInteger),
    Column("before", BigInteger, comment="what Amazon had when that was sent"),
    Column("sent_at", Utc),
    Column("submission", String(200)),
    Column("looked", Utc),
    Column("not_before", Utc),
    Column("problem", Text, comment="why it is refused or in question, and who can fix it"),
    Column("feed_id", Id, ForeignKey("stock_feeds.id"), comment="the open feed it travels in"),
    Index("ix_stock_offers_looked", "connection", "looked"),
    Index("ix_stock_offers_feed", "feed_id"),
    Index("ix_stock_offers_state", "connection", "state"),
    comment="Amazon SKUs of a connection: what they are offered at, and are to be offered at",
)

stock_marks = Table(
    "stock_marks",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("changes_read", Utc),
    Column("sweep_began", Utc),
    Column("swept_to", Utc),
    Column("swept", Utc),
    Column("first_run", Utc),
)

stock_points = Table(
    "stock_points",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("at", Utc, primary_key=True),
    Column("skus", Integer, nullable=False),
    Column("available", Numeric(24, 6), nullable=False),
    Column("offered", BigInteger, nullable=False),
)

stock_rules = Table(
    "stock_rules",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("sku", String(400), primary_key=True),
    Column("rule", Text, nullable=False),
    comment="rules of single SKUs, from a table",
)

sku_aliases = Table(
    "sku_aliases",
    metadata,
    Column("warehouse", String(100), primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("amazon_sku", String(400), primary_key=True),
    Column("warehouse_sku", String(400), nullable=False),
)
