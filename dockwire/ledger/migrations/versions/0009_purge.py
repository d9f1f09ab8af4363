"""When an order's personal data was deleted, and which keys seal what is in this database."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "orders", sa.Column("purged", Utc(), nullable=True, comment="when its personal data was deleted")
    )
    op.create_index("ix_orders_purged", "orders", ["purged", "first_seen"])
    op.create_table(
        "seal_keys",
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_seal_keys")),
        comment="keys that seal, or may seal, values of this database",
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("seal_keys")
    op.drop_index("ix_orders_purged", table_name="orders")
    op.drop_column("orders", "purged")
