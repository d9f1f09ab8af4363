"""Bringing the ledger's schema up to date."""

from pathlib import Path

from sqlalchemy import Connection

from dockwire.errors import SettingsError
from dockwire.schema import MadeLater, upgrade

VERSION_TABLE = "ledger_schema"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6C656467
"""An advisory lock number of our own ("ledg")."""


def migrate(connection: Connection) -> None:
    """Carry out all migrations that are missing, in the caller's transaction.

    Raises:
        SettingsError: a later version of dockwire has been at work there.
    """
    try:
        upgrade(connection, MIGRATIONS, version_table=VERSION_TABLE, lock=_LOCK)
    except MadeLater:
        raise SettingsError(
            "the ledger's tables were made by a later version of dockwire; use that version, or restore the backup "
            "made before the upgrade"
        ) from None
