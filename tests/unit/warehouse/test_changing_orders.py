"""What happens to an order after it was created: ETags, cancelling, holding, replacing, allocating."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from dockwire.warehouse import Switches, Warehouse
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import orders
from tests.unit.warehouse.houses import (
    LINES,
    available,
    create,
    line,
    number,
    open_house,
    order,
    take_in,
    tamper,
    visiting,
)

ALL = {"detail": "All", "itemdetail": "All"}


def match(created: dict[str, Any]) -> dict[str, str]:
    """Return the header that shows knowledge of an order's state."""
    return {"If-Match": created["etag"]}


async def cancel(client: httpx.AsyncClient, created: dict[str, Any], **options: Any) -> httpx.Response:
    """Cancel an order as it was when it was created."""
    options = {"json": {"reason": "buyer"}, "headers": match(created)} | options
    return await client.post(f"/orders/{number(created)}/canceler", **options)


async def hold(client: httpx.AsyncClient, *numbers: int, **query: Any) -> httpx.Response:
    """Hold orders, or release them."""
    body = {"orderIdentifiers": [{"id": number} for number in numbers]}
    return await client.put("/orders/orderholder", params={"holdReason": "check"} | query, json=body)


async def look(client: httpx.AsyncClient, created: dict[str, Any]) -> dict[str, Any]:
    """Return an order as it is now."""
    reply = await client.get(f"/orders/{number(created)}", params=ALL)
    return {**reply.json(), "etag": reply.headers["ETag"]}


async def test_cancelling_gives_the_goods_back_and_moves_the_etag(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("SET", 3))
    reply = await cancel(client, created)
    assert (reply.status_code, reply.content) == (204, b"")
    now = await look(client, created)
    assert (now["readOnly"]["status"], now["readOnly"]["isClosed"]) == (2, True)
    assert now["referenceNum"] == "R-1"
    assert now["etag"] != created["etag"]
    assert await available(client) == {"MUG": 10, "TEA": 4}
    # Nothing is cancelled, completed, allocated or replaced twice.
    for method, action, body in (
        ("POST", "/canceler", {"reason": "again"}),
        ("POST", "/completer", None),
        ("PUT", "/allocator", {}),
        ("PUT", "", order("R-1")),
    ):
        url = f"/orders/{number(created)}{action}"
        refused = await client.request(method, url, json=body, headers=match(now))
        assert (refused.status_code, refused.json()["ErrorCode"]) == (403, "OrderCanceled"), action


async def test_a_change_needs_the_present_etag(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    assert (await cancel(client, created, headers={})).status_code == 428
    assert (await cancel(client, created, headers={"If-Match": '"other"'})).status_code == 412
    await hold(client, number(created))
    assert (await cancel(client, created)).status_code == 412
    await hold(client, number(created), release=True)
    now = await look(client, created)
    # Tags are compared weakly, and one of several is enough.
    weak = {"If-Match": f'"x", W/{now["etag"]}'}
    assert (await cancel(client, created, headers=weak)).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": " "},
        {"reason": "x", "charge": -3},
        {"reason": "x", "charge": 0.001},
        {"reason": "x", "invoiceCreationInfo": {"utcOffset": 0}},
    ],
)
async def test_cancelling_needs_a_reason_and_a_charge_that_can_be_paid(
    client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    created = await create(client, "R-1")
    assert (await cancel(client, created, json=body)).status_code == 400
    assert (await look(client, created))["readOnly"]["status"] == 0


async def test_of_two_who_cancel_at_once_one_finds_the_order_changed(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 4))
    replies = await asyncio.gather(*(cancel(client, created) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [204, 412, 412, 412]
    assert (await available(client))["MUG"] == 10


async def test_a_closed_order_is_left_alone(house: Warehouse, client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    tamper(house, update(orders).values(status=Status.CLOSED, is_closed=True))
    reply = await cancel(client, created)
    assert (reply.status_code, reply.json()["ErrorCode"]) == (403, "OrderConfirmed")
    assert reply.json()["$type"].split(",")[0].endswith("OperationException")
    fault = (await hold(client, number(created))).json()["exceptions"][0]
    assert fault["wmsException"]["ErrorCode"] == "OrderConfirmed"


async def test_a_cancelled_order_keeps_its_reference_unless_a_switch_frees_it(database_url: str) -> None:
    for switches, status, reference in (
        (Switches(), 400, "R-1"),
        (Switches(cancelled_frees_reference=True), 201, "R-2"),
        (Switches(cancelled_reference_suffix=True), 201, "R-3-CANCELED-"),
    ):
        house = open_house(database_url, switches=switches)
        async with visiting(house) as client:
            created = await create(client, reference[:3])
            assert (await cancel(client, created)).status_code == 204
            assert (await look(client, created))["referenceNum"].startswith(reference)
            again = await client.post("/orders", json=order(reference[:3]))
            assert again.status_code == status
        house.close()


async def test_holding_tells_which_orders_are_held_and_why_others_are_not(
    client: httpx.AsyncClient,
) -> None:
    first, second = await create(client, "R-1"), await create(client, "R-2")
    await cancel(client, second)
    reply = await hold(client, 999, number(first), number(second), 999)
    assert reply.status_code == 200
    assert reply.json()["heldOrderIds"] == [number(first)]
    faults = reply.json()["exceptions"]
    # The entry is the place in the request, from 1.
    assert [(f["entryNumber"], f["entryInfo"], f["wmsException"]["ErrorCode"]) for f in faults] == [
        (3, str(number(second)), "OrderCanceled"),
        (1, "999", "DoesNotExist"),
    ]
    held = (await look(client, first))["readOnly"]
    assert (held["onHoldDate"], held["onHoldReason"]) == ("2026-11-02T09:00:00", "check")


async def test_a_held_order_refuses_changes_until_it_is_released(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 12))
    await hold(client, number(created), deallocate=True)
    assert (await available(client))["MUG"] == 10
    held = await look(client, created)
    for method, action, body in (
        ("POST", "/canceler", {"reason": "x"}),
        ("PUT", "/allocator", {}),
        ("PUT", "", order("R-1")),
    ):
        url = f"/orders/{number(created)}{action}"
        refused = await client.request(method, url, json=body, headers=match(held))
        assert (refused.status_code, refused.json()["ErrorCode"]) == (403, "InUse"), action
    released = await hold(client, number(created), release=True, holdReason="")
    assert released.json() == {"heldOrderIds": [], "exceptions": []}
    now = await look(client, created)
    assert now["readOnly"]["onHoldDate"] is None
    assert (await cancel(client, now)).status_code == 204


async def test_a_held_order_may_be_cancelled_where_the_switch_says_so(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(held_refuses_cancel=False))
    async with visiting(house) as client:
        created = await create(client, "R-1")
        await hold(client, number(created))
        assert (await cancel(client, await look(client, created))).status_code == 204
    house.close()


async def test_holding_needs_a_reason_and_orders(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    reply = await hold(client, number(created), holdReason=" ")
    assert reply.status_code == 400
    assert (reply.json()["ErrorCode"], reply.json()["Parameters"]) == ("Required", ["holdReason"])
    assert (await hold(client)).status_code == 400
    not_held = await hold(client, number(created), release=True)
    assert len(not_held.json()["exceptions"]) == 1


async def test_an_order_with_a_tracking_number_cannot_be_held(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", routingInfo={"trackingNumber": "1Z"})
    assert (await hold(client, number(created))).json()["heldOrderIds"] == []


async def test_an_order_that_was_read_can_be_changed_and_put_back(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 2, notes="n"), line("TEA", 1), notes="ring")
    whole = await look(client, created)
    whole["_embedded"][LINES][0]["qty"] = 5
    del whole["_embedded"][LINES][1]
    whole["shipTo"]["city"] = "Eugene"
    reply = await client.put(f"/orders/{number(created)}", json=whole, headers=match(created), params=ALL)
    assert reply.status_code == 200, reply.text
    changed = reply.json()
    assert changed["shipTo"]["city"] == "Eugene"
    assert changed["notes"] == "ring"
    (mug,) = changed["_embedded"][LINES]
    assert (mug["qty"], mug["notes"]) == (5, "n")
    assert mug["readOnly"]["orderItemId"] == created["_embedded"][LINES][0]["readOnly"]["orderItemId"]
    assert await available(client) == {"MUG": 5, "TEA": 4}
    assert reply.headers["ETag"] not in {"", created["etag"]}


async def test_lines_of_one_item_keep_the_numbers_they_were_shown_with(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 1, externalId="a"), line("MUG", 2, externalId="b"))
    first, second = (entry["readOnly"]["orderItemId"] for entry in created["_embedded"][LINES])
    url = f"/orders/{number(created)}"
    turned = created | {"_embedded": {LINES: [line("MUG", 3), *reversed(created["_embedded"][LINES])]}}
    reply = await client.put(url, json=turned, headers=match(created), params=ALL)
    fresh, *others = reply.json()["_embedded"][LINES]
    assert [(o["readOnly"]["orderItemId"], o["externalId"]) for o in others] == [(second, "b"), (first, "a")]
    assert fresh["readOnly"]["orderItemId"] > second
    # Without numbers the lines of an item are taken in their order.
    tag = {"If-Match": reply.headers["ETag"]}
    reply = await client.put(url, json=order("R-1", line("MUG", 1), line("TEA", 1)), headers=tag, params=ALL)
    mug, tea = reply.json()["_embedded"][LINES]
    assert mug["readOnly"]["orderItemId"] == fresh["readOnly"]["orderItemId"] < tea["readOnly"]["orderItemId"]


async def test_the_number_of_a_line_that_was_taken_out_never_names_another(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 1), line("TEA", 1))
    gone = created["_embedded"][LINES][1]["readOnly"]["orderItemId"]
    reply = await client.put(f"/orders/{number(created)}", json=order("R-1"), headers=match(created))
    assert reply.status_code == 200
    other = await create(client, "R-2", line("TEA", 1))
    assert other["_embedded"][LINES][0]["readOnly"]["orderItemId"] > gone


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"referenceNum": "R-2"}, 400, "Duplicate"),
        ({"customerIdentifier": {"id": 12}}, 400, "ValueNotSupported"),
        ({"shipTo": None}, 400, "Required"),
        ({"orderItems": []}, 400, "Required"),
    ],
)
async def test_an_order_is_not_replaced_by_what_could_not_be_created(
    client: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    created = await create(client, "R-1", line("MUG", 3))
    await create(client, "R-2", line("MUG", 1))
    body = order("R-1") | changes
    reply = await client.put(f"/orders/{number(created)}", json=body, headers=match(created))
    assert (reply.status_code, reply.json()["ErrorCode"]) == (status, code)
    assert (await look(client, created)) == created
    assert (await available(client))["MUG"] == 6


async def test_completing_allocates_once(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3), deferNotification=True)
    url = f"/orders/{number(created)}/completer"
    assert (await client.post(url, headers=match(created))).status_code == 204
    now = await look(client, created)
    assert (now["readOnly"]["deferNotification"], now["readOnly"]["fullyAllocated"]) == (False, True)
    again = await client.post(url, headers=match(now))
    assert (again.status_code, again.json()["ErrorCode"]) == (403, "AlreadyCompleted")
    # Complete stays complete, whatever a later update says.
    body = order("R-1", deferNotification=True)
    reply = await client.put(f"/orders/{number(created)}", json=body, headers=match(now))
    assert reply.json()["readOnly"]["deferNotification"] is False


async def test_the_allocator_fills_an_order_up_when_goods_have_come(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("TEA", 6))
    url = f"/orders/{number(created)}/allocator"
    await take_in(client, line("TEA", 5))
    assert (await client.put(url, json={}, headers=match(created))).status_code == 204
    now = await look(client, created)
    assert now["readOnly"]["fullyAllocated"] is True
    taken = [entry["qty"] for entry in now["_embedded"][LINES][0]["readOnly"]["allocations"]]
    assert taken == [4, 2]
    again = await client.put(url, json={}, headers=match(now))
    assert (again.status_code, again.json()["ErrorCode"]) == (403, "FullyAllocated")


@pytest.mark.parametrize("order_id", [999, 2**31, 2**70, "x", "9" * 5000])
async def test_an_order_that_is_not_there_is_missing(client: httpx.AsyncClient, order_id: object) -> None:
    for method, action in (("GET", ""), ("POST", "/canceler"), ("POST", "/completer"), ("PUT", "")):
        reply = await client.request(
            method,
            f"/orders/{order_id}{action}",
            json=order("R-1") | {"reason": "x"} if method != "GET" else None,
            headers={"If-Match": '"x"'},
        )
        assert (reply.status_code, reply.content) == (404, b"")
