"""The packages of an order: several of them, with contents, changed one by one."""

from typing import Any

import httpx
import pytest

from dockwire.warehouse import Warehouse
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.closings import act, close, line_ids, look, refusal
from tests.unit.warehouse.houses import LINES, create, line, number, order

PACKAGES = "http://api.3plCentral.com/rels/orders/package"
CONTENTS = "http://api.3plCentral.com/rels/orders/packagecontent"


def packed(line_id: int, qty: Any = 1, **more: Any) -> dict[str, Any]:
    """Return so much of a line in a package."""
    return {"orderItemId": line_id, "qty": qty, **more}


async def pack(client: httpx.AsyncClient, known: dict[str, Any], *contents: Any, **package: Any) -> Any:
    """Add a package to an order that is known in the state it was read in."""
    return await act(client, known, "packages", package | {"packageContents": list(contents)})


async def change(
    client: httpx.AsyncClient, reply: httpx.Response, method: str = "PUT", body: Any = None, **query: Any
) -> httpx.Response:
    """Change a package that is known as an answer showed it."""
    url = reply.json()["_links"]["self"]["href"]
    headers = {"If-Match": reply.headers["ETag"]}
    return await client.request(method, url, json=body, params=query, headers=headers)


async def test_an_order_has_as_many_packages_as_it_takes(house: Warehouse, client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3), line("TEA", 1))
    mug, tea = line_ids(created)
    size = {"length": 10, "width": 5.5, "height": 4, "weight": "1.25", "insuredAmount": 20}
    first = await pack(client, created, packed(mug, 2), trackingNumber="1Z1", **size)
    assert first.status_code == 201, first.text
    shown = first.json()
    assert (shown["packageTypeId"], shown["width"], shown["weight"]) == (2, 5.5, 1.25)
    assert shown["createDate"] == "2026-11-02T09:00:00"
    assert shown["readOnly"]["cod"] is False
    assert [(c["orderItemId"], c["qty"]) for c in shown["_embedded"][CONTENTS]] == [(mug, 2)]
    now = await look(client, created)
    assert now["etag"] not in {created["etag"], first.headers["ETag"]}
    second = await pack(client, now, packed(mug), packed(tea), trackingNumber="1Z2")
    assert second.status_code == 201
    page = await client.get(f"/orders/{number(created)}/packages")
    assert page.json()["_embedded"][PACKAGES] == [first.json(), second.json()]
    assert (await close(client, await look(client, created))).status_code == 204
    packages = (await look(client, created))["readOnly"]["packages"]
    assert [(p["trackingNumber"], len(p["packageContents"])) for p in packages] == [("1Z1", 1), ("1Z2", 2)]
    (state,) = house.read(IN_PROCESS, read_state)["orders"]
    assert [(p["tracking"], p["contents"]) for p in state["packages"]] == [
        ("1Z1", [{"sku": "MUG", "qty": 2}]),
        ("1Z2", [{"sku": "MUG", "qty": 1}, {"sku": "TEA", "qty": 1}]),
    ]


async def test_a_package_is_shown_in_both_shapes(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    (mug,) = line_ids(created)
    reply = await pack(client, created, packed(mug, lotNumber="L", serialNumber="S"))
    plain = {"Accept": "application/json"}
    url = reply.json()["_links"]["self"]["href"]
    shown = (await client.get(url, headers=plain)).json()
    assert shown["PackageContents"][0]["SerialNumbers"] == ["S"]
    listed = (await client.get(f"/orders/{number(created)}/packages", headers=plain)).json()
    assert listed == {"TotalResults": 1, "ResourceList": [shown]}
    whole = await client.get(f"/orders/{number(created)}?detail=All", headers=plain)
    (inside,) = whole.json()["ReadOnly"]["Packages"]
    assert inside["PackageContents"] == shown["PackageContents"]
    assert inside["Cod"] is False


async def test_a_package_is_changed_by_who_knows_it(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3))
    (mug,) = line_ids(created)
    first = await pack(client, created, packed(mug, 2, serialNumbers=["a", "b"]), trackingNumber="1Z1")
    before = await look(client, created)
    # Without a word about contents they stay; as they were read they may be sent back.
    second = await change(client, first, body={"trackingNumber": "1Z2"})
    assert second.status_code == 200, second.text
    assert second.json()["trackingNumber"] == "1Z2"
    assert [c["qty"] for c in second.json()["_embedded"][CONTENTS]] == [2]
    assert (await look(client, created))["etag"] != before["etag"]
    assert (await change(client, first, body={})).status_code == 412
    third = await change(client, second, body=second.json())
    content = third.json()["_embedded"][CONTENTS][0]
    assert (content["qty"], content["serialNumbers"]) == (2, ["a", "b"])
    emptied = await change(client, third, body={}, deleteAllContents="true")
    assert emptied.json()["_embedded"][CONTENTS] == []
    url = emptied.json()["_links"]["self"]["href"]
    assert (await client.request("DELETE", url)).status_code == 428
    gone = await change(client, emptied, "DELETE")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await client.get(url)).status_code == 404
    assert (await look(client, created))["readOnly"]["packages"] == []


async def test_the_number_of_a_package_that_is_gone_never_names_another(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    first = await pack(client, created)
    await change(client, first, "DELETE")
    second = await pack(client, await look(client, created))
    assert second.json()["packageId"] > first.json()["packageId"]


@pytest.mark.parametrize(
    ("contents", "code", "member"),
    [
        ([{"orderItemId": 0, "qty": 4}], "ValueNotSupported", "qty"),
        ([{"orderItemId": 0, "qty": 2}, {"orderItemId": 0, "qty": 2}], "ValueNotSupported", "qty"),
        ([{"orderItemId": 0}], "Required", "packageContents[0].qty"),
        ([{"qty": 1}], "Required", "packageContents[0].orderItemId"),
        ([{"orderItemId": 999, "qty": 1}], "DoesNotExist", "packageContents[0].orderItemId"),
        ([{"orderItemId": -1, "qty": 1}], "DoesNotExist", "packageContents[0].orderItemId"),
        (
            [{"orderItemId": 0, "qty": 1, "receiveItemId": 2}],
            "DoesNotExist",
            "packageContents[0].receiveItemId",
        ),
        (
            [{"orderItemId": 0, "qty": 1, "expirationDate": "2027-01-01"}],
            "ValueNotSupported",
            "packageContents[0].expirationDate",
        ),
        (
            [{"orderItemId": 0, "qty": 1, "serialNumbers": [1]}],
            "ValueNotSupported",
            "packageContents[0].serialNumbers",
        ),
    ],
)
async def test_contents_are_what_the_order_has(
    client: httpx.AsyncClient, contents: list[dict[str, Any]], code: str, member: str
) -> None:
    created, other = await create(client, "R-1", line("MUG", 3)), await create(client, "R-2")
    numbers = {0: line_ids(created)[0], -1: line_ids(other)[0]}
    named = [
        {name: numbers.get(value, value) if name == "orderItemId" else value for name, value in each.items()}
        for each in contents
    ]
    reply = await pack(client, created, *named)
    assert refusal(reply) == (400, code), reply.text
    assert reply.json()["Properties"][0]["Name"] == member
    assert await look(client, created) == created


@pytest.mark.parametrize(
    ("package", "query"),
    [
        ({"weight": -1}, {}),
        ({"codAmount": "0.00001"}, {}),
        ({"packageDefIdentifier": {"id": 1}}, {}),
        ({}, {"calculateWeight": "true"}),
        ({}, {"calculateDims": "true"}),
    ],
)
async def test_a_package_that_cannot_be_kept_is_refused(
    client: httpx.AsyncClient, package: dict[str, Any], query: dict[str, str]
) -> None:
    created = await create(client, "R-1")
    url = f"/orders/{number(created)}/packages"
    headers = {"If-Match": created["etag"]}
    assert (await client.post(url, json=package, params=query, headers=headers)).status_code == 400
    assert await look(client, created) == created


async def test_the_parts_of_a_kit_are_packed_as_they_were_taken(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("SET", 2))
    (kit,) = created["_embedded"][LINES]
    kit_id, mugs = kit["readOnly"]["orderItemId"], kit["readOnly"]["allocations"][0]
    assert mugs["qty"] == 4
    parts = packed(kit_id, 5, receiveItemId=mugs["receiveItemId"])
    assert refusal(await pack(client, created, parts)) == (400, "ValueNotSupported")
    reply = await pack(client, created, parts | {"qty": 3})
    assert reply.status_code == 201, reply.text
    again = await pack(client, await look(client, created), parts | {"qty": 2})
    assert refusal(again) == (400, "ValueNotSupported")


async def test_what_is_packed_is_not_taken_out_of_the_order(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3), line("TEA", 1))
    await pack(client, created, packed(line_ids(created)[0], 2))
    now = await look(client, created)
    for lines, left in (([line("TEA", 1)], 400), ([line("MUG", 1)], 400), ([line("MUG", 2)], 200)):
        reply = await client.put(
            f"/orders/{number(now)}", json=order("R-1", *lines), headers={"If-Match": now["etag"]}
        )
        assert reply.status_code == left, reply.text


async def test_packages_follow_the_state_of_their_order(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    package = await pack(client, created)
    named = {"orderIdentifiers": [{"id": number(created)}]}
    await client.put("/orders/orderholder?holdReason=x", json=named)
    changes: tuple[tuple[str, Any], ...] = (("PUT", {}), ("DELETE", None))
    for method, body in changes:
        assert refusal(await change(client, package, method, body)) == (403, "InUse")
    assert refusal(await pack(client, await look(client, created))) == (403, "InUse")
    await client.put("/orders/orderholder?release=true", json=named)
    # A tracking number on a package is one of the order's: it cannot be held any more.
    assert (await change(client, package, body={"trackingNumber": "1Z"})).status_code == 200
    held = await client.put("/orders/orderholder?holdReason=x", json=named)
    assert held.json()["heldOrderIds"] == []
    package = await client.get(package.json()["_links"]["self"]["href"])
    assert (await close(client, await look(client, created))).status_code == 204
    for method, body in changes:
        assert refusal(await change(client, package, method, body)) == (403, "OrderConfirmed")


async def test_packages_are_found_in_their_order_only(client: httpx.AsyncClient) -> None:
    created, other = await create(client, "R-1"), await create(client, "R-2")
    package = await pack(client, created)
    number_of_package = package.json()["packageId"]
    for order_id, package_id in ((number(other), number_of_package), (99, number_of_package), (1, 99)):
        url = f"/orders/{order_id}/packages/{package_id}"
        for method in ("GET", "PUT", "DELETE"):
            reply = await client.request(method, url, json={}, headers={"If-Match": '"x"'})
            assert reply.status_code == 404
    assert (await client.get("/orders/99/packages")).status_code == 404
    reply = await client.post(f"/orders/{number(created)}/packages", json={})
    assert reply.status_code == 428
