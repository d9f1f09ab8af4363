"""An order is found by its reference in the warehouse as quickly as by its other names."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_orders_reference", "orders", ["reference"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_orders_reference", table_name="orders")
