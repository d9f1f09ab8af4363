"""What remote systems and clocks do to an import, and that no order is lost or doubled by it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.clock import ManualClock, SystemClock
from dockwire.errors import DockwireError, LedgerUnavailable, Unfinished
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.ledger import SqlLedger
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind, OrderState
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World
from dockwire.warehouse import DuplicateScope, Switches
from tests.builders import NOW
from tests.databases import PostgresServer
from tests.stage import App, Stage, bare, opened_stage, run_steps, sim_connection

US, CA = sim_connection("US"), sim_connection("CA")
SEARCH = "^/orders/2026-01-01/orders$"


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    switches = Switches(duplicate_scope=DuplicateScope.NONE)
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off", switches=switches) as opened:
        yield opened


def rule(effect: str, **fields: Any) -> Rule:
    named = {name: fields.pop(name) for name in ("status", "headers", "html", "json_body") if name in fields}
    return Rule.model_validate({**fields, "effect": {"kind": effect, **named}})


def faulty(stage: Stage, *rules: Rule, warehouse: bool = False) -> FaultRules:
    """Put rules in front of one of the two systems."""
    faults = FaultRules(rules=list(rules))

    def wrap(app: App) -> App:
        return Faults(app, faults, clock=stage.clock)

    if warehouse:
        stage.wrap_warehouse = wrap
    else:
        stage.wrap_amazon = wrap
    return faults


async def all_is_well(stage: Stage) -> None:
    assert await stage.differences([US]) == []
    references = [order["referenceNum"] for order in stage.placed()]
    assert len(references) == len(set(references))
    assert references


async def run_until_done(stage: Stage, tries: int = 6) -> int:
    """Run as the schedule would; return how many runs failed on the way."""
    failed = 0
    for number in range(tries):
        try:
            await stage.run(US, owner=f"run-{number}")
        except DockwireError:
            failed += 1
            stage.clock.advance(900)
        else:
            return failed
    raise AssertionError("the import never finished")


@pytest.mark.parametrize("headers", [{}, {"retry-after": "7"}], ids=["bare", "retry-after"])
async def test_a_storm_of_429_from_amazon_is_waited_out(stage: Stage, headers: dict[str, str]) -> None:
    stage.world.populate(10, [("US", 1)])
    faults = faulty(stage, rule("status", status=429, headers=headers, path=SEARCH, first=3))
    await stage.run(US)
    assert faults.reports()[0].fired == 3
    await all_is_well(stage)


async def test_a_storm_of_429_from_the_warehouse_costs_time_and_nothing_else(stage: Stage) -> None:
    stage.world.populate(20, [("US", 1)])
    faulty(
        stage, rule("status", status=429, method="POST", path="^/orders$", probability=0.5), warehouse=True
    )
    await run_until_done(stage)
    await all_is_well(stage)


@pytest.mark.parametrize("effect", ["html_success", "empty_success"])
async def test_a_page_that_is_no_page_is_never_taken_for_an_empty_one(stage: Stage, effect: str) -> None:
    stage.world.populate(10, [("US", 1)])
    faulty(stage, rule(effect, path=SEARCH, first=2))
    await stage.run(US)
    await all_is_well(stage)


async def test_server_errors_in_the_middle_of_both_systems(stage: Stage) -> None:
    stage.world.populate(40, [("US", 1)])
    page = "<html>Service Unavailable</html>"
    faulty(stage, rule("status", status=503, path=SEARCH, every=2, html=page))
    faulty(stage, rule("status", status=500, method="POST", path="^/orders$", every=4), warehouse=True)
    await run_until_done(stage)
    stage.wrap_amazon = stage.wrap_warehouse = bare
    await stage.run(US, owner="last")
    await all_is_well(stage)


async def test_a_reply_lost_after_the_warehouse_created_the_order_is_looked_up(stage: Stage) -> None:
    stage.world.populate(20, [("US", 1)])
    faults = faulty(stage, rule("lost_reply", method="POST", path="^/orders$", every=3), warehouse=True)
    report = await stage.run(US)
    assert faults.reports()[0].fired >= 2
    assert report.adopted == faults.reports()[0].fired
    await all_is_well(stage)


async def test_one_order_the_warehouse_never_answers_for_holds_up_nobody(stage: Stage) -> None:
    stage.world.populate(20, [("US", 1)])
    async with stage.importing(US) as steps:
        await steps.begin()
        while not (await steps.read_page()).last:
            pass
    poison = next(i for i, row in (await stage.booked(US)).items() if row.amazon_status == "UNSHIPPED")

    def wrap(app: App) -> App:
        async def poisoned(scope: Any, receive: Any, send: Any) -> None:
            body, more = b"", True
            while more:
                part = await receive()
                body, more = body + part["body"], part["more_body"]
            if scope["method"] == "POST" and poison.encode() in body:
                await send({"type": "http.response.start", "status": 500, "headers": []})
                await send({"type": "http.response.body", "body": b"Object reference not set"})
                return

            async def again() -> Any:
                return {"type": "http.request", "body": body, "more_body": False}

            await app(scope, again, send)

        return poisoned

    stage.wrap_warehouse = wrap
    for number in range(5):
        await stage.run(US, owner=f"run-{number}")
        stage.clock.advance(900)
    rows = await stage.booked(US)
    assert rows[poison].state in {OrderState.FAILED, OrderState.HELD}
    others = [row for order_id, row in rows.items() if order_id != poison]
    assert all(row.state is not OrderState.CLAIMED for row in others)
    assert sum(row.state is OrderState.CREATED for row in others) > 5


async def test_the_access_token_may_die_between_two_calls(stage: Stage) -> None:
    stage.world.populate(10, [("US", 1)])
    async with stage.importing(US) as steps:
        await steps.begin()
        await steps.read_page()
        # Amazon's clock runs ahead of ours, so our early refresh does not help: 403 comes first.
        stage.world.tokens._access.clear()
        await run_steps(steps)
    await all_is_well(stage)


async def test_a_page_token_that_expired_restarts_the_window(stage: Stage) -> None:
    stage.world.populate(230, [("US", 1)])
    async with stage.importing(US) as steps:
        await steps.begin()
        await steps.read_page()
    stage.clock.advance(timedelta(hours=25).total_seconds())
    await stage.run(US, owner="next day")
    await all_is_well(stage)
    assert len(await stage.booked(US)) == 230


async def test_a_token_amazon_refuses_early_restarts_the_window_too(stage: Stage) -> None:
    stage.world.populate(230, [("US", 1)])
    refused: list[bytes] = []

    def wrap(app: App) -> App:
        async def refusing(scope: Any, receive: Any, send: Any) -> None:
            if b"paginationToken" in scope["query_string"] and not refused:
                refused.append(scope["query_string"])
                body = b'{"errors": [{"code": "InvalidInput", "message": "Invalid token"}]}'
                await send({"type": "http.response.start", "status": 400, "headers": []})
                await send({"type": "http.response.body", "body": body})
            else:
                await app(scope, receive, send)

        return refusing

    stage.wrap_amazon = wrap
    await stage.run(US)
    assert refused
    await all_is_well(stage)


@pytest.mark.parametrize("effect", ["duplicate_items", "reverse_items"])
async def test_the_order_and_repetition_of_a_page_do_not_matter(stage: Stage, effect: str) -> None:
    stage.world.populate(120, [("US", 1)])
    faulty(stage, rule(effect, path=SEARCH))
    await stage.run(US)
    await all_is_well(stage)
    assert len(await stage.booked(US)) == 120


async def test_pages_newest_first_lose_nothing(stage: Stage) -> None:
    stage.world.newest_first = True
    stage.world.populate(250, [("US", 1)])
    await stage.run(US)
    await all_is_well(stage)
    assert len(await stage.booked(US)) == 250


async def test_an_order_updated_while_paging_is_met_by_the_next_run(stage: Stage) -> None:
    stage.world.populate(220, [("US", 1)])
    async with stage.importing(US) as steps:
        await steps.begin()
        await steps.read_page()
        latest = max(stage.world.orders, key=lambda order: order.updated)
        moved = stage.clock.now()
        latest.body["lastUpdatedTime"] = moved.strftime("%Y-%m-%dT%H:%M:%SZ")
        stage.world.orders.touch(latest, moved)
        await run_steps(steps)
    assert latest.body["orderId"] not in await stage.booked(US)
    stage.clock.advance(1200)
    await stage.run(US, owner="next")
    assert latest.body["orderId"] in await stage.booked(US)
    await all_is_well(stage)


@pytest.mark.parametrize("minutes", [-3, 3])
async def test_our_clock_may_be_three_minutes_off(stage: Stage, minutes: int) -> None:
    stage.world.populate(20, [("US", 1)])
    stage.world.clock = ManualClock(NOW + timedelta(minutes=minutes))
    stage.world.tokens = type(stage.world.tokens)(
        stage.world.application, stage.world.sellers, clock=stage.world.clock, key=stage.world.key
    )
    await stage.run(US)
    await all_is_well(stage)


async def test_sibling_connections_share_one_reading_and_are_never_throttled(
    tmp_path: Path, ledger_url: str
) -> None:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="documented") as stage:
        stage.world.populate(60, [("US", 1), ("CA", 1)])
        await stage.ledger.register(US, now=stage.clock.now())
        await stage.ledger.register(CA, now=stage.clock.now())
        await stage.run(US, owner="us")
        searched = searches(stage.world)
        await stage.run(CA, owner="ca")
        assert searches(stage.world) - searched <= 1, "at most the sweep"
        assert await stage.differences([US, CA]) == []
        assert stage.world.journal.throttled == 0


def searches(world: World) -> int:
    return sum(entry.operation == "searchOrders" for entry in world.journal.entries)


async def test_two_workers_on_one_connection_at_once_create_each_order_once(
    tmp_path: Path, ledger_url: str
) -> None:
    switches = Switches(duplicate_scope=DuplicateScope.NONE)
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off", switches=switches) as stage:
        stage.world.populate(60, [("US", 1)])
        # Real time: a worker's waiting must not make the other one's claims look old.
        clock = SystemClock()
        clock.shift = NOW - clock.now()
        stage.clock = clock  # type: ignore[assignment]  # the stage winds only what is wound
        async with stage.importing(US, owner="a") as one, stage.importing(US, owner="b") as two:
            await one.begin()
            while not (await one.read_page()).last:
                pass
            await two.begin()
            done = await asyncio.gather(
                one.handle_batch(None), two.handle_batch(None), return_exceptions=True
            )
        assert all(not isinstance(each, BaseException) or isinstance(each, Unfinished) for each in done)
        await all_is_well(stage)
        assert await stage.ledger.in_doubt(US) == []


async def test_postgresql_restarted_between_pages_stops_the_run_clearly_and_loses_nothing(
    tmp_path: Path, postgresql_url: str, postgresql_server: PostgresServer
) -> None:
    async with opened_stage(tmp_path, ledger_url=postgresql_url, quota="off") as stage:
        stage.world.populate(230, [("US", 1)])
        async with stage.importing(US) as steps:
            await steps.begin()
            await steps.read_page()
            postgresql_server.restart()
            with contextlib.suppress(LedgerUnavailable):
                await run_steps(steps)
        await stage.run(US, owner="next")
        await all_is_well(stage)
        assert len(await stage.booked(US)) == 230


async def test_a_rebuilt_ledger_adopts_what_the_warehouse_has(stage: Stage) -> None:
    stage.world.populate(30, [("US", 1)])
    first = await stage.run(US)
    await stage.ledger.close()
    stage.ledger = await SqlLedger.open(
        f"sqlite:///{stage.folder / 'rebuilt.db'}", sealer=Sealer([Sealer.new_key()])
    )
    again = await stage.run(US)
    assert (again.created, again.adopted) == (0, first.created)
    await all_is_well(stage)
    facts = [
        fact for i in await stage.booked(US) for fact in await stage.ledger.order_facts(AmazonOrderId(i))
    ]
    assert sum(fact.kind is FactKind.ORDER_ADOPTED for fact in facts) == first.created
