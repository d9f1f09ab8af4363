"""Bringing the warehouse's schema up to date, safely when several processes open it at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from dockwire.warehouse.database import UnusableDatabase

VERSION_TABLE = "warehouse_schema"

_LOCK = 0x77726873
"""An advisory lock number of our own ("wrhs"): the second process waits for the first."""


def migrate(link: Connection) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction.

    Raises:
        UnusableDatabase: a later version of dockwire has been at work there.
    """
    lock_alone(link)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = link
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise UnusableDatabase(
            "the warehouse's tables were made by another version of dockwire; use that version, or a later one"
        ) from None


def lock_alone(link: Connection) -> None:
    """Keep other migrations and seedings waiting until this transaction ends."""
    # A writing transaction on SQLite is alone anyway.
    if link.dialect.name == "postgresql":
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
