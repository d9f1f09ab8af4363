"""Goods in, and what the stock lists say about them."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from dockwire.warehouse import Warehouse
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import orders, receive_items
from tests.unit.warehouse.houses import (
    create,
    line,
    noting_statements,
    open_house,
    receipt,
    take_in,
    tamper,
    visiting,
)


async def summaries(client: httpx.AsyncClient, **query: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Return Acme's stock in Reno by sku and qualifier."""
    page = (await client.get("/inventory/stocksummaries", params=query)).json()
    rows = [row for row in page["summaries"] if row["itemIdentifier"]["id"] < 5]
    return {(row["itemIdentifier"]["sku"], row["qualifier"]): row for row in rows}


async def test_summaries_count_per_item_and_qualifier(client: httpx.AsyncClient) -> None:
    await take_in(
        client, line("MUG", 3, qualifier="damaged"), line("MUG", 2, lotNumber="L1"), line("TEA", "0.5")
    )
    await create(client, "R-1", line("SET", 4), line("TEA", 1))
    rows = await summaries(client, orderednotallocated="true")
    mug = rows["MUG", ""]
    assert mug == {
        "itemIdentifier": {"sku": "MUG", "id": 1},
        "qualifier": "",
        "facilityId": 3,
        "totalReceived": 12,
        "allocated": 8,
        "available": 4,
        "onHold": 0,
        "onHand": 12,
        "orderedNotAllocated": 0,
    }
    assert rows["MUG", "damaged"]["available"] == 3
    tea = rows["TEA", ""]
    assert (tea["allocated"], tea["available"], tea["orderedNotAllocated"]) == (4.5, 0, 0.5)
    assert (await summaries(client))["TEA", ""]["orderedNotAllocated"] is None


async def test_components_of_kits_that_wait_count_as_ordered(client: httpx.AsyncClient) -> None:
    await create(client, "R-1", line("SET", 2), line("MUG", 1), deferNotification=True)
    await create(client, "R-2", line("MUG", 1), deferNotification=True, customerIdentifier={"id": 12})
    rows = await summaries(client, orderednotallocated="true")
    assert rows["MUG", ""]["orderedNotAllocated"] == 5
    assert rows["TEA", ""]["orderedNotAllocated"] == 2


async def test_what_shipped_stays_allocated_and_leaves_the_hand(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    await create(client, "R-1", line("MUG", 4))
    await create(client, "R-2", line("MUG", 1))
    tamper(house, update(orders).where(orders.c.reference == "R-1").values(status=Status.CLOSED))
    tamper(house, update(receive_items).where(receive_items.c.item_id == 2).values(on_hold=True))
    rows = await summaries(client)
    mug, tea = rows["MUG", ""], rows["TEA", ""]
    assert (mug["allocated"], mug["available"], mug["onHand"]) == (5, 5, 6)
    assert (tea["available"], tea["onHold"], tea["onHand"]) == (0, 4, 4)
    # Goods on hold are not taken.
    assert (await create(client, "R-3", line("TEA", 1)))["readOnly"]["fullyAllocated"] is False


async def test_stock_finds_its_allocations_without_reading_all_of_them(sqlite_url: str) -> None:
    house = open_house(sqlite_url)
    async with visiting(house) as client:
        with noting_statements(house) as sent:
            await summaries(client)
            await client.get("/inventory/stockdetails?customerid=11&facilityid=3")
    read = [statement for statement in sent if "FROM allocations" in statement]
    assert len(read) == 2
    for statement in read:
        explained = text("EXPLAIN QUERY PLAN " + statement.replace("?", "1"))
        plan = house._database.read(lambda link, query=explained: link.execute(query).all())  # type: ignore[misc]  # called at once
        assert any("SEARCH allocations USING INDEX allocations_by_stock" in row.detail for row in plan)
    house.close()


async def test_summaries_page_and_narrow_without_links(client: httpx.AsyncClient) -> None:
    page = (await client.get("/inventory/stocksummaries?pgsiz=2&pgnum=2&sort=-sku")).json()
    assert set(page) == {"totalResults", "summaries"}
    assert (page["totalResults"], len(page["summaries"])) == (3, 1)
    found = await client.get("/inventory/stocksummaries", params={"rql": "sku==TEA;facilityid==3"})
    assert [row["allocated"] for row in found.json()["summaries"]] == [0]
    plain = await client.get("/inventory/stocksummaries", headers={"Accept": "*/*"})
    assert plain.json()["Summaries"][0]["ItemIdentifier"]["Sku"] == "MUG"
    refused = await client.get("/inventory/stocksummaries?rql=customeridentifier.id==11")
    assert refused.status_code == 400


async def test_details_need_a_customer_and_a_facility(client: httpx.AsyncClient) -> None:
    for query, missing in (("facilityid=3", "customerid"), ("customerid=11", "facilityid")):
        reply = await client.get(f"/inventory/stockdetails?{query}")
        assert (reply.json()["ErrorCode"], reply.json()["Parameters"]) == ("Required", [missing])
    await create(client, "R-1", line("MUG", 4))
    page = (await client.get("/inventory/stockdetails?customerid=11&facilityid=3&sort=sku")).json()
    mug, tea = page["_embedded"]["item"]
    assert (mug["received"], mug["available"], mug["onHand"], mug["isOnHold"]) == (10, 6, 10, False)
    assert (tea["itemIdentifier"]["sku"], tea["available"]) == ("TEA", 4)
    assert mug["receivedDate"] == "2026-11-02T09:00:00"


async def test_a_line_may_ask_for_a_lot(client: httpx.AsyncClient) -> None:
    await take_in(client, line("MUG", 2, lotNumber="L1"))
    created = await create(client, "R-1", line("MUG", 3, lotNumber="L1"))
    assert created["readOnly"]["fullyAllocated"] is False
    assert (await summaries(client))["MUG", ""]["allocated"] == 2


@pytest.mark.parametrize(
    ("body", "code", "member"),
    [
        (receipt(), "Required", "receiveItems"),
        (receipt(line("NIX")), "DoesNotExist", "receiveItems[0].itemIdentifier"),
        (receipt(line(qty=-1)), "ValueNotSupported", "receiveItems[0].qty"),
        (receipt(line(), referenceNum=""), "Required", "referenceNum"),
        (receipt(line(), facilityIdentifier={"id": 9}), "DoesNotExist", "facilityIdentifier"),
    ],
)
async def test_goods_that_cannot_be_booked_are_refused(
    client: httpx.AsyncClient, body: dict[str, Any], code: str, member: str
) -> None:
    reply = await client.post("/inventory/receivers", json=body)
    assert reply.status_code == 400
    assert (reply.json()["ErrorCode"], reply.json()["Properties"][0]["Name"]) == (code, member)
