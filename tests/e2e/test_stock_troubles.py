"""Inventory sync when Amazon answers, but not with the truth, and beside others who hand in feeds."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from dockwire.faults.rules import Rule
from dockwire.model.listing import Quantity
from tests.e2e.stocking import adjust, failing, in_feeds, offered, stocked, sync
from tests.stage import App, Stage, bare, opened_stage

US = stocked("US")
SKU, OTHER = "NOTEBOOK-A5", "PENCIL-12"
THERE = 10_000


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def test_the_run_that_learns_of_less_calls_the_feed_back(stage: Stage) -> None:
    await sync(stage, US)
    stage.world.switches.feed_queue_seconds = 7 * 3600
    stage.clock.advance(3600)
    adjust(stage, SKU, -10)
    assert (await sync(stage, US, choose=in_feeds)).in_feed == 1
    stage.clock.advance(3600)
    adjust(stage, SKU, 10 - THERE)
    await sync(stage, US, choose=in_feeds)
    assert offered(stage, US)[SKU] == 0


async def test_a_feed_without_an_answer_ends_though_others_hand_in_feeds_all_the_time(stage: Stage) -> None:
    await sync(stage, US)
    stage.clock.advance(3600)
    stage.world.switches.feed_queue_seconds = 1800
    adjust(stage, SKU, -10)
    failing(stage, Rule(method="POST", path="/feeds/2021-06-30/feeds", effect={"kind": "lost_reply"}))
    await sync(stage, US, choose=in_feeds)
    assert await stage.ledger.open_stock_feeds(US)
    stage.wrap_amazon = bare
    for _ in range(4):
        stage.clock.advance(3000)
        async with stage.desk(US) as desk:
            await desk.seller.listings.feeds.submit(US.marketplace.id, [Quantity(OTHER, THERE)])
        stage.clock.advance(600)
        await sync(stage, US)
    assert not await stage.ledger.open_stock_feeds(US)
    assert offered(stage, US)[SKU] == THERE - 10


async def test_a_search_that_shows_nothing_makes_nothing_forgotten(stage: Stage) -> None:
    await sync(stage, US)
    known = len(await stage.ledger.offers(US.slug))
    stage.clock.advance(86_401)
    stage.wrap_amazon = hiding
    assert not (await sync(stage, US)).gone
    stage.wrap_amazon = bare
    assert len(await stage.ledger.offers(US.slug)) == known
    stage.clock.advance(3600)
    adjust(stage, SKU, -THERE)
    await sync(stage, US)
    assert offered(stage, US)[SKU] == 0


def hiding(app: App) -> App:
    """Let searches by time answer properly, and show nothing."""

    async def hidden(scope: Any, receive: Any, send: Any) -> None:
        if b"createdAfter" not in scope.get("query_string", b""):
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"numberOfResults": 0, "items": []}'})

    return hidden
