"""Runs of flows, and indexes that answer where connections stand."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_orders_ship_by", "orders", ["connection", "amazon_status", "ship_by"]),
    ("ix_events_kind", "events", ["connection", "kind"]),
    ("ix_stock_offers_state", "stock_offers", ["connection", "state"]),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("flow", sa.String(60), nullable=False),
        sa.Column("run", sa.String(100), nullable=False, comment="Prefect's id of the flow run"),
        sa.Column("started", Utc(), nullable=False),
        sa.Column("ended", Utc(), comment="empty: under way, or crashed"),
        sa.Column("outcome", sa.String(20)),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False, comment="what the run counted, as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("run", name=op.f("uq_runs_run")),
        comment="the newest 100 runs of each connection and flow, and the last good one",
    )
    op.create_index("ix_runs_flow", "runs", ["connection", "flow", "outcome", "id"])
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Undo."""
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_table("runs")
