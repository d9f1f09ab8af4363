"""The demo's stock: goods come in and are counted anew, and at the end offers are compared SKU by SKU."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deployments.demo.files import STOCKED
from deployments.demo.parts import Parts
from dockwire.ledger import SqlLedger
from dockwire.model.ids import ConnectionSlug
from dockwire.model.stock_book import OfferRow
from dockwire.reports.reconciliation import Difference

_ALL = 100_000
_RECEIVED, _SHRUNK = "ROPE-6MM-20M", "NOTEBOOK-A5"


async def move_stock(parts: Parts) -> None:
    """Receive 120 units of one item and find 30 of another broken."""
    place = {"customerIdentifier": {"id": 1}, "facilityIdentifier": {"id": 1}}
    receipt = place | {
        "referenceNum": "afternoon delivery",
        "receiveItems": [{"itemIdentifier": {"sku": _RECEIVED}, "qty": 120}],
    }
    count = place | {
        "referenceNum": "afternoon count",
        "reason": "broken",
        "adjustmentItems": [{"itemIdentifier": {"sku": _SHRUNK}, "qty": -30}],
    }
    async with httpx.AsyncClient(timeout=60.0) as client:
        for path, body in (("receive", receipt), ("adjust", count)):
            (await client.post(f"{parts.warehouse_url}/_sim/{path}", json=body)).raise_for_status()


@dataclass(frozen=True, slots=True)
class StockBooks:
    """What the ledger and Amazon say of every offer of the connections that sync stock."""

    rows: Sequence[OfferRow]
    offered: Mapping[tuple[str, str], int | None]
    """By marketplace and SKU, as Amazon has it."""
    sold: Mapping[tuple[str, str], int]
    """Units sold since the ledger knew the quantity."""
    pushed: int
    """Quantities that Amazon accepted in the whole day."""

    def differences(self) -> list[Difference]:
        """Return every SKU that is not offered as it was decided."""
        return [
            Difference(
                f"SKU {row.offer.sku}",
                f"is offered at {self._at_amazon(row)} in {row.connection}, not {self._expected(row)}",
            )
            for row in self.rows
            if row.offer.wanted is not None and self._at_amazon(row) != self._expected(row)
        ]

    def _key(self, row: OfferRow) -> tuple[str, str]:
        return row.connection, row.offer.sku

    def _at_amazon(self, row: OfferRow) -> int | None:
        return self.offered.get(self._key(row))

    def _expected(self, row: OfferRow) -> int:
        return max(0, (row.offer.wanted or 0) - self.sold.get(self._key(row), 0))

    def numbers(self) -> dict[str, int]:
        """Return how many offers have a quantity, how many were sent, and how many were right from the first."""
        decided = sum(row.offer.wanted is not None for row in self.rows)
        sent = sum(row.offer.sent_at is not None for row in self.rows if row.offer.wanted is not None)
        return {"skus": decided, "pushed": self.pushed, "unchanged": decided - sent}


async def read_stock_books(ledger: SqlLedger, amazon: dict[str, Any]) -> StockBooks:
    """Put the ledger's offers beside the listings of Amazon's state."""
    rows = [row for slug in STOCKED for row in await ledger.offer_rows(ConnectionSlug(slug), limit=_ALL)]
    slugs = {
        each.marketplace.id: str(each.slug) for each in await ledger.connections() if each.slug in STOCKED
    }
    ahead = datetime.fromisoformat(amazon["clock"]) - datetime.now(UTC)
    known = {(row.connection, row.offer.sku): _known_at(row) + ahead for row in rows}
    sold: dict[tuple[str, str], int] = {}
    for sale in amazon["sales"]:
        key = (slugs.get(sale["marketplaceId"], ""), sale["sku"])
        if key in known and datetime.fromisoformat(sale["time"]) > known[key]:
            sold[key] = sold.get(key, 0) + sale["units"] - sale["oversold"] - sale["returned"]
    return StockBooks(
        rows,
        {
            (slugs[each["marketplaceId"]], each["sku"]): each["offered"]
            for each in amazon["listings"]
            if each["marketplaceId"] in slugs
        },
        sold,
        sum(not slugs.keys().isdisjoint(each["marketplaceIds"]) for each in amazon["submissions"]),
    )


def _known_at(row: OfferRow) -> datetime:
    # Amazon's moments are whole seconds.
    at = max(
        moment for moment in (row.offer.sent_at, row.offer.looked, datetime.min.replace(tzinfo=UTC)) if moment
    )
    return at - timedelta(seconds=1)
