"""Bringing the ledger's schema up to date, safely when several processes open it at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from dockwire.errors import SettingsError

VERSION_TABLE = "ledger_schema"
_LOCK = 0x6C656467
"""An advisory lock number of our own ("ledg"): the second process waits for the first."""


def migrate(connection: Connection) -> None:
    """Carry out all migrations that are missing, in the caller's transaction.

    Raises:
        SettingsError: a later version of dockwire has been at work there.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    try:
        command.upgrade(configuration(connection), "head")
    except CommandError:
        raise SettingsError(
            "the ledger's tables were made by a later version of dockwire; use that version, or restore the backup "
            "made before the upgrade"
        ) from None


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection; no ini file is involved."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
