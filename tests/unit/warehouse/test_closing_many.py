"""Closing many orders at once: how charges fall on them, and what happens when some cannot be closed."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.warehouse import Switches, Warehouse, load_seed
from dockwire.warehouse.billing_methods import Batch, Charge, Detail, Method
from dockwire.warehouse.switches import Remainder
from tests.unit.warehouse.closings import billing, charge, charged, close, close_many, look, refusal
from tests.unit.warehouse.houses import SEED, create, line, number, open_house, visiting

PRORATE = {"billingApplyMethod": 2}


async def create_some(client: httpx.AsyncClient, count: int) -> list[int]:
    """Create orders and return their numbers."""
    return [number(await create(client, f"R-{place}")) for place in range(count)]


async def amounts(client: httpx.AsyncClient, order_ids: list[int]) -> list[float]:
    """Return the sum of the charges of each order."""
    orders = [await look(client, order_id) for order_id in order_ids]
    return [sum(each["subtotal"] for each in order["billing"]["billingCharges"]) for order in orders]


@pytest.mark.parametrize(
    ("method", "shares"), [(None, [10, 10, 10]), (0, [10, 10, 10]), (1, [0, 10, 0]), (2, [3.33, 3.34, 3.33])]
)
async def test_charges_fall_as_the_method_says_and_the_request_orders(
    client: httpx.AsyncClient, method: int | None, shares: list[float]
) -> None:
    first, second, third = await create_some(client, 3)
    bill = billing(charge("2.5", units=4))
    reply = await close_many(client, second, first, third, billingApplyMethod=method, **bill)
    assert (reply.status_code, reply.content) == (204, b"")
    assert await amounts(client, [first, second, third]) == shares
    for order_id in (first, second, third):
        assert (await look(client, order_id))["readOnly"]["status"] == 1


@pytest.mark.parametrize(
    ("digits", "remainder", "amount", "shares"),
    [
        (0, "first", 100, [34, 33, 33]),
        (2, "last", 0.02, [0, 0.01, 0.01]),
        (3, "first", 1, [0.334, 0.333, 0.333]),
        (2, "first", -1, [-0.34, -0.33, -0.33]),
    ],
)
async def test_what_is_divided_adds_up_in_the_customers_currency(
    database_url: str, digits: int, remainder: str, amount: float, shares: list[float]
) -> None:
    house = open_house(database_url, switches=Switches.model_validate({"prorate_remainder": remainder}))
    load_seed(house, {"customers": [SEED["customers"][0] | {"currency_digits": digits}]})
    async with visiting(house) as client:
        order_ids = await create_some(client, 3)
        bare = {"chargeType": 3, "details": [], "subtotal": amount}
        for bill in (billing(charge(amount)), billing(bare)):
            reply = await close_many(client, *order_ids, **PRORATE, **bill)
            assert reply.status_code == 204, reply.text
            assert await amounts(client, order_ids) == shares
            named = {"orderIdentifiers": [{"id": order_id} for order_id in order_ids]}
            assert (await client.post("/orders/unconfirmer", json=named)).status_code == 204
            shares = [2 * share for share in shares]
    house.close()


MONEY = st.decimals(min_value=-(10**6), max_value=10**6, places=4)


@given(
    prices=st.lists(MONEY, min_size=1, max_size=4),
    orders=st.integers(1, 50),
    digits=st.sampled_from([0, 2, 3]),
    remainder=st.sampled_from(Remainder),
)
def test_parts_add_up_and_differ_by_one_smallest_unit_at_most(
    prices: list[Decimal], orders: int, digits: int, remainder: Remainder
) -> None:
    rows = tuple(Detail("x", Decimal(1), round(price, digits)) for price in prices)
    whole = Charge(5, sum((row.amount for row in rows), Decimal(0)), rows)
    batch = Batch(Method.PRORATE, orders, digits, remainder)
    parts = [batch.part([whole], place) for place in range(orders)]
    totals = [sum((part.subtotal for part in each), Decimal(0)) for each in parts]
    assert sum(totals) == whole.subtotal
    for each in parts:
        for part in each:
            assert part.subtotal == sum(row.amount for row in part.details)
    if len({row.amount > 0 for row in rows}) == 1:
        assert max(totals) - min(totals) <= Decimal(1).scaleb(-digits)


async def test_an_order_named_twice_counts_once(client: httpx.AsyncClient) -> None:
    first, second = await create_some(client, 2)
    asked = (first, second, first, 99, 99)
    reply = await close_many(client, *asked, **PRORATE, **billing(charge(1)))
    assert [fault["EntryNumber"] for fault in reply.json()["Faults"]] == [4]
    assert await amounts(client, [first, second]) == [0.5, 0.5]
    named = {"orderIdentifiers": [{"id": order_id} for order_id in (first, second, second)]}
    assert (await client.post("/orders/unconfirmer", json=named)).status_code == 204


async def test_the_good_orders_close_and_the_others_are_named(client: httpx.AsyncClient) -> None:
    order_ids = await create_some(client, 2)
    short = number(await create(client, "R-9", line("TEA", 40)))
    asked = (short, order_ids[0], 99, order_ids[1])
    reply = await close_many(client, *asked, trackingNumber="1Z", **PRORATE, **billing(charge(1)))
    assert reply.status_code == 400
    body = reply.json()
    assert body["$type"].split(",")[0].endswith("ListException")
    assert [(f["EntryNumber"], f["EntryInfo"], f["WmsException"]["ErrorCode"]) for f in body["Faults"]] == [
        (1, str(short), "NotFullyAllocated"),
        (3, "99", "DoesNotExist"),
    ]
    # What was to be charged is charged whole, on the orders that closed.
    assert await amounts(client, [*order_ids, short]) == [0.5, 0.5, 0]
    states = [(await look(client, order_id))["readOnly"]["status"] for order_id in (*order_ids, short)]
    assert states == [1, 1, 0]
    assert (await look(client, order_ids[0]))["routingInfo"]["trackingNumber"] == "1Z"
    named = {"orderIdentifiers": [{"id": order_id} for order_id in (short, *order_ids)]}
    again = await client.post("/orders/unconfirmer", json=named)
    assert [f["WmsException"]["ErrorCode"] for f in again.json()["Faults"]] == ["OrderNotConfirmed"]
    assert (await look(client, order_ids[1]))["readOnly"]["status"] == 0


async def test_none_is_changed_where_the_switch_says_so(database_url: str) -> None:
    house = open_house(database_url, switches=Switches.model_validate({"bulk_failure": "none"}))
    async with visiting(house) as client:
        order_ids = await create_some(client, 2)
        before = [await look(client, order_id) for order_id in order_ids]
        reply = await close_many(client, *order_ids, 99, **billing(charge(1)))
        assert refusal(reply) == (400, "ListException")
        assert [await look(client, order_id) for order_id in order_ids] == before
        await close_many(client, order_ids[0])
        before = [await look(client, order_id) for order_id in order_ids]
        named = {"orderIdentifiers": [{"id": order_id} for order_id in order_ids]}
        assert refusal(await client.post("/orders/unconfirmer", json=named)) == (400, "ListException")
        assert [await look(client, order_id) for order_id in order_ids] == before
    house.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"orderIdentifiers": []},
        {"billingApplyMethod": 3},
        {"billingApplyMethod": "evenly"},
        {"confirmDate": "x"},
        billing({"chargeType": 8, "subtotal": 1}),
    ],
)
async def test_a_request_that_cannot_be_meant_closes_none(
    client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    (order_id,) = await create_some(client, 1)
    reply = await client.post("/orders/confirmer", json={"orderIdentifiers": [{"id": order_id}]} | changes)
    assert refusal(reply)[0] == 400
    assert (await look(client, order_id))["readOnly"]["status"] == 0


async def test_amounts_are_not_divided_over_different_currencies(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    load_seed(house, {"customers": [SEED["customers"][1] | {"currency_digits": 0}]})
    theirs = {"customerIdentifier": {"id": 12}, "deferNotification": False}
    order_ids = [*(await create_some(client, 1)), number(await create(client, "B-1", **theirs))]
    reply = await close_many(client, *order_ids, **PRORATE, **billing(charge(2)))
    assert refusal(reply) == (400, "ValueNotSupported")
    assert await amounts(client, order_ids) == [0, 0]
    # An amount that one currency has not is the fault of that order alone.
    reply = await close_many(client, *order_ids, **billing(charge("2.5")))
    assert [f["EntryNumber"] for f in reply.json()["Faults"]] == [2]
    assert await amounts(client, order_ids) == [2.5, 0]


async def test_many_and_one_at_once_close_an_order_once(client: httpx.AsyncClient) -> None:
    created = [await create(client, f"R-{n}") for n in range(4)]
    order_ids = [number(each) for each in created]
    acts = [close(client, each, **billing(charge())) for each in created]
    acts += [close_many(client, *ids, **billing(charge())) for ids in (order_ids, order_ids[::-1])]
    replies = await asyncio.gather(*acts)
    assert {reply.status_code for reply in replies[:4]} <= {204, 412}
    assert {reply.status_code for reply in replies[4:]} <= {204, 400}
    for order_id in order_ids:
        now = await look(client, order_id)
        assert (now["readOnly"]["status"], charged(now)) == (1, [("Relabel", 7, False)])
