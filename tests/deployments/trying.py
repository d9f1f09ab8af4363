"""One connection on loopback, with every fault at hand, and what the checks say of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from blocks import AmazonSellerAccount, MarketplaceConnection, WarehouseAccount
from deployments.checking.connection import check_all
from deployments.checking.finding import Finding
from dockwire.clock import SystemClock
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.marketplaces import Region
from dockwire.sealing import Sealer
from dockwire.settings import Settings
from dockwire.simulators.amazon import World, build_app
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from tests.deployments.town import SELLER
from tests.servers import serve
from tests.stage import CREDENTIAL, LEVELS, warehouse_seed


@dataclass
class Trial:
    """The two remote systems and the block that names them."""

    folder: Path
    world: World
    warehouse: Warehouse
    amazon_url: str
    warehouse_url: str
    amazon_faults: FaultRules
    warehouse_faults: FaultRules
    journal: list[str]
    """Methods and paths that the warehouse was asked for."""
    block: MarketplaceConnection
    clock: SystemClock = field(default_factory=SystemClock)
    ledger_url: str = ""

    def anew(self, folder: Path) -> "Trial":
        """Return the same servers with nothing wrong, around an empty folder."""
        self.world.reset(7)
        self.world.populate(12, [("US", 1)])
        self.journal.clear()
        self.amazon_faults.replace([])
        self.warehouse_faults.replace([])
        block = _block(self.world, self.amazon_url, self.warehouse_url)
        return replace(self, folder=folder, block=block, clock=SystemClock())

    @property
    def settings(self) -> Settings:
        return Settings(state_dir=self.folder / "state", ledger_url=self.ledger_url)

    def seller(self, **changes: Any) -> None:
        """Change the seller account's block."""
        self.block.seller_account = self.block.seller_account.model_copy(update=changes)

    def house(self, **changes: Any) -> None:
        """Change the warehouse account's block."""
        self.block.warehouse = self.block.warehouse.model_copy(update=changes)

    def set(self, **changes: Any) -> None:
        """Change the connection's block."""
        self.block = self.block.model_copy(update=changes)

    def region(self, region: str) -> None:
        """Ask the host of a region, as the real ones are asked."""
        self.seller(region=Region(region), endpoint=f"{self.amazon_url}/{region.lower()}")

    def denied(self, method: str, path: str, *, at: str = "amazon", status: int = 403) -> None:
        """Let one of the two refuse some requests from now on."""
        rules = self.amazon_faults if at == "amazon" else self.warehouse_faults
        rules.replace([Rule(method=method, path=path, effect={"kind": "status", "status": status})])

    async def check(self, **how: Any) -> dict[str, Finding]:
        """Return what is found, by the name of the check."""
        how = {"prefect": False} | how
        found = await check_all({"trial-us": self.block}, settings=self.settings, clock=self.clock, **how)
        return {finding.what: finding for finding in found["trial-us"]}


@contextmanager
def opened_trial(folder: Path) -> Iterator[Trial]:
    """Start both systems on loopback; a dozen orders wait at Amazon."""
    clock = SystemClock()
    world = World(7, clock=clock, quota="documented")
    world.populate(12, [("US", 1)])
    warehouse = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}", sealer=Sealer([Sealer.new_key()]), clock=SystemClock()
    )
    load_seed(warehouse, warehouse_seed())
    amazon_faults, warehouse_faults = FaultRules(), FaultRules()
    journal: list[str] = []
    inner = Faults(build_warehouse(warehouse), warehouse_faults, clock=clock)

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            journal.append(f"{scope['method']} {scope['path']}")
        await inner(scope, receive, send)

    with ExitStack() as running:
        amazon_url = running.enter_context(serve(build_app(world, faults=amazon_faults)))
        warehouse_url = running.enter_context(serve(noted))
        block = _block(world, amazon_url, warehouse_url)
        yield Trial(
            folder, world, warehouse, amazon_url, warehouse_url, amazon_faults, warehouse_faults, journal, block
        )  # fmt: skip
    warehouse.close()


def _block(world: World, amazon: str, warehouse: str) -> MarketplaceConnection:
    application = world.application
    return MarketplaceConnection(
        seller_account=AmazonSellerAccount(
            application_id=application.application_id,
            client_id=application.client_id,
            client_secret=SecretStr(application.client_secret),
            refresh_token=SecretStr(world.sellers[SELLER].refresh_token),
            seller_id=SELLER,
            region="NA",
            endpoint=amazon,
            token_url=f"{amazon}/auth/o2/token",
        ),
        warehouse=WarehouseAccount(
            base_url=warehouse,
            client_id=CREDENTIAL["client_id"],
            client_secret=SecretStr(CREDENTIAL["client_secret"]),
            user_login=CREDENTIAL["user_login"],
        ),
        warehouse_name="main",
        marketplace="US",
        customer_id=1,
        facility_id=1,
        import_since="2025-11-01T00:00:00Z",
        ship_methods={level: {"carrier": "UPS", "service": "03", "scac": "UPSN"} for level in LEVELS},
    )
