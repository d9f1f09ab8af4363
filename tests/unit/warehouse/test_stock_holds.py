"""Goods on hold: not offered, not taken, and back when they are released."""

from typing import Any

import httpx

from dockwire.warehouse import Switches, Warehouse
from dockwire.warehouse.stock_holding import StockHold, hold_stock
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.houses import create, line, open_house, take_in, visiting
from tests.unit.warehouse.test_adjustments import adjust, counts, refusal, summary


async def hold(client: httpx.AsyncClient, *numbers: int, **query: Any) -> dict[str, Any]:
    body = {"receiveItemIdentifiers": [{"id": number} for number in numbers]}
    reply = await client.put("/inventory/holder", params=query or {"holdReason": "wet"}, json=body)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def row_of(client: httpx.AsyncClient, number: int) -> dict[str, Any]:
    page = (await client.get(f"/inventory?rql=receiveItemId=={number}")).json()
    (row,) = page["_embedded"]["item"]
    found: dict[str, Any] = row
    return found


async def test_goods_on_hold_are_there_and_not_available(client: httpx.AsyncClient) -> None:
    await take_in(client, line("MUG", 5))
    await create(client, "R-1", line("MUG", 4))
    assert await hold(client, 1) == {"heldReceiveItemIds": [1], "exceptions": []}
    assert counts(await summary(client)) == (15, 4, 5, 6, 15)
    details = (
        await client.get("/inventory/stockdetails?customerid=11&facilityid=3&rql=isonhold==true")
    ).json()
    (mug,) = details["_embedded"]["item"]
    assert (mug["available"], mug["onHand"], mug["isOnHold"], mug["quarantined"]) == (6, 10, True, False)
    row = await row_of(client, 1)
    assert (row["availableQty"], row["onHoldQty"], row["onHold"]) == (6, 6, True)
    assert (row["onHoldReason"], row["onHoldDate"]) == ("wet", "2026-11-02T09:00:00")
    # An order takes what is not on hold, and lacks the rest.
    second = await create(client, "R-2", line("MUG", 6))
    assert second["readOnly"]["fullyAllocated"] is False
    assert counts(await summary(client)) == (15, 9, 0, 6, 15)
    assert (await summary(client))["orderedNotAllocated"] == 1

    assert await hold(client, 1, release="true") == {"heldReceiveItemIds": [], "exceptions": []}
    assert counts(await summary(client)) == (15, 9, 6, 0, 15)
    row = await row_of(client, 1)
    assert (row["onHold"], row["onHoldReason"], row["onHoldDate"]) == (False, None, None)


async def test_each_receive_item_is_held_for_itself(client: httpx.AsyncClient) -> None:
    answer = await hold(client, 99, 2, 2)
    assert answer["heldReceiveItemIds"] == [2]
    (fault,) = answer["exceptions"]
    assert (fault["entryNumber"], fault["entryInfo"]) == (1, "99")
    assert fault["wmsException"]["ErrorCode"] == "DoesNotExist"
    answer = await hold(client, 1, 2, release="true")
    assert [fault["entryInfo"] for fault in answer["exceptions"]] == ["1"]
    assert (await row_of(client, 2))["onHold"] is False


async def test_a_hold_needs_a_reason_and_something_to_hold(client: httpx.AsyncClient) -> None:
    body = {"receiveItemIdentifiers": [{"id": 1}]}
    reply = await client.put("/inventory/holder", json=body)
    assert (reply.status_code, reply.json()["Parameters"]) == (400, ["holdReason"])
    reply = await client.put("/inventory/holder?holdReason=x", json={"receiveItemIdentifiers": []})
    assert refusal(reply) == (400, "Required", "receiveItemIdentifiers")
    reply = await client.put("/inventory/holder?holdReason=x", json={"receiveItemIdentifiers": [{}]})
    assert refusal(reply) == (400, "Required", "receiveItemIdentifiers[0].id")


async def test_goods_on_hold_are_adjusted_by_their_number_only(client: httpx.AsyncClient) -> None:
    await hold(client, 1)
    assert refusal(await adjust(client, line("MUG", -1))) == (
        400,
        "ValueNotSupported",
        "adjustmentItems[0].qty",
    )
    assert (await adjust(client, {"receiveItemId": 1, "qty": -4})).status_code == 201
    assert counts(await summary(client)) == (10, 0, 0, 6, 6)


async def test_quarantine_is_ended_by_the_warehouse_only(house: Warehouse, client: httpx.AsyncClient) -> None:
    quarantine = StockHold("recalled", quarantine=True)
    house.write(IN_PROCESS, lambda work: hold_stock(work, [1], quarantine))
    row = await row_of(client, 1)
    assert (row["onHold"], row["quarantined"], row["onHoldReason"]) == (True, True, "recalled")
    (fault,) = (await hold(client, 1, release="true"))["exceptions"]
    assert fault["wmsException"]["ErrorCode"] == "InUse"
    assert (await summary(client))["available"] == 0
    end = StockHold("", release=True, quarantine=True)
    house.write(IN_PROCESS, lambda work: hold_stock(work, [1], end))
    row = await row_of(client, 1)
    assert (row["onHold"], row["quarantined"]) == (False, False)


async def test_switches_on_what_may_be_held_and_how_it_is_shown(database_url: str) -> None:
    switches = Switches(hold_allocated_stock=False, inventory_available_includes_held=False)
    house = open_house(database_url, switches=switches)
    async with visiting(house) as client:
        await create(client, "R-1", line("MUG", 4))
        answer = await hold(client, 1, 2)
        assert answer["heldReceiveItemIds"] == [2]
        assert answer["exceptions"][0]["wmsException"]["ErrorCode"] == "InUse"
        row = await row_of(client, 2)
        assert (row["availableQty"], row["onHoldQty"]) == (0, 4)
    house.close()
