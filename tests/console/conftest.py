"""A console for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.console.town import Town, opened_town


@pytest.fixture
async def town(sqlite_url: str) -> AsyncIterator[Town]:
    """Give a console on an empty ledger."""
    town = await opened_town(sqlite_url)
    yield town
    for client in town.clients:
        await client.aclose()
    await town.ledger.close()
