"""What happened in a day is counted by indexes."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("ix_orders_first_seen", "orders", ("first_seen",)),
    ("ix_events_at", "events", ("kind", "at", "connection", "amazon_order_id")),
    ("ix_parcels_first_seen", "parcels", ("first_seen", "order_id")),
)


def upgrade() -> None:
    """Apply."""
    for name, table, columns in _INDEXES:
        op.create_index(name, table, list(columns))


def downgrade() -> None:
    """Undo."""
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
