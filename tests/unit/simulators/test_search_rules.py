"""The documented rules of searchOrders and getOrder parameters."""

from typing import Any

import pytest

from tests.unit.simulators.caller import EVER, SEARCH, START, Caller, a_world

TWO_MINUTES_AGO = "2026-11-02T08:58:00Z"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def statuses(caller: Caller, **parameters: Any) -> int:
    return (await caller.call("GET", SEARCH, params=parameters)).status_code


@pytest.mark.parametrize(
    "allowed",
    [
        {"createdAfter": EVER},
        {"createdAfter": "2026-11-02T08:00:00.123Z"},
        {"createdAfter": EVER, "createdBefore": TWO_MINUTES_AGO},
        {"createdAfter": EVER, "createdBefore": EVER},
        {"lastUpdatedAfter": EVER, "lastUpdatedBefore": TWO_MINUTES_AGO},
        {"createdAfter": EVER, "fulfillmentStatuses": "UNSHIPPED,PARTIALLY_SHIPPED"},
        {"createdAfter": EVER, "fulfillmentStatuses": ["UNSHIPPED", "PENDING"]},
        {"createdAfter": EVER, "fulfilledBy": "AMAZON,MERCHANT"},
        {"createdAfter": EVER, "includedData": "BUYER,RECIPIENT"},
        {"createdAfter": EVER, "maxResultsPerPage": "1"},
        {"createdAfter": EVER, "maxResultsPerPage": "100"},
        {"createdAfter": EVER, "MarketplaceIds": "x", "marketplace_ids": "y"},
        {"createdAfter": "2026-11-02T09:30:00Z"},
    ],
)
async def test_allowed(caller: Caller, allowed: dict[str, Any]) -> None:
    assert await statuses(caller, **allowed) == 200


@pytest.mark.parametrize(
    "refused",
    [
        {},
        {"createdAfter": EVER, "lastUpdatedAfter": EVER},
        {"createdBefore": TWO_MINUTES_AGO},
        {"createdAfter": EVER, "lastUpdatedBefore": TWO_MINUTES_AGO},
        {"lastUpdatedAfter": EVER, "createdBefore": TWO_MINUTES_AGO},
        {"createdAfter": "2026-11-01T00:00:00Z", "createdBefore": "2026-10-31T00:00:00Z"},
        {"lastUpdatedAfter": "2026-11-01T00:00:00Z", "lastUpdatedBefore": "2026-10-31T00:00:00Z"},
        {"createdAfter": EVER, "createdBefore": "2026-11-02T08:58:00.001Z"},
        {"lastUpdatedAfter": EVER, "lastUpdatedBefore": "2026-11-02T08:58:00.001Z"},
        {"createdAfter": EVER, "createdBefore": "yesterday"},
        {"createdAfter": EVER, "fulfillmentStatuses": "Unshipped"},
        {"createdAfter": EVER, "fulfilledBy": "MFN"},
        {"createdAfter": EVER, "includedData": "EVERYTHING"},
        {"createdAfter": EVER, "maxResultsPerPage": "0"},
        {"createdAfter": EVER, "maxResultsPerPage": "101"},
        {"createdAfter": EVER, "maxResultsPerPage": "ten"},
        {"createdAfter": EVER, "maxResultsPerPage": "9" * 40},
        {"createdAfter": [EVER, EVER]},
    ],
)
async def test_refused(caller: Caller, refused: dict[str, Any]) -> None:
    assert await statuses(caller, **refused) == 400


@pytest.mark.parametrize(
    ("data", "status"), [("BUYER,FULFILLMENT", 200), ("EVERYTHING", 400), ("buyer", 400)]
)
async def test_get_order_takes_the_same_datasets_and_no_others(data: str, status: int) -> None:
    world = a_world()
    world.populate(1, [("US", 1)])
    (order,) = world.orders
    parameters = {"includedData": data, "MarketplaceIds": "public clients send this too"}
    answer = await Caller(world).call("GET", f"{SEARCH}/{order.key}", params=parameters)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-02",
        "2026-11-02T08:00:00",
        "2026-11-02T08:00:00+00:00",
        "2026-11-02T17:00:00+09:00",
        "2026-11-02T17:00:00 09:00",
        "2026-02-30T00:00:00Z",
        "2026-11-02T25:00:00Z",
        "2026-11-02 08:00:00Z",
        "11/02/2026",
        "",
        "٢٠٢٦-11-02T08:00:00Z",
    ],
)
async def test_only_utc_times_ending_in_z_are_understood(caller: Caller, moment: str) -> None:
    answer = await caller.search(lastUpdatedAfter=moment)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["code"] == "InvalidInput"
    assert error["message"] == "Invalid date/time field [lastUpdatedAfter]"


@pytest.mark.parametrize(
    ("count", "told"), [(50, "has an unknown value"), (51, "may hold at most 50 values")]
)
async def test_more_than_fifty_marketplaces_are_too_many(caller: Caller, count: int, told: str) -> None:
    answer = await caller.search(marketplaceIds=",".join(f"A{number}" for number in range(count)))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["details"] == f"marketplaceIds {told}"


async def test_fifty_marketplaces_are_allowed_and_repetitions_do_not_count(caller: Caller) -> None:
    many = ",".join(["ATVPDKIKX0DER"] * 60)
    assert await statuses(caller, createdAfter=EVER, marketplaceIds=many) == 200


async def test_a_strict_world_refuses_unknown_parameters() -> None:
    caller = Caller(a_world(strict_parameters=True))
    assert await statuses(caller, createdAfter=EVER) == 200
    assert await statuses(caller, createdAfter=EVER, MarketplaceIds="x") == 400
    assert (await caller.call("GET", f"{SEARCH}/1", params={"page": "1"})).json()["errors"][0]["details"] == (
        "unknown parameters: page"
    )


async def test_without_an_upper_bound_the_answer_names_two_minutes_ago(caller: Caller) -> None:
    assert (await caller.search(lastUpdatedAfter=EVER)).json()["lastUpdatedBefore"] == TWO_MINUTES_AGO
    assert (await caller.search(createdAfter=EVER)).json()["createdBefore"] == TWO_MINUTES_AGO
    given = {"createdAfter": EVER, "createdBefore": "2026-11-01T00:00:00Z"}
    assert (await caller.search(**given)).json()["createdBefore"] == "2026-11-01T00:00:00Z"
    caller.world.advance(0.0057)
    assert (await caller.search()).json()["lastUpdatedBefore"] == "2026-11-02T08:58:00.005Z"


async def test_bounds_are_inclusive() -> None:
    world = a_world()
    world.populate(30, [("US", 1)])
    caller = Caller(world)
    orders = await caller.orders()
    moment = orders[7]["lastUpdatedTime"]
    only = await caller.orders(lastUpdatedAfter=moment, lastUpdatedBefore=moment)
    assert [order["orderId"] for order in only] == [orders[7]["orderId"]]


@pytest.mark.parametrize(
    ("parameters", "member", "expected"),
    [
        ({"fulfillmentStatuses": "PENDING,SHIPPED"}, "fulfillmentStatus", {"PENDING", "SHIPPED"}),
        ({"fulfilledBy": "AMAZON"}, "fulfilledBy", {"AMAZON"}),
    ],
)
async def test_filters_choose_by_fulfilment(
    parameters: dict[str, str], member: str, expected: set[str]
) -> None:
    world = a_world()
    world.populate(100, [("US", 1)])
    orders = await Caller(world).orders(includedData="FULFILLMENT", **parameters)
    assert {order["fulfillment"][member] for order in orders} == expected


async def test_marketplaces_choose_orders_and_none_means_all() -> None:
    world = a_world()
    world.populate(20, [("US", 1), ("CA", 1)])
    caller = Caller(world)
    canadian = await caller.orders(marketplaceIds="A2EUQ1WTGCTBG2")
    assert {order["salesChannel"]["marketplaceName"] for order in canadian} == {"Amazon.ca"}
    assert (len(canadian), len(await caller.orders())) == (10, 20)


async def test_orders_older_than_two_years_are_gone_except_where_memory_is_longer() -> None:
    world = a_world()
    world.populate(2, [("US", 1), ("JP", 1)])
    caller = Caller(world)
    (american,) = await caller.orders()
    world.advance(3 * 365 * 86400)
    assert START.year + 3 == world.clock.now().year
    assert await caller.orders() == []
    assert (await caller.call("GET", f"{SEARCH}/{american['orderId']}")).status_code == 404
    assert len(await caller.orders(seller="A3SIMFAREAST01")) == 1
