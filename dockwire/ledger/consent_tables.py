"""The ledger's tables of consents and of what was told about their end."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

consents = Table(
    "consents",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("seller", String(200), nullable=False, comment="name of the seller account's block"),
    Column("granted", Utc, nullable=False),
    Column("expires", Utc, comment="empty: it does not end by itself"),
    Column("how", String(20), nullable=False),
)

consent_states = Table(
    "consent_states",
    metadata,
    Column("digest", String(64), primary_key=True, comment="of the state that went to Amazon"),
    Column("seller", String(200), nullable=False, comment="name of the seller account's block"),
    Column("session", String(64), nullable=False, comment="digest of the browser session, or empty"),
    Column("issued", Utc, nullable=False),
    Column("expires", Utc, nullable=False),
    Column("used", Utc),
    Index("ix_consent_states_expires", "expires"),
)

announced_ends = Table(
    "announced_ends",
    metadata,
    Column("connection", String(60), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("expires", Utc, primary_key=True),
    Column("threshold", Integer, primary_key=True, autoincrement=False),
    comment="of which ends of consents and secrets a connection's people were told, days ahead",
)
