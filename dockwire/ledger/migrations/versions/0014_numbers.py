"""Which orders bear a tracking number is asked by an index; what the warehouse itself charged is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLES = ("parcels", "closings")
_LONGEST = 100
# In capitals one letter may become two, by the language of the database.
_PLAIN = (
    "UPDATE {} SET tracking_key = substr(upper(replace(replace(tracking, ' ', ''), '-', '')), 1, 100)"
    " WHERE tracking <> ''"
)


def upgrade() -> None:
    """Apply."""
    comment = "the tracking number without blanks and dashes, in capitals"
    for table in _TABLES:
        op.add_column(table, sa.Column("tracking_key", sa.String(_LONGEST), comment=comment))
        op.execute(_PLAIN.format(table))
        op.create_index(f"ix_{table}_tracking_key", table, ["tracking_key", "order_id"])
    op.drop_index("ix_parcels_tracking", table_name="parcels")
    op.add_column(
        "closings",
        sa.Column("automatic", sa.Text(), comment="what the warehouse's own rules charged, as it was closed"),
    )


def downgrade() -> None:
    """Undo."""
    op.create_index("ix_parcels_tracking", "parcels", ["tracking", "order_id"])
    op.drop_column("closings", "automatic")
    for table in reversed(_TABLES):
        op.drop_index(f"ix_{table}_tracking_key", table_name=table)
        op.drop_column(table, "tracking_key")
