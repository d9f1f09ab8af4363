"""Pages, details, the two JSON shapes, and the collections of customers, facilities and items."""

import re
from typing import Any

import httpx
import pytest

from dockwire.warehouse import Warehouse, load_seed
from tests.unit.warehouse.houses import LINES, ORDERS, create, line, number


async def _walk(client: httpx.AsyncClient, url: str) -> list[Any]:
    """Follow the links from page to page."""
    found: list[Any] = []
    while url:
        page = (await client.get(url)).json()
        found += next(iter(page["_embedded"].values()))
        url = page["_links"].get("next", {}).get("href", "")
    return found


async def test_following_the_links_shows_every_order_once(client: httpx.AsyncClient) -> None:
    for n in range(7):
        await create(client, f"R-{n}", poNum=f"p%{n % 2}")
    found = await _walk(client, "/orders?pgsiz=2&sort=-ponum")
    assert [number(entry) for entry in found] == [2, 4, 6, 1, 3, 5, 7]
    # What was encoded twice stays so in the links.
    found = await _walk(client, "/orders?pgsiz=1&rql=ponum%3D%3Dp%25250")
    assert [number(entry) for entry in found] == [1, 3, 5, 7]
    middle = (await client.get("/orders?pgsiz=3&pgnum=2")).json()
    assert middle["totalResults"] == 7
    assert {name: re.sub(r".*pgnum=", "", link["href"]) for name, link in middle["_links"].items()} == {
        "self": "2",
        "next": "3",
        "prev": "1",
    }
    assert (await client.get("/orders?pgnum=99")).json()["_embedded"][ORDERS] == []


LIMITS = {
    "/orders": 1000,
    "/orders/summaries": 1000,
    "/customers": 100,
    "/customers/11/items": 100,
    "/customers/11/itemaliases": 100,
    "/inventory": 1000,
    "/inventory/receivers": 500,
    "/inventory/adjustments": 500,
    "/inventory/stocksummaries": 500,
    "/inventory/stockdetails?customerid=11&facilityid=3": 500,
}


@pytest.mark.parametrize("path", LIMITS)
async def test_a_page_has_a_largest_size(client: httpx.AsyncClient, path: str) -> None:
    for size, status in ((LIMITS[path], 200), (LIMITS[path] + 1, 400), (0, 400), ("x", 400), (-1, 400)):
        reply = await client.get(httpx.URL(path).copy_merge_params({"pgsiz": str(size)}))
        assert reply.status_code == status, size
    for name, value in (("pgnum", "0"), ("pgnum", "9" * 5000), ("sort", "nix")):
        reply = await client.get(httpx.URL(path).copy_merge_params({name: value}))
        assert (reply.status_code, reply.json()["Parameters"]) == (400, [name])


async def test_without_a_size_a_page_has_its_default(house: Warehouse, client: httpx.AsyncClient) -> None:
    load_seed(house, {"items": [{"customer": "Acme", "sku": f"S{n:03}"} for n in range(30)]})
    page = (await client.get("/customers/11/items")).json()
    assert len(page["_embedded"]["http://api.3plCentral.com/rels/customers/item"]) == 10
    assert page["totalResults"] == 34


async def test_unknown_parameters_are_ignored(client: httpx.AsyncClient) -> None:
    await create(client, "R-1")
    reply = await client.get("/orders?pgsize=5000&customerid=99&facilityid=99&PGSIZ=1")
    assert reply.json()["totalResults"] == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *[("/orders", n) for n in ("markforlistid", "skulist", "skucontains", "hvpbatchname", "upclist")],
        *[("/orders/summaries", n) for n in ("orderidcontains", "receiverid")],
        *[("/inventory/receivers", n) for n in ("purchaseorderid", "receivertype")],
    ],
)
async def test_a_documented_parameter_that_is_not_done_is_refused_and_not_ignored(
    client: httpx.AsyncClient, path: str, name: str
) -> None:
    reply = await client.get(path, params={name: "1"})
    assert (reply.status_code, reply.json()["Parameters"]) == (400, [name])
    assert (await client.get(path, params={name: ""})).status_code == 200


async def test_what_is_absent_is_sorted_first(client: httpx.AsyncClient) -> None:
    for n in range(3):
        await create(client, f"R-{n}")
    await client.put("/orders/orderholder?holdReason=x", json={"orderIdentifiers": [{"id": 2}]})
    for sort, ids in (("readonly.onholddate", [1, 3, 2]), ("-readonly.onholddate", [2, 1, 3])):
        page = (await client.get("/orders", params={"sort": sort})).json()
        assert [number(entry) for entry in page["_embedded"][ORDERS]] == ids


async def test_details_are_shown_when_they_are_asked_for(client: httpx.AsyncClient) -> None:
    saved = [{"name": "a", "value": "b"}]
    created = await create(client, "R-1", line(savedElements=saved), savedElements=saved)
    parts = {"": set(), "orderitems": {"_embedded"}, "SavedElements,Contacts": {"savedElements", "shipTo"}}
    for detail, names in parts.items():
        shown = (await client.get(f"/orders/{number(created)}", params={"detail": detail})).json()
        assert {"_embedded", "savedElements", "shipTo"} & set(shown) == names
    for item_detail, has_saved, has_taken in (("None", False, False), ("Allocations", False, True)):
        query = {"detail": "OrderItems", "itemdetail": item_detail}
        (shown,) = (await client.get("/orders", params=query)).json()["_embedded"][ORDERS]
        entry = shown["_embedded"][LINES][0]
        assert ("savedElements" in entry, "allocations" in entry["readOnly"]) == (has_saved, has_taken)
    assert (await client.get("/orders?detail=Everything")).status_code == 400


async def test_accept_decides_the_shape(client: httpx.AsyncClient) -> None:
    await create(client, "R-1", savedElements=[{"name": "a", "value": "b"}])
    for accept in ("*/*", "application/json"):
        reply = await client.get("/orders?detail=All&itemdetail=All", headers={"Accept": accept})
        assert reply.headers["Content-Type"] == "application/json"
        plain = reply.json()
        assert (set(plain), plain["TotalResults"]) == ({"TotalResults", "ResourceList"}, 1)
        order = plain["ResourceList"][0]
        assert order["ReadOnly"]["OrderId"] == 1
        assert order["OrderItems"][0]["ItemIdentifier"]["Sku"] == "MUG"
        assert order["SavedElements"] == [{"Name": "a", "Value": "b"}]
        assert not [name for name in order if not name[0].isupper()]
    reply = await client.get("/orders", headers={"Accept": "application/json, application/hal+json"})
    assert reply.headers["Content-Type"] == "application/hal+json"
    assert "_embedded" in reply.json()


async def test_summaries_of_orders_are_short(client: httpx.AsyncClient) -> None:
    await create(client, "R-1", poNum="P")
    assert (await client.get("/orders/summaries")).json()["_embedded"]["item"] == [
        {
            "orderId": 1,
            "referenceNum": "R-1",
            "poNum": "P",
            "fullyAllocated": True,
            "customer": "Acme",
            "facility": "Reno",
            "creationDate": "2026-11-02T09:00:00",
            "isClosed": False,
        }
    ]


async def test_customers_name_their_facilities(house: Warehouse, client: httpx.AsyncClient) -> None:
    page = (await client.get("/customers?sort=-companyinfo.companyname")).json()
    names = [
        entry["companyInfo"]["companyName"]
        for entry in page["_embedded"]["http://api.3plCentral.com/rels/customers/customer"]
    ]
    assert names == ["Borealis", "Acme"]
    reply = await client.get("/customers/11")
    acme = reply.json()
    assert acme["readOnly"] == {"customerId": 11, "deactivated": False}
    assert acme["facilities"] == [{"name": "Reno", "id": 3}, {"name": "Hamburg", "id": 4}]
    assert acme["primaryFacilityIdentifier"]["id"] == 3
    assert acme["options"] == {"storage": {"autoFillChargesOnConfirm": False}}
    assert (await client.get("/customers/99")).status_code == 404
    load_seed(house, {"customers": [{"name": "Acme", "facilities": ["Reno"]}]})
    changed = await client.get("/customers/11")
    assert changed.headers["ETag"] not in {"", reply.headers["ETag"]}


async def test_facilities_are_those_of_a_customer(client: httpx.AsyncClient) -> None:
    rel = "http://api.3plCentral.com/rels/properties/facility"
    everywhere = (await client.get("/properties/facilities")).json()
    assert everywhere["totalResults"] == 2
    (reno,) = (await client.get("/properties/facilities?customerId=12")).json()["_embedded"][rel]
    assert reno == {
        "facilityId": 3,
        "name": "Reno",
        "timeZoneName": "Pacific Standard Time",
        "lastCloseDate": None,
        "deactivated": False,
    }


async def test_items_tell_whether_they_are_active_and_what_kits_are_made_of(
    client: httpx.AsyncClient,
) -> None:
    rel = "http://api.3plCentral.com/rels/customers/item"
    page = (await client.get("/customers/11/items", params={"sort": "sku"})).json()
    items = {entry["sku"]: entry for entry in page["_embedded"][rel]}
    assert list(items) == ["MUG", "OLD", "SET", "TEA"]
    assert [sku for sku, entry in items.items() if entry["readOnly"]["deactivated"]] == ["OLD"]
    parts = items["SET"]["kit"]["components"]
    assert [(part["itemIdentifier"]["sku"], part["qty"]) for part in parts] == [("MUG", 2), ("TEA", 1)]
    found = await client.get("/customers/11/items", params={"rql": "upc==012345678905"})
    assert found.json()["_embedded"][rel][0]["sku"] == "TEA"
    assert (await client.get("/customers/99/items")).status_code == 404


async def test_aliases_name_the_item_they_mean(client: httpx.AsyncClient) -> None:
    page = (await client.get("/customers/11/itemaliases")).json()
    (alias,) = page["_embedded"]["http://api.3plCentral.com/rels/customers/itemalias"]
    assert alias["aliasIdentifier"]["sku"] == "MUG-ALT"
    assert alias["details"][0]["itemIdentifier"]["sku"] == "MUG"
