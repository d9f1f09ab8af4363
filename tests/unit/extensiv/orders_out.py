"""What the tests of shipping do over and over: make orders, and act as a clerk or a stranger would."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp

from dockwire.extensiv import WarehouseClient
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import Routing
from dockwire.warehouse import Warehouse
from tests.unit.extensiv.stock import draft

UPS = Routing("UPS", "03", "UPSN")


async def made(client: WarehouseClient, reference: str = "R-1", **overrides: Any) -> ShipOrder:
    """Create an order that has neither carrier nor tracking number yet."""
    placed = await client.create_order(draft(reference, **{"routing": Routing()} | overrides))
    return await client.ship_order(placed.order_id)


async def closed(client: WarehouseClient, house: Warehouse, order: ShipOrder) -> ShipOrder:
    await client.close_order(order, "1Z1", (), at=house.clock.now())
    return await client.ship_order(order.placed.order_id)


async def send(client: WarehouseClient, method: str, path: str, order: ShipOrder, body: Any = None) -> None:
    """Do what a clerk does in the warehouse, past the client."""
    reply = await client._client.request(
        method,
        f"/orders/{order.placed.order_id}/{path}",
        json=body,
        headers={"if-match": order.placed.etag},
    )
    assert reply.is_success, reply.text


def meanwhile(app: ASGIApp, method: str, end: str, act: Callable[[], Awaitable[None]]) -> ASGIApp:
    """Stand for somebody who acts just before the first request of this kind arrives."""
    pending = [act]

    async def acting(scope: Any, receive: Any, send: Any) -> None:
        if pending and scope["method"] == method and scope["path"].endswith(end):
            await pending.pop()()
        await app(scope, receive, send)

    return acting


async def held(client: WarehouseClient, house: Warehouse) -> ShipOrder:
    order = await made(client)
    await client.hold_order(order.placed, "look")
    return await client.ship_order(order.placed.order_id)


async def cancelled(client: WarehouseClient, house: Warehouse) -> ShipOrder:
    order = await made(client)
    await client.cancel_order(order.placed, "reason")
    return await client.ship_order(order.placed.order_id)


async def gone_already(client: WarehouseClient, house: Warehouse) -> ShipOrder:
    return await closed(client, house, await made(client))
