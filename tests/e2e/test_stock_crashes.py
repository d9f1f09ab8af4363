"""A sync killed at any HTTP call or commit: the next run offers what is there, and never an older quantity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dockwire.sealing import Sealer
from dockwire.services.stock_feeding import Choose, quicker
from dockwire.simulators.amazon import catalogue
from tests.e2e.crashing import Doom, chosen_after_deeds, die, doomed_stage
from tests.e2e.crashing import stocked as stocked_warehouse
from tests.e2e.stocking import adjust, in_feeds, offered, stocked, sync
from tests.stage import Stage

US = stocked("US")
SKUS = ("NOTEBOOK-A5", "PENCIL-12", "TOWEL-BATH")
THERE = 10_000


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealer]:
    return stocked_warehouse(tmp_path_factory.mktemp("prepared"))


@asynccontextmanager
async def small_shop(folder: Path, prepared: tuple[Path, Sealer], doom: Doom) -> AsyncIterator[Stage]:
    """Open a stage with a handful of listings that has been synced once."""
    quiet = Doom()
    async with doomed_stage(folder, prepared, quiet, orders=0) as stage:
        skus = [each.sku for each in catalogue()][:4]
        for each in stage.world.listings.of(US.seller_id, US.marketplace.id):
            if each.sku not in skus:
                stage.world.listings.drop(each)
        await sync(stage, US)
        stage.clock.advance(3600)
        await sync(stage, US)
        stage.wrap_amazon, stage.wrap_warehouse = doom.wrap("amazon"), doom.wrap("warehouse")
        yield stage


async def one_life(
    folder: Path, prepared: tuple[Path, Sealer], doom: Doom, choose: Choose
) -> tuple[Stage, list[str]]:
    """Sync after a change, die at the chosen point, change again, and sync three times more."""
    async with small_shop(folder, prepared, doom) as stage:
        skus = sorted(sku for sku, units in offered(stage, US).items() if units is not None)
        first = len(list(stage.world.submissions.log))
        adjust(stage, skus[0], -3)
        adjust(stage, skus[1], -THERE)
        await die(stage, doom, prepared[1], lambda ledger: sync(stage, US, ledger=ledger, choose=choose))
        adjust(stage, skus[0], -2)
        survivor = Doom()
        stage.wrap_amazon, stage.wrap_warehouse = survivor.wrap("amazon"), survivor.wrap("warehouse")
        for _ in range(3):
            stage.clock.advance(3600)
            await sync(stage, US, choose=choose)
        told = [
            each.wish.patches[0].value[0]["quantity"]
            for each in list(stage.world.submissions.log)[first:]
            if each.sku == skus[0]
        ]
        assert told == sorted(told, reverse=True), "an older, greater quantity was sent after a newer one"
        assert told[-1] == THERE - 5
        shown = offered(stage, US)
        assert {sku: shown[sku] for sku in skus} == dict.fromkeys(skus, THERE) | {
            skus[0]: THERE - 5,
            skus[1]: 0,
        }
        assert not await stage.ledger.open_stock_feeds(US)
        assert await stage.ledger.count_due(US, now=stage.clock.now()) == 0
        return stage, doom.points


@pytest.mark.parametrize("choose", [quicker, in_feeds])
async def test_a_sync_killed_anywhere_is_finished_by_the_next_one(
    tmp_path: Path, prepared: tuple[Path, Sealer], choose: Choose
) -> None:
    _, points = await one_life(tmp_path / "whole", prepared, Doom(), choose)
    assert any(("feeds" if choose is in_feeds else "PATCH") in point for point in points)
    assert any("begin_s" in point for point in points)
    for place in chosen_after_deeds(points):
        await one_life(tmp_path / str(place), prepared, Doom(place), choose)
