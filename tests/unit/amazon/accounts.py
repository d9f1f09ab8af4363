"""A seller account's client in front of the simulated Amazon, in one process, on one clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from dockwire.amazon import AmazonAccount, AmazonCredentials
from dockwire.clock import Clock, ManualClock
from dockwire.faults import FaultRules
from dockwire.model.connection import AccountKey
from dockwire.model.ids import MarketplaceId, SellerId
from dockwire.model.marketplaces import Region
from dockwire.model.order import SearchWindow
from dockwire.pacing import MemoryQuotaStore, Pacer
from dockwire.simulators.amazon import World, build_app

NA = "A3SIMNORTHAM01"
US = MarketplaceId("ATVPDKIKX0DER")
ACCOUNT = AccountKey(application_id="app", seller_id=SellerId(NA), region=Region.NA)
ORDERS = "/orders/2026-01-01/orders"


def a_world(**switches: Any) -> World:
    return World(1, clock=ManualClock(), **switches)


def rules(*given: dict[str, Any]) -> FaultRules:
    return FaultRules.model_validate({"rules": list(given)})


def window(now: datetime, *marketplaces: MarketplaceId) -> SearchWindow:
    """Return a window over everything Amazon may show."""
    return SearchWindow(
        marketplaces=marketplaces or (US,),
        updated_after=now - timedelta(days=700),
        updated_before=now - timedelta(minutes=5),
    )


def asked(world: World, operation: str) -> list[int | None]:
    """Return the statuses of the requests for an operation that the world has met."""
    return [entry.status for entry in world.journal.entries if entry.operation == operation]


def tokens_asked(world: World) -> int:
    return sum(entry.path == "/auth/o2/token" for entry in world.journal.entries)


@asynccontextmanager
async def opened(
    world: World,
    *,
    faults: FaultRules | None = None,
    app: ASGIApp | None = None,
    clock: Clock | None = None,
    quota: MemoryQuotaStore | None = None,
    secret: str = "",
    refresh_token: str = "",
    max_wait: float = 900,
    url: str = "",
) -> AsyncIterator[AmazonAccount]:
    """Open a client of the North American seller's account; over the network where there is a ``url``."""
    application = world.application
    seller = AmazonAccount(
        account=ACCOUNT,
        credentials=AmazonCredentials(
            application.client_id,
            SecretStr(secret or application.client_secret),
            SecretStr(refresh_token or world.sellers[NA].refresh_token),
        ),
        pacer=Pacer(quota or MemoryQuotaStore(), clock or world.clock, max_wait=max_wait),
        clock=clock or world.clock,
        endpoint=url or "http://amazon.test",
        token_url=f"{url or 'http://amazon.test'}/auth/o2/token",
        transport=None if url else httpx.ASGITransport(app or build_app(world, faults=faults)),
    )
    try:
        yield seller
    finally:
        await seller.aclose()
