"""The console: its users, sessions and audit trail, and what makes lists of orders quick."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from dockwire.ledger.types import Utc

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 1000
_SHOWN = 100
_FOUND = (
    "ship_by", "id", "state", "amazon_status", "connection", "marketplace_id", "prime", "service_level",
)  # fmt: skip
_INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("ix_orders_found", "orders", _FOUND),
    ("ix_orders_state", "orders", ("state", "ship_by", "id")),
    ("ix_orders_warehouse_order_id", "orders", ("warehouse_order_id",)),
    ("ix_parcels_carrier", "parcels", ("carrier", "order_id")),
    ("ix_parcels_tracking", "parcels", ("tracking", "order_id")),
    ("ix_parcels_state", "parcels", ("state", "order_id")),
)
_BEGINNINGS = (
    ("ix_orders_amazon_order_id_beginning", "orders", "amazon_order_id"),
    ("ix_order_lines_sku_beginning", "order_lines", "sku"),
)


def upgrade() -> None:
    """Apply."""
    _add_people()
    _add_trail_and_views()
    op.add_column("parcels", sa.Column("carrier", sa.String(_SHOWN), comment="of the content, for lists"))
    op.add_column("parcels", sa.Column("tracking", sa.String(_SHOWN), comment="of the content, for lists"))
    _fill_parcels()
    for name, table, columns in _INDEXES:
        op.create_index(name, table, list(columns))
    if op.get_bind().dialect.name == "postgresql":
        for name, table, column in _BEGINNINGS:
            op.create_index(name, table, [column], postgresql_ops={column: "text_pattern_ops"})


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "postgresql":
        for name, table, _ in reversed(_BEGINNINGS):
            op.drop_index(name, table_name=table)
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("parcels", "tracking")
    op.drop_column("parcels", "carrier")
    for table in ("console_views", "console_audit", "console_sign_ins", "console_sessions", "console_users"):
        op.drop_table(table)


def _add_people() -> None:
    op.create_table(
        "console_users",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password", sa.String(200), nullable=False, comment="Argon2id, in PHC form"),
        sa.Column("created", Utc(), nullable=False),
        sa.Column("changed", Utc(), nullable=False, comment="password or role; ends sessions"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_console_users")),
    )
    op.create_table(
        "console_sessions",
        sa.Column("digest", sa.String(64), nullable=False, comment="of the token in the browser's cookie"),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("began", Utc(), nullable=False),
        sa.Column("seen", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user"], ["console_users.name"], name=op.f("fk_console_sessions_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_console_sessions")),
    )
    op.create_index("ix_console_sessions_user", "console_sessions", ["user"])
    op.create_table(
        "console_sign_ins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False, comment="digest of a name or an address"),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_sign_ins")),
        comment="sign-ins that failed, or are being tried",
    )
    op.create_index("ix_console_sign_ins_subject", "console_sign_ins", ["subject", "at"])
    op.create_index("ix_console_sign_ins_at", "console_sign_ins", ["at"])


def _add_trail_and_views() -> None:
    op.create_table(
        "console_audit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("user", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("connection", sa.String(60), nullable=False),
        sa.Column("order_id", sa.String(60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_audit")),
        comment="who did, saw or tried what at the console; no personal data",
    )
    op.create_index("ix_console_audit_order_id", "console_audit", ["order_id"])
    op.create_index("ix_console_audit_user", "console_audit", ["user", "id"])
    op.create_table(
        "console_views",
        sa.Column("id", _ID, nullable=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("view", sa.String(40), nullable=False, comment="key of the list"),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["console_users.name"], name=op.f("fk_console_views_owner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_views")),
        sa.UniqueConstraint("owner", "view", "name", name=op.f("uq_console_views_owner_view_name")),
        comment="filters, order and columns that people saved",
    )
    op.create_index("ix_console_views_view", "console_views", ["view"])


def _fill_parcels() -> None:
    parcels = sa.table(
        "parcels", sa.column("id"), sa.column("content"), sa.column("carrier"), sa.column("tracking")
    )
    link = op.get_bind()
    change = (
        sa.update(parcels)
        .where(parcels.c.id == sa.bindparam("row"))
        .values(carrier=sa.bindparam("by"), tracking=sa.bindparam("number"))
    )
    for batch in _contents(link, parcels):
        link.execute(change, [{"row": row} | _shown(content) for row, content in batch])


def _contents(link: sa.Connection, parcels: Any) -> Iterator[list[tuple[int, str]]]:
    """Yield the parcels that have a content, some at a time."""
    last = 0
    while True:
        query = (
            sa.select(parcels.c.id, parcels.c.content)
            .where(parcels.c.id > last, parcels.c.content != "")
            .order_by(parcels.c.id)
            .limit(_BATCH)
        )
        batch = [(row.id, row.content) for row in link.execute(query)]
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _shown(content: str) -> dict[str, str]:
    parcel = json.loads(content)
    carrier = parcel.get("carrier_name") or parcel.get("carrier_code") or ""
    return {"by": carrier[:_SHOWN], "number": (parcel.get("tracking") or "")[:_SHOWN]}
