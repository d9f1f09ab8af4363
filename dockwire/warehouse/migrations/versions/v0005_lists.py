"""Lists for people are found by indexes: by SKU, reference, customer and status."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("items_by_sku", "items", ("sku",)),
    ("receivers_by_text", "receivers", ("reference",)),
    ("orders_by_status", "orders", ("status", "customer_id", "id")),
    ("orders_by_customer", "orders", ("customer_id", "id")),
)
_BEGINNINGS = (
    ("items_by_beginning", "items", "sku"),
    ("receivers_by_beginning", "receivers", "reference"),
    ("orders_by_beginning", "orders", "reference"),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, table, columns in _INDEXES:
        op.create_index(name, table, list(columns), unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for name, table, column in _BEGINNINGS:
            op.create_index(name, table, [column], postgresql_ops={column: "text_pattern_ops"})
