"""The demo's afternoon: a clerk closes orders, Amazon is told, and one order was cancelled meanwhile."""

from dataclasses import dataclass
from typing import Any

import httpx

from deployments.demo.files import MARKETPLACES
from deployments.demo.parts import Parts
from dockwire.bootstrap import opened_ledger
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import OrderState
from dockwire.settings import read_settings

_OPEN = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the clerk of one connection asks for."""

    share: int
    """One of so many open orders is closed."""
    apply: str
    charge: dict[str, Any]

    def parameters(self, slug: str, orders: list[str], first_number: int) -> dict[str, Any]:
        """Return the run form, filled in."""
        return {
            "connection": slug,
            "orders": [
                {"order": order, "tracking": f"1Z999AA1{first_number + place:010d}"}
                for place, order in enumerate(orders)
            ],
            "routing": {"carrier": "UPS", "scac": "UPSN", "service": "03"},
            "charges": [self.charge],
            "apply": self.apply,
        }


WISHES = {
    "harbour-us": Wish(
        3, "evenly", {"type": "materials", "label": "Void fill", "units": 4, "price_per_unit": 2.5}
    ),
    "harbour-ca": Wish(
        3, "separately", {"type": "special", "label": "Fragile", "units": 1, "price_per_unit": 0.75}
    ),
    "hafen-de": Wish(4, "first", {"type": "special", "label": "Pallet", "units": 1, "price_per_unit": 12.0}),
}
"""One way to apply charges each."""


async def choose_orders(parts: Parts) -> dict[str, list[str]]:
    """Return for each connection the orders its clerk closes: open, not held, in stock."""
    placed = await warehouse_orders(parts)
    ready = {
        order["referenceNum"]
        for order in placed
        if order["status"] == _OPEN and not order["onHold"] and order["fullyAllocated"]
    }
    chosen = {}
    async with opened_ledger(read_settings()) as ledger:
        for slug in MARKETPLACES:
            rows = await ledger.list_orders(
                connection=ConnectionSlug(slug), states=(OrderState.CREATED,), limit=10_000
            )
            mine = [row.order_id for row in rows if row.reference in ready]
            chosen[slug] = [str(order_id) for order_id in mine[:: WISHES[slug].share]]
    return chosen


async def cancel_at_amazon(parts: Parts, order_id: str) -> None:
    """Let the buyer cancel an order in the minute in which the clerk ships it."""
    async with httpx.AsyncClient(timeout=60.0) as client:
        state = (await client.get(f"{parts.amazon['control']}/state")).json()
        (entry,) = [each for each in state["orders"] if each["order"]["orderId"] == order_id]
        order = entry["order"]
        order["lastUpdatedTime"] = state["clock"]
        order["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
        (await client.post(f"{parts.amazon['control']}/orders", json=order)).raise_for_status()


async def warehouse_orders(parts: Parts) -> list[dict[str, Any]]:
    """Return the warehouse's orders as its own book has them."""
    async with httpx.AsyncClient(timeout=60.0) as client:
        state = (await client.get(f"{parts.warehouse_url}/_sim/state")).json()
    orders: list[dict[str, Any]] = state["orders"]
    return orders
