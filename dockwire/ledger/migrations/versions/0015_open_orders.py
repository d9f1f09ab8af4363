"""What has to ship next is found among the orders that Amazon waits for alone."""

from alembic import op
from sqlalchemy import text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = text("amazon_status IN ('UNSHIPPED', 'PARTIALLY_SHIPPED')")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_orders_open",
        "orders",
        ["ship_by", "id", "state", "connection"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_orders_open", table_name="orders")
