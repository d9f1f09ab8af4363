"""Inventory sync on both real sides: only differences, nothing oversold, nothing lost, and every reason told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from dockwire.model.record import FactKind
from dockwire.model.stock_book import OfferState
from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.selling import cancel_order, place_order
from dockwire.simulators.amazon.listing_seeds import FULFILLED_BY_AMAZON, FULFILLED_BY_BOTH
from tests.e2e.stocking import adjust, calls, listing, offered, stocked, sync
from tests.stage import Stage, opened_stage

US = stocked("US", stock={"default": {"maximum": 50}})
CA = stocked("CA", stock={"default": {"buffer": 5}})
OURS = [each.sku for each in catalogue() if each.sku not in FULFILLED_BY_AMAZON]
SKU = "ANCHOR-S"


@pytest_asyncio.fixture
async def stage(tmp_path: Path, database_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=database_url) as opened:
        yield opened


async def test_every_own_offer_gets_its_quantity_and_keeps_its_handling_time(stage: Stage) -> None:
    before = {sku: _handling(stage, sku) for sku in OURS}
    assert any(before.values())
    report = await sync(stage, US)
    mine = {sku: units for sku, units in offered(stage, US).items() if sku in OURS}
    assert mine == dict.fromkeys(OURS, 50)
    assert report.sent == report.differences == calls(stage, "patchListingsItem")
    assert {sku: _handling(stage, sku) for sku in OURS} == before
    assert {sku: reason.code for sku, reason in report.unmatched.items()} == dict.fromkeys(
        FULFILLED_BY_AMAZON, "fulfilled_by_amazon"
    )
    assert FULFILLED_BY_BOTH in mine


def _handling(stage: Stage, sku: str) -> object:
    (mine,) = [
        each for each in listing(stage, US, sku).channels() if each["fulfillment_channel_code"] == "DEFAULT"
    ]
    return mine.get("lead_time_to_ship_max_days"), mine.get("restock_date")


async def test_a_second_run_sends_nothing(stage: Stage) -> None:
    await sync(stage, US)
    sent = calls(stage, "patchListingsItem")
    stage.clock.advance(3600)
    report = await sync(stage, US)
    assert calls(stage, "patchListingsItem") == sent
    assert (report.differences, report.sent, report.in_feed) == (0, 0, 0)
    assert report.verified == 0 or report.verified == sent
