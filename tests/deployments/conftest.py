"""Fixtures of the command line's tests."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from deployments.prefect_server import local_server, prefect_environment
from dockwire.clock import SystemClock
from dockwire.faults import FaultRules, Faults
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World, build_app
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from tests.deployments.browser import PrefectPages, opened_page
from tests.deployments.pages import Pages
from tests.deployments.town import Town
from tests.prefect_server import knows_prefect
from tests.servers import port_for_later, serve
from tests.stage import warehouse_seed


@pytest.fixture(scope="module")
def prefect_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start Prefect as `dockwire up` does; give the variables that lead to it."""
    folder = tmp_path_factory.mktemp("prefect")
    knows_prefect(folder)
    port = port_for_later()
    with local_server(folder, port):
        yield prefect_environment(folder, port)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Start a browser for the tests of a module."""
    with opened_page() as opened:
        yield opened


@pytest.fixture
def seen(page: Page, prefect_address: dict[str, str], tmp_path: Path) -> Iterator[PrefectPages]:
    """Give Prefect's pages in the browser."""
    yield PrefectPages(page, prefect_address["PREFECT_API_URL"], tmp_path / "pictures")
    # Left open they move, which takes half a processor where no graphics card draws them.
    page.goto("about:blank")


@pytest.fixture
def town(tmp_path: Path, prefect_address: dict[str, str]) -> Iterator[Town]:
    """Build a town with a dozen orders waiting at Amazon, and a Prefect that knows no other town."""
    with _built(tmp_path, prefect_address) as town:
        # Connections of an earlier test lead to servers that are gone: their runs would keep a worker busy.
        Pages(town).forget()
        yield town


@pytest.fixture
def lone_town(tmp_path: Path) -> Iterator[Town]:
    """Build a town where no Prefect server runs, as on a newcomer's machine."""
    with _built(tmp_path, {}) as town:
        yield town


@pytest.fixture
def resting_town(lone_town: Town) -> Town:
    """Give a town where no Prefect server runs, and one ran before."""
    knows_prefect(lone_town.folder / "state")
    return lone_town


@contextmanager
def _built(folder: Path, prefect: dict[str, str]) -> Iterator[Town]:
    clock = SystemClock()
    world = World(7, clock=clock, quota="documented")
    world.populate(12, [("US", 1)])
    warehouse = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}", sealer=Sealer([Sealer.new_key()]), clock=clock
    )
    load_seed(warehouse, warehouse_seed())
    faults = FaultRules()
    with ExitStack() as running:
        yield Town(
            world,
            warehouse,
            running.enter_context(serve(build_app(world))),
            running.enter_context(serve(Faults(build_warehouse(warehouse), faults, clock=clock))),
            faults,
            prefect,
            folder,
        )
    warehouse.close()
