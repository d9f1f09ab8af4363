"""What people were told: once-only notices, ship-by warnings, noted runs, refused addresses."""

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notice_marks",
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection"], ["connections.slug"], name=op.f("fk_notice_marks_connection")
        ),
        sa.PrimaryKeyConstraint("connection", "name", name=op.f("pk_notice_marks")),
        comment="notices that come once, and when those that come daily came last",
    )
    op.create_table(
        "ship_by_warnings",
        sa.Column("order_id", _id(), nullable=False, autoincrement=False),
        sa.Column("ship_by", Utc(), nullable=False, comment="the time that was told; a new one is told anew"),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_ship_by_warnings_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_ship_by_warnings")),
    )
    op.create_table(
        "noted_runs",
        sa.Column("run", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("run", "kind", name=op.f("pk_noted_runs")),
        comment="flow runs that crashed or were late, told once",
    )
    op.create_index("ix_noted_runs_at", "noted_runs", ["at"])
    op.create_table(
        "mail_refusals",
        sa.Column("mail_id", _id(), nullable=False, autoincrement=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False, comment="false: the server may take it later"),
        sa.ForeignKeyConstraint(["mail_id"], ["outbox.id"], name=op.f("fk_mail_refusals_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", "address", name=op.f("pk_mail_refusals")),
        comment="addresses that a server did not take; a mail's other addresses have it",
    )
    # Connections that have imported before need not hear that their first orders are there.
    op.execute(
        "INSERT INTO notice_marks (connection, name, at) "
        "SELECT slug, 'orders_flowing', registered FROM connections WHERE EXISTS "
        "(SELECT 1 FROM orders WHERE orders.connection = connections.slug AND orders.state = 'created')"
    )


def downgrade() -> None:
    """Undo."""
    for table in ("mail_refusals", "noted_runs", "ship_by_warnings", "notice_marks"):
        op.drop_table(table)
