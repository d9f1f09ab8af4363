"""A filled warehouse and somebody in it, once on each kind of database."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from dockwire.warehouse import Warehouse
from tests.unit.warehouse.houses import open_house, visiting


@pytest.fixture
def house(database_url: str) -> Iterator[Warehouse]:
    """Give a warehouse."""
    warehouse = open_house(database_url)
    yield warehouse
    warehouse.close()


@pytest.fixture
async def client(house: Warehouse) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client inside the warehouse's process."""
    async with visiting(house) as visitor:
        yield visitor


@pytest.fixture
def database_url(warehouse_url: str) -> str:
    """Give a database that has its tables already."""
    return warehouse_url
