"""Alembic's environment: the caller's connection and transaction, nothing from files."""

from alembic import context

from dockwire.ledger import (  # noqa: F401 - they add their tables to the metadata
    agreement_tables,
    consent_tables,
    console_tables,
    notice_tables,
    stock_tables,
)
from dockwire.ledger.migrate import VERSION_TABLE
from dockwire.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
