"""Offers, stock feeds, stock rules and SKU aliases."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_connection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["connection"], ["connections.slug"], name=op.f(f"fk_{table}_connection"))


def upgrade() -> None:
    """Apply."""
    _feeds()
    _offers()
    _tables()


def _feeds() -> None:
    op.create_table(
        "stock_feeds",
        sa.Column("id", _id(), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("amazon_id", sa.String(60), comment="unknown until Amazon has answered"),
        sa.Column("begun", Utc(), nullable=False),
        sa.Column("ended", Utc(), comment="when its results were recorded"),
        sa.Column("queued", sa.Float(53), comment="seconds in Amazon's queue"),
        _of_connection("stock_feeds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_feeds")),
        comment="quantities told in bulk, written down before Amazon hears of them",
    )
    op.create_index("ix_stock_feeds_connection", "stock_feeds", ["connection", "ended"])
    op.create_table(
        "stock_feed_messages",
        sa.Column("feed_id", _id(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sku", sa.String(400), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("product_type", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["stock_feeds.id"], name=op.f("fk_stock_feed_messages_feed_id")),
        sa.PrimaryKeyConstraint("feed_id", "number", name=op.f("pk_stock_feed_messages")),
    )


def _offers() -> None:
    op.create_table(
        "stock_offers",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("sku", sa.String(400), nullable=False),
        sa.Column(
            "channels",
            sa.Text(),
            nullable=False,
            comment="the listing's offers, without the merchant's quantity",
        ),
        sa.Column("own", sa.Boolean(), nullable=False, comment="exactly one channel is the merchant's"),
        sa.Column("product_type", sa.String(200), nullable=False),
        sa.Column(
            "quantity", sa.BigInteger(), comment="accepted or read back last; empty when that is not certain"
        ),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), comment="by the newest decision"),
        sa.Column("as_of", Utc(), comment="when the facts of that decision were read"),
        sa.Column("told", sa.Text(), comment="that decision as a sentence"),
        sa.Column("why", sa.Text(), comment="that decision as JSON"),
        sa.Column("sent", sa.BigInteger()),
        sa.Column("before", sa.BigInteger(), comment="what Amazon had when that was sent"),
        sa.Column("sent_at", Utc()),
        sa.Column("submission", sa.String(200)),
        sa.Column("looked", Utc()),
        sa.Column("not_before", Utc()),
        sa.Column("problem", sa.Text(), comment="why it is refused or in question, and who can fix it"),
        sa.Column("feed_id", _id(), comment="the open feed it travels in"),
        _of_connection("stock_offers"),
        sa.ForeignKeyConstraint(["feed_id"], ["stock_feeds.id"], name=op.f("fk_stock_offers_feed_id")),
        sa.PrimaryKeyConstraint("connection", "sku", name=op.f("pk_stock_offers")),
        comment="Amazon SKUs of a connection: what they are offered at, and are to be offered at",
    )
    op.create_index("ix_stock_offers_looked", "stock_offers", ["connection", "looked"])
    op.create_index("ix_stock_offers_feed", "stock_offers", ["feed_id"])


def _tables() -> None:
    op.create_table(
        "stock_marks",
        sa.Column("connection", sa.String(60), nullable=False),
        *[
            sa.Column(name, Utc())
            for name in ("changes_read", "sweep_began", "swept_to", "swept", "first_run")
        ],
        _of_connection("stock_marks"),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_stock_marks")),
    )
    op.create_table(
        "stock_points",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("skus", sa.Integer(), nullable=False),
        sa.Column("available", sa.Numeric(24, 6), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        _of_connection("stock_points"),
        sa.PrimaryKeyConstraint("connection", "at", name=op.f("pk_stock_points")),
    )
    op.create_table(
        "stock_rules",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("sku", sa.String(400), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        _of_connection("stock_rules"),
        sa.PrimaryKeyConstraint("connection", "sku", name=op.f("pk_stock_rules")),
        comment="rules of single SKUs, from a table",
    )
    op.create_table(
        "sku_aliases",
        sa.Column("warehouse", sa.String(100), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("amazon_sku", sa.String(400), nullable=False),
        sa.Column("warehouse_sku", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "customer_id", "amazon_sku", name=op.f("pk_sku_aliases")),
    )


def downgrade() -> None:
    """Undo."""
    for table in (
        "sku_aliases", "stock_rules", "stock_points", "stock_marks", "stock_offers", "stock_feed_messages",
        "stock_feeds",
    ):  # fmt: skip
        op.drop_table(table)
