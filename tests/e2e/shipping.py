"""Imported orders, ready to ship: what the tests of closing and tracking begin with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx

from dockwire.decisions.backlog import Choice, Route
from dockwire.model.charge import Apply
from dockwire.model.closing import ChargeForm, OrderForm, RoutingForm, ShipRequest
from dockwire.model.connection import Connection
from dockwire.model.feed import Backlog
from dockwire.services.close_report import CloseReport
from dockwire.services.feeding import Choose, quicker
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.services.tracking_report import TrackingReport
from dockwire.services.tracking_update import TrackingUpdate
from dockwire.warehouse import build_app as build_warehouse
from tests.e2e.orders import amazon_order, number, put
from tests.stage import CREDENTIAL, Stage
from tests.unit.warehouse.closings import act, look
from tests.unit.warehouse.houses import HAL, LINES

ROUTING = {"carrier": "UPS", "mode": "03", "scacCode": "UPSN"}
UPS = RoutingForm(carrier="UPS", scac="UPSN", service="03")


def tracking(number: int) -> str:
    """Return a tracking number that looks like one of UPS."""
    return f"1Z999AA1{number:010d}"


def request(
    orders: Sequence[str],
    *,
    charges: Sequence[tuple[str, str]] = (),
    apply: Apply = Apply.SEPARATELY,
    routing: RoutingForm = UPS,
) -> ShipRequest:
    """Return a request to close orders, each with a tracking number of its own."""
    return ShipRequest(
        orders=tuple(OrderForm(order=order, tracking=tracking(n)) for n, order in enumerate(orders)),
        routing=routing,
        charges=tuple(ChargeForm(label=label, price_per_unit=Decimal(price)) for label, price in charges),
        apply=apply,
    )


async def imported(stage: Stage, which: Connection, count: int, **members: Any) -> list[str]:
    """Put orders into Amazon, import them and return their ids."""
    put(stage, *(amazon_order(n, **members) for n in range(1, count + 1)))
    stage.clock.advance(600)
    await stage.run(which)
    return [number(n) for n in range(1, count + 1)]


async def close(stage: Stage, which: Connection, wanted: ShipRequest, *, desk: Any = None) -> CloseReport:
    """Plan and carry out a request, as the flow does."""
    async with stage.desk(which) as opened:
        steps = ShipAndClose(desk or opened)
        return await steps.carry_out(await steps.plan(wanted))


async def update(stage: Stage, which: Connection, *, choose: Choose = quicker) -> TrackingReport:
    """Do what the tracking flow does, without Prefect."""
    async with stage.desk(which, owner="tracking") as desk:
        return await run_update(TrackingUpdate(desk, choose))


def in_a_feed(parcels: int, _: Backlog) -> Choice:
    """Let even a single parcel go in a feed."""
    return Choice(Route.FEED if parcels else Route.ONE_BY_ONE, 0.0, 0.0)


async def run_update(steps: TrackingUpdate) -> TrackingReport:
    """Do the steps in their order."""
    total = await steps.collect()
    total.add(await steps.feed_backlog())
    after: int | None = 0
    while after is not None:
        batch = await steps.send_batch(after)
        total.add(batch)
        after = batch.next_after
    total.add(await steps.verify())
    return total


def placed(stage: Stage, order_id: str) -> dict[str, Any]:
    """Return the warehouse's order for an Amazon order."""
    (found,) = [order for order in stage.placed() if order["referenceNum"] == order_id]
    return found


def manual(order: dict[str, Any]) -> list[tuple[str, Decimal]]:
    """Return the charges that people added."""
    return [
        (charge["label"], Decimal(str(charge["amount"])))
        for charge in order["charges"]
        if not charge["automatic"]
    ]


@asynccontextmanager
async def clerk(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that works in the warehouse as a clerk does."""
    transport = httpx.ASGITransport(build_warehouse(stage.warehouse))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://warehouse.test", headers=HAL
    ) as client:
        secret = CREDENTIAL["client_id"], CREDENTIAL["client_secret"]
        form = {"grant_type": "client_credentials", "user_login": CREDENTIAL["user_login"]}
        token = await client.post("/AuthServer/api/Token", auth=secret, json=form)
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield client


async def pack(stage: Stage, order_id: str, *packages: tuple[str, dict[str, int]]) -> None:
    """Add packages to a warehouse order: a tracking number, and units by SKU, for each."""
    number = placed(stage, order_id)["orderId"]
    async with clerk(stage) as client:
        for label, inside in packages:
            order = await look(client, number)
            lines = {
                line["itemIdentifier"]["sku"]: line["readOnly"]["orderItemId"]
                for line in order["_embedded"][LINES]
            }
            contents = [{"orderItemId": lines[sku], "qty": qty} for sku, qty in inside.items()]
            body = {"trackingNumber": label, "packageContents": contents}
            reply = await act(client, order, "packages", body)
            assert reply.status_code == httpx.codes.CREATED, reply.text


async def do(stage: Stage, order_id: str, *steps: tuple[str, Any]) -> None:
    """Do what a clerk does to a warehouse order: actions with their bodies."""
    number = placed(stage, order_id)["orderId"]
    async with clerk(stage) as client:
        for action, body in steps:
            order = await look(client, number)
            method = "PUT" if action == "routing" else "POST"
            reply = await act(client, order, action, body, method=method)
            assert reply.is_success, reply.text


def by_hand(label: str) -> tuple[tuple[str, Any], ...]:
    """Return the actions that route and close an order in the warehouse's own pages."""
    return (("routing", ROUTING | {"trackingNumber": label}), ("confirmer", {"trackingNumber": label}))


REOPEN: tuple[str, Any] = ("unconfirmer", None)


async def correct(stage: Stage, order_id: str, label: str) -> None:
    """Reopen a closed order, give it another tracking number and close it again."""
    await do(stage, order_id, REOPEN, *by_hand(label))


def sent(stage: Stage, order_id: str) -> list[tuple[str, dict[str, int]]]:
    """Return the packages that Amazon's order has: tracking number and units by order item id."""
    order = stage.world.settled(next(each for each in stage.world.orders if each.body["orderId"] == order_id))
    return [
        (
            package["trackingNumber"],
            {item["orderItemId"]: item["quantity"] for item in package["packageItems"]},
        )
        for package in order.get("packages", [])
    ]


def at_amazon(stage: Stage, order_id: str) -> str:
    """Return an order's status at Amazon."""
    order = next(each for each in stage.world.orders if each.body["orderId"] == order_id)
    return str(order.body["fulfillment"]["fulfillmentStatus"])
