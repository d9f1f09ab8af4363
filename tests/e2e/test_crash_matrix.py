"""Killed at any point, an import leaves nothing that the next run does not put right."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection
from dockwire.model.record import OrderState
from dockwire.sealing import Sealer
from dockwire.services.order_import import OrderImport
from tests.builders import NOW
from tests.e2e.crashing import Doom, chosen_after_deeds, die, doomed_stage, stocked
from tests.e2e.orders import amazon_order, put, told
from tests.stage import Stage, bare, run_steps, sim_connection

US = sim_connection("US")
ORDERS = 7
READ = 102


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealer]:
    """Give a stocked warehouse's database, to be copied for each point."""
    return stocked(tmp_path_factory.mktemp("prepared"))


async def die_importing(
    stage: Stage,
    doom: Doom,
    sealer: Sealer,
    steps_of: Callable[[OrderImport], Awaitable[object]] = run_steps,
) -> None:
    """Import until the point of death, if it comes."""

    async def importing(ledger: SqlLedger) -> None:
        async with stage.importing(US, owner="killed", ledger=ledger) as steps:
            await steps_of(steps)

    await die(stage, doom, sealer, importing)


async def recover(stage: Stage, which: Connection) -> None:
    """Run again as another process would, without doom."""
    stage.wrap_amazon = stage.wrap_warehouse = bare
    await stage.run(which, owner="next")


async def check(stage: Stage) -> None:
    """Each eligible order exactly once, none missing, none stuck."""
    assert await stage.differences([US]) == []
    rows = await stage.booked(US)
    assert len(rows) == ORDERS
    assert {row.state for row in rows.values()} <= {
        OrderState.CREATED,
        OrderState.HELD,
        OrderState.SKIPPED,
        OrderState.WATCHED,
        OrderState.CANCELLED,
    }
    references = [order["referenceNum"] for order in stage.placed()]
    assert len(set(references)) == len(references)
    assert await stage.ledger.in_doubt(US) == []


async def test_a_first_import_killed_at_any_point_is_finished_by_the_next_run(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    recorded = Doom()
    async with doomed_stage(tmp_path / "recording", prepared, recorded, orders=ORDERS) as stage:
        await die_importing(stage, recorded, prepared[1])
        await check(stage)
        assert len(stage.placed()) > 3
    assert any("POST /orders: reply lost" in point for point in recorded.points)
    assert any("store_page:before-commit" in point for point in recorded.points)
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with doomed_stage(tmp_path / str(at), prepared, doom, orders=ORDERS) as stage:
            await die_importing(stage, doom, prepared[1])
            assert doom.points[-1] == recorded.points[at], "the run takes the same way every time"
            await recover(stage, US)
            await check(stage)


async def test_following_a_change_killed_at_any_point_is_finished_by_the_next_run(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    recorded = Doom()
    async with doomed_stage(tmp_path / "recording", prepared, Doom(), orders=ORDERS) as stage:
        await change_two_orders(stage)
        stage.wrap_amazon, stage.wrap_warehouse = recorded.wrap("amazon"), recorded.wrap("warehouse")
        await die_importing(stage, recorded, prepared[1])
        expected = outcome(stage)
        assert {1, 2} <= set(expected), "one order cancelled, one on hold"
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with doomed_stage(tmp_path / str(at), prepared, Doom(), orders=ORDERS) as stage:
            await change_two_orders(stage)
            stage.wrap_amazon, stage.wrap_warehouse = doom.wrap("amazon"), doom.wrap("warehouse")
            await die_importing(stage, doom, prepared[1])
            await recover(stage, US)
            await check(stage)
            assert outcome(stage) == expected


async def read_all(steps: OrderImport) -> None:
    """Do what a run does before it creates anything."""
    await steps.begin()
    await steps.recheck()
    while not (await steps.read_page()).last:
        pass


async def two_pages_to_read(stage: Stage) -> None:
    """Leave an unreadable order that is due again, and more new orders than one page takes."""
    bad = amazon_order(500)
    bad["orderItems"][0]["quantityOrdered"] = "two"
    put(stage, bad)
    await recover(stage, US)
    stage.clock.advance(timedelta(hours=25).total_seconds())
    shown = told(stage.clock.now())
    put(stage, *(amazon_order(n, lastUpdatedTime=shown) for n in range(1, READ)))
    stage.clock.advance(1800)


async def test_a_reading_of_several_pages_killed_at_any_point_is_finished_by_the_next_run(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    recorded = Doom()
    async with doomed_stage(tmp_path / "recording", prepared, Doom(), orders=0) as stage:
        await two_pages_to_read(stage)
        stage.wrap_amazon, stage.wrap_warehouse = recorded.wrap("amazon"), recorded.wrap("warehouse")
        await die_importing(stage, recorded, prepared[1], read_all)
        assert len(await stage.booked(US)) == READ
    assert {"store_order:before-commit", "postpone:after-commit"} <= set(recorded.points)
    assert recorded.points.count("store_page:before-commit") >= 4, "two pages and their sweep"
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with doomed_stage(tmp_path / str(at), prepared, Doom(), orders=0) as stage:
            await two_pages_to_read(stage)
            stage.wrap_amazon, stage.wrap_warehouse = doom.wrap("amazon"), doom.wrap("warehouse")
            await die_importing(stage, doom, prepared[1], read_all)
            stage.wrap_amazon = stage.wrap_warehouse = bare
            async with stage.importing(US, owner="next") as steps:
                await read_all(steps)
            assert len(await stage.booked(US)) == READ
            state = await stage.ledger.harvest_state(US.account)
            assert (state.chain, state.watermarks[US.marketplace.id] > NOW) == (None, True)


async def change_two_orders(stage: Stage) -> None:
    """Import, then let Amazon cancel one created order and move another one's address."""
    await recover(stage, US)
    created = sorted(i for i, row in (await stage.booked(US)).items() if row.state is OrderState.CREATED)
    stage.clock.advance(3600)
    for order in list(stage.world.orders):
        if order.body["orderId"] == created[0]:
            order.body["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
        elif order.body["orderId"] == created[1]:
            order.body["recipient"]["deliveryAddress"]["addressLine1"] = "99 Other Road"
        else:
            continue
        moved = stage.clock.now()
        order.body["lastUpdatedTime"] = moved.strftime("%Y-%m-%dT%H:%M:%SZ")
        stage.world.orders.touch(order, moved)
    stage.clock.advance(3600)


def outcome(stage: Stage) -> list[int]:
    """Return what became of each warehouse order: 0 open, 1 on hold, 2 cancelled."""
    return [2 if order["status"] == 2 else int(order["onHold"]) for order in stage.placed()]
