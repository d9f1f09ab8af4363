"""The ledger's tables of accepted terms and of the 3PL's approvals."""

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

# Without foreign keys: both come before a connection's first run, which registers it.
agreements = Table(
    "agreements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the terms"),
    Column("accepted_by", String(100), nullable=False),
    Column("accepted", Utc, nullable=False),
    Index("ix_agreements_connection", "connection", "id"),
    comment="who accepted which terms; the newest counts",
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String(60), nullable=False),
    Column("subject", Text, nullable=False, comment="whose orders go where"),
    Column("approved", Boolean, nullable=False, comment="false: declined"),
    Column("decided_by", String(100), nullable=False),
    Column("decided", Utc, nullable=False),
    Column("note", String(500), nullable=False),
    Column("run", String(100), nullable=False, unique=True, comment="Prefect's id of the run that asked"),
    Index("ix_approvals_connection", "connection", "id"),
    comment="whether the 3PL lets a connection run; the newest counts",
)
