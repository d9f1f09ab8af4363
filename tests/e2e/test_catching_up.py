"""A stretch of time is read again: what was missed is imported once, and the regular reading does not notice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.bootstrap import order_import
from dockwire.errors import RemoteError, SettingsError, Unfinished
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind
from dockwire.settings import Settings
from tests.builders import NOW
from tests.e2e.orders import amazon_order, number, put, told, units
from tests.stage import App, Stage, bare, opened_stage, run_steps, sim_connection

US = sim_connection("US")
SINCE = NOW - timedelta(days=6)


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    """Open a stage where Amazon shows order 2, and 3 of another month, long after their times were read."""
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        put(opened, amazon_order(1))
        await opened.run(US)
        put(opened, amazon_order(2, lastUpdatedTime=told(NOW - timedelta(days=5))))
        put(opened, amazon_order(3, lastUpdatedTime=told(NOW - timedelta(days=40))))
        yield opened


async def test_what_an_earlier_reading_missed_is_imported_once(stage: Stage) -> None:
    await stage.run(US, refresh=True)
    assert set(units(stage)) == {number(1)}
    before = await stage.ledger.harvest_state(US.account)
    report = await stage.run(US, since=SINCE)
    assert (report.created, set(units(stage))) == (1, {number(1), number(2)})
    facts = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(number(2)))]
    assert FactKind.ORDER_FOUND_LATE in facts
    after = await stage.ledger.harvest_state(US.account)
    assert (after.watermarks, after.chain) == (before.watermarks, None)
    assert (await stage.run(US, since=SINCE)).created == 0
    assert units(stage) == {number(1): [2], number(2): [2]}


async def test_a_dry_run_counts_what_would_come_and_leaves_everything_as_it_is(stage: Stage) -> None:
    async def books() -> tuple[Any, ...]:
        return (await stage.booked(US), await stage.ledger.harvest_state(US.account), units(stage))

    before = await books()
    async with stage.importing(US) as steps:
        found = await steps.foresee(SINCE)
    numbers = found.numbers()
    assert (numbers["orders_read"], numbers["known"], numbers["would_create"]) == (2, 1, 1)
    assert found.rows == [{"order": number(2), "state": "would create", "reasons": ""}]
    assert await books() == before


async def test_a_moment_that_amazon_does_not_answer_for_yet_finds_nothing(stage: Stage) -> None:
    async with stage.importing(US) as steps:
        found = await steps.foresee(NOW - timedelta(minutes=1))
    assert set(found.numbers().values()) == {0}
    assert (await stage.run(US, since=NOW - timedelta(minutes=1))).created == 0


async def test_a_catch_up_that_fails_leaves_the_regular_reading_as_it_was(stage: Stage) -> None:
    def away(app: App) -> App:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if "/orders" in scope["path"]:
                await send({"type": "http.response.start", "status": 503, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            else:
                await app(scope, receive, send)

        return answer

    before = await stage.ledger.harvest_state(US.account)
    stage.wrap_amazon = away
    with pytest.raises(RemoteError):
        await stage.run(US, since=SINCE)
    assert (await stage.ledger.harvest_state(US.account)).watermarks == before.watermarks
    stage.wrap_amazon = bare
    # The regular run finishes the window that was under way, and then reads on.
    assert (await stage.run(US, owner="another", refresh=True)).created == 1
    assert units(stage) == {number(1): [2], number(2): [2]}


async def test_a_catch_up_beside_a_long_reading_says_that_it_did_not_happen(stage: Stage) -> None:
    lease = await stage.ledger.lease_harvest(
        US.account, owner="long", now=stage.clock.now(), seconds=7 * 86_400
    )
    assert lease is not None
    async with stage.desk(US) as desk:
        with pytest.raises(Unfinished, match="nothing was read again"):
            await run_steps(order_import(desk, Settings(quota_wait_seconds=60)), since=SINCE)


async def test_no_order_from_before_the_first_day_comes_in(stage: Stage) -> None:
    late = US.model_copy(update={"import_since": NOW - timedelta(days=3)})
    with pytest.raises(SettingsError, match="import_since"):
        await stage.run(late, since=SINCE)
    assert set(units(stage)) == {number(1)}
