"""The ledger's tables of the console: users, sessions, tries to sign in, audit trail, saved views."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

console_users = Table(
    "console_users",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password", String(200), nullable=False, comment="Argon2id, in PHC form"),
    Column("created", Utc, nullable=False),
    Column("changed", Utc, nullable=False, comment="password or role; ends sessions"),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("digest", String(64), primary_key=True, comment="of the token in the browser's cookie"),
    Column("user", String(60), ForeignKey("console_users.name", ondelete="CASCADE"), nullable=False),
    Column("began", Utc, nullable=False),
    Column("seen", Utc, nullable=False),
    Index("ix_console_sessions_user", "user"),
)

console_sign_ins = Table(
    "console_sign_ins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(64), nullable=False, comment="digest of a name or an address"),
    Column("at", Utc, nullable=False),
    Index("ix_console_sign_ins_subject", "subject", "at"),
    Index("ix_console_sign_ins_at", "at"),
    comment="sign-ins that failed, or are being tried",
)

# Without foreign keys: the trail outlives users and connections.
console_audit = Table(
    "console_audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("user", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("act", String(60), nullable=False),
    Column("connection", String(60), nullable=False),
    Column("order_id", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_console_audit_order_id", "order_id"),
    Index("ix_console_audit_user", "user", "id"),
    comment="who did, saw or tried what at the console; no personal data",
)

console_views = Table(
    "console_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner", String(60), ForeignKey("console_users.name", ondelete="CASCADE"), nullable=False),
    Column("view", String(40), nullable=False, comment="key of the list"),
    Column("name", String(60), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("query", Text, nullable=False),
    UniqueConstraint("owner", "view", "name"),
    Index("ix_console_views_view", "view"),
    comment="filters, order and columns that people saved",
)
