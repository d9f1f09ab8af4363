"""A ledger on a fresh database of each kind."""

from collections.abc import AsyncIterator

import pytest_asyncio

from dockwire.ledger import SqlLedger
from dockwire.sealing import Sealer
from tests.builders import NOW, connection


@pytest_asyncio.fixture
async def ledger(database_url: str) -> AsyncIterator[SqlLedger]:
    """Give an open ledger with one registered connection."""
    opened = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    await opened.register(connection(), now=NOW)
    yield opened
    await opened.close()
