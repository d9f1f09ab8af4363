"""Bringing the warehouse's schema up to date."""

from pathlib import Path

from sqlalchemy import Connection

from dockwire.schema import MadeLater, upgrade
from dockwire.warehouse.database import UnusableDatabase

VERSION_TABLE = "warehouse_schema"
MIGRATIONS = Path(__file__).parent / "migrations"

LOCK = 0x77726873
"""An advisory lock number of our own ("wrhs"); seeding takes it too."""


def migrate(link: Connection) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction.

    Raises:
        UnusableDatabase: a later version of dockwire has been at work there.
    """
    try:
        upgrade(link, MIGRATIONS, version_table=VERSION_TABLE, lock=LOCK)
    except MadeLater:
        raise UnusableDatabase(
            "the warehouse's tables were made by another version of dockwire; use that version, or a later one"
        ) from None
