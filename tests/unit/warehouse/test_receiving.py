"""Receivers: announced, confirmed and in stock, or cancelled."""

from typing import Any

import httpx
import pytest

from dockwire.warehouse import Switches, Warehouse
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.houses import available, create, line, open_house, receipt, take_in, visiting

ITEMS = "http://api.3plCentral.com/rels/inventory/receiveritem"
RECEIVERS = "http://api.3plCentral.com/rels/inventory/receiver"


async def announce(
    client: httpx.AsyncClient, *lines: dict[str, Any], **changes: Any
) -> tuple[str, httpx.Response]:
    """Book goods in without confirming them; return their address and the reply."""
    reply = await client.post("/inventory/receivers", json=receipt(*lines, **changes))
    assert reply.status_code == 201, reply.text
    return f"/inventory/receivers/{reply.json()['readOnly']['receiverId']}", reply


async def confirm(client: httpx.AsyncClient, url: str, tag: str | None, **body: Any) -> httpx.Response:
    headers = {"If-Match": tag} if tag else {}
    return await client.post(f"{url}/confirmer", json=body, headers=headers)


async def test_goods_are_in_stock_once_their_receiver_is_confirmed(client: httpx.AsyncClient) -> None:
    before = await available(client)
    url, reply = await announce(client, line("TEA", 5), poNum="PO-1", notes="two pallets")
    assert (reply.json()["readOnly"]["status"], reply.json()["poNum"]) == (0, "PO-1")
    assert await available(client) == before
    summaries = (await client.get("/inventory/stocksummaries?rql=sku==TEA")).json()["summaries"]
    assert [(row["totalReceived"], row["available"]) for row in summaries] == [(4, 4)]
    assert (await client.get("/inventory")).json()["totalResults"] == 3
    # What is only announced goes to no order.
    assert (await create(client, "R-1", line("TEA", 5)))["readOnly"]["fullyAllocated"] is False

    assert (await confirm(client, url, reply.headers["ETag"])).status_code == 204
    now = await client.get(url, params={"detail": "All"})
    assert now.headers["ETag"] != reply.headers["ETag"]
    assert (now.json()["readOnly"]["status"], now.json()["arrivalDate"]) == (1, "2026-11-02T09:00:00")
    (goods,) = now.json()["_embedded"][ITEMS]
    assert goods["readOnly"]["inventoryLevels"] == {"onHand": 5, "available": 5}
    assert (await available(client))["TEA"] == 5


async def test_a_receiver_is_confirmed_once_by_who_knows_its_state(client: httpx.AsyncClient) -> None:
    url, reply = await announce(client, line("TEA", 5))
    tag = reply.headers["ETag"]
    assert (await confirm(client, url, None)).status_code == 428
    assert (await confirm(client, url, '"old"')).status_code == 412
    future = await confirm(client, url, tag, arrivalDate="2026-11-03T09:00:00")
    assert (future.status_code, future.json()["ErrorCode"]) == (403, "DateInFuture")
    assert (await confirm(client, url, tag, arrivalDate="2026-11-01T08:00:00")).status_code == 204
    assert (await confirm(client, url, tag)).status_code == 412
    now = await client.get(url)
    assert now.json()["arrivalDate"] == "2026-11-01T08:00:00"
    again = await confirm(client, url, now.headers["ETag"])
    assert (again.status_code, again.json()["ErrorCode"]) == (403, "AlreadyCompleted")
    assert (await available(client))["TEA"] == 9


async def test_a_cancelled_receiver_never_comes_in(client: httpx.AsyncClient) -> None:
    url, reply = await announce(client, line("TEA", 5))
    match = {"If-Match": reply.headers["ETag"]}
    blank = await client.post(f"{url}/canceler", json={}, headers=match)
    assert (blank.status_code, blank.json()["ErrorCode"]) == (400, "Required")
    assert (await client.post(f"{url}/canceler", json={"reason": "lost"}, headers=match)).status_code == 204
    now = await client.get(url)
    assert now.json()["readOnly"]["status"] == 2
    late = await confirm(client, url, now.headers["ETag"])
    assert (late.status_code, late.json()["ErrorCode"]) == (403, "NotSupported")
    assert (await available(client))["TEA"] == 4


async def test_a_switch_puts_goods_in_stock_at_once(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(goods_wait_for_confirm=False))
    async with visiting(house) as client:
        url, reply = await announce(client, line("TEA", "0.5"), arrivalDate="2026-11-01T08:00:00")
        assert reply.json()["readOnly"]["status"] == 1
        assert (await available(client))["TEA"] == 4.5
        assert (await confirm(client, url, reply.headers["ETag"])).status_code in {403, 412}
    house.close()


def test_in_process_goods_are_taken_in_with_one_call(house: Warehouse) -> None:
    shown, _ = house.receive(IN_PROCESS, receipt(line("MUG", 2)), confirmed=True)
    assert shown["readOnly"]["status"] == 1
    (*_, last) = house.read(IN_PROCESS, read_state)["stock"]
    assert (last["sku"], last["received"]) == ("MUG", 2)


async def test_receivers_are_found_by_state_place_and_arrival(client: httpx.AsyncClient) -> None:
    await announce(client, line("MUG", 1), referenceNum="IN-A")
    await take_in(client, line("MUG", 1, qualifier="damaged"), referenceNum="IN-B")
    await take_in(client, line("TEA", 1), referenceNum="IN-C", facilityIdentifier={"name": "Hamburg"})

    async def found(rql: str, **query: str) -> list[str]:
        page = (await client.get("/inventory/receivers", params={"rql": rql, **query})).json()
        return [entry["referenceNum"] for entry in page["_embedded"][RECEIVERS]]

    assert await found("readOnly.status==0") == ["IN-A"]
    assert await found("ReadOnly.FacilityIdentifier.id==4;arrivalDate=ge=2026-11-02T00:00:00") == ["IN-C"]
    assert await found("ReadOnly.customerIdentifier.id==11", sort="-referencenum") == [
        "IN-C",
        "IN-B",
        "IN-A",
        "IN-1",
    ]
    page = (await client.get("/inventory/receivers?detail=ReceiveItems&rql=referenceNum==IN-B")).json()
    (goods,) = page["_embedded"][RECEIVERS][0]["_embedded"][ITEMS]
    assert (goods["itemIdentifier"]["sku"], goods["qualifier"], goods["qty"]) == ("MUG", "damaged", 1)
    assert "_embedded" not in (await client.get("/inventory/receivers")).json()["_embedded"][RECEIVERS][0]
    wrong = await client.get("/inventory/receivers?detail=Everything")
    assert (wrong.status_code, wrong.json()["Parameters"]) == (400, ["detail"])


async def test_a_receiver_is_taken_in_the_shape_it_is_shown_in(client: httpx.AsyncClient) -> None:
    shown = await take_in(client, line("MUG", 3, lotNumber="L1", onHold=True, onHoldReason="wet"))
    again = await client.post("/inventory/receivers", json=shown | {"referenceNum": "IN-8"})
    assert again.status_code == 201, again.text
    (goods,) = again.json()["_embedded"][ITEMS]
    assert (goods["qty"], goods["lotNumber"], goods["onHold"], goods["onHoldReason"]) == (
        3,
        "L1",
        True,
        "wet",
    )


@pytest.mark.parametrize("number", [99, "x", "9" * 5000])
async def test_a_receiver_that_is_not_there_is_missing(client: httpx.AsyncClient, number: object) -> None:
    assert (await client.get(f"/inventory/receivers/{number}")).status_code == 404
    assert (await confirm(client, f"/inventory/receivers/{number}", '"x"')).status_code == 404
