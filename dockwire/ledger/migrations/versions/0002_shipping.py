"""Ship-and-close requests, parcels on their way to Amazon, and how far closed orders have been read."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _closings()
    _parcels()
    op.create_table(
        "shipping_marks",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("mark", Utc(), nullable=False, comment="closed orders have been read up to here"),
        sa.ForeignKeyConstraint(
            ["connection"], ["connections.slug"], name=op.f("fk_shipping_marks_connection")
        ),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_shipping_marks")),
    )


def _closings() -> None:
    op.create_table(
        "closings",
        sa.Column("id", _id(), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(120), nullable=False),
        sa.Column("order_id", _id(), nullable=False),
        sa.Column("warehouse_order_id", sa.BigInteger(), nullable=False),
        sa.Column("routing", sa.Text(), nullable=False),
        sa.Column("tracking", sa.String(100), nullable=False),
        sa.Column("charges", sa.Text(), nullable=False, comment="what the request adds to this order"),
        sa.Column("before", sa.Text(), nullable=False, comment="manual charges seen when closing began"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("total", sa.Text(), comment="all charges of the closed order, a decimal"),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["connection"], ["connections.slug"], name=op.f("fk_closings_connection")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_closings_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint(
            "connection", "token", "position", name=op.f("uq_closings_connection_token_position")
        ),
        comment="orders of ship-and-close requests; the same request again has the same token",
    )
    op.create_index("ix_closings_order", "closings", ["order_id"])


def _parcels() -> None:
    op.create_table(
        "parcels",
        sa.Column("id", _id(), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("order_id", _id(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False, comment="Amazon's packageReferenceId: digits"),
        sa.Column("content", sa.Text(), nullable=False, comment="carrier, service, tracking, time and items"),
        sa.Column("digest", sa.String(64), nullable=False, comment="of the content"),
        sa.Column("sent_digest", sa.String(64), comment="of the content that Amazon took last"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("problem", sa.Text(), comment="why it is refused or waits, and who can fix it"),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", Utc()),
        sa.Column("feed", sa.String(60), comment="the feed it travels in"),
        sa.Column("sent", Utc()),
        sa.Column("first_seen", Utc(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["connection"], ["connections.slug"], name=op.f("fk_parcels_connection")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_parcels_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
        sa.UniqueConstraint("order_id", "reference", name=op.f("uq_parcels_order_id_reference")),
        comment="packages of closed warehouse orders on their way to Amazon",
    )
    op.create_index("ix_parcels_due", "parcels", ["connection", "state", "id"])


def downgrade() -> None:
    """Undo."""
    for table in ("shipping_marks", "parcels", "closings"):
        op.drop_table(table)
