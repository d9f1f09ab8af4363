"""What was closed lately: every order once, whatever happens while the list is read."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.types import ASGIApp

from dockwire.clock import ManualClock
from dockwire.errors import Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.shipping import ShipOrder, UnreadableOrder
from dockwire.model.warehouse import PlacedStatus, Routing
from dockwire.warehouse import Warehouse
from tests.unit.extensiv.stock import ACME, BOREALIS, draft, line, noting, opened, rules
from tests.unit.extensiv.test_answers import BROKEN, deaf_to_accept
from tests.unit.warehouse.houses import START, open_house

BEFORE = START - timedelta(days=1)
UPS = Routing("UPS", "03", "UPSN")


def clock_of(house: Warehouse) -> ManualClock:
    assert isinstance(house.clock, ManualClock)
    return house.clock


async def close(client: WarehouseClient, house: Warehouse, reference: str, **overrides: Any) -> int:
    """Create an order, pack it whole and close it."""
    placed = await client.create_order(draft(reference, **{"routing": UPS} | overrides))
    order = await client.ship_order(placed.order_id)
    await client.close_order(order, f"1Z{reference}", (), at=clock_of(house).now())
    return placed.order_id


async def listed_orders(client: WarehouseClient, since: datetime = BEFORE) -> list[ShipOrder]:
    orders = [order async for order in client.moved_orders(ACME, since)]
    readable = [order for order in orders if isinstance(order, ShipOrder)]
    assert readable == orders
    return readable


async def numbers(client: WarehouseClient, since: datetime = BEFORE) -> list[int]:
    return [order.placed.order_id for order in await listed_orders(client, since)]


def few_at_once(app: ASGIApp, act: Callable[[int], Awaitable[None]] | None = None) -> ASGIApp:
    """Stand for a warehouse that gives two orders a page, whatever it is asked; ``act`` follows each page."""
    pages: list[int] = []

    async def stingy(scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"].replace(b"pgsiz=200", b"pgsiz=2")
        await app({**scope, "query_string": query}, receive, send)
        if query != scope["query_string"]:
            pages.append(1)
            if act is not None:
                await act(len(pages))

    return stingy


async def test_the_customers_orders_are_read_with_their_status(
    client: WarehouseClient, house: Warehouse
) -> None:
    wanted = await close(client, house, "R-1")
    await client.create_order(draft("R-2"))
    cancelled = await client.create_order(draft("R-3"))
    await client.cancel_order(cancelled, "reason")
    await close(client, house, "R-4", customer_id=BOREALIS)
    order, *others = await listed_orders(client)
    assert [other.placed.status for other in others] == [PlacedStatus.OPEN, PlacedStatus.CANCELLED]
    assert (order.placed.order_id, order.placed.status) == (wanted, PlacedStatus.CLOSED)
    assert (order.routing, order.tracking, order.lines[0].item_id) == (UPS, "1ZR-1", "77")
    assert order.closed == START - timedelta(minutes=1)
    assert order.modified == START


@pytest.mark.parametrize("shape", [noting, lambda house: deaf_to_accept(noting(house))])
async def test_packages_come_with_the_list(house: Warehouse, shape: Any) -> None:
    async with opened(shape(house)) as client:
        placed = await client.create_order(draft(lines=(line("MUG", "2"),)))
        order = await client.ship_order(placed.order_id)
        contents = [{"orderItemId": order.lines[0].line_id, "qty": 2}]
        reply = await client._client.post(
            f"/orders/{placed.order_id}/packages",
            json={"trackingNumber": "1Z7", "packageContents": contents},
            headers={"if-match": order.placed.etag},
        )
        assert reply.is_success
        order = await client.ship_order(placed.order_id)
        await client.close_order(order, "", (), at=clock_of(house).now())
        (listed,) = await listed_orders(client)
        whole = await client.ship_order(placed.order_id)
    assert listed.packages == whole.packages
    assert [(package.tracking, package.contents[0].quantity) for package in listed.packages] == [
        ("1Z7", Decimal(2))
    ]


async def test_what_changed_at_the_moment_itself_is_read(client: WarehouseClient, house: Warehouse) -> None:
    first = await close(client, house, "R-1")
    clock_of(house).advance(1)
    second = await close(client, house, "R-2")
    assert await numbers(client, START) == [first, second]
    assert await numbers(client, START + timedelta(seconds=1)) == [second]
    # The warehouse shows whole seconds: what is asked for may not begin later than it says.
    assert await numbers(client, START + timedelta(seconds=1, milliseconds=999)) == [second]
    assert await numbers(client, START + timedelta(seconds=2)) == []


async def test_an_old_order_closed_now_is_read(client: WarehouseClient, house: Warehouse) -> None:
    placed = await client.create_order(draft("R-1"))
    clock_of(house).advance(7 * 86400)
    later = clock_of(house).now()
    order = await client.ship_order(placed.order_id)
    await client.close_order(order, "1Z1", (), at=later)
    assert await numbers(client, later - timedelta(hours=2)) == [placed.order_id]


def hearing(app: ASGIApp, queries: list[bytes]) -> ASGIApp:
    """Note the query of every request."""

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        queries.append(scope["query_string"])
        await app(scope, receive, send)

    return listening


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("America/Los_Angeles", b"2026-07-01T05%3A00%3A00"),
        ("Europe/Berlin", b"2026-07-01T14"),
        ("Asia/Kolkata", b"2026-07-01T17"),
        ("UTC", b"2026-07-01T12"),
    ],
)
async def test_the_moment_is_told_in_the_warehouses_own_time(
    house: Warehouse, zone: str, told: bytes
) -> None:
    queries: list[bytes] = []
    async with opened(hearing(noting(house), queries), time_zone=zone) as client:
        await numbers(client, datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert told in queries[0]


@pytest.mark.parametrize(
    "began",
    [
        datetime(2026, 11, 1, 8, 0, tzinfo=UTC),  # 01:00 in Los Angeles, an hour that comes twice
        datetime(2027, 3, 14, 9, 0, tzinfo=UTC),  # 01:00, an hour before one that never comes
    ],
    ids=str,
)
async def test_nothing_is_lost_in_the_hours_when_clocks_are_put(sqlite_url: str, began: datetime) -> None:
    house = open_house(f"{sqlite_url}.clocks", start=began)
    ends: dict[int, datetime] = {}
    async with opened(noting(house)) as client:
        for n in range(6):
            ends[await close(client, house, f"R-{n}")] = clock_of(house).now()
            clock_of(house).advance(1800)
        for since in ends.values():
            found = await numbers(client, since)
            assert {number for number, moment in ends.items() if moment >= since} <= set(found)
    house.close()


async def test_many_orders_are_read_to_the_end_each_once(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        ids = [await close(client, house, f"R-{n}") for n in range(7)]
    app = noting(house)
    async with opened(few_at_once(app)) as client:
        assert await numbers(client) == ids
    assert app.count("GET /orders") == 4


async def test_orders_closed_in_another_order_than_they_came_are_all_read(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        placed = [await client.create_order(draft(f"R-{n}")) for n in range(6)]
        for each in reversed(placed):
            clock_of(house).advance(60)
            order = await client.ship_order(each.order_id)
            await client.close_order(order, "1Z1", (), at=clock_of(house).now())
    async with opened(few_at_once(noting(house))) as client:
        assert await numbers(client) == [each.order_id for each in placed]


@pytest.mark.parametrize("which", [0, 1])
async def test_an_order_reopened_meanwhile_hides_no_other(house: Warehouse, which: int) -> None:
    # Pages counted from the beginning shift by one when an order leaves the list.
    async with opened(noting(house)) as clerk:
        ids = [await close(clerk, house, f"R-{n}") for n in range(6)]

        async def reopen(page: int) -> None:
            if page == 1:
                order = await clerk.get_order(ids[which])  # type: ignore[arg-type]  # a number
                reply = await clerk._client.post(
                    f"/orders/{ids[which]}/unconfirmer", headers={"if-match": order.etag}
                )
                assert reply.is_success

        async with opened(few_at_once(noting(house), reopen)) as client:
            assert set(ids) - {ids[which]} <= set(await numbers(client))


async def test_an_order_changed_meanwhile_hides_no_other(house: Warehouse) -> None:
    # Sorted by its time of change it would move to the end, and the next one into a page read already.
    async with opened(noting(house)) as clerk:
        ids = [await close(clerk, house, f"R-{n}") for n in range(6)]

        async def again(page: int) -> None:
            if page > 1:
                return
            clock_of(house).advance(60)
            for action in ("unconfirmer", "confirmer"):
                order = await clerk.get_order(ids[0])  # type: ignore[arg-type]  # a number
                reply = await clerk._client.post(
                    f"/orders/{ids[0]}/{action}", json={}, headers={"if-match": order.etag}
                )
                assert reply.is_success

        async with opened(few_at_once(noting(house), again)) as client:
            assert await numbers(client) == ids


async def test_a_page_in_another_order_loses_nothing(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        ids = [await close(client, house, f"R-{n}") for n in range(5)]
    app = noting(house, rules({"path": "/orders$", "effect": "reverse_items"}))
    async with opened(few_at_once(app)) as client:
        assert sorted(await numbers(client)) == ids


@pytest.mark.parametrize("body", [body for body in BROKEN if "orderId" not in str(body)], ids=str)
async def test_a_broken_list_never_means_that_nothing_was_closed(house: Warehouse, body: Any) -> None:
    answer = {"kind": "status", "status": 200, "json_body": body}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        with pytest.raises(Unavailable, match="not what the warehouse's reference promises"):
            await numbers(client)


async def test_a_row_that_is_no_order_is_told_by_its_number(house: Warehouse) -> None:
    body = {"totalResults": 1, "_embedded": {"item": [{"readOnly": {"orderId": 1}}]}}
    answer = {"kind": "status", "status": 200, "json_body": body}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        (row,) = [order async for order in client.moved_orders(ACME, BEFORE)]
    assert row == UnreadableOrder(
        WarehouseOrderId(1), "readonly.customeridentifier, readonly.status, referencenum"
    )


@pytest.mark.parametrize(
    "effect",
    ["html_success", "empty_success", "cut", {"kind": "status", "status": 500, "text": "Oops"}],
    ids=str,
)
async def test_a_list_that_breaks_off_is_no_shorter_list(house: Warehouse, effect: Any) -> None:
    async with opened(noting(house)) as client:
        for n in range(5):
            await close(client, house, f"R-{n}")
    app = noting(house, rules({"path": "/orders$", "after": 1, "effect": effect}))
    async with opened(few_at_once(app)) as client:
        with pytest.raises(Unavailable):
            await numbers(client)


async def test_a_warehouse_that_gives_the_same_page_for_ever_is_told(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        for n in range(3):
            await close(client, house, f"R-{n}")
    app = noting(house)

    async def deaf(scope: Any, receive: Any, send: Any) -> None:
        number = b"readonly.orderId%3Dgt%3D"
        query = scope["query_string"]
        start = query.find(number)
        if start >= 0:
            query = query[:start] + number + b"0" + query[query.find(b"&", start) :]
        await app({**scope, "query_string": query}, receive, send)

    async with opened(few_at_once(deaf)) as client:
        with pytest.raises(Unavailable):
            await numbers(client)
    assert app.count("GET /orders") == 2


async def test_charges_are_not_asked_for_where_nobody_needs_them(house: Warehouse) -> None:
    # A charge of a kind that we do not know would keep every other order from being told to Amazon.
    queries: list[bytes] = []
    async with opened(hearing(noting(house), queries)) as client:
        await numbers(client)
    assert b"Packages" in queries[0]
    assert b"Billing" not in queries[0]
