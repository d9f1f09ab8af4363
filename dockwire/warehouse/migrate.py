"""Bringing the warehouse's schema up to date."""

from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection

from dockwire.schema import upgrade
from dockwire.warehouse.database import UnusableDatabase

VERSION_TABLE = "warehouse_schema"

LOCK = 0x77726873
"""An advisory lock number of our own ("wrhs"); seeding takes it too."""


def migrate(link: Connection) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction.

    Raises:
        UnusableDatabase: a later version of dockwire has been at work there.
    """
    try:
        upgrade(link, Path(__file__).parent / "migrations", version_table=VERSION_TABLE, lock=LOCK)
    except CommandError:
        raise UnusableDatabase(
            "the warehouse's tables were made by another version of dockwire; use that version, or a later one"
        ) from None
