"""What persons decided about single orders."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "order_overrides",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False, comment="what was decided; may be an address"),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("not_before", Utc(), comment="when Amazon may be asked again"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_overrides_order_id")),
        sa.PrimaryKeyConstraint("order_id", "kind", name=op.f("pk_order_overrides")),
        comment="decisions of persons about single orders, beside what Amazon says",
    )
    op.create_index("ix_order_overrides_kind", "order_overrides", ["kind", "order_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("order_overrides")
