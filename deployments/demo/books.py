"""The demo's end: Amazon's, the warehouse's and the ledger's books side by side."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from deployments.demo.files import MARKETPLACES
from deployments.demo.parts import Parts
from dockwire.bootstrap import opened_ledger
from dockwire.model.ids import ConnectionSlug
from dockwire.model.marketplaces import marketplace
from dockwire.model.record import OrderRow
from dockwire.reports.reconciliation import AmazonRow, BookedRow, Difference, WarehouseRow, compare
from dockwire.settings import read_settings

_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Books:
    """What the three sides hold at the end."""

    amazon: dict[str, Any]
    placed: list[dict[str, Any]]
    booked: list[OrderRow]

    @property
    def differences(self) -> list[Difference]:
        """Every order on which they differ."""
        places = {marketplace(code).id for code in MARKETPLACES.values()}
        return compare(
            [_amazon_row(entry) for entry in self.amazon["orders"] if entry["marketplaceId"] in places],
            [_warehouse_row(order) for order in self.placed],
            [
                BookedRow(row.order_id, row.state, row.reference, row.warehouse_order_id)
                for row in self.booked
            ],
        )

    @property
    def duplicates(self) -> int:
        """How many warehouse orders stand for an Amazon order that another one stands for already."""
        return sum(count - 1 for count in Counter(order["referenceNum"] for order in self.placed).values())


async def read_books(parts: Parts) -> Books:
    """Ask each side for all it has."""
    async with httpx.AsyncClient(timeout=60.0) as client:
        amazon = (await client.get(f"{parts.amazon['control']}/state")).json()
        warehouse = (await client.get(f"{parts.warehouse_url}/_sim/state")).json()
    async with opened_ledger(read_settings()) as ledger:
        booked = [
            row
            for slug in MARKETPLACES
            for row in await ledger.list_orders(connection=ConnectionSlug(slug), limit=_ALL)
        ]
    return Books(amazon, warehouse["orders"], booked)


def _amazon_row(entry: dict[str, Any]) -> AmazonRow:
    order = entry["order"]
    ship = order.get("fulfillment", {})
    units = (
        item.get("fulfillment", {}).get("quantityUnfulfilled", item["quantityOrdered"])
        for item in order["orderItems"]
    )
    return AmazonRow(
        order["orderId"],
        entry["marketplaceId"],
        ship.get("fulfillmentStatus", ""),
        ship.get("fulfilledBy", ""),
        frozenset(order.get("programs", [])),
        sum(units),
    )


def _warehouse_row(order: dict[str, Any]) -> WarehouseRow:
    return WarehouseRow(
        order["orderId"],
        order["referenceNum"],
        cancelled=order["status"] == _CANCELLED,
        on_hold=order["onHold"],
        units=int(sum(item["qty"] for item in order["items"])),
    )


_CANCELLED = 2
