"""What becomes of an order when its creation went wrong in a way nobody planned for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from psycopg import sql
from sqlalchemy import update
from sqlalchemy.engine import make_url

from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Import, decide_import
from dockwire.errors import LedgerUnavailable
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind, OrderState
from dockwire.model.warehouse import Item
from dockwire.services.creating import Wanted, create_orders
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import orders
from dockwire.warehouse.work import IN_PROCESS
from tests.databases import PostgresServer
from tests.e2e.crashing import Crash
from tests.e2e.orders import amazon_order, number, put, units
from tests.stage import App, Stage, bare, opened_stage, sim_connection

US = sim_connection("US")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def read_in(stage: Stage, count: int) -> None:
    """Let the ledger know so many orders without creating any."""
    put(stage, *(amazon_order(n) for n in range(1, count + 1)))
    async with stage.importing(US) as steps:
        await steps.begin()
        while not (await steps.read_page()).last:
            pass


def dies_after_creating(app: App) -> App:
    """Let the process end when the warehouse has created an order."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        if (scope["method"], scope["path"]) == ("POST", "/orders"):
            raise Crash

    return answer


async def test_an_order_in_doubt_that_was_cancelled_in_the_warehouse_is_held(stage: Stage) -> None:
    put(stage, amazon_order(1))
    stage.wrap_warehouse = dies_after_creating
    with pytest.raises(BaseExceptionGroup):
        await stage.run(US, owner="killed")
    stage.wrap_warehouse = bare
    cancelled = update(orders).values(status=Status.CANCELLED)
    stage.warehouse.write(IN_PROCESS, lambda work: work.link.execute(cancelled))
    await stage.run(US, owner="next")
    row = (await stage.booked(US))[number(1)]
    assert row.state is OrderState.HELD
    assert [problem.code for problem in row.problems] == ["reference_cancelled"]
    facts = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(number(1)))]
    assert FactKind.ORDER_ADOPTED not in facts
    assert FactKind.ORDER_HELD in facts


async def wanted(stage: Stage, **spoilt: Any) -> list[Wanted]:
    """Return all due orders as they would be created, the first one spoilt."""
    rules = ImportRules(US, {"MUG-BLUE-350": Item("MUG-BLUE-350")})
    found: list[Wanted] = []
    for due in await stage.ledger.due_orders(US, now=stage.clock.now()):
        decision = decide_import(due.order, rules)
        assert isinstance(decision, Import)
        draft = replace(decision.draft, **({} if found else spoilt))
        found.append(Wanted(due.order.order_id, due.version, due.attempts, draft))
    return found


async def test_an_order_that_meets_a_bug_of_ours_stops_no_other(stage: Stage) -> None:
    await read_in(stage, 6)
    async with stage.importing(US) as steps:
        # No zone west of Greenwich can say this moment: writing the request fails.
        done = await create_orders(steps.desk, await wanted(stage, ship_by=datetime.min.replace(tzinfo=UTC)))
    assert (done.created, done.doubtful) == (5, 1)
    assert len(units(stage)) == 5
    await stage.run(US, owner="next")
    assert len(units(stage)) == 6


async def test_a_ledger_that_goes_away_while_orders_are_created_is_named(
    tmp_path: Path, postgresql_url: str, postgresql_server: PostgresServer
) -> None:
    async with opened_stage(tmp_path, ledger_url=postgresql_url, quota="off") as stage:
        await read_in(stage, 40)
        closed = Shutter(postgresql_server, make_url(postgresql_url).database or "")
        stage.wrap_warehouse = closed.after_the_first_order
        async with stage.importing(US) as steps:
            await steps.begin()
            with pytest.raises(LedgerUnavailable):
                await steps.handle_batch(None)
            closed.open()
        stage.wrap_warehouse = bare
        await stage.run(US, owner="next")
        assert len(units(stage)) == 40


async def test_a_creation_that_would_outlive_its_claim_is_cut_off(stage: Stage) -> None:
    # Whoever takes over an expired claim must not meet an order that is still being sent.
    await read_in(stage, 4)
    hanging = asyncio.Event()

    def slow(app: App) -> App:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if (scope["method"], scope["path"]) == ("POST", "/orders") and not hanging.is_set():
                hanging.set()
                await asyncio.Event().wait()
            await app(scope, receive, send)

        return answer

    stage.wrap_warehouse = slow
    async with stage.importing(US) as steps:
        # Long enough for the other three on a machine that does five things at once.
        done = await create_orders(steps.desk, await wanted(stage), send_seconds=5)
    assert (done.created, done.doubtful) == (3, 1)
    assert len(await stage.ledger.in_doubt(US)) == 1
    stage.wrap_warehouse = bare
    await stage.run(US, owner="next")
    assert len(units(stage)) == 4


class Shutter:
    """Closes one database of a server to everybody, cutting the connections there are."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self._server = server
        self._database = database
        self._closed = False

    def after_the_first_order(self, app: App) -> App:
        """Return an application that closes the database when it has created an order."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            if (scope["method"], scope["path"]) == ("POST", "/orders") and not self._closed:
                self._closed = True
                self._admit("false")
                name = sql.Literal(self._database)
                cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
                self._server.execute(sql.SQL(cut).format(name))

        return answer

    def open(self) -> None:
        """Admit everybody again."""
        self._admit("true")

    def _admit(self, whether: str) -> None:
        change = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS " + whether)
        self._server.execute(change.format(sql.Identifier(self._database)))
