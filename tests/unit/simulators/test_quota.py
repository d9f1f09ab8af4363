"""Throttling by Amazon's documented plans, in the world's time."""

from datetime import timedelta

import pytest

from dockwire.simulators.amazon.quota import Plan, Quota
from tests.unit.simulators.caller import EU, NA, SEARCH, START, Caller, a_world

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


async def test_without_quota_nothing_is_throttled_and_the_rate_is_still_told() -> None:
    caller = Caller(a_world())
    answers = [await caller.search() for _ in range(25)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1].headers["x-amzn-ratelimit-limit"] == "0.0056"


async def test_a_burst_then_one_request_every_three_minutes() -> None:
    caller = Caller(a_world(quota="documented"))
    assert [(await caller.search()).status_code for _ in range(21)] == [200] * 20 + [429]
    caller.world.advance(178)
    assert (await caller.search()).status_code == 429
    caller.world.advance(1)
    assert (await caller.search()).status_code == 200
    assert (await caller.search()).status_code == 429


@pytest.mark.parametrize(
    ("path", "status", "rate"),
    [
        (SEARCH + "?lastUpdatedAfter=2026-11-01T00:00:00Z", 200, "0.0056"),
        (SEARCH, 400, "0.0056"),
        (SEARCH + "/112-0000000-0000000", 404, "0.5"),
        ("/eu" + SEARCH, 403, None),
        ("/orders/v0/orders", 501, None),
    ],
)
async def test_the_rate_travels_on_success_400_and_404_only(path: str, status: int, rate: str | None) -> None:
    answer = await Caller(a_world()).call("GET", path)
    assert (answer.status_code, answer.headers.get("x-amzn-ratelimit-limit")) == (status, rate)


async def test_a_throttled_answer_has_amazons_code_and_no_rate() -> None:
    caller = Caller(a_world(quota="documented"))
    for _ in range(20):
        await caller.search()
    answer = await caller.search()
    assert answer.json()["errors"][0]["code"] == "QuotaExceeded"
    assert "x-amzn-ratelimit-limit" not in answer.headers
    assert "x-amzn-requestid" in answer.headers
    assert "retry-after" not in answer.headers


async def test_sellers_and_operations_have_buckets_of_their_own_and_marketplaces_share() -> None:
    caller = Caller(a_world(quota="documented"))
    for code in ("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2") * 10:
        assert (await caller.search(marketplaceIds=code)).status_code == 200
    assert (await caller.search(marketplaceIds="ATVPDKIKX0DER")).status_code == 429
    assert (await caller.search(path="/na" + SEARCH)).status_code == 429
    assert (await caller.search(seller=EU)).status_code == 200
    assert (await caller.call("GET", PARTICIPATIONS)).status_code == 200


async def test_refused_requests_cost_too_and_unauthenticated_ones_do_not() -> None:
    caller = Caller(a_world(quota="documented"))
    for _ in range(40):
        await caller.http.get(SEARCH)
    answers = [await caller.search(maxResultsPerPage=0) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [400] * 20 + [429]
    assert answers[0].headers["x-amzn-ratelimit-limit"] == "0.0056"


async def test_a_sellers_plan_may_be_changed_while_the_world_runs() -> None:
    caller = Caller(a_world(quota="documented"))
    caller.world.quota.plans["searchOrders"] = Plan(rate=0.5, burst=1)
    assert (await caller.search()).headers["x-amzn-ratelimit-limit"] == "0.5"
    assert (await caller.search()).status_code == 429
    caller.world.advance(2)
    assert (await caller.search()).status_code == 200


@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 3, 7.7])
def test_many_small_waits_are_worth_one_long_one(step: float) -> None:
    quota = Quota("documented")
    key = ("app", NA, "NA", "confirmShipment")
    now = START
    for _ in range(10):
        assert quota.take(key, now)
    granted = 0
    for _ in range(300):
        now += timedelta(seconds=step)
        granted += quota.take(key, now)
    assert abs(granted - min(300, 300 * step * 2)) <= 1


def test_a_clock_set_back_takes_no_tokens_away() -> None:
    quota = Quota("documented")
    key = ("app", NA, "NA", "confirmShipment")
    assert quota.take(key, START)
    assert quota.take(key, START - timedelta(hours=1))
