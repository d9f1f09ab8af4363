"""A filled warehouse and a client of it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from dockwire.extensiv import WarehouseClient
from dockwire.warehouse import Warehouse
from dockwire.warehouse.migrate import migrate
from tests.templates import migrated_file
from tests.unit.extensiv.stock import Noting, noting, opened
from tests.unit.warehouse.houses import open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Warehouse]:
    """Give a warehouse on SQLite."""
    warehouse = open_house(migrated_file(migrate, tmp_path / "test.db"))
    yield warehouse
    warehouse.close()


@pytest.fixture
def app(house: Warehouse) -> Noting:
    """Give the warehouse's application, noting what is asked of it."""
    return noting(house)


@pytest_asyncio.fixture
async def client(app: Noting) -> AsyncIterator[WarehouseClient]:
    """Give a client that needs no token."""
    async with opened(app) as client:
        yield client
