"""POST /orders: what is taken, kept, refused and allocated."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from dockwire.warehouse import DuplicateScope, FieldLimits, Switches
from tests.unit.warehouse.houses import (
    LINES,
    available,
    create,
    line,
    number,
    open_house,
    order,
    ship_to,
    visiting,
)


async def test_a_created_order_is_returned_whole_and_can_be_read_again(client: httpx.AsyncClient) -> None:
    body = order(
        "112-1-1",
        line("MUG", 2, notes="gift: love", savedElements=[{"name": "item", "value": "4711"}]),
        line("TEA", "1.5", externalId="x", fulfillInvSalePrice=9.99),
        poNum="PO-9",
        notes="Ring twice",
        shippingNotes="Leave at door",
        billingCode="Prepaid",
        earliestShipDate="2026-11-03T08:00:00",
        shipCancelDate="2026-11-05T16:00:00.5Z",
        routingInfo={"carrier": "UPS", "mode": "03", "scacCode": "UPSN", "isCod": False},
        savedElements=[{"name": "amazon", "value": "112-1-1"}],
    )
    reply = await client.post("/orders", json=body)
    assert reply.status_code == 201
    created = reply.json()
    assert created["readOnly"] | {"orderId": 0} == created["readOnly"] | {
        "orderId": 0,
        "status": 0,
        "isClosed": False,
        "deferNotification": False,
        "fullyAllocated": True,
        "creationDate": "2026-11-02T09:00:00",
    }
    for name in ("referenceNum", "poNum", "notes", "shippingNotes", "billingCode", "routingInfo", "shipTo"):
        assert created[name] == body[name], name
    assert created["savedElements"] == [{"name": "amazon", "value": "112-1-1"}]
    assert created["earliestShipDate"] == "2026-11-03T08:00:00"
    # A time with an offset is shown in the warehouse's own.
    assert created["shipCancelDate"] == "2026-11-05T08:00:00"
    mug, tea = created["_embedded"][LINES]
    assert (mug["itemIdentifier"]["sku"], mug["qty"], mug["notes"]) == ("MUG", 2, "gift: love")
    assert mug["savedElements"] == [{"name": "item", "value": "4711"}]
    assert (tea["qty"], tea["externalId"], tea["fulfillInvSalePrice"]) == (1.5, "x", 9.99)

    again = await client.get(f"/orders/{number(created)}", params={"detail": "All", "itemdetail": "All"})
    assert again.json() == created
    assert again.headers["ETag"] == reply.headers["ETag"]


async def test_member_names_are_read_in_any_case_and_lines_from_the_hal_node_too(
    client: httpx.AsyncClient,
) -> None:
    body = {
        "CustomerIdentifier": {"Name": "Acme"},
        "FACILITYIDENTIFIER": {"NAME": "Reno"},
        "ReferenceNum": "R-1",
        "ShipTo": {name[0].upper() + name[1:]: value for name, value in ship_to().items()},
        "_embedded": {LINES: [{"ItemIdentifier": {"Sku": "MUG"}, "Qty": 3, "unknownMember": {"x": 1}}]},
    }
    created = (await client.post("/orders", json=body)).json()
    assert created["_embedded"][LINES][0]["qty"] == 3
    assert created["shipTo"] == ship_to()


async def test_an_order_takes_stock_and_a_kit_takes_its_components(client: httpx.AsyncClient) -> None:
    await create(client, "R-1", line("SET", 2), line("MUG", 1))
    assert await available(client) == {"MUG": 5, "TEA": 2}


async def test_an_order_without_enough_stock_takes_what_there_is(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 12), line("TEA", 1))
    assert created["readOnly"]["fullyAllocated"] is False
    flags = [entry["readOnly"]["fullyAllocated"] for entry in created["_embedded"][LINES]]
    assert flags == [False, True]
    assert await available(client) == {"MUG": 0, "TEA": 3}


async def test_stock_of_another_qualifier_or_facility_is_not_taken(client: httpx.AsyncClient) -> None:
    damaged = await create(client, "R-1", line("MUG", 1, qualifier="damaged"))
    hamburg = await create(client, "R-2", facilityIdentifier={"name": "Hamburg"})
    assert not damaged["readOnly"]["fullyAllocated"]
    assert not hamburg["readOnly"]["fullyAllocated"]


async def test_an_incomplete_order_waits_with_its_allocation(client: httpx.AsyncClient) -> None:
    asked = await create(client, "R-1", deferNotification=True)
    assert (asked["readOnly"]["deferNotification"], asked["readOnly"]["fullyAllocated"]) == (True, False)
    # Borealis has its order queue on: what does not say otherwise is incomplete.
    queued = await create(client, "R-2", customerIdentifier={"name": "Borealis"})
    assert queued["readOnly"]["deferNotification"] is True
    complete = await create(client, "R-3", customerIdentifier={"id": 12}, deferNotification=False)
    assert complete["readOnly"]["fullyAllocated"] is True


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no reference": ({"referenceNum": " "}, "Required", "referenceNum"),
    "no lines": ({"orderItems": []}, "Required", "orderItems"),
    "no customer": ({"customerIdentifier": None}, "Required", "customerIdentifier"),
    "unknown customer": ({"customerIdentifier": {"id": 99}}, "DoesNotExist", "customerIdentifier"),
    "huge customer": ({"customerIdentifier": {"id": 2**40}}, "ValueNotSupported", "customerIdentifier.id"),
    "unknown facility": ({"facilityIdentifier": {"name": "Mars"}}, "DoesNotExist", "facilityIdentifier"),
    "facility of others": (
        {"customerIdentifier": {"id": 12}, "facilityIdentifier": {"id": 4}},
        "DoesNotExist",
        "facilityIdentifier",
    ),
    "unknown item": (
        {"orderItems": [line(), line("NIX")]},
        "DoesNotExist",
        "orderItems[1].itemIdentifier",
    ),
    "alias": ({"orderItems": [line("MUG-ALT")]}, "DoesNotExist", "orderItems[0].itemIdentifier"),
    "deactivated item": (
        {"orderItems": [line("OLD")]},
        "ValueNotSupported",
        "orderItems[0].itemIdentifier",
    ),
    "no quantity": ({"orderItems": [line(qty=None)]}, "Required", "orderItems[0].qty"),
    "zero": ({"orderItems": [line(qty=0)]}, "ValueNotSupported", "orderItems[0].qty"),
    "too fine": ({"orderItems": [line(qty=0.00001)]}, "ValueNotSupported", "orderItems[0].qty"),
    "endless": ({"orderItems": [line(qty="Infinity")]}, "ValueNotSupported", "orderItems[0].qty"),
    "no street": ({"shipTo": ship_to(address1="")}, "Required", "shipTo.address1"),
    "nobody": ({"shipTo": ship_to(name=None)}, "Required", "shipTo.name"),
    "no address": ({"shipTo": None}, "Required", "shipTo.address1"),
    "half a character": ({"poNum": "\ud83d"}, "ValueNotSupported", "poNum"),
    "before the calendar": (
        {"earliestShipDate": "0001-01-01T00:00:00Z"},
        "ValueNotSupported",
        "earliestShipDate",
    ),
    "long country": ({"shipTo": ship_to(country="USA")}, "ValueNotSupported", "shipTo.country"),
    "no time": ({"earliestShipDate": "soon"}, "ValueNotSupported", "earliestShipDate"),
    "long notes": ({"notes": "x" * 1001}, "ValueNotSupported", "notes"),
    "order type": ({"orderType": "B2X"}, "ValueNotSupported", "orderType"),
    "lines no list": ({"orderItems": {"a": 1}}, "ValueNotSupported", "orderItems"),
    "charges": (
        {"billing": {"billingCharges": [{"chargeType": 9, "subtotal": 1}]}},
        "ValueNotSupported",
        "billing.billingCharges[0].chargeType",
    ),
    "parcel option": ({"parcelOption": {"insuranceType": 1}}, "ValueNotSupported", "parcelOption"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_named_and_nothing_is_created(client: httpx.AsyncClient, name: str) -> None:
    changes, code, member = WRONG[name]
    content = json.dumps(order("R-1", **changes))
    reply = await client.post("/orders", content=content)
    assert reply.status_code == 400
    problem = reply.json()
    assert (problem["ErrorCode"], problem["Properties"][0]["Name"]) == (code, member)
    assert problem["$type"].startswith("WMS.V2.Generic.Models.Exceptions.")
    assert (await client.get("/orders")).json()["totalResults"] == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"qty": NaN}', b'"text"', b"\xff"])
async def test_a_body_that_is_no_order_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    assert (await client.post("/orders", content=content)).status_code == 400


async def test_a_reference_is_taken_once_per_customer(client: httpx.AsyncClient) -> None:
    await create(client, "R-1")
    again = await client.post("/orders", json=order("R-1"))
    assert (again.status_code, again.json()["ErrorCode"]) == (400, "Duplicate")
    await create(client, "R-1", customerIdentifier={"id": 12})


async def test_two_who_create_the_same_order_at_once_get_one(client: httpx.AsyncClient) -> None:
    for round_number in range(5):
        body = order(f"R-{round_number}")
        replies = await asyncio.gather(*(client.post("/orders", json=body) for _ in range(6)))
        statuses = sorted(reply.status_code for reply in replies)
        assert statuses == [201, 400, 400, 400, 400, 400]
        assert {r.json()["ErrorCode"] for r in replies if r.status_code == 400} == {"Duplicate"}
    # Losers took no stock with them.
    assert (await available(client))["MUG"] == 5


async def test_orders_that_compete_for_stock_never_take_more_than_there_is(
    client: httpx.AsyncClient,
) -> None:
    lines = [line("MUG", 2), line("TEA", 1)]
    created = await asyncio.gather(
        *(create(client, f"R-{n}", *(lines if n % 2 else reversed(lines))) for n in range(8))
    )
    assert await available(client) == {"MUG": 0, "TEA": 0}
    assert sum(entry["readOnly"]["fullyAllocated"] for entry in created) <= 4


@pytest.mark.parametrize(
    ("scope", "same_customer", "other_customer"),
    [(DuplicateScope.WAREHOUSE, 400, 400), (DuplicateScope.NONE, 201, 201)],
)
async def test_the_scope_of_duplicates_is_a_switch(
    database_url: str, scope: DuplicateScope, same_customer: int, other_customer: int
) -> None:
    house = open_house(database_url, switches=Switches(duplicate_scope=scope))
    async with visiting(house) as client:
        await create(client, "R-1")
        assert (await client.post("/orders", json=order("R-1"))).status_code == same_customer
        other = order("R-1", customerIdentifier={"id": 12})
        assert (await client.post("/orders", json=other)).status_code == other_customer
    house.close()


async def test_aliases_countries_and_lengths_are_switches(database_url: str) -> None:
    limits = FieldLimits(name=5, notes=0)
    switches = Switches(accept_alias_sku=True, two_letter_country=False, limits=limits)
    house = open_house(database_url, switches=switches)
    async with visiting(house) as client:
        short = ship_to(name="Ann", address1="1 St", country="Germany")
        created = await create(client, "R-1", line("MUG-ALT"), shipTo=short, notes="x" * 5000)
        assert created["_embedded"][LINES][0]["itemIdentifier"]["sku"] == "MUG"
        refused = await client.post("/orders", json=order("R-2", shipTo=short | {"name": "Annette"}))
        assert refused.json()["Properties"] == [{"Name": "shipTo.name", "Value": None}]
    house.close()
