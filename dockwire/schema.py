"""Bringing a database's schema up to date, safely when several processes open it at once."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text


def upgrade(link: Connection, migrations: Path, *, version_table: str, lock: int) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction.

    Args:
        migrations: Alembic's folder of scripts.
        version_table: where the database says which of them it has had.
        lock: the number of an advisory lock; a second process waits for the first.

    Raises:
        alembic.util.CommandError: the database has had a migration that is not in the folder.
    """
    # Every run opens its databases, and Alembic takes longer to find nothing to do than a run takes to begin.
    if MigrationContext.configure(link, opts={"version_table": version_table}).get_current_heads() == (
        _newest(migrations),
    ):
        return
    lock_alone(link, lock)
    command.upgrade(configuration(link, migrations), "head")


def lock_alone(link: Connection, lock: int) -> None:
    """Keep others that take the same lock waiting until this transaction ends."""
    # A writing transaction on SQLite is alone anyway.
    if link.dialect.name == "postgresql":
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def configuration(link: Connection, migrations: Path) -> Config:
    """Return Alembic's configuration for an open connection; no ini file is involved."""
    config = _bare(migrations)
    config.attributes["connection"] = link
    return config


@cache
def _newest(migrations: Path) -> str | None:
    return ScriptDirectory.from_config(_bare(migrations)).get_current_head()


def _bare(migrations: Path) -> Config:
    config = Config()
    # ConfigParser would take a percent sign in the path for the start of a name.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config
