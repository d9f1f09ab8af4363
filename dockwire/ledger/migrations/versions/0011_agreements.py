"""Who accepted which terms, and whether the 3PL lets a connection run."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agreements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the terms"),
        sa.Column("accepted_by", sa.String(100), nullable=False),
        sa.Column("accepted", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        comment="who accepted which terms; the newest counts",
    )
    op.create_index("ix_agreements_connection", "agreements", ["connection", "id"])
    op.create_table(
        "approvals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="whose orders go where"),
        sa.Column("approved", sa.Boolean(), nullable=False, comment="false: declined"),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("decided", Utc(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("run", sa.String(100), nullable=False, comment="Prefect's id of the run that asked"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("run", name=op.f("uq_approvals_run")),
        comment="whether the 3PL lets a connection run; the newest counts",
    )
    op.create_index("ix_approvals_connection", "approvals", ["connection", "id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_approvals_connection", table_name="approvals")
    op.drop_table("approvals")
    op.drop_index("ix_agreements_connection", table_name="agreements")
    op.drop_table("agreements")
