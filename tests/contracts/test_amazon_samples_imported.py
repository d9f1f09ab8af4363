"""Amazon's own sample orders, from the file an engineer would keep them in to the warehouse.

Each sample is read as ``--orders-file`` reads it and goes through the real steps of an import: as
it is, and once more as if the merchant had it to ship.
"""

import copy
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.model.connection import Connection
from dockwire.model.marketplaces import marketplace
from dockwire.model.record import OrderState
from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.loading import read_orders
from dockwire.warehouse.work import IN_PROCESS
from tests.contracts.amazon_models import samples
from tests.stage import Stage, opened_stage, sim_connection

Document = dict[str, Any]
SAMPLES = [answer for _, _, answer in samples("orders_2026-01-01", "200")]

EXPECTED = {
    "250-1234567-8901234": (OrderState.SKIPPED, ["fulfilled_by_amazon"]),
    "202-7654321-1098765": (OrderState.SKIPPED, ["already_shipped"]),
    "171-2345678-9012345": (OrderState.SKIPPED, ["delivery_by_amazon"]),
    "171-9876543-2109876": (OrderState.CREATED, []),
    "028-1234567-8901234": (OrderState.SKIPPED, ["already_shipped"]),
    "114-9876543-1234567": (OrderState.SKIPPED, ["in_store_pickup"]),
}
"""What an import makes of each sample; one that Amazon adds has to be thought about."""


def order_in(document: Document) -> Document:
    """Return the one order of a sample."""
    (order,) = document["orders"] if "orders" in document else [document["order"]]
    return dict(order)


def name_of(document: Document) -> str:
    return str(order_in(document)["orderId"])


def made_ready(document: Document) -> Document:
    """Return a sample as if its order were paid, the merchant's to ship, and nothing of it had left."""
    changed = copy.deepcopy(document)
    for order in changed.get("orders", [changed.get("order")]):
        order.pop("programs", None)
        order["fulfillment"] |= {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"}
        for item in order["orderItems"]:
            item["fulfillment"] |= {"quantityFulfilled": 0, "quantityUnfulfilled": item["quantityOrdered"]}
    return changed


def connection_for(order: Document) -> Connection:
    """Return the connection of the order's marketplace, its SKUs mapped to what the warehouse stores."""
    skus = [item["product"]["sellerSku"] for item in order["orderItems"]]
    return sim_connection(
        marketplace(order["salesChannel"]["marketplaceId"]).code,
        import_since=datetime(2024, 12, 1, tzinfo=UTC),
        sku_map={sku: product.sku for sku, product in zip(skus, catalogue(), strict=False)},
    )


def loaded(stage: Stage, document: Document) -> Connection:
    """Load a sample from a file as it is and return its connection."""
    file = stage.folder / "captured.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    stage.world.load_orders(read_orders(file))
    return connection_for(order_in(document))


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("document", SAMPLES, ids=name_of)
async def test_a_sample_is_imported_or_left_for_the_reason_it_has(stage: Stage, document: Document) -> None:
    which = loaded(stage, document)
    await stage.run(which)
    (row,) = (await stage.booked(which)).values()
    assert row.order_id == name_of(document)
    assert (row.state, [problem.code for problem in row.problems]) == EXPECTED[row.order_id]
    assert len(stage.placed()) == (row.state is OrderState.CREATED)
    assert await stage.differences([which]) == []


@pytest.mark.parametrize("document", SAMPLES, ids=name_of)
async def test_a_sample_that_is_ready_to_ship_reaches_the_warehouse_whole(
    stage: Stage, document: Document
) -> None:
    ready = made_ready(document)
    which, order = loaded(stage, ready), order_in(ready)
    await stage.run(which)
    (placed,) = stage.placed()
    assert placed["referenceNum"] == order["orderId"]
    assert [(line["sku"], line["qty"]) for line in placed["items"]] == [
        (which.sku_map[item["product"]["sellerSku"]], item["quantityOrdered"]) for item in order["orderItems"]
    ]
    there = stage.warehouse.order(IN_PROCESS, placed["orderId"])[0]["shipTo"]
    sent = order["recipient"]["deliveryAddress"]
    assert (there["name"], there["country"], there["zip"]) == (
        sent["name"],
        sent["countryCode"],
        sent["postalCode"],
    )
    neighbourhood = sent.get("extendedFields", {}).get("neighborhood", "")
    for part in (*(sent[name] for name in ("addressLine1", "addressLine2", "city")), neighbourhood):
        assert part in " ".join(str(value) for value in there.values())
