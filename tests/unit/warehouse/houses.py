"""A small warehouse to test in, the orders sent to it, and a client that says little."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import Update, event

from dockwire.clock import ManualClock
from dockwire.sealing import Sealer
from dockwire.warehouse import Switches, Warehouse, build_app, load_seed
from dockwire.warehouse.work import IN_PROCESS

KEY = Sealer.new_key()
START = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
"""Nine in the morning in Los Angeles, where the warehouse's times are from."""

HAL = {"Accept": "application/hal+json", "Content-Type": "application/hal+json"}
LINES = "http://api.3plCentral.com/rels/orders/item"
ORDERS = "http://api.3plCentral.com/rels/orders/order"

SEED: dict[str, Any] = {
    "facilities": [
        {"id": 3, "name": "Reno", "time_zone": "America/Los_Angeles"},
        {"id": 4, "name": "Hamburg", "time_zone": "Europe/Berlin"},
    ],
    "customers": [
        {"id": 11, "name": "Acme", "facilities": ["Reno", "Hamburg"]},
        {"id": 12, "name": "Borealis", "facilities": ["Reno"], "order_queue": True},
    ],
    "items": [
        {"customer": "Acme", "sku": "MUG", "description": "Mug", "aliases": ["MUG-ALT"]},
        {"customer": "Acme", "sku": "TEA", "upc": "012345678905"},
        {"customer": "Acme", "sku": "SET", "kit": [{"sku": "MUG", "qty": 2}, {"sku": "TEA", "qty": 1}]},
        {"customer": "Acme", "sku": "OLD", "active": False},
        {"customer": "Borealis", "sku": "MUG"},
    ],
    "receipts": [
        {"customer": "Acme", "facility": "Reno", "reference": "IN-1", "sku": "MUG", "qty": 10},
        {"customer": "Acme", "facility": "Reno", "reference": "IN-1", "sku": "TEA", "qty": 4},
        {"customer": "Borealis", "facility": "Reno", "reference": "IN-2", "sku": "MUG", "qty": 5},
    ],
}

CREDENTIALS: dict[str, Any] = {
    "credentials": [
        {"client_id": "all", "client_secret": "s1", "user_login": "integration", "user_login_id": 7},
        {"client_id": "acme", "client_secret": "s2", "user_login": "acme-only", "customers": ["Acme"]},
        {"client_id": "viewer", "client_secret": "s3", "user_login": "viewer", "roles": ["OrderView"]},
    ],
}
"""Kept apart, because hashing secrets is slow on purpose."""


def open_house(
    url: str, *, switches: Switches | None = None, seed: bool = True, start: datetime = START
) -> Warehouse:
    """Open the warehouse behind ``url`` with a clock that stands still, and fill it."""
    warehouse = Warehouse.open(
        url, sealer=Sealer([KEY]), clock=ManualClock(start), switches=switches or Switches()
    )
    if seed:
        load_seed(warehouse, SEED)
    return warehouse


@asynccontextmanager
async def visiting(warehouse: Warehouse, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the warehouse's application; without options it needs no token."""
    app = build_app(warehouse, **(options or {"embedded": True}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://house", headers=HAL) as client:
        yield client


def ship_to(**changes: Any) -> dict[str, Any]:
    """Return the address of nobody."""
    address = {
        "name": "Ann Example",
        "address1": "1 Sample Street",
        "city": "Springfield",
        "state": "OR",
        "zip": "97477",
        "country": "US",
        "phoneNumber": "+1 555 0100",
        "emailAddress": "ann@example.net",
    }
    return address | changes


def line(sku: str = "MUG", qty: Any = 1, **more: Any) -> dict[str, Any]:
    """Return one line of an order."""
    return {"itemIdentifier": {"sku": sku}, "qty": qty, **more}


def order(reference: str = "R-1", *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an order of Acme's in Reno."""
    body = {
        "customerIdentifier": {"id": 11},
        "facilityIdentifier": {"id": 3},
        "referenceNum": reference,
        "shipTo": ship_to(),
        "orderItems": list(lines) or [line()],
    }
    return body | changes


async def create(client: httpx.AsyncClient, *args: Any, **changes: Any) -> dict[str, Any]:
    """Create an order and return it, with its ETag under ``etag``."""
    reply = await client.post("/orders", json=order(*args, **changes))
    assert reply.status_code == 201, reply.text
    return {**reply.json(), "etag": reply.headers["ETag"]}


def number(created: dict[str, Any]) -> int:
    """Return an order's number."""
    return int(created["readOnly"]["orderId"])


def tamper(warehouse: Warehouse, statement: Update) -> None:
    """Change rows behind the warehouse's back."""
    warehouse.write(IN_PROCESS, lambda work: work.link.execute(statement))


@contextmanager
def noting_statements(warehouse: Warehouse) -> Iterator[list[str]]:
    """Give a list that grows by every statement the warehouse sends to its database."""
    sent: list[str] = []

    def note(_link: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = warehouse._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def take_in(client: httpx.AsyncClient, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Book goods of Acme's into Reno, confirm them, and return the receiver."""
    reply = await client.post("/inventory/receivers", json=receipt(*lines, **changes))
    assert reply.status_code == 201, reply.text
    url = f"/inventory/receivers/{reply.json()['readOnly']['receiverId']}"
    confirmed = await client.post(f"{url}/confirmer", json={}, headers={"If-Match": reply.headers["ETag"]})
    assert confirmed.status_code == 204, confirmed.text
    goods: dict[str, Any] = (await client.get(url, params={"detail": "ReceiveItems"})).json()
    return goods


def receipt(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a receiver of Acme's in Reno."""
    body = {
        "customerIdentifier": {"id": 11},
        "facilityIdentifier": {"id": 3},
        "referenceNum": "IN-7",
        "receiveItems": list(lines),
    }
    return body | changes


async def available(client: httpx.AsyncClient) -> dict[str, float]:
    """Return what Reno's stock of Acme's could still be taken, by sku."""
    reply = await client.get("/inventory/stockdetails", params={"customerid": 11, "facilityid": 3})
    left: dict[str, float] = {}
    for entry in reply.json()["_embedded"]["item"]:
        sku = entry["itemIdentifier"]["sku"]
        left[sku] = left.get(sku, 0) + entry["available"]
    return left
