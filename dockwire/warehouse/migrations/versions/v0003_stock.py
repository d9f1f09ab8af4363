"""Stock that moves: receivers that are confirmed, adjustments, goods on hold."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns to what there is, and the new tables; goods booked before count as confirmed."""
    _extend_receivers()
    _extend_receive_items()
    _make_adjustments()


def _extend_receivers() -> None:
    for column in (
        sa.Column("status", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("arrived", sa.DateTime(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False, server_default=""),
        sa.Column("modified", sa.DateTime(), nullable=True),
        sa.Column("members", sa.JSON(), nullable=False, server_default="{}"),
    ):
        op.add_column("receivers", column)
    op.execute("UPDATE receivers SET arrived = created, modified = created")


def _extend_receive_items() -> None:
    for column in (
        sa.Column("expected", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("adjusted", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("on_hold_reason", sa.String(), nullable=False, server_default=""),
        sa.Column("on_hold_date", sa.DateTime(), nullable=True),
        sa.Column("quarantined", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("receive_items", column)
    op.execute("UPDATE receive_items SET expected = received")
    op.create_index("stock_by_receiver", "receive_items", ["receiver_id"], unique=False)


def _make_adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("modified", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["facility_id"], ["facilities.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "adjustment_items",
        sa.Column("adjustment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("receive_item_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustments.id"]),
        sa.ForeignKeyConstraint(["receive_item_id"], ["receive_items.id"]),
        sa.PrimaryKeyConstraint("adjustment_id", "position"),
    )
    op.create_index("adjusted_by_stock", "adjustment_items", ["receive_item_id"], unique=False)
