"""Several processes, one bucket: pacers that know each other only through the ledger's database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dockwire.clock import ManualClock
from dockwire.ledger import SqlLedger
from dockwire.model.connection import AccountKey
from dockwire.model.ids import SellerId
from dockwire.model.marketplaces import Region
from dockwire.pacing import Pacer
from dockwire.sealing import Sealer

ACCOUNT = AccountKey(application_id="app", seller_id=SellerId("A1"), region=Region.NA)
SEARCH = "searchOrders"
INTERVAL = 1 / 0.0056


@pytest_asyncio.fixture
async def ledgers(database_url: str) -> AsyncIterator[tuple[SqlLedger, SqlLedger]]:
    sealer = Sealer([Sealer.new_key()])
    first = await SqlLedger.open(database_url, sealer=sealer)
    second = await SqlLedger.open(database_url, sealer=sealer)
    yield first, second
    await first.close()
    await second.close()


def waited(clock: ManualClock) -> float:
    return (clock.now() - ManualClock().now()).total_seconds()


async def test_two_runs_share_the_burst(ledgers: tuple[SqlLedger, SqlLedger]) -> None:
    clock = ManualClock()
    one, other = (Pacer(ledger, clock) for ledger in ledgers)
    await asyncio.gather(
        *(pacer.take(ACCOUNT, SEARCH) for pacer in [one, other] * 9), one.take(ACCOUNT, SEARCH)
    )
    assert waited(clock) == 0
    await other.take(ACCOUNT, SEARCH)
    assert waited(clock) == pytest.approx(INTERVAL, abs=0.01)


async def test_what_one_run_learns_the_other_obeys(ledgers: tuple[SqlLedger, SqlLedger]) -> None:
    clock = ManualClock()
    one, other = (Pacer(ledger, clock) for ledger in ledgers)
    await one.observe(ACCOUNT, SEARCH, "0.05")
    await one.penalise(ACCOUNT, SEARCH)
    await other.take(ACCOUNT, SEARCH)
    assert waited(clock) == pytest.approx(20, abs=0.01)


async def test_a_bucket_outlives_the_process_that_emptied_it(database_url: str) -> None:
    clock = ManualClock()
    sealer = Sealer([Sealer.new_key()])
    for _ in range(2):
        ledger = await SqlLedger.open(database_url, sealer=sealer)
        pacer = Pacer(ledger, clock)
        for _ in range(10):
            await pacer.take(ACCOUNT, SEARCH)
        await ledger.close()
    assert waited(clock) == pytest.approx(INTERVAL, abs=0.01)
