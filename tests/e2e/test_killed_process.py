"""A real process, really killed at every call and commit; another one finishes its work."""

import asyncio
import multiprocessing
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dockwire.clock import ManualClock
from dockwire.ledger import SqlLedger
from dockwire.ledger.migrate import migrate
from dockwire.model.record import OrderState
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World, build_app
from dockwire.warehouse import DuplicateScope, Switches, Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from tests.builders import NOW
from tests.e2e.crashing import chosen
from tests.e2e.killed_import import KILLED, Killed, run_killed
from tests.servers import serve
from tests.stage import App, Stage, sim_connection, warehouse_seed
from tests.templates import migrated_file

US = sim_connection("US", import_since=NOW - timedelta(days=20))
ORDERS = 7
KEY = Sealer.new_key()
# A warehouse that refuses no double, so that only our own care prevents them.
SWITCHES = Switches(duplicate_scope=DuplicateScope.NONE)


@dataclass
class Place:
    """One address for the whole module; what stands there changes from point to point."""

    app: App | None = None
    url: str = field(default="")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as whatever stands here now."""
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def places() -> Iterator[tuple[Place, Place]]:
    amazon, warehouse = Place(), Place()
    with ExitStack() as running:
        amazon.url = running.enter_context(serve(amazon))
        warehouse.url = running.enter_context(serve(warehouse))
        yield amazon, warehouse


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a stocked warehouse's database, to be copied for each point."""
    file = tmp_path_factory.mktemp("stocked") / "warehouse.db"
    warehouse = Warehouse.open(f"sqlite:///{file}", sealer=Sealer([KEY]), clock=ManualClock(NOW))
    load_seed(warehouse, warehouse_seed())
    warehouse.close()
    return file


@pytest.fixture(scope="module")
def processes() -> Any:
    """Give a maker of processes that start from a clean, loaded parent and not from this one's threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.e2e.killed_import"])
    return context


Databases = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """Give a source of ledgers' databases of one kind."""
    if request.param == "postgresql":
        make: Callable[..., str] = request.getfixturevalue("postgresql_urls")
        return partial(make, migrate)
    numbers = iter(range(10_000))
    return lambda: migrated_file(migrate, tmp_path / f"ledger-{next(numbers)}.db")


@asynccontextmanager
async def scene(folder: Path, stocked: Path, places: tuple[Place, Place], url: str) -> AsyncIterator[Stage]:
    folder.mkdir()
    clock = ManualClock(NOW)
    world = World(3, clock=clock, quota="documented")
    world.populate(ORDERS, [("US", 1)])
    shutil.copy(stocked, folder / "warehouse.db")
    sealer = Sealer([KEY])
    warehouse = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}", sealer=sealer, clock=clock, switches=SWITCHES
    )
    places[0].app, places[1].app = build_app(world), build_warehouse(warehouse)
    ledger = await SqlLedger.open(url, sealer=sealer)
    try:
        yield Stage(clock, world, warehouse, ledger, url, folder)
    finally:
        await ledger.close()
        warehouse.close()


async def import_in_process(
    processes: Any, stage: Stage, places: tuple[Place, Place], at: int | None
) -> tuple[int, list[str]]:
    """Run an import in a process that ends at a point; return its exit code and the points it passed."""
    secrets = stage.amazon_credentials(US)
    journal = stage.folder / "points.txt"
    order = Killed(
        US,
        places[0].url,
        places[1].url,
        (
            secrets.client_id,
            secrets.client_secret.get_secret_value(),
            secrets.refresh_token.get_secret_value(),
        ),
        stage.database,
        KEY,
        journal,
        at,
    )
    process = processes.Process(target=run_killed, args=(order,))
    process.start()
    await asyncio.to_thread(process.join)
    return process.exitcode, journal.read_text().splitlines()


async def check(stage: Stage) -> None:
    """Each eligible order exactly once, none missing, none stuck."""
    assert await stage.differences([US]) == []
    rows = await stage.booked(US)
    assert len(rows) == ORDERS
    assert not {OrderState.NEW, OrderState.CLAIMED, OrderState.FAILED} & {row.state for row in rows.values()}
    references = [order["referenceNum"] for order in stage.placed()]
    assert len(set(references)) == len(references) > 2


@pytest.mark.timeout(1200)
async def test_a_process_killed_at_any_point_leaves_nothing_that_the_next_does_not_put_right(
    tmp_path: Path, stocked: Path, places: tuple[Place, Place], processes: Any, databases: Databases
) -> None:
    async with scene(tmp_path / "recording", stocked, places, databases()) as stage:
        code, points = await import_in_process(processes, stage, places, None)
        assert code == 0
        await check(stage)
    assert "warehouse POST /orders: answered" in points
    for at in chosen(points):
        async with scene(tmp_path / str(at), stocked, places, databases()) as stage:
            code, passed = await import_in_process(processes, stage, places, at)
            assert (code, passed[-1]) == (KILLED, points[at])
            # The next run comes from another process and a little later, as the schedule has it.
            await stage.run(US, owner="next")
            await check(stage)
