"""Alembic's environment: the caller's connection and transaction, nothing from files."""

from alembic import context

from dockwire.warehouse import personal_tables  # noqa: F401 - adds its tables to the metadata
from dockwire.warehouse.migrate import VERSION_TABLE
from dockwire.warehouse.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
