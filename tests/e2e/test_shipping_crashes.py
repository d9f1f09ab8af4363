"""Killed at any point, closing and telling Amazon are finished by the next run: nothing twice, nothing lost."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from dockwire.errors import Unfinished
from dockwire.ledger import SqlLedger
from dockwire.model.charge import Apply
from dockwire.model.ids import AmazonOrderId
from dockwire.model.parcel import ParcelState
from dockwire.model.record import FactKind
from dockwire.sealing import Sealer
from dockwire.services.desk import Desk
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.services.tracking_update import TrackingUpdate
from tests.e2e.crashing import Doom, chosen_after_deeds, die, doomed_stage, stocked
from tests.e2e.shipping import (
    at_amazon,
    close,
    imported,
    in_a_feed,
    manual,
    placed,
    request,
    run_update,
    sent,
    tracking,
    update,
)
from tests.stage import Stage, bare, sim_connection

US = sim_connection("US")
ORDERS = 2
FEE = Decimal("5.01")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealer]:
    """Give a stocked warehouse's database, to be copied for each point."""
    return stocked(tmp_path_factory.mktemp("prepared"))


@contextlib.asynccontextmanager
async def imported_stage(
    folder: Path, prepared: tuple[Path, Sealer], doom: Doom
) -> AsyncIterator[tuple[Stage, list[str]]]:
    """Open a stage with imported orders; points are counted from there."""
    async with doomed_stage(folder, prepared, doom, orders=0) as stage:
        wraps = stage.wrap_amazon, stage.wrap_warehouse
        stage.wrap_amazon = stage.wrap_warehouse = bare
        ids = await imported(stage, US, ORDERS)
        stage.wrap_amazon, stage.wrap_warehouse = wraps
        yield stage, ids


@contextlib.asynccontextmanager
async def closed_stage(
    folder: Path, prepared: tuple[Path, Sealer], doom: Doom
) -> AsyncIterator[tuple[Stage, list[str]]]:
    """Open a stage with closed orders that Amazon knows nothing of; points are counted from there."""
    async with imported_stage(folder, prepared, doom) as (stage, ids):
        wraps = stage.wrap_amazon, stage.wrap_warehouse
        stage.wrap_amazon = stage.wrap_warehouse = bare
        await close(stage, US, request(ids))
        stage.clock.advance(60)
        stage.wrap_amazon, stage.wrap_warehouse = wraps
        yield stage, ids


async def die_at_desk(
    stage: Stage, doom: Doom, sealer: Sealer, act: Callable[[Desk], Awaitable[object]]
) -> None:
    """Do it until the point of death, if it comes; afterwards everything works again."""

    async def at_desk(ledger: SqlLedger) -> None:
        async with stage.desk(US, owner="killed", ledger=ledger) as desk:
            await act(desk)

    await die(stage, doom, sealer, at_desk)
    stage.wrap_amazon = stage.wrap_warehouse = bare


async def test_closing_killed_at_any_point_charges_nothing_twice_and_leaves_nothing_open(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    async def act(desk: Desk) -> None:
        steps = ShipAndClose(desk)
        await steps.carry_out(await steps.plan(wanted))

    async def check() -> None:
        with contextlib.suppress(Unfinished):
            await close(stage, US, wanted)
        report = await close(stage, US, wanted)
        assert report.done, report
        orders = [placed(stage, order_id) for order_id in ids]
        assert [manual(order) for order in orders] == [
            [("Fee", Decimal("2.51"))],
            [("Fee", Decimal("2.50"))],
        ]
        assert all(order["status"] == 1 and order["tracking"] for order in orders)

    recorded = Doom()
    async with imported_stage(tmp_path / "recording", prepared, recorded) as (stage, ids):
        wanted = request(ids, charges=[("Fee", str(FEE))], apply=Apply.EVENLY)
        await die_at_desk(stage, recorded, prepared[1], act)
        await check()
    assert len(recorded.points) > 30
    assert any("confirmer: reply lost" in point for point in recorded.points)
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with imported_stage(tmp_path / str(at), prepared, doom) as (stage, ids):
            await die_at_desk(stage, doom, prepared[1], act)
            assert doom.points[-1] == recorded.points[at]
            await check()


async def test_telling_amazon_killed_at_any_point_leaves_one_package_for_each_order(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    async def act(desk: Desk) -> None:
        await run_update(TrackingUpdate(desk))

    async def check() -> None:
        # What was sent without an answer is sent again when its pause is over.
        stage.clock.advance(3600)
        await update(stage, US)
        for place, order_id in enumerate(ids):
            assert [label for label, _ in sent(stage, order_id)] == [tracking(place)]
            assert at_amazon(stage, order_id) == "SHIPPED"
        counts = await stage.ledger.parcel_counts(US.slug)
        assert counts.keys() <= {ParcelState.ACCEPTED, ParcelState.VISIBLE}
        assert sum(counts.values()) == ORDERS
        stage.clock.advance(600)
        await stage.run(US, refresh=True)
        await update(stage, US)
        assert await stage.ledger.parcel_counts(US.slug) == {ParcelState.VISIBLE: ORDERS}

    recorded = Doom()
    async with closed_stage(tmp_path / "recording", prepared, recorded) as (stage, ids):
        await die_at_desk(stage, recorded, prepared[1], act)
        await check()
    assert any("shipmentConfirmation: reply lost" in point for point in recorded.points)
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with closed_stage(tmp_path / str(at), prepared, doom) as (stage, ids):
            await die_at_desk(stage, doom, prepared[1], act)
            assert doom.points[-1] == recorded.points[at]
            await check()


async def test_a_backlog_in_a_feed_killed_at_any_point_is_told_to_the_end(
    tmp_path: Path, prepared: tuple[Path, Sealer]
) -> None:
    async def act(desk: Desk) -> None:
        for _ in range(2):
            await run_update(TrackingUpdate(desk, in_a_feed))
            stage.clock.advance(3600)

    async def check() -> None:
        for _ in range(4):
            await update(stage, US, choose=in_a_feed)
            stage.clock.advance(3600)
        for place, order_id in enumerate(ids):
            assert [label for label, _ in sent(stage, order_id)] == [tracking(place)]
            assert at_amazon(stage, order_id) == "SHIPPED"
        assert await stage.ledger.parcel_counts(US.slug) == {ParcelState.VISIBLE: ORDERS}
        assert await stage.ledger.open_feeds(US) == []
        for order_id in ids:
            facts = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(order_id))]
            assert facts.count(FactKind.SHIPMENT_CONFIRMED) == 1

    recorded = Doom()
    async with closed_stage(tmp_path / "recording", prepared, recorded) as (stage, ids):
        await die_at_desk(stage, recorded, prepared[1], act)
        await check()
    for part in (
        "POST /feeds/2021-06-30/feeds: reply lost",
        "begin_feed:after-commit",
        "end_feed:before-commit",
    ):
        assert any(part in point for point in recorded.points), part
    for at in chosen_after_deeds(recorded.points):
        doom = Doom(at)
        async with closed_stage(tmp_path / str(at), prepared, doom) as (stage, ids):
            await die_at_desk(stage, doom, prepared[1], act)
            assert doom.points[-1] == recorded.points[at]
            await check()
