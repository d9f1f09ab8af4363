"""A ledger on a fresh database of each kind."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from dockwire.ledger import SqlLedger
from dockwire.ledger.migrate import migrate
from dockwire.sealing import Sealer
from tests.builders import NOW, connection
from tests.unit.ledger.gates import Gate, Two


@pytest_asyncio.fixture
async def ledger(database_url: str) -> AsyncIterator[SqlLedger]:
    """Give an open ledger with one registered connection."""
    opened = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    await opened.register(connection(), now=NOW)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def two(postgresql_urls: Callable[..., str]) -> AsyncIterator[Two]:
    """Give two processes' ledgers on one PostgreSQL."""
    postgresql_url = postgresql_urls(migrate)
    gate, sealer = Gate(postgresql_url), Sealer([Sealer.new_key()])
    first = await SqlLedger.open(postgresql_url, sealer=sealer, on_commit=gate)
    second = await SqlLedger.open(postgresql_url, sealer=sealer)
    await first.register(connection(), now=NOW)
    yield Two(first, second, gate)
    await first.close()
    await second.close()


@pytest_asyncio.fixture
async def both(database_url: str) -> AsyncIterator[tuple[SqlLedger, SqlLedger]]:
    """Give two processes' ledgers on one database of each kind."""
    sealer = Sealer([Sealer.new_key()])
    first, second = [await SqlLedger.open(database_url, sealer=sealer) for _ in range(2)]
    await first.register(connection(), now=NOW)
    yield first, second
    await first.close()
    await second.close()


@pytest.fixture
def database_url(ledger_url: str) -> str:
    """Give a database that has its tables already."""
    return ledger_url
