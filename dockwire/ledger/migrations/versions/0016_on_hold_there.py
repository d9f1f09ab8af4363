"""What was put on hold in the warehouse before is in the lists of holds."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Its reason is sealed beside it, and in the order's trail.
_WAITING = """
    INSERT INTO holds (order_id, code, sentence, fixer, since)
    SELECT n.order_id, 'on_hold_in_warehouse', 'dockwire put it on hold in the warehouse; its trail says why.',
        'clerk', n.at
    FROM order_overrides n
    WHERE n.kind = 'on_hold' AND NOT EXISTS (
        SELECT 1 FROM holds h
        WHERE h.order_id = n.order_id AND h.code = 'on_hold_in_warehouse' AND h.resolved IS NULL
    )
"""


def upgrade() -> None:
    """Apply."""
    op.execute(_WAITING)


def downgrade() -> None:
    """Undo nothing: earlier versions list no order that is in the warehouse."""
