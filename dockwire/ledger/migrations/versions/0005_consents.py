"""Consents, states on their way to Amazon, and which ends were announced."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "consents",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("seller", sa.String(200), nullable=False, comment="name of the seller account's block"),
        sa.Column("granted", Utc(), nullable=False),
        sa.Column("expires", Utc(), comment="empty: it does not end by itself"),
        sa.Column("how", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_consents")),
    )
    op.create_table(
        "consent_states",
        sa.Column("digest", sa.String(64), nullable=False, comment="of the state that went to Amazon"),
        sa.Column("seller", sa.String(200), nullable=False, comment="name of the seller account's block"),
        sa.Column(
            "session", sa.String(64), nullable=False, comment="digest of the browser session, or empty"
        ),
        sa.Column("issued", Utc(), nullable=False),
        sa.Column("expires", Utc(), nullable=False),
        sa.Column("used", Utc()),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_consent_states")),
    )
    op.create_index("ix_consent_states_expires", "consent_states", ["expires"])
    op.create_table(
        "announced_ends",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("expires", Utc(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("connection", "kind", "expires", "threshold", name=op.f("pk_announced_ends")),
        comment="of which ends of consents and secrets a connection's people were told, days ahead",
    )


def downgrade() -> None:
    """Undo."""
    for table in ("announced_ends", "consent_states", "consents"):
        op.drop_table(table)
