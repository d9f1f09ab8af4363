"""Answers in the other JSON shape, broken lists, and error bodies nobody documented."""

from typing import Any

import pytest
from starlette.types import ASGIApp

from dockwire.errors import Duplicate, NotFound, Refused, RemoteError, Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.warehouse import Party, PlacedStatus
from dockwire.warehouse import Warehouse, load_seed
from tests.unit.extensiv.stock import ACME, Noting, draft, noting, opened, rules


def deaf_to_accept(app: ASGIApp) -> ASGIApp:
    """Stand for a proxy that drops the Accept header, which changes the shape of all JSON."""

    async def dropped(scope: Any, receive: Any, send: Any) -> None:
        kept = [(name, value) for name, value in scope["headers"] if name != b"accept"]
        await app({**scope, "headers": kept}, receive, send)

    return dropped


async def test_the_other_shape_is_understood_as_well(house: Warehouse) -> None:
    load_seed(house, {"items": [{"customer": "Acme", "sku": f"S{n:03}"} for n in range(150)]})
    async with opened(deaf_to_accept(noting(house))) as client:
        placed = await client.create_order(draft("R-1"))
        assert await client.get_order(placed.order_id) == placed
        assert (await client.find_orders(["R-1", "R-2"], ACME)).keys() == {"R-1"}
        assert len(await client.items(ACME)) == 154
        assert await client.customers() == [Party(11, "Acme"), Party(12, "Borealis")]
        assert len(await client.facilities(ACME)) == 2
        await client.hold_order(placed, "reason")
        with pytest.raises(Refused, match="on hold"):
            await client.cancel_order(await client.get_order(placed.order_id), "reason")
        with pytest.raises(Duplicate):
            await client.create_order(draft("R-1"))


async def test_every_call_says_what_it_wants_and_who_asks(client: WarehouseClient, app: Noting) -> None:
    placed = await client.create_order(draft())
    await client.find_order("R-1", ACME)
    await client.cancel_order(placed, "reason")
    for headers in app.headers:
        assert headers["accept"] == "application/hal+json"
        assert headers["user-agent"].startswith("dockwire/")
    assert {headers["content-type"] for headers in app.headers if "content-length" in headers} == {
        "application/hal+json"
    }


BROKEN: list[Any] = [
    {"totalResults": 3, "_embedded": {}},
    {"totalResults": 3, "_embedded": {"http://api.3plCentral.com/rels/orders/order": []}},
    {"TotalResults": 3, "ResourceList": []},
    {"totalResults": 1, "_embedded": {"item": {"readOnly": {}}}},
    {"totalResults": 1, "_embedded": {"item": [{"readOnly": {"orderId": 1}}]}},
    {"_embedded": None},
    {"Message": "An error has occurred."},
    [],
]


@pytest.mark.parametrize("body", BROKEN, ids=str)
async def test_a_broken_list_never_means_that_an_order_is_not_there(house: Warehouse, body: Any) -> None:
    answer = {"kind": "status", "status": 200, "json_body": body}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        with pytest.raises(Unavailable, match="not what the warehouse's reference promises"):
            await client.find_order("R-1", ACME)


ODD: list[tuple[int, Any, type[RemoteError], str]] = [
    (400, {"ErrorCode": "Duplicate"}, Duplicate, "code Duplicate"),
    (400, {"errorCode": "Duplicate", "hint": None}, Duplicate, "code Duplicate"),
    (
        400,
        {"Faults": [{"EntryNumber": 1, "WmsException": {"ErrorCode": "Duplicate"}}]},
        Duplicate,
        "Duplicate",
    ),
    (
        400,
        {"ErrorCode": "Required", "Properties": [{"Name": "shipTo.zip"}, {"Name": None}]},
        Refused,
        "shipTo.zip",
    ),
    (400, {"ErrorCode": 7, "Hint": ["x"], "Properties": "none"}, Refused, "status 400"),
    (400, [1, 2], Refused, "refuses the request"),
    (400, "Bad Request", Refused, "refuses the request"),
    (403, {"ErrorCode": "NotFullyAllocated", "Hint": "short"}, Refused, "with this order: short"),
    (404, None, NotFound, "no such thing"),
    (428, None, Refused, "refuses the request"),
]


@pytest.mark.parametrize(("status", "body", "kind", "told"), ODD, ids=str)
async def test_error_bodies_of_any_shape_are_told_as_far_as_they_go(
    house: Warehouse, status: int, body: Any, kind: type[RemoteError], told: str
) -> None:
    answer = {"kind": "status", "status": status, "json_body": body}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        with pytest.raises(kind, match=told) as caught:
            await client.create_order(draft())
    assert type(caught.value) is kind


async def test_a_hint_that_quotes_an_address_is_not_passed_on(house: Warehouse) -> None:
    hint = "Ann Example of 1 Sample Street is not known"
    answer = {"kind": "status", "status": 400, "json_body": {"ErrorCode": "Incompatible", "Hint": hint}}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        with pytest.raises(Refused, match="is not known") as caught:
            await client.create_order(draft())
    assert "Ann" not in str(caught.value)
    assert "Sample" not in str(caught.value)


async def test_a_warehouse_that_gives_less_than_asked_is_read_to_the_end(house: Warehouse) -> None:
    load_seed(house, {"items": [{"customer": "Acme", "sku": f"S{n:03}"} for n in range(60)]})
    app = noting(house)

    async def stingy(scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"].replace(b"pgsiz=100", b"pgsiz=7")
        await app({**scope, "query_string": query}, receive, send)

    async with opened(stingy) as client:
        assert len({item.sku for item in await client.items(ACME)}) == 64
    assert app.count("/items") == 10


async def test_an_order_that_was_closed_or_cancelled_is_told_by_its_status(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        placed = await client.create_order(draft())
        await client.cancel_order(placed, "reason")
    # The warehouse shows a cancelled order as closed, which must not count as shipped.
    async with opened(noting(house)) as client:
        assert (await client.get_order(WarehouseOrderId(placed.order_id))).status is PlacedStatus.CANCELLED
