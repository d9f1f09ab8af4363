"""Carrying out migrations with Alembic, which takes its time to load: see :mod:`dockwire.schema`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


def carry_out(link: Connection, migrations: Path) -> bool:
    """Carry out the migrations that are missing; tell whether all that the database had are in the folder."""
    try:
        command.upgrade(configuration(link, migrations), "head")
    except CommandError:
        return False
    return True


def configuration(link: Connection, migrations: Path) -> Config:
    """Return Alembic's configuration for an open connection; no ini file is involved."""
    config = Config()
    # ConfigParser would take a percent sign in the path for the start of a name.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = link
    return config
