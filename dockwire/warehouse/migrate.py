"""Bringing the warehouse's schema up to date, safely when several processes open it at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

VERSION_TABLE = "warehouse_schema"

_LOCK = 0x77726873
"""An advisory lock number of our own ("wrhs"): the second process waits for the first."""


def migrate(link: Connection) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction."""
    lock_alone(link)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = link
    command.upgrade(config, "head")


def lock_alone(link: Connection) -> None:
    """Keep other migrations and seedings waiting until this transaction ends."""
    # A writing transaction on SQLite is alone anyway.
    if link.dialect.name == "postgresql":
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
