"""A warehouse account's client in front of the embedded warehouse, in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from dockwire.clock import ManualClock
from dockwire.extensiv import WarehouseClient, WarehouseCredentials
from dockwire.faults import FaultRules, Faults
from dockwire.model.ids import AmazonItemId, CustomerId, FacilityId
from dockwire.model.warehouse import DraftLine, OrderDraft, Routing
from dockwire.transport import Retrying
from dockwire.warehouse import Warehouse, build_app
from tests.builders import address

ACME, BOREALIS = CustomerId(11), CustomerId(12)
RENO = FacilityId(3)
EVERYTHING = WarehouseCredentials("all", SecretStr("s1"), user_login="integration")
VIEWER = WarehouseCredentials("viewer", SecretStr("s3"), user_login="viewer")


def draft(reference: str = "R-1", **overrides: Any) -> OrderDraft:
    """Return an order of Acme's in Reno for one mug."""
    fields: dict[str, Any] = {
        "reference": reference,
        "customer_id": ACME,
        "facility_id": RENO,
        "ship_to": address(),
        "lines": (line(),),
        "routing": Routing(carrier="UPS", service="03", scac="UPSN"),
    }
    return OrderDraft(**fields | overrides)


def line(sku: str = "MUG", quantity: str = "1", **overrides: Any) -> DraftLine:
    fields: dict[str, Any] = {"item_id": AmazonItemId("77"), "amazon_sku": "AMZ-MUG"}
    return DraftLine(sku, Decimal(quantity), **fields | overrides)


def rules(*given: dict[str, Any]) -> FaultRules:
    return FaultRules.model_validate({"rules": list(given)})


class Noting:
    """Notes method and path of every request, and what was signed in with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(f"{scope['method']} {scope['path']}")
        self.headers.append({name.decode(): value.decode("latin-1") for name, value in scope["headers"]})
        await self.app(scope, receive, send)

    def count(self, what: str) -> int:
        return sum(what in seen for seen in self.seen)


def noting(warehouse: Warehouse, faults: FaultRules | None = None, *, guarded: bool = False) -> Noting:
    """Return the warehouse's application behind faults, noting what reaches either.

    ``guarded`` wants tokens; hashing secrets is slow on purpose, so most tests do without.
    """
    app = build_app(warehouse, embedded=not guarded)
    return Noting(Faults(app, faults or FaultRules(), clock=warehouse.clock))


@asynccontextmanager
async def opened(
    app: ASGIApp,
    *,
    credentials: WarehouseCredentials | None = None,
    retrying: Retrying | None = None,
    clock: ManualClock | None = None,
    time_zone: str = "America/Los_Angeles",
) -> AsyncIterator[WarehouseClient]:
    """Open a client of the application."""
    client = WarehouseClient(
        base_url="http://warehouse.test",
        credentials=credentials,
        clock=clock or ManualClock(),
        time_zone=time_zone,
        transport=httpx.ASGITransport(app),
        retrying=retrying,
    )
    try:
        yield client
    finally:
        await client.aclose()
