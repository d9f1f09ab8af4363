"""A filled warehouse and somebody in it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from dockwire.warehouse import Warehouse
from tests.unit.warehouse.houses import open_house, visiting


@pytest.fixture
def house(sqlite_url: str) -> Iterator[Warehouse]:
    """Give a warehouse on SQLite."""
    warehouse = open_house(sqlite_url)
    yield warehouse
    warehouse.close()


@pytest.fixture
def any_house(database_url: str) -> Iterator[Warehouse]:
    """Give a warehouse, once on each kind of database."""
    warehouse = open_house(database_url)
    yield warehouse
    warehouse.close()


@pytest.fixture
async def client(house: Warehouse) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client inside the SQLite warehouse's process."""
    async with visiting(house) as visitor:
        yield visitor


@pytest.fixture
async def any_client(any_house: Warehouse) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a warehouse on each kind of database."""
    async with visiting(any_house) as visitor:
        yield visitor
