"""The ledger's tables of what people were told, beside facts and outbox."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

notice_marks = Table(
    "notice_marks",
    metadata,
    Column("connection", String(60), ForeignKey("connections.slug"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("at", Utc, nullable=False),
    comment="notices that come once, and when those that come daily came last",
)

ship_by_warnings = Table(
    "ship_by_warnings",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("ship_by", Utc, nullable=False, comment="the time that was told; a new one is told anew"),
    Column("stage", String(20), nullable=False),
    Column("at", Utc, nullable=False),
)

noted_runs = Table(
    "noted_runs",
    metadata,
    Column("run", String(60), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("at", Utc, nullable=False),
    Index("ix_noted_runs_at", "at"),
    comment="flow runs that crashed or were late, told once",
)

mail_refusals = Table(
    "mail_refusals",
    metadata,
    Column("mail_id", Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("address", String(320), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("final", Boolean, nullable=False, comment="false: the server may take it later"),
    comment="addresses that a server did not take; a mail's other addresses have it",
)
