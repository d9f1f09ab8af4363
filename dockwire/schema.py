"""Bringing a database's schema up to date, safely when several processes open it at once.

Every command and every run opens its databases, and there is nearly always nothing to do: Alembic is
loaded only when there is.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table, text


class MadeLater(Exception):
    """The database has had a migration that is not in the folder: a later version has been at work."""


def upgrade(link: Connection, migrations: Path, *, version_table: str, lock: int) -> None:
    """Carry out the migrations that are missing, in the caller's writing transaction.

    Args:
        migrations: Alembic's folder of scripts, whose names begin with their revision's number.
        version_table: where the database says which of them it has had.
        lock: the number of an advisory lock; a second process waits for the first.

    Raises:
        MadeLater: the database has had a migration that is not in the folder.
    """
    if _current(link, version_table) == newest(migrations):
        return
    from dockwire.migrating import carry_out  # noqa: PLC0415 - loads Alembic, which is seldom needed

    lock_alone(link, lock)
    if not carry_out(link, migrations):
        raise MadeLater


def lock_alone(link: Connection, lock: int) -> None:
    """Keep others that take the same lock waiting until this transaction ends."""
    # A writing transaction on SQLite is alone anyway.
    if link.dialect.name == "postgresql":
        link.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


@cache
def newest(migrations: Path) -> str:
    """Return the revision that a database has once every script of the folder has been carried out."""
    return max(
        script.stem.lstrip("v").partition("_")[0] for script in (migrations / "versions").glob("*[0-9]_*.py")
    )


def _current(link: Connection, version_table: str) -> str | None:
    if not inspect(link).has_table(version_table):
        return None
    return link.scalar(select(column("version_num")).select_from(table(version_table)))
