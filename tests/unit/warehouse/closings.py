"""Closing orders in tests: prices and carriers for the house, requests, and what an order shows afterwards."""

from decimal import Decimal
from typing import Any

import httpx

from tests.unit.warehouse.houses import LINES, number

PRICES: dict[str, Any] = {
    "price_rules": [
        {
            "customer": "Acme",
            "id": 1,
            "label": "Pick",
            "charge_type": 1,
            "automatic": True,
            "basis": "unit",
            "price": 0.35,
            "unit_description": "piece",
            "gl_account": "4000",
        },
        {"customer": "Acme", "id": 2, "label": "Order", "charge_type": 8, "automatic": True, "price": 1.5},
        {
            "customer": "Acme",
            "id": 3,
            "label": "Box",
            "charge_type": 6,
            "automatic": True,
            "basis": "package",
            "price": 0.8,
        },
        {"customer": "Acme", "id": 4, "label": "Gift wrap", "charge_type": 5, "price": 2.25},
        {"customer": "Borealis", "id": 5, "label": "Gift wrap", "charge_type": 5, "price": 9},
    ],
}

CARRIERS: dict[str, Any] = {
    "carriers": [
        {
            "id": 1,
            "name": "UPS",
            "scac_code": "UPSN",
            "services": [{"code": "03", "description": "Ground"}],
            "billing_codes": ["FreightCollect"],
        },
        {"name": "Pony", "active": False},
        {"name": "Inbound only", "disallow_on_order": True},
    ],
}

EVERYTHING = {"detail": "All", "itemdetail": "All"}


def charge(amount: Any = 7, *, label: str = "Relabel", units: Any = 1, kind: int = 5) -> dict[str, Any]:
    """Return a charge of one row, ``units`` at ``amount`` each."""
    detail = {"chargeLabel": label, "unitDescription": "piece", "numUnits": units, "chargePerUnit": amount}
    subtotal = float(Decimal(str(units)) * Decimal(str(amount)))
    return {"chargeType": kind, "subtotal": subtotal, "details": [detail]}


def billing(*charges: dict[str, Any]) -> dict[str, Any]:
    """Return the member that holds charges."""
    return {"billing": {"billingCharges": list(charges)}}


async def look(client: httpx.AsyncClient, order: dict[str, Any] | int) -> dict[str, Any]:
    """Return an order as it is now, with its ETag under ``etag``."""
    order_id = order if isinstance(order, int) else number(order)
    reply = await client.get(f"/orders/{order_id}", params=EVERYTHING)
    assert reply.status_code == 200, reply.text
    return {**reply.json(), "etag": reply.headers["ETag"]}


async def act(
    client: httpx.AsyncClient, order: dict[str, Any], action: str, body: Any = None, *, method: str = "POST"
) -> httpx.Response:
    """Do something with an order that is known in the state it was read in."""
    url = f"/orders/{number(order)}/{action}"
    return await client.request(method, url, json=body, headers={"If-Match": order["etag"]})


async def close(client: httpx.AsyncClient, order: dict[str, Any], **body: Any) -> httpx.Response:
    """Close an order that is known in the state it was read in."""
    return await act(client, order, "confirmer", body)


async def close_many(client: httpx.AsyncClient, *order_ids: int, **body: Any) -> httpx.Response:
    """Close several orders at once."""
    named = {"orderIdentifiers": [{"id": order_id} for order_id in order_ids]}
    return await client.post("/orders/confirmer", json=named | body)


def charged(order: dict[str, Any]) -> list[tuple[str, float, bool]]:
    """Return label, subtotal and whether the system made it, for every charge of one row or none."""
    shown = []
    for each in order["billing"]["billingCharges"]:
        (detail,) = each["details"] or [{"chargeLabel": "", "systemGenerated": False}]
        shown.append((detail["chargeLabel"], each["subtotal"], detail["systemGenerated"]))
    return shown


def line_ids(order: dict[str, Any]) -> list[int]:
    """Return the numbers of an order's lines."""
    return [entry["readOnly"]["orderItemId"] for entry in order["_embedded"][LINES]]


def refusal(reply: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return reply.status_code, reply.json()["ErrorCode"] if reply.content else ""
