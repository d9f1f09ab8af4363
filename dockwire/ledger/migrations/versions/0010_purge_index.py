"""The index by which a purge goes through orders: in the order of their rows, not sorted for each batch."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_orders_purged", table_name="orders")
    op.create_index("ix_orders_purged", "orders", ["purged", "id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_orders_purged", table_name="orders")
    op.create_index("ix_orders_purged", "orders", ["purged", "first_seen"])
