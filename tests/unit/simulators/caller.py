"""A caller of the simulator for its own tests: httpx and nothing of our client."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.types import ASGIApp

from dockwire.clock import ManualClock
from dockwire.simulators.amazon import World, build_app

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SEARCH = "/orders/2026-01-01/orders"
NA, EU, FE = "A3SIMNORTHAM01", "A3SIMEUROPE001", "A3SIMFAREAST01"
ALL_DATA = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS"
EVER = "2024-12-01T00:00:00Z"


def a_world(seed: int = 1, **switches: Any) -> World:
    return World(seed, clock=ManualClock(START), **switches)


class Caller:
    """Calls a world's application in process; tokens are fetched as needed."""

    def __init__(self, world: World, app: ASGIApp | None = None, *, seller: str = NA) -> None:
        self.world = world
        self.seller = seller
        transport = httpx.ASGITransport(app or build_app(world, control=True))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://amazon")
        self._tokens: dict[str, tuple[str, datetime]] = {}

    async def grant(self, **form: str) -> httpx.Response:
        """Ask the token endpoint with the right client credentials unless told otherwise."""
        known = self.world.application
        credentials = {"client_id": known.client_id, "client_secret": known.client_secret}
        return await self.http.post("/auth/o2/token", data=credentials | form)

    async def token(self, seller: str | None = None) -> str:
        """Return an access token of a seller, a fresh one when the last has expired."""
        seller, now = seller or self.seller, self.world.clock.now()
        known = self._tokens.get(seller)
        if known is None or known[1] <= now:
            refresh = self.world.sellers[seller].refresh_token
            answer = await self.grant(grant_type="refresh_token", refresh_token=refresh)
            known = answer.json()["access_token"], now + timedelta(hours=1)
            self._tokens[seller] = known
        return known[0]

    async def call(self, method: str, path: str, *, seller: str | None = None, **more: Any) -> httpx.Response:
        """Call an operation with a seller's token."""
        headers = {"x-amz-access-token": await self.token(seller)} | more.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **more)

    async def search(
        self, *, seller: str | None = None, path: str = SEARCH, **parameters: Any
    ) -> httpx.Response:
        """Call searchOrders; everything ever updated, unless a time is given."""
        if not {"createdAfter", "lastUpdatedAfter"} & set(parameters):
            parameters["lastUpdatedAfter"] = EVER
        return await self.call("GET", path, seller=seller, params=parameters)

    async def pages(self, **parameters: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield the pages of a search to the end."""
        token: dict[str, str] = {}
        while True:
            answer = await self.search(**parameters, **token)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            yield page
            if "pagination" not in page:
                return
            token = {"paginationToken": page["pagination"]["nextToken"]}

    async def orders(self, **parameters: Any) -> list[dict[str, Any]]:
        """Return all orders of a search."""
        return [order async for page in self.pages(**parameters) for order in page["orders"]]

    async def order(
        self, order_id: str, *, seller: str | None = None, data: str = ALL_DATA
    ) -> dict[str, Any]:
        """Return one order."""
        answer = await self.call("GET", f"{SEARCH}/{order_id}", seller=seller, params={"includedData": data})
        assert answer.status_code == 200, answer.text
        order: dict[str, Any] = answer.json()["order"]
        return order

    async def control(self, path: str, body: Any = None, method: str | None = None) -> httpx.Response:
        """Call a control endpoint."""
        return await self.http.request(
            method or ("GET" if body is None else "POST"), f"/_sim/{path}", json=body
        )
