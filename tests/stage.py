"""A whole installation in one process: Amazon simulator, embedded warehouse, ledger, clients, steps.

Nothing is patched: the clients speak HTTP to both applications through httpx's ASGI transport, the
ledger and the warehouse are real databases, and one hand-wound clock rules them all.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from dockwire.amazon import AmazonAccount, AmazonCredentials
from dockwire.bootstrap import order_import
from dockwire.clock import ManualClock
from dockwire.extensiv import WarehouseClient, WarehouseCredentials
from dockwire.ledger import SqlLedger
from dockwire.ledger.migrate import migrate
from dockwire.model.connection import Connection
from dockwire.model.record import OrderRow
from dockwire.pacing import Pacer
from dockwire.reports.reconciliation import AmazonRow, BookedRow, Difference, WarehouseRow, compare
from dockwire.sealing import Sealer
from dockwire.services.desk import Desk
from dockwire.services.order_import import OrderImport, Report
from dockwire.settings import Settings
from dockwire.simulators.amazon import World, build_app, catalogue
from dockwire.simulators.amazon.accounts import default_sellers
from dockwire.transport import Retrying
from dockwire.warehouse import Switches, Warehouse, load_seed
from dockwire.warehouse import build_app as build_warehouse
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS, RECOMMENDED_ROLES
from tests.builders import NOW, connection
from tests.templates import copied, migrated_file, template_folder

App = Callable[..., Any]
Wrap = Callable[[App], App]

CREDENTIAL = {"client_id": "wms", "client_secret": "wms-secret-words", "user_login": "dockwire"}
LEVELS = (
    "STANDARD",
    "EXPEDITED",
    "FREE_ECONOMY",
    "NEXT_DAY",
    "SECOND_DAY",
    "PRIORITY",
    "SAME_DAY",
    "SCHEDULED",
)
SELLERS = {code: seller.id for seller in default_sellers().values() for code in seller.participations}
SELLERS["TR"] = "A3SIMEUROPE001"  # joins with the first order that is loaded for it


def warehouse_seed() -> dict[str, Any]:
    """Return one facility, one merchant, everything the simulated sellers sell, and plenty of it."""
    products = [product.sku for product in catalogue()]
    return {
        "facilities": [{"id": 1, "name": "Dock One", "time_zone": "America/Los_Angeles"}],
        "customers": [{"id": 1, "name": "Harbour Goods", "facilities": ["Dock One"]}],
        "credentials": [CREDENTIAL | {"roles": [*RECOMMENDED_ROLES, "OrderConfirm"]}],
        "carriers": [
            {"name": "UPS", "scac_code": "UPSN", "services": [{"code": code} for code in ("01", "02", "03")]},
            {"name": "Harbour Couriers", "scac_code": "HRBC", "services": [{"code": "DAY"}]},
        ],
        "price_rules": [
            {
                "customer": "Harbour Goods",
                "label": "Pick",
                "charge_type": 8,
                "price": "1.25",
                "automatic": True,
            }
        ],
        "items": [{"customer": "Harbour Goods", "sku": sku, "description": sku} for sku in products],
        "receipts": [
            {
                "customer": "Harbour Goods",
                "facility": "Dock One",
                "reference": "R1",
                "sku": sku,
                "qty": 10_000,
            }
            for sku in products
        ],
    }


def sim_connection(code: str = "US", **overrides: Any) -> Connection:
    """Return the connection of one simulated marketplace, every service level mapped."""
    fields: dict[str, Any] = {
        "slug": f"sim-{code.lower()}",
        "application_id": "amzn1.sp.solution.simulated",
        "seller_id": SELLERS[code],
        "marketplace_code": code,
        "ship_methods": {level: {"carrier": "UPS", "service": "03", "scac": "UPSN"} for level in LEVELS},
        "import_since": NOW.replace(year=2025),
    }
    return connection(**fields | overrides)


def bare(app: App) -> App:
    """Leave an application as it is."""
    return app


@dataclass
class Stage:
    """The parts, for tests to look at and to disturb."""

    clock: ManualClock
    world: World
    warehouse: Warehouse
    ledger: SqlLedger
    database: str
    folder: Path
    wrap_amazon: Wrap = field(default=bare)
    wrap_warehouse: Wrap = field(default=bare)
    retrying: Retrying = field(default_factory=lambda: Retrying(attempts=3, first_delay=0.1))
    workers: int = 4

    @asynccontextmanager
    async def importing(
        self, which: Connection, *, owner: str = "run", ledger: SqlLedger | None = None
    ) -> AsyncIterator[OrderImport]:
        """Assemble an import as bootstrap does, around the applications in this process."""
        async with opened_steps(which, **self._parts(which, owner, ledger)) as steps:
            yield steps

    @asynccontextmanager
    async def desk(
        self, which: Connection, *, owner: str = "run", ledger: SqlLedger | None = None
    ) -> AsyncIterator[Desk]:
        """Open what any run works with, around the applications in this process."""
        async with opened_desk(which, **self._parts(which, owner, ledger)) as desk:
            yield desk

    def _parts(self, which: Connection, owner: str, ledger: SqlLedger | None) -> dict[str, Any]:
        return {
            "amazon": Remote(
                "http://amazon.test", httpx.ASGITransport(self.wrap_amazon(build_app(self.world)))
            ),
            "warehouse": Remote(
                "http://warehouse.test",
                httpx.ASGITransport(self.wrap_warehouse(build_warehouse(self.warehouse))),
            ),
            "credentials": self.amazon_credentials(which),
            "ledger": ledger or self.ledger,
            "clock": self.clock,
            "owner": owner,
            "retrying": self.retrying,
            "workers": self.workers,
        }

    def amazon_credentials(self, which: Connection) -> AmazonCredentials:
        """Return the simulated application's secrets for a seller."""
        application = self.world.application
        token = self.world.sellers[which.seller_id].refresh_token
        return AmazonCredentials(
            application.client_id, SecretStr(application.client_secret), SecretStr(token)
        )

    async def run(
        self,
        which: Connection,
        *,
        owner: str = "run",
        refresh: bool = False,
        since: datetime | None = None,
    ) -> Report:
        """Run an import from beginning to end."""
        async with self.importing(which, owner=owner) as steps:
            return await run_steps(steps, refresh=refresh, since=since)

    async def booked(self, which: Connection) -> dict[str, OrderRow]:
        """Return the ledger's rows of a connection by Amazon order id."""
        rows = await self.ledger.list_orders(connection=which.slug, limit=10_000)
        return {row.order_id: row for row in rows}

    def placed(self) -> list[dict[str, Any]]:
        """Return the warehouse's orders."""
        orders: list[dict[str, Any]] = self.warehouse.read(IN_PROCESS, read_state)["orders"]
        return orders

    async def differences(self, connections: Sequence[Connection]) -> list[Difference]:
        """Compare the three books over these connections."""
        self.world.catch_up()
        places = {which.marketplace.id for which in connections}
        rows = [row for which in connections for row in (await self.booked(which)).values()]
        return compare(
            [
                amazon_row(o.body, o.marketplace_id or "")
                for o in self.world.orders
                if o.marketplace_id in places
            ],
            [warehouse_row(order) for order in self.placed()],
            [BookedRow(row.order_id, row.state, row.reference, row.warehouse_order_id) for row in rows],
        )


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a system is and how its calls get there."""

    url: str
    transport: httpx.AsyncBaseTransport | None = None


@asynccontextmanager
async def opened_desk(
    which: Connection,
    *,
    amazon: Remote,
    warehouse: Remote,
    credentials: AmazonCredentials,
    ledger: SqlLedger,
    clock: ManualClock,
    owner: str,
    retrying: Retrying,
    workers: int,
) -> AsyncIterator[Desk]:
    """Open what a run works with as bootstrap does, around a hand-wound clock."""
    seller = AmazonAccount(
        account=which.account,
        credentials=credentials,
        pacer=Pacer(ledger, clock, max_wait=100_000),
        clock=clock,
        endpoint=amazon.url,
        token_url=f"{amazon.url}/auth/o2/token",
        transport=amazon.transport,
    )
    stock = WarehouseClient(
        base_url=warehouse.url,
        credentials=WarehouseCredentials(
            CREDENTIAL["client_id"],
            SecretStr(CREDENTIAL["client_secret"]),
            user_login=CREDENTIAL["user_login"],
        ),
        clock=clock,
        time_zone="America/Los_Angeles",
        transport=warehouse.transport,
        retrying=retrying,
    )
    try:
        yield Desk(
            connection=which,
            seller=seller,
            warehouse=stock,
            ledger=ledger,
            clock=clock,
            owner=owner,
            workers=workers,
        )
    finally:
        await seller.aclose()
        await stock.aclose()


@asynccontextmanager
async def opened_steps(which: Connection, **parts: Any) -> AsyncIterator[OrderImport]:
    """Assemble an import's steps on such a desk; ``parts`` are those of :func:`opened_desk`."""
    async with opened_desk(which, **parts) as desk:
        steps = order_import(desk, Settings(quota_wait_seconds=100_000))
        try:
            yield steps
        finally:
            await steps.release()


async def run_steps(steps: OrderImport, *, refresh: bool = False, since: datetime | None = None) -> Report:
    """Do what the flow does, without Prefect."""
    total = Report()
    await steps.begin()
    total.add(await steps.recheck())
    if since is not None:
        await steps.read_again(since)
    number = 1
    while not (page := await steps.read_page(refresh=refresh and number == 1)).last:
        total.count_page(page)
        number += 1
    more, after = True, None
    while more:
        batch = await steps.handle_batch(after, refresh=refresh)
        total.add(batch)
        after = batch.next_after
        more = after is not None
    await steps.finish(total)
    return total


def amazon_row(body: dict[str, Any], marketplace_id: str) -> AmazonRow:
    """Read one of Amazon's orders for the comparison, independently of the client."""
    ship = body.get("fulfillment", {})
    open_units = sum(
        item.get("fulfillment", {}).get("quantityUnfulfilled", item["quantityOrdered"])
        for item in body["orderItems"]
    )
    return AmazonRow(
        body["orderId"],
        marketplace_id,
        ship.get("fulfillmentStatus", ""),
        ship.get("fulfilledBy", ""),
        frozenset(body.get("programs", [])),
        open_units,
    )


def warehouse_row(order: dict[str, Any]) -> WarehouseRow:
    """Read one of the warehouse's orders for the comparison."""
    return WarehouseRow(
        order["orderId"],
        order["referenceNum"],
        cancelled=order["status"] == 2,
        on_hold=order["onHold"],
        units=int(sum(item["qty"] for item in order["items"])),
    )


@asynccontextmanager
async def opened_stage(
    folder: Path,
    *,
    ledger_url: str = "",
    quota: Any = "documented",
    switches: Switches | None = None,
    **options: Any,
) -> AsyncIterator[Stage]:
    """Set up everything in ``folder``; the ledger in SQLite there unless another database is named."""
    clock, sealer = ManualClock(NOW), Sealer([_KEY])
    database = ledger_url or migrated_file(migrate, folder / "ledger.db")
    stocked = copied(_stocked_warehouse(), folder / "warehouse.db")
    warehouse = Warehouse.open(f"sqlite:///{stocked}", sealer=sealer, clock=clock, switches=switches)
    ledger = await SqlLedger.open(database, sealer=sealer)
    stage = Stage(clock, World(1, clock=clock, quota=quota), warehouse, ledger, database, folder, **options)
    try:
        yield stage
    finally:
        # A test may have put another ledger in its place.
        await stage.ledger.close()
        warehouse.close()


_KEY = Sealer.new_key()


@cache
def _stocked_warehouse() -> Path:
    """Return a warehouse's file with the seed in it, which takes a second to load."""
    file = template_folder() / "stocked.db"
    warehouse = Warehouse.open(f"sqlite:///{file}", sealer=Sealer([_KEY]), clock=ManualClock(NOW))
    load_seed(warehouse, warehouse_seed())
    warehouse.close()
    return file
