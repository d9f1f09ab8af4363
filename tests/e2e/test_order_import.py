"""Order import as a whole, in one process, on both ledger databases."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dockwire.model.record import OrderState
from tests.stage import Stage, opened_stage, sim_connection

ORDERLY = {OrderState.CREATED, OrderState.HELD, OrderState.SKIPPED, OrderState.WATCHED}
US, CA, DE = sim_connection("US"), sim_connection("CA"), sim_connection("DE")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def test_a_day_on_three_marketplaces_leaves_three_books_that_agree(stage: Stage) -> None:
    stage.world.populate(240, [("US", 3), ("CA", 2), ("DE", 3)])
    seen: set[OrderState] = set()
    for _ in range(3):
        for which in (US, CA, DE):
            await stage.run(which, owner=f"run-{which.slug}")
            seen |= {row.state for row in (await stage.booked(which)).values()}
        stage.world.advance(timedelta(hours=6).total_seconds())
    for which in (US, CA, DE):
        await stage.run(which)
    # What changed at Amazon within the last minutes is not shown by it yet.
    assert await stage.differences([US, CA, DE]) == []
    assert seen >= ORDERLY
    assert stage.world.journal.throttled == 0


@pytest.mark.parametrize("code", ["MX", "GB", "NL", "JP", "AU"])
async def test_addresses_of_every_country_are_taken_by_the_warehouse(tmp_path: Path, code: str) -> None:
    which = sim_connection(code)
    async with opened_stage(tmp_path) as stage:
        stage.world.populate(100, [(code, 1)])
        await stage.run(which)
        assert {row.state for row in (await stage.booked(which)).values()} == ORDERLY
        assert await stage.differences([which]) == []
