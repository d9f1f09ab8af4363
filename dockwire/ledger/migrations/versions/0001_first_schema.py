"""The first schema of the ledger."""

import sqlalchemy as sa
from alembic import op

import dockwire.ledger.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("application_id", sa.String(length=200), nullable=False),
        sa.Column("seller_id", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "application_id", "seller_id", "region", name=op.f("uq_accounts_application_id_seller_id_region")
        ),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.Column("connection", sa.String(length=60), nullable=False),
        sa.Column("amazon_order_id", sa.String(length=60), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="the audit trail; told means that a mail about it is in the outbox",
    )
    op.create_index("ix_events_order", "events", ["amazon_order_id"], unique=False)
    op.create_index("ix_events_untold", "events", ["connection", "told", "id"], unique=False)
    op.create_table(
        "item_lists",
        sa.Column("warehouse", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("read", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "customer_id", name=op.f("pk_item_lists")),
    )
    op.create_table(
        "items",
        sa.Column("warehouse", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("warehouse", "customer_id", "sku", name=op.f("pk_items")),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keys")),
        comment="secrets of this database, for instance the key of the content digests",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("connection", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("posted", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.Column("sent", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_until", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index("ix_outbox_unsent", "outbox", ["connection", "sent", "not_before"], unique=False)
    op.create_table(
        "quota_buckets",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column(
            "arrival",
            sa.Float(precision=53),
            nullable=False,
            comment="theoretical arrival time, seconds since 1970",
        ),
        sa.Column(
            "rate", sa.Float(precision=53), nullable=True, comment="as announced by Amazon; tokens per second"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quota_buckets")),
    )
    op.create_table(
        "connections",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marketplace_id", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("registered", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_connections_account_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_connections")),
        sa.UniqueConstraint(
            "account_id", "marketplace_id", name=op.f("uq_connections_account_id_marketplace_id")
        ),
    )
    op.create_table(
        "harvests",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("expires", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column(
            "chain_sealed",
            sa.Text(),
            nullable=True,
            comment="the chain under way; its page token may quote an order",
        ),
        sa.Column("span_seconds", sa.Integer(), nullable=False),
        sa.Column("completed", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column("swept", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_harvests_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_harvests")),
    )
    op.create_table(
        "watermarks",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marketplace_id", sa.String(length=40), nullable=False),
        sa.Column("mark", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_watermarks_account_id")),
        sa.PrimaryKeyConstraint("account_id", "marketplace_id", name=op.f("pk_watermarks")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amazon_order_id", sa.String(length=60), nullable=False),
        sa.Column("connection", sa.String(length=60), nullable=True),
        sa.Column("marketplace_id", sa.String(length=40), nullable=True),
        sa.Column("amazon_status", sa.String(length=40), nullable=False),
        sa.Column("amazon_updated", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.Column("service_level", sa.String(length=40), nullable=False),
        sa.Column("prime", sa.Boolean(), nullable=False),
        sa.Column("ship_by", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column("region", sa.String(length=80), nullable=False, comment="state and country of the address"),
        sa.Column(
            "sealed", sa.Text(), nullable=False, comment="the order, or the text of one that cannot be read"
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "bad_digest",
            sa.String(length=64),
            nullable=True,
            comment="of the last unreadable version of a readable order",
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("needs_decision", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column("claim_owner", sa.String(length=100), nullable=True),
        sa.Column("claim_expires", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.Column("warehouse", sa.String(length=100), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("warehouse_order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "placed_sealed",
            sa.Text(),
            nullable=True,
            comment="the order as it was when the warehouse order was made",
        ),
        sa.Column("first_seen", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_orders_account_id")),
        sa.ForeignKeyConstraint(["connection"], ["connections.slug"], name=op.f("fk_orders_connection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "account_id", "amazon_order_id", name=op.f("uq_orders_account_id_amazon_order_id")
        ),
        sa.UniqueConstraint(
            "warehouse", "customer_id", "reference", name=op.f("uq_orders_warehouse_customer_id_reference")
        ),
    )
    op.create_index("ix_orders_amazon_order_id", "orders", ["amazon_order_id"], unique=False)
    op.create_index(
        "ix_orders_changed", "orders", ["connection", "needs_decision", "amazon_order_id"], unique=False
    )
    op.create_index("ix_orders_due", "orders", ["connection", "state", "amazon_order_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("fixer", sa.String(length=20), nullable=False),
        sa.Column("since", dockwire.ledger.types.Utc(timezone=True), nullable=False),
        sa.Column("resolved", dockwire.ledger.types.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_holds_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        comment="why an order is watched, skipped, held, failed or unreadable; resolved rows are history",
    )
    op.create_index("ix_holds_open", "holds", ["order_id", "resolved"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amazon_item_id", sa.String(length=60), nullable=False),
        sa.Column("sku", sa.String(length=200), nullable=True),
        sa.Column("ordered", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_lines")),
    )
    op.create_index("ix_order_lines_sku", "order_lines", ["sku"], unique=False)


def downgrade() -> None:
    """Revert."""
    op.drop_index("ix_order_lines_sku", table_name="order_lines")
    op.drop_table("order_lines")
    op.drop_index("ix_holds_open", table_name="holds")
    op.drop_table("holds")
    op.drop_index("ix_orders_due", table_name="orders")
    op.drop_index("ix_orders_changed", table_name="orders")
    op.drop_index("ix_orders_amazon_order_id", table_name="orders")
    op.drop_table("orders")
    op.drop_table("watermarks")
    op.drop_table("harvests")
    op.drop_table("connections")
    op.drop_table("quota_buckets")
    op.drop_index("ix_outbox_unsent", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("keys")
    op.drop_table("items")
    op.drop_table("item_lists")
    op.drop_index("ix_events_untold", table_name="events")
    op.drop_index("ix_events_order", table_name="events")
    op.drop_table("events")
    op.drop_table("accounts")
