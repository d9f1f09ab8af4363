"""Orders, adjustments and holds at once: no goods are had twice."""

import asyncio
import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from dockwire.warehouse import Warehouse
from dockwire.warehouse.quantities import left_of
from dockwire.warehouse.state import read_state
from dockwire.warehouse.tables import allocations, receive_items
from dockwire.warehouse.work import IN_PROCESS, Work
from tests.unit.warehouse.houses import create, line, open_house, order, take_in, visiting
from tests.unit.warehouse.test_adjustments import adjust, summary


def check_books(house: Warehouse) -> None:
    """Nothing is taken that is not there, and what orders took is what the goods say was taken."""

    def read(work: Work) -> None:
        taken: dict[int, Decimal] = defaultdict(Decimal)
        for row in work.link.execute(select(allocations)):
            taken[row.receive_item_id] += row.qty
        for row in work.link.execute(select(receive_items)):
            assert row.allocated == taken[row.id]
            assert left_of(row) >= 0

    house.read(IN_PROCESS, read)


async def test_orders_and_adjustments_at_once_share_what_there_is(database_url: str) -> None:
    houses = [open_house(database_url) for _ in range(2)]
    async with visiting(houses[0]) as one, visiting(houses[1]) as other:
        await take_in(one, line("MUG", 6))
        replies = await asyncio.gather(
            *(
                client.post("/orders", json=order(f"R-{name}-{n}", line("MUG", 3)))
                for name, client in (("a", one), ("b", other))
                for n in range(4)
            ),
            *(adjust(client, line("MUG", -3)) for client in (one, other) for _ in range(2)),
        )
    created, adjusted = replies[:8], replies[8:]
    assert {reply.status_code for reply in created} == {201}
    assert {reply.status_code for reply in adjusted} <= {201, 400}
    taken = sum(row["allocated"] for row in _mugs(houses[0]))
    gone = 3 * sum(reply.status_code == 201 for reply in adjusted)
    # Sixteen were there: orders wanted 24, adjustments 12, and nothing is left or had twice.
    assert taken + gone == 16
    check_books(houses[0])
    for house in houses:
        house.close()


async def test_of_reversals_at_once_one_is_carried_out(client: httpx.AsyncClient, house: Warehouse) -> None:
    reply = await adjust(client, line("MUG", 4))
    match = {"If-Match": reply.headers["ETag"]}
    undone = await asyncio.gather(
        *(client.post("/inventory/adjustmentreverser/1", headers=match) for _ in range(4))
    )
    assert sorted(each.status_code for each in undone) == [200, 412, 412, 412]
    assert [row["adjusted"] for row in _mugs(house)] == [0]


async def test_of_an_order_and_a_reversal_that_want_the_same_goods_one_gets_them(
    client: httpx.AsyncClient, house: Warehouse
) -> None:
    for n in range(1, 9):
        added = await adjust(client, line("TEA", 2))
        match = {"If-Match": added.headers["ETag"]}
        free = int((await summary(client, "TEA"))["available"])
        undo = client.post(f"/inventory/adjustmentreverser/{n}", headers=match)
        sold, undone = await asyncio.gather(
            client.post("/orders", json=order(f"R-{n}", line("TEA", free))), undo
        )
        full = sold.json()["readOnly"]["fullyAllocated"]
        assert (undone.status_code, full) in {(200, False), (403, True)}
        check_books(house)


async def test_a_hold_and_orders_at_once_leave_no_order_with_goods_taken_after_the_hold(
    client: httpx.AsyncClient, house: Warehouse
) -> None:
    body = {"receiveItemIdentifiers": [{"id": 1}]}
    await asyncio.gather(
        *(client.post("/orders", json=order(f"R-{n}", line("MUG", 1))) for n in range(4)),
        client.put("/inventory/holder?holdReason=x", json=body),
        *(client.post("/orders", json=order(f"S-{n}", line("MUG", 1))) for n in range(4)),
    )
    before = [row["allocated"] for row in _mugs(house)]
    await create(client, "R-late", line("MUG", 1))
    assert [row["allocated"] for row in _mugs(house)] == before
    check_books(house)


def _mugs(house: Warehouse) -> list[dict[str, Any]]:
    stock = house.read(IN_PROCESS, read_state)["stock"]
    return [row for row in stock if row["customerId"] == 11 and row["sku"] == "MUG"]


@pytest.mark.parametrize("seed", range(6))
async def test_the_books_balance_after_a_day_of_everything(database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    house = open_house(database_url)
    async with visiting(house) as client:
        for _ in range(5):
            await asyncio.gather(*(_something(client, chance) for _ in range(6)))
        check_books(house)
        page = (await client.get("/inventory/stocksummaries")).json()
        rows = (await client.get("/inventory?pgsiz=1000")).json()["_embedded"]["item"]
        for summary in page["summaries"]:
            mine = [row for row in rows if _key(row) == _key(summary)]
            assert summary["onHand"] == sum(row["onHandQty"] for row in mine)
            assert summary["onHold"] == sum(row["onHoldQty"] for row in mine)
            free = [row["availableQty"] for row in mine if not row["onHold"]]
            assert summary["available"] == sum(free)
    house.close()


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    facility = row["facilityId"] if "facilityId" in row else row["facilityIdentifier"]["id"]
    return row["itemIdentifier"]["id"], row["qualifier"], facility


async def _something(client: httpx.AsyncClient, chance: random.Random) -> None:
    sku, qty = chance.choice(["MUG", "TEA", "SET"]), chance.randint(1, 4)
    match chance.randrange(5):
        case 0 | 1:
            await create(client, f"R-{chance.random()}", line(sku, qty))
        case 2:
            change = qty if chance.random() < 0.5 else -qty
            reply = await adjust(client, line(chance.choice(["MUG", "TEA"]), change))
            assert reply.status_code in {201, 400}
        case 3:
            where = {"id": chance.choice([3, 4])}
            await take_in(client, line(chance.choice(["MUG", "TEA"]), qty), facilityIdentifier=where)
        case 4:
            body = {"receiveItemIdentifiers": [{"id": chance.randint(1, 6)}]}
            query = {"release": "true"} if chance.random() < 0.5 else {"holdReason": "x"}
            reply = await client.put("/inventory/holder", params=query, json=body)
            assert reply.status_code == 200
