"""Pages: complete, exclusive, bound to their first request, and alive."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from dockwire.simulators.amazon import World
from tests.unit.simulators.caller import EU, EVER, NA, SEARCH, Caller, a_world


@pytest.fixture
def world() -> World:
    world = a_world()
    world.populate(60, [("US", 35), ("CA", 25)])
    return world


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


async def token(caller: Caller, **parameters: Any) -> str:
    page = (await caller.search(maxResultsPerPage=10, **parameters)).json()
    return str(page["pagination"]["nextToken"])


@pytest.mark.parametrize("after", ["createdAfter", "lastUpdatedAfter"])
@pytest.mark.parametrize("size", [1, 7, 59, 60, 100])
async def test_pages_hold_every_order_once_in_order_of_time(caller: Caller, after: str, size: int) -> None:
    pages = [page async for page in caller.pages(maxResultsPerPage=size, **{after: EVER})]
    orders = [order for page in pages for order in page["orders"]]
    times = [order[after.replace("After", "Time")] for order in orders]
    assert len({order["orderId"] for order in orders}) == len(orders) == 60
    assert times == sorted(times, key=lambda time: time.replace("Z", ".000Z") if "." not in time else time)
    assert len(pages) == -(-60 // size)
    assert all("pagination" in page for page in pages[:-1])


async def test_newest_first_is_the_same_set_the_other_way_round(world: World, caller: Caller) -> None:
    oldest = await caller.orders(maxResultsPerPage=7)
    world.newest_first = True
    newest = await caller.orders(maxResultsPerPage=7)
    assert newest == oldest[::-1]


async def test_no_further_page_is_announced_when_the_rest_does_not_match(caller: Caller) -> None:
    matching = len(await caller.orders(fulfilledBy="AMAZON"))
    pages = [page async for page in caller.pages(fulfilledBy="AMAZON", maxResultsPerPage=matching)]
    assert [len(page["orders"]) for page in pages] == [matching]


async def test_tokens_hold_characters_that_need_encoding_and_break_without_it(caller: Caller) -> None:
    value = await token(caller)
    assert all(character in value for character in "+/=")
    assert b"Atz" not in base64.b64decode(value)
    encoded = f"{SEARCH}?lastUpdatedAfter={EVER}&paginationToken="
    assert (await caller.call("GET", encoded + quote(value, safe=""))).status_code == 200
    assert (await caller.call("GET", encoded + value)).status_code == 400
    assert (await caller.call("GET", encoded + quote(quote(value, safe=""), safe=""))).status_code == 400


async def test_the_upper_bound_stays_that_of_the_first_page(world: World, caller: Caller) -> None:
    first = (await caller.search(maxResultsPerPage=10)).json()
    world.advance(600)
    following = (await caller.search(paginationToken=first["pagination"]["nextToken"])).json()
    assert following["lastUpdatedBefore"] == first["lastUpdatedBefore"]


async def test_page_size_and_datasets_may_vary_between_pages(caller: Caller) -> None:
    value = await token(caller)
    page = (await caller.search(paginationToken=value, maxResultsPerPage=3, includedData="BUYER")).json()
    assert len(page["orders"]) == 3
    assert all("buyer" in order for order in page["orders"])


@pytest.mark.parametrize(
    "changed",
    [
        {"lastUpdatedAfter": "2025-01-01T00:00:00Z"},
        {"createdAfter": EVER},
        {"lastUpdatedBefore": "2026-11-02T08:00:00Z"},
        {"fulfilledBy": "MERCHANT"},
        {"fulfillmentStatuses": "UNSHIPPED"},
        {"marketplaceIds": "ATVPDKIKX0DER"},
    ],
)
async def test_every_other_parameter_must_be_repeated(caller: Caller, changed: dict[str, str]) -> None:
    value = await token(caller)
    assert (await caller.search(paginationToken=value)).status_code == 200
    assert (await caller.search(paginationToken=value, **changed)).status_code == 400


async def test_lists_in_another_order_are_the_same_parameters(caller: Caller) -> None:
    value = await token(caller, marketplaceIds="ATVPDKIKX0DER,A2EUQ1WTGCTBG2")
    turned = ["A2EUQ1WTGCTBG2", "ATVPDKIKX0DER"]
    assert (await caller.search(paginationToken=value, marketplaceIds=turned)).status_code == 200


async def test_a_token_alone_is_not_enough(caller: Caller) -> None:
    answer = await caller.call("GET", SEARCH, params={"paginationToken": await token(caller)})
    assert answer.status_code == 400


async def test_tokens_die_after_a_day(world: World, caller: Caller) -> None:
    value = await token(caller)
    world.advance(24 * 3600)
    assert (await caller.search(paginationToken=value)).status_code == 200
    world.advance(1)
    answer = await caller.search(paginationToken=value)
    assert answer.status_code == 400
    assert "expired" in answer.json()["errors"][0]["details"]


async def test_tokens_cannot_be_forged_or_borrowed(world: World, caller: Caller) -> None:
    value = await token(caller)
    for wrong in ("", "abc", "2YgYW55IGNhcm5hbCBwbGVhc3VyZS4", value[:-4], "A" + value[1:]):
        assert (await caller.search(paginationToken=wrong)).status_code == 400
    world.populate(15, [("DE", 1)])
    assert (await caller.search(paginationToken=value, seller=EU)).status_code == 400
    assert (await caller.search(paginationToken=value, seller=NA)).status_code == 200


async def test_an_order_updated_meanwhile_leaves_the_chain_and_is_in_the_next_window(world: World) -> None:
    caller = Caller(world)
    pages = caller.pages(maxResultsPerPage=20)
    first = await anext(pages)
    seen = {order["orderId"] for order in first["orders"]}
    moving = next(order for order in world.orders if order.key not in seen)
    world.advance(60)
    moving.body["lastUpdatedTime"] = "2026-11-02T09:01:00Z"
    world.orders.touch(moving, world.clock.now())
    async for page in pages:
        seen |= {order["orderId"] for order in page["orders"]}
    assert moving.key not in seen
    assert len(seen) == 59
    world.advance(600)
    again = await caller.orders(lastUpdatedAfter=first["lastUpdatedBefore"])
    assert moving.key in {order["orderId"] for order in again}
