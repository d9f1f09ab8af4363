"""The ledger's table of runs."""

from sqlalchemy import Column, Index, String, Table, Text

from dockwire.ledger.tables import Id, metadata
from dockwire.ledger.types import Utc

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    # Without a foreign key: a connection is registered by its first run, after that has begun.
    Column("connection", String(60), nullable=False),
    Column("flow", String(60), nullable=False),
    Column("run", String(100), nullable=False, unique=True, comment="Prefect's id of the flow run"),
    Column("started", Utc, nullable=False),
    Column("ended", Utc, comment="empty: under way, or crashed"),
    Column("outcome", String(20)),
    Column("sentence", Text, nullable=False),
    Column("counts", Text, nullable=False, comment="what the run counted, as JSON"),
    Index("ix_runs_flow", "connection", "flow", "outcome", "id"),
    comment="the newest 100 runs of each connection and flow, and the last good one",
)
