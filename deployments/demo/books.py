"""The demo's end: Amazon's, the warehouse's and the ledger's books side by side."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from deployments.demo.files import MARKETPLACES
from deployments.demo.parts import Parts
from deployments.demo.stock import StockBooks, read_stock_books
from dockwire.bootstrap import opened_ledger
from dockwire.model.ids import AmazonOrderId, ConnectionSlug, MarketplaceId
from dockwire.model.parcel import ParcelRow
from dockwire.model.record import Fact, FactKind, OrderRow
from dockwire.reports.reconciliation import AmazonRow, BookedRow, Difference, WarehouseRow, compare
from dockwire.reports.shipments import ClosedRow, ParcelBook, SentRow, compare_shipments
from dockwire.settings import read_settings

_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Books:
    """What the three sides hold at the end."""

    amazon: dict[str, Any]
    placed: list[dict[str, Any]]
    booked: list[OrderRow]
    parcels: list[tuple[AmazonOrderId, ParcelRow]]
    charged: dict[str, Decimal]
    read_until: dict[MarketplaceId, datetime]
    """Up to which moment Amazon's changes of each marketplace were read: later ones are not judged yet."""
    waits: list[float]
    """Seconds from an order's closing until Amazon had taken its shipment, shortest first."""
    stock: StockBooks

    @property
    def differences(self) -> list[Difference]:
        """Every order and every offer on which they differ."""
        return [*self._of_orders(), *self._of_shipments(), *self.stock.differences()]

    def _of_shipments(self) -> list[Difference]:
        names = {row.reference: row.order_id for row in self.booked if row.reference}
        return compare_shipments(
            [
                _closed_row(names.get(order["referenceNum"], order["referenceNum"]), order)
                for order in self.placed
                if order["status"] == CLOSED
            ],
            [ParcelBook(order_id, row.tracking, row.state.value) for order_id, row in self.parcels],
            [_sent_row(entry["order"]) for entry in self.amazon["orders"]],
            self.charged,
        )

    def _of_orders(self) -> list[Difference]:
        return compare(
            [_amazon_row(entry) for entry in self.amazon["orders"] if self._was_read(entry)],
            [_warehouse_row(order) for order in self.placed],
            [
                BookedRow(row.order_id, row.state, row.reference, row.warehouse_order_id)
                for row in self.booked
            ],
        )

    def _was_read(self, entry: dict[str, Any]) -> bool:
        until = self.read_until.get(MarketplaceId(entry["marketplaceId"]))
        return until is not None and datetime.fromisoformat(entry["order"]["lastUpdatedTime"]) < until

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
        parcels = [each for slug in MARKETPLACES for each in await ledger.list_parcels(ConnectionSlug(slug))]
        charged = {
            str(order_id): total
            for slug in MARKETPLACES
            for order_id, total in (await ledger.charged(ConnectionSlug(slug))).items()
        }
        read_until: dict[MarketplaceId, datetime] = {}
        for connection in await ledger.connections():
            read_until.update((await ledger.harvest_state(connection.account)).watermarks)
        stock = await read_stock_books(ledger, amazon)
        waits = [_wait(await ledger.order_facts(order_id)) for order_id, _ in parcels]
    told = sorted(wait for wait in waits if wait is not None)
    return Books(amazon, warehouse["orders"], booked, parcels, charged, read_until, told, stock)


def _wait(facts: Iterable[Fact]) -> float | None:
    moments = {fact.kind: fact.at for fact in facts}
    closed, confirmed = (moments.get(kind) for kind in (FactKind.ORDER_CLOSED, FactKind.SHIPMENT_CONFIRMED))
    return (confirmed - closed).total_seconds() if closed and confirmed else None


def _amazon_row(entry: dict[str, Any]) -> AmazonRow:
    order = entry["order"]
    ship = order.get("fulfillment", {})
    return AmazonRow(
        order["orderId"],
        entry["marketplaceId"],
        ship.get("fulfillmentStatus", ""),
        ship.get("fulfilledBy", ""),
        frozenset(order.get("programs", [])),
        _open_units(order),
    )


def _open_units(order: dict[str, Any]) -> int:
    return sum(
        item.get("fulfillment", {}).get("quantityUnfulfilled", item["quantityOrdered"])
        for item in order["orderItems"]
    )


def _closed_row(order_id: str, order: dict[str, Any]) -> ClosedRow:
    numbers = [order["tracking"], *(package["tracking"] for package in order["packages"])]
    added = (Decimal(str(charge["amount"])) for charge in order["charges"] if not charge["automatic"])
    return ClosedRow(order_id, frozenset(filter(None, numbers)), sum(added, Decimal(0)))


def _sent_row(order: dict[str, Any]) -> SentRow:
    return SentRow(
        order["orderId"],
        order.get("fulfillment", {}).get("fulfillmentStatus", ""),
        Counter(package.get("trackingNumber", "") for package in order.get("packages", [])),
        _open_units(order),
    )


def _warehouse_row(order: dict[str, Any]) -> WarehouseRow:
    return WarehouseRow(
        order["orderId"],
        order["referenceNum"],
        cancelled=order["status"] == _CANCELLED,
        on_hold=order["onHold"],
        units=int(sum(item["qty"] for item in order["items"])),
        closed=order["status"] == CLOSED,
    )


CLOSED, _CANCELLED = 1, 2
"""The warehouse's own numbers of these states."""
