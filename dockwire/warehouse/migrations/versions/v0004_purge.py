"""When an order's personal data was deleted, by whom and why, and which keys seal what there is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the new tables."""
    op.add_column("orders", sa.Column("purged", sa.DateTime(), nullable=True))
    op.create_index("orders_by_purge", "orders", ["purged", "id"], unique=False)
    op.create_table(
        "purges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("counted_from", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("purges_by_order", "purges", ["order_id"], unique=False)
    op.create_table(
        "seal_keys",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
