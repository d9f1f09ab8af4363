"""How an account is read: a run ends, a page belongs to its window, a sweep meets what was missed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from dockwire.decisions.harvesting import HarvestPolicy
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind
from dockwire.services.harvest import Harvest
from tests.builders import NOW
from tests.e2e.orders import amazon_order, number, put, told, units
from tests.stage import App, Stage, opened_stage, sim_connection

US = sim_connection("US")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def kinds(stage: Stage, n: int) -> list[FactKind]:
    return [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(number(n)))]


async def test_a_run_ends_however_fresh_the_account_has_to_be(stage: Stage) -> None:
    def slow(app: App) -> App:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            stage.clock.advance(3)
            await app(scope, receive, send)

        return answer

    stage.wrap_amazon = slow
    put(stage, amazon_order(1))
    async with stage.importing(US) as steps:
        await steps.begin()
        harvest = Harvest(
            US.account,
            seller=steps.desk.seller,
            ledger=stage.ledger,
            clock=stage.clock,
            owner="run",
            policy=HarvestPolicy(fresh_for=timedelta()),
        )
        # Time passes with every call: reading up to the present moment would never come to an end.
        assert any([(await harvest.read_page()).last for _ in range(9)])


async def test_a_sweep_finds_what_amazon_showed_late_and_calls_nothing_else_late(stage: Stage) -> None:
    await stage.run(US)
    stage.clock.advance(timedelta(hours=25).total_seconds())
    # Shown by Amazon only now, long after its time was read.
    put(stage, amazon_order(1, lastUpdatedTime=told(NOW - timedelta(hours=1))))
    put(stage, amazon_order(2, lastUpdatedTime=told(stage.clock.now() - timedelta(hours=2))))
    await stage.run(US)
    assert set(units(stage)) == {number(1), number(2)}
    assert FactKind.ORDER_FOUND_LATE in await kinds(stage, 1)
    assert FactKind.ORDER_FOUND_LATE not in await kinds(stage, 2)


async def test_a_connection_that_is_moved_to_an_earlier_first_day_imports_from_there(stage: Stage) -> None:
    put(stage, amazon_order(1, lastUpdatedTime=told(NOW - timedelta(days=9))))
    await stage.run(US.model_copy(update={"import_since": NOW - timedelta(days=2)}))
    assert units(stage) == {}
    await stage.run(US.model_copy(update={"import_since": NOW - timedelta(days=20)}))
    assert units(stage) == {number(1): [2]}


async def test_a_marketplace_connected_later_imports_what_its_sibling_never_asked_for(stage: Stage) -> None:
    canada = sim_connection("CA")
    theirs = {"channelName": "AMAZON", "marketplaceId": canada.marketplace.id}
    put(stage, amazon_order(1), amazon_order(2, salesChannel=theirs))
    await stage.run(US)
    assert set(units(stage)) == {number(1)}
    await stage.run(canada)
    assert set(units(stage)) == {number(1), number(2)}
    assert await stage.differences([US, canada]) == []


async def test_a_run_counts_its_own_orders_apart_from_what_it_read_for_its_siblings(stage: Stage) -> None:
    stage.world.populate(40, [("US", 3), ("CA", 1)])
    async with stage.desk(sim_connection("CA")) as desk:
        await desk.ledger.register(desk.connection, now=NOW)
    report = await stage.run(US)
    numbers = report.numbers()
    ours = len(await stage.booked(US))
    assert 0 < ours < 40
    decided = ("created", "held", "watched", "skipped", "failed")
    assert sum(numbers[name] for name in decided) == ours
    assert numbers["account_orders_changed"] == 40 <= numbers["account_orders_read"]
