"""Adjustments: more and less of goods, never out of an order's hands, and taken back once."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from dockwire.warehouse import Switches
from dockwire.warehouse.switches import NoCommit
from tests.unit.warehouse.houses import available, create, line, open_house, take_in, visiting

ADJUSTMENTS = "http://api.3plCentral.com/rels/inventory/adjustment"


def adjustment(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an adjustment of Acme's goods in Reno."""
    body = {
        "customerIdentifier": {"id": 11},
        "facilityIdentifier": {"id": 3},
        "referenceNum": "ADJ-1",
        "reason": "counted",
        "adjustmentItems": list(lines),
    }
    return body | changes


async def adjust(client: httpx.AsyncClient, *lines: dict[str, Any], **changes: Any) -> httpx.Response:
    return await client.post("/inventory/adjustments", json=adjustment(*lines, **changes))


async def summary(client: httpx.AsyncClient, sku: str = "MUG", **wanted: Any) -> dict[str, Any]:
    """Return the row of one of Acme's items, by default in Reno and without qualifier."""
    wanted = {"qualifier": "", "facilityId": 3} | wanted
    item_id = {"MUG": 1, "TEA": 2}[sku]
    page = (await client.get("/inventory/stocksummaries?orderednotallocated=true")).json()
    (row,) = [
        row
        for row in page["summaries"]
        if row["itemIdentifier"]["id"] == item_id and wanted.items() <= row.items()
    ]
    found: dict[str, Any] = row
    return found


def counts(row: dict[str, Any]) -> tuple[float, ...]:
    return tuple(row[name] for name in ("totalReceived", "allocated", "available", "onHold", "onHand"))


def refusal(reply: httpx.Response) -> tuple[int, str, str]:
    body = reply.json()
    name = body["Properties"][0]["Name"] if "Properties" in body else body.get("ActionName", "")
    return reply.status_code, body["ErrorCode"], name


async def test_an_adjustment_changes_what_is_there_and_not_what_was_received(
    client: httpx.AsyncClient,
) -> None:
    reply = await adjust(client, line("MUG", -3), line("TEA", "1.25"))
    assert reply.status_code == 201
    made = reply.json()
    assert (made["readOnly"]["status"], made["reason"]) == (1, "counted")
    assert [(each["receiveItemId"], each["qty"]) for each in made["_embedded"]["item"]] == [
        (1, -3),
        (2, 1.25),
    ]
    assert counts(await summary(client)) == (10, 0, 7, 0, 7)
    assert counts(await summary(client, "TEA")) == (4, 0, 5.25, 0, 5.25)
    shown = await client.get(f"/inventory/adjustments/{made['readOnly']['adjustmentId']}")
    assert (shown.json(), shown.headers["ETag"]) == (made, reply.headers["ETag"])
    details = (await client.get("/inventory/stockdetails?customerid=11&facilityid=3&rql=sku==MUG")).json()
    (mug,) = details["_embedded"]["item"]
    assert (mug["received"], mug["available"], mug["onHand"]) == (10, 7, 7)
    inventory = (await client.get("/inventory?rql=customeridentifier.id==11;sku==MUG")).json()
    (mug,) = inventory["_embedded"]["item"]
    assert (mug["receivedQty"], mug["availableQty"], mug["onHandQty"], mug["onHoldQty"]) == (10, 7, 7, 0)
    assert (mug["customerIdentifier"]["name"], mug["facilityIdentifier"]["name"]) == ("Acme", "Reno")


async def test_nothing_is_taken_from_orders(client: httpx.AsyncClient) -> None:
    await create(client, "R-1", line("MUG", 8))
    reply = await adjust(client, line("TEA", 1), line("MUG", "-2.5"))
    assert refusal(reply) == (400, "ValueNotSupported", "adjustmentItems[1].qty")
    assert reply.json()["Hint"].endswith(": 2.")
    # Nothing of it was done, not even the first line.
    assert (await available(client))["TEA"] == 4
    twice = await adjust(client, line("MUG", -2), line("MUG", -1))
    assert refusal(twice) == (400, "ValueNotSupported", "adjustmentItems[1].qty")
    assert (await adjust(client, line("MUG", -2))).status_code == 201
    assert counts(await summary(client)) == (10, 8, 0, 0, 8)
    assert (await create(client, "R-2", line("MUG", 1)))["readOnly"]["fullyAllocated"] is False


async def test_an_item_is_taken_from_its_oldest_goods_of_the_same_qualifier(
    client: httpx.AsyncClient,
) -> None:
    await take_in(client, line("MUG", 5, lotNumber="L1"), line("MUG", 4, qualifier="damaged"))
    made = (await adjust(client, line("MUG", -12), line("MUG", 2))).json()["_embedded"]["item"]
    assert [(each["receiveItemId"], each["qty"]) for each in made] == [(1, -10), (4, -2), (4, 2)]
    assert (await summary(client))["available"] == 5
    assert (await summary(client, qualifier="damaged"))["available"] == 4
    lot = await adjust(client, line("MUG", -6, lotNumber="L1"))
    assert refusal(lot) == (400, "ValueNotSupported", "adjustmentItems[0].qty")
    named = await adjust(client, {"receiveItemId": 5, "qty": -4})
    assert named.json()["_embedded"]["item"][0]["qualifier"] == "damaged"
    assert (await summary(client, qualifier="damaged"))["available"] == 0


async def test_facilities_are_adjusted_apart(client: httpx.AsyncClient) -> None:
    await take_in(client, line("MUG", 6), facilityIdentifier={"name": "Hamburg"})
    assert (await adjust(client, line("MUG", -4), facilityIdentifier={"id": 4})).status_code == 201
    assert (await summary(client))["available"] == 10
    assert (await summary(client, facilityId=4))["available"] == 2
    # A receive item of the other building is not this adjustment's.
    elsewhere = await adjust(client, {"receiveItemId": 1, "qty": -1}, facilityIdentifier={"id": 4})
    assert refusal(elsewhere) == (400, "DoesNotExist", "adjustmentItems[0].receiveItemId")


async def test_an_adjustment_is_reversed_once_by_who_knows_its_state(client: httpx.AsyncClient) -> None:
    reply = await adjust(client, line("MUG", -3), line("TEA", 2))
    url = "/inventory/adjustmentreverser/1"
    assert (await client.post(url)).status_code == 428
    assert (await client.post(url, headers={"If-Match": '"old"'})).status_code == 412
    undone = await client.post(url, headers={"If-Match": "W/" + reply.headers["ETag"]})
    assert (undone.status_code, undone.json()["readOnly"]["status"]) == (200, 2)
    assert await available(client) == {"MUG": 10, "TEA": 4}
    assert (await client.post(url, headers={"If-Match": reply.headers["ETag"]})).status_code == 412
    again = await client.post(url, headers={"If-Match": undone.headers["ETag"]})
    assert (again.status_code, again.json()["ErrorCode"]) == (403, "AlreadyCompleted")
    assert await available(client) == {"MUG": 10, "TEA": 4}
    assert (await client.post("/inventory/adjustmentreverser/9")).status_code == 404


async def test_what_orders_took_of_an_addition_is_not_taken_back(client: httpx.AsyncClient) -> None:
    reply = await adjust(client, line("TEA", 3))
    await create(client, "R-1", line("TEA", 6))
    match = {"If-Match": reply.headers["ETag"]}
    undone = await client.post("/inventory/adjustmentreverser/1", headers=match)
    assert (undone.status_code, undone.json()["ErrorCode"]) == (403, "InUse")
    assert counts(await summary(client, "TEA")) == (4, 6, 1, 0, 7)


async def test_what_is_not_committed_is_only_tried(client: httpx.AsyncClient) -> None:
    url = "/inventory/adjustments?noCommit=true"
    tried = await client.post(url, json=adjustment(line("MUG", -3)))
    assert tried.status_code == 201
    assert tried.headers["ETag"]
    assert (tried.json()["readOnly"]["status"], tried.json()["readOnly"]["adjustmentId"]) == (0, None)
    assert [each["qty"] for each in tried.json()["_embedded"]["item"]] == [-3]
    assert (await available(client))["MUG"] == 10
    assert (await client.get("/inventory/adjustments")).json()["totalResults"] == 0
    refused = await client.post(url, json=adjustment(line("MUG", -11)))
    assert refusal(refused) == (400, "ValueNotSupported", "adjustmentItems[0].qty")


async def test_a_switch_keeps_what_is_not_committed_open(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(no_commit=NoCommit.OPEN))
    async with visiting(house) as client:
        body = adjustment(line("MUG", -3))
        reply = await client.post("/inventory/adjustments?noCommit=true", json=body)
        shown = await client.get("/inventory/adjustments/1")
        assert (shown.json(), shown.json()["readOnly"]["status"]) == (reply.json(), 0)
        assert (await available(client))["MUG"] == 10
        match = {"If-Match": shown.headers["ETag"]}
        undone = await client.post("/inventory/adjustmentreverser/1", headers=match)
        assert (undone.status_code, undone.json()["ErrorCode"]) == (403, "NotSupported")
    house.close()


async def test_a_switch_lets_stock_fall_below_what_orders_took(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(adjust_allocated=True))
    async with visiting(house) as client:
        await create(client, "R-1", line("MUG", 8))
        reply = await adjust(client, line("MUG", "-4.5"))
        assert [each["qty"] for each in reply.json()["_embedded"]["item"]] == [-2, -2.5]
        assert counts(await summary(client)) == (10, 8, -2.5, 0, 5.5)
        assert (await create(client, "R-2", line("MUG", 1)))["readOnly"]["fullyAllocated"] is False
        match = {"If-Match": reply.headers["ETag"]}
        assert (await client.post("/inventory/adjustmentreverser/1", headers=match)).status_code == 200
        assert counts(await summary(client)) == (10, 8, 2, 0, 10)
    house.close()


async def test_a_switch_counts_adjustments_as_received(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(adjustments_count_as_received=True))
    async with visiting(house) as client:
        await adjust(client, line("MUG", -3))
        assert counts(await summary(client)) == (7, 0, 7, 0, 7)
        (mug,) = (await client.get("/inventory?rql=receiveItemId==1")).json()["_embedded"]["item"]
        assert mug["receivedQty"] == 7
    house.close()


async def test_adjustments_are_listed_and_taken_in_the_shape_they_are_shown_in(
    client: httpx.AsyncClient,
) -> None:
    shown = (await adjust(client, line("MUG", -1))).json()
    again = await client.post("/inventory/adjustments", json=shown)
    assert again.status_code == 201, again.text
    assert (await available(client))["MUG"] == 8
    await adjust(client, line("TEA", 1), referenceNum="ADJ-2")
    query = {
        "rql": "readOnly.customerIdentifier.id==11;referenceNum==ADJ-1",
        "sort": "-readonly.adjustmentid",
    }
    page = (await client.get("/inventory/adjustments", params=query)).json()
    assert [each["readOnly"]["adjustmentId"] for each in page["_embedded"][ADJUSTMENTS]] == [2, 1]
    plain = await client.get("/inventory/adjustments?rql=referencenum==ADJ-2", headers={"Accept": "*/*"})
    assert plain.json()["ResourceList"][0]["AdjustmentItems"][0]["Qty"] == 1


@pytest.mark.parametrize(
    ("body", "code", "member"),
    [
        (adjustment(), "Required", "adjustmentItems"),
        (adjustment(line(), reason=""), "Required", "reason"),
        (adjustment(line(qty=0)), "ValueNotSupported", "adjustmentItems[0].qty"),
        (adjustment(line(qty="0.00001")), "ValueNotSupported", "adjustmentItems[0].qty"),
        (adjustment(line(qty=-(10**10))), "ValueNotSupported", "adjustmentItems[0].qty"),
        (adjustment(line(qty="NaN")), "ValueNotSupported", "adjustmentItems[0].qty"),
        (adjustment(line("NIX")), "DoesNotExist", "adjustmentItems[0].itemIdentifier"),
        (adjustment(line("SET")), "DoesNotExist", "adjustmentItems[0].itemIdentifier"),
        (adjustment(line(qualifier="new")), "DoesNotExist", "adjustmentItems[0].itemIdentifier"),
        (adjustment({"qty": 1}), "Required", "adjustmentItems[0].itemIdentifier"),
        # A receive item of another customer is not there.
        (adjustment({"receiveItemId": 3, "qty": 1}), "DoesNotExist", "adjustmentItems[0].receiveItemId"),
        (adjustment(line(), facilityIdentifier={"id": 9}), "DoesNotExist", "facilityIdentifier"),
    ],
)
async def test_what_cannot_be_adjusted_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any], code: str, member: str
) -> None:
    reply = await client.post("/inventory/adjustments", json=body)
    assert refusal(reply) == (400, code, member)


async def test_decimals_stay_exact(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await adjust(client, line("TEA", "0.1"))
    assert Decimal(str((await summary(client, "TEA"))["available"])) == Decimal("4.3")
