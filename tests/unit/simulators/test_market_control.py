"""/_sim for listings and sales: loading, looking, buying, cancelling."""

import json
from pathlib import Path
from typing import Any

import pytest

from dockwire.simulators.amazon.listing_loading import load_offers, read_offers
from tests.unit.simulators.caller import NA, Caller, a_world
from tests.unit.simulators.listing import MUG, entries, get, item, offered

AWKWARD = ["A/B", "A B", "A+B", "Ä-ß-茶", "100%", "a?b=c&d", "#1", "..", "%2F"]


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


def row(sku: str, **members: Any) -> dict[str, Any]:
    return {"seller": NA, "marketplace": "US", "sku": sku, **members}


async def test_loaded_listings_are_offered_under_any_sku(caller: Caller) -> None:
    rows = [row(sku, quantity=number) for number, sku in enumerate(AWKWARD)]
    answer = await caller.control("listings", rows)
    assert [each["sku"] for each in answer.json()["loaded"]] == AWKWARD
    assert [await offered(caller, sku) for sku in AWKWARD if sku != ".."] == [0, 1, 2, 3, 4, 5, 6, 8]


async def test_a_loaded_listing_is_what_its_row_says(caller: Caller) -> None:
    more = {"handling_days": 4, "restock_date": "2026-12-24", "by_amazon": True, "title": "Box"}
    await caller.control("listings", [row("BOX", quantity=2, product_type="HOME", price="12.5", **more)])
    shown = await item(caller, "BOX")
    expected = {"quantity": 2, "lead_time_to_ship_max_days": 4, "restock_date": "2026-12-24"}
    assert await entries(caller, "BOX") == {"DEFAULT": expected, "AMAZON_NA": {}}
    assert shown["offers"][0]["price"] == {"amount": "12.50", "currencyCode": "USD"}
    summary = shown["summaries"][0]
    assert (summary["itemName"], summary["productType"]) == ("Box", "HOME")


async def test_a_file_loads_as_the_endpoint_does(caller: Caller, tmp_path: Path) -> None:
    file = tmp_path / "listings.json"
    file.write_text(json.dumps([row(MUG, quantity=77)]), encoding="utf-8")
    load_offers(caller.world, read_offers(file))
    assert await offered(caller, MUG) == 77
    file.write_text(json.dumps([row(MUG, quantity=-1)]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"listings\.json: 0\.quantity"):
        read_offers(file)
    with pytest.raises(ValueError, match="cannot be read"):
        read_offers(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (row("B", seller="nobody"), "nobody"),
        (row("B", marketplace="DE"), "DE"),
        (row("B", marketplace="XX"), "XX"),
        (row("B", product_type="SPACESHIP"), "SPACESHIP"),
        (row("B", quantity=1.5), "1.quantity"),
        (row("", quantity=1), "1.sku"),
        (row("B", colour="red"), "1.colour"),
    ],
)
async def test_all_or_none_of_a_list_is_loaded(caller: Caller, bad: dict[str, Any], text: str) -> None:
    answer = await caller.control("listings", [row("A", quantity=1), bad])
    assert (answer.status_code, text in answer.json()["error"]) == (400, True)
    assert (await get(caller, "A")).status_code == 404


async def test_all_listings_can_be_ended(caller: Caller) -> None:
    assert len((await caller.control("listings")).json()["listings"]) == 40 * 11
    assert (await caller.control("listings", method="DELETE")).json() == {"listings": []}
    assert (await get(caller, MUG)).status_code == 404
    await caller.control("listings", [row(MUG, quantity=1)])
    assert len((await caller.control("state")).json()["listings"]) == 1


async def test_a_buyer_orders_and_cancels_from_outside(caller: Caller) -> None:
    await caller.control("listings", [row(MUG, quantity=3)])
    sale = (await caller.control("sales", row(MUG, units=2, status="PENDING"))).json()
    assert (sale["units"], sale["oversold"], await offered(caller, MUG)) == (2, 0, 1)
    assert (await caller.order(sale["orderId"]))["fulfillment"]["fulfillmentStatus"] == "PENDING"
    refused = await caller.control("sales", row(MUG, units=2))
    assert (refused.status_code, "1 offered" in refused.json()["error"]) == (400, True)
    await caller.control("cancellations", {"seller": NA, "order_id": sale["orderId"]})
    assert await offered(caller, MUG) == 3
    state = (await caller.control("state")).json()
    assert (state["sales"], state["oversold"]) == ([sale | {"returned": 2}], 0)


async def test_reset_brings_the_seeded_listings_back(caller: Caller) -> None:
    before = (await caller.control("listings")).json()
    await caller.control("listings", method="DELETE")
    await caller.control("reset", {})
    assert (await caller.control("listings")).json() == before
