"""Which schema is the newest is known without Alembic, and is what Alembic says."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import dockwire.warehouse.migrate
from dockwire.ledger.migrate import MIGRATIONS
from dockwire.migrating import configuration
from dockwire.schema import newest

WAREHOUSE = dockwire.warehouse.migrate.MIGRATIONS


@pytest.mark.parametrize("migrations", [MIGRATIONS, WAREHOUSE])
def test_the_newest_script_is_known_by_its_name(migrations: Path) -> None:
    with create_engine("sqlite://").connect() as link:
        scripts = ScriptDirectory.from_config(configuration(link, migrations))
    assert newest(migrations) == scripts.get_current_head()
