"""Searching and fetching orders: parameters, pages, quota, time."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from dockwire.amazon.client import AmazonAccount, user_agent
from dockwire.clock import ManualClock
from dockwire.errors import (
    AccessDenied,
    NotFound,
    PageTokenExpired,
    Refused,
    RemoteError,
    Throttled,
    Unavailable,
)
from dockwire.faults.effects import HTML_PAGE
from dockwire.model.ids import AmazonOrderId, MarketplaceId
from dockwire.model.order import Malformed, OrderPage, OrderStatus, SearchWindow
from dockwire.pacing import MemoryQuotaStore
from dockwire.simulators.amazon import build_app
from dockwire.simulators.amazon.quota import Plan
from tests.unit.amazon.accounts import ORDERS, US, a_world, asked, opened, rules, window

CA = MarketplaceId("A2EUQ1WTGCTBG2")
Asking = Callable[[AmazonAccount], Awaitable[object]]


class Watching:
    """Keeps the raw queries and headers of what passes on to an application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.queries.append(scope["query_string"].decode())
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await self.app(scope, receive, send)


async def chain(seller: AmazonAccount, over: SearchWindow) -> list[OrderPage]:
    pages = [await seller.search_orders(over)]
    while (token := pages[-1].next_token) is not None:
        pages.append(await seller.search_orders(over, token))
    return pages


async def test_a_chain_reads_every_order_once_with_tokens_full_of_awkward_characters() -> None:
    world = a_world(strict_parameters=True, strict_user_agent=True)
    world.populate(450, [("US", 2), ("CA", 1)])
    watching = Watching(build_app(world))
    async with opened(world, app=watching) as seller:
        pages = await chain(seller, window(world.clock.now(), US, CA))
    seen = Counter(order.order_id for page in pages for order in page.orders)
    assert seen == Counter(order.key for order in world.orders if order.updated <= pages[0].upper_bound)  # type: ignore[operator]  # it is there
    assert len(pages) >= 4
    assert all(set("+/=") <= set(page.next_token or "+/=") for page in pages)
    tokens = [
        query.split("paginationToken=")[1].split("&")[0] for query in watching.queries if "Token" in query
    ]
    assert len(tokens) == len(pages) - 1
    assert not any("fulfillmentStatuses" in query for query in watching.queries)
    assert not any(set("+/=") & set(token) or "%25" in token for token in tokens)


async def test_a_search_asks_for_what_is_used_and_nothing_personal_besides() -> None:
    world = a_world(strict_parameters=True)
    watching = Watching(build_app(world))
    tokyo = timezone(timedelta(hours=9))
    over = SearchWindow(
        marketplaces=(US, CA),
        updated_after=datetime(2026, 11, 1, 9, 30, 0, 123456, tzinfo=tokyo),
        updated_before=datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
        statuses=(OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED),
    )
    async with opened(world, app=watching) as seller:
        await seller.search_orders(over)
    assert dict(parse_qsl(watching.queries[-1])) == {
        "lastUpdatedAfter": "2026-11-01T00:30:00.123Z",
        "lastUpdatedBefore": "2026-11-02T08:00:00.000Z",
        "marketplaceIds": f"{US},{CA}",
        "maxResultsPerPage": "100",
        "includedData": "FULFILLMENT,RECIPIENT,CANCELLATION,PACKAGES",
        "fulfillmentStatuses": "UNSHIPPED,PARTIALLY_SHIPPED",
    }


@pytest.mark.parametrize("token", ["gone", "YWJj+/=="])
async def test_a_token_that_amazon_does_not_take_means_starting_over(token: str) -> None:
    world = a_world()
    async with opened(world) as seller:
        with pytest.raises(PageTokenExpired) as caught:
            await seller.search_orders(window(world.clock.now()), token)
    assert (caught.value.status, caught.value.vendor_code) == (400, "InvalidInput")
    assert token not in str(caught.value)
    assert asked(world, "searchOrders") == [400]


async def test_a_token_older_than_a_day_means_starting_over() -> None:
    world = a_world()
    world.populate(150, [("US", 1)])
    over = window(world.clock.now())
    async with opened(world) as seller:
        token = (await seller.search_orders(over)).next_token
        world.advance(timedelta(hours=25).total_seconds())
        with pytest.raises(PageTokenExpired):
            await seller.search_orders(over, token)


async def test_a_refused_window_is_no_matter_of_tokens() -> None:
    world = a_world()
    now = world.clock.now()
    async with opened(world) as seller:
        with pytest.raises(Refused, match="code InvalidInput") as caught:
            await seller.search_orders(SearchWindow((US,), now - timedelta(hours=1), now))
    assert type(caught.value) is Refused


async def test_an_order_is_fetched_by_its_id() -> None:
    world = a_world()
    world.populate(5, [("US", 1)])
    known = next(iter(world.orders))
    async with opened(world) as seller:
        order = await seller.get_order(AmazonOrderId(known.key))
        assert order.order_id == known.key
        with pytest.raises(NotFound):
            await seller.get_order(AmazonOrderId("111-9999999-9999999"))
        with pytest.raises(Refused, match="orderId must have the form"):
            await seller.get_order(AmazonOrderId("111?x=y#z"))
    assert not isinstance(order, Malformed)


async def test_marketplaces_are_told_with_the_sellers_standing() -> None:
    world = a_world()
    async with opened(world) as seller:
        standing = {each.marketplace_id: each for each in await seller.participations()}
    assert standing[US].participating
    assert sum(not each.participating for each in standing.values()) == 1


# -- quota -----------------------------------------------------------------------------------------


async def test_paced_calls_are_never_throttled_whatever_the_number() -> None:
    world = a_world(quota="documented")
    async with opened(world) as seller:
        for _ in range(40):
            await seller.search_orders(window(world.clock.now()))
    assert asked(world, "searchOrders") == [200] * 40
    assert world.clock.now() - ManualClock().now() == pytest.approx(
        timedelta(seconds=21 / 0.0056), abs=timedelta(seconds=1)
    )


@pytest.mark.parametrize("rate", [0.003, 0.05])
async def test_the_rate_that_answers_announce_is_followed_down_and_up(rate: float) -> None:
    world = a_world(quota="documented")
    world.quota.plans["searchOrders"] = Plan(rate, 20)
    async with opened(world) as seller:
        for _ in range(30):
            await seller.search_orders(window(world.clock.now()))
    assert asked(world, "searchOrders") == [200] * 30
    waited = (world.clock.now() - ManualClock().now()).total_seconds()
    # The first call was planned by the documented rate: nothing had been announced yet.
    assert waited == pytest.approx(10 / rate + 1 / 0.0056, abs=1)


@pytest.mark.parametrize("headers", [{}, {"retry-after": "300"}, {"x-amzn-RateLimit-Limit": "0.01"}])
async def test_a_refusal_by_quota_empties_the_bucket_and_the_call_succeeds_later(
    headers: dict[str, str],
) -> None:
    world = a_world()
    body = {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota."}]}
    refusal = {"kind": "status", "status": 429, "json_body": body, "headers": headers}
    faults = rules({"path": ORDERS, "effect": refusal, "first": 2})
    quota = MemoryQuotaStore()
    async with opened(world, faults=faults, quota=quota) as seller:
        await seller.search_orders(window(world.clock.now()))
        waited = (world.clock.now() - ManualClock().now()).total_seconds()
        # Refused twice: each time the bucket is empty, and each attempt has taken a token of its own.
        assert waited >= max(2 / 0.0056, 2 * float(headers.get("retry-after", 0)))
        assert waited < 2 / 0.0056 + 610
        left = await quota.take(
            f"{seller._account}/searchOrders", rate=0.0056, burst=19, now=world.clock.now()
        )
    assert asked(world, "searchOrders") == [429, 429, 200]
    assert left > 0


async def test_one_call_takes_one_token_an_attempt_and_none_besides() -> None:
    world = a_world()
    faults = rules(
        {"path": ORDERS, "effect": {"kind": "status", "status": 503, "html": HTML_PAGE}, "first": 3}
    )
    quota = MemoryQuotaStore()
    async with opened(world, faults=faults, quota=quota) as seller:
        await seller.search_orders(window(world.clock.now()))
        key, taken = f"{seller._account}/searchOrders", 0
        now = ManualClock().now() + timedelta(seconds=120)
        while not await quota.take(key, rate=0.0056, burst=19, now=now):
            taken += 1
    assert asked(world, "searchOrders") == [503, 503, 503, 200]
    assert taken == 19 - 4


async def test_throttling_without_an_end_is_told() -> None:
    world = a_world()
    faults = rules({"path": ORDERS, "effect": {"kind": "status", "status": 429}})
    async with opened(world, faults=faults) as seller:
        with pytest.raises(Throttled):
            await seller.search_orders(window(world.clock.now()))
    assert asked(world, "searchOrders") == [429] * 5


async def test_a_quota_that_takes_too_long_is_left_to_the_next_run_at_once() -> None:
    world = a_world()
    async with opened(world, max_wait=100) as seller:
        for _ in range(19):
            await seller.search_orders(window(world.clock.now()))
        before = world.clock.now()
        with pytest.raises(Throttled, match="the next run goes on"):
            await seller.search_orders(window(world.clock.now()))
    assert world.clock.now() == before


# -- broken answers --------------------------------------------------------------------------------

ASKING: dict[str, Asking] = {
    "search": lambda seller: seller.search_orders(window(ManualClock().now())),
    "order": lambda seller: seller.get_order(AmazonOrderId("111-0000001-0000001")),
    "standing": lambda seller: seller.participations(),
}
SHAPES: list[Any] = [[], "text", 7, {}, {"errors": []}, {"orders": None}, {"orders": {}}, {"order": []}]
SHAPES += [{"payload": {}}, {"payload": [{}]}, {"orders": [], "pagination": 5}, {"order": None}]


@pytest.mark.parametrize("asking", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
async def test_json_of_another_shape_is_never_taken_for_an_answer(asking: Asking, shape: Any) -> None:
    faults = rules(
        {"path": "^/(orders|sellers)", "effect": {"kind": "status", "status": 200, "json_body": shape}}
    )
    async with opened(a_world(), faults=faults) as seller:
        with pytest.raises(Unavailable, match="not what Amazon's model promises"):
            await asking(seller)


@pytest.mark.parametrize("asking", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize(
    "effect",
    ["html_success", "empty_success", "cut", {"kind": "status", "status": 503, "html": HTML_PAGE}],
    ids=str,
)
async def test_no_answer_at_all_is_unavailable_after_five_attempts(asking: Asking, effect: Any) -> None:
    faults = rules({"path": "^/(orders|sellers)", "effect": effect})
    async with opened(a_world(), faults=faults) as seller:
        with pytest.raises(Unavailable):
            await asking(seller)
    assert faults.reports()[0].fired == 5


@pytest.mark.parametrize(
    "body", ['{"errors": null}', '{"errors": [null]}', '{"errors": [{"message": null}]}', "[]", "", "<html>"]
)
async def test_a_refusal_without_its_documented_body_is_a_refusal(body: str) -> None:
    faults = rules({"path": ORDERS, "effect": {"kind": "status", "status": 400, "text": body}})
    world = a_world()
    async with opened(world, faults=faults) as seller:
        with pytest.raises(Refused, match="no reason given") as caught:
            await seller.search_orders(window(world.clock.now()))
    assert caught.value.vendor_code is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (403, AccessDenied), (404, NotFound), (429, Throttled), (500, Unavailable)],
)
async def test_every_error_carries_the_request_id_that_amazons_support_asks_for(
    status: int, kind: type[RemoteError]
) -> None:
    answer = {"kind": "status", "status": status, "text": "[]", "headers": {"x-amzn-RequestId": "r-17"}}
    async with opened(a_world(), faults=rules({"path": "^/orders", "effect": answer})) as seller:
        with pytest.raises(kind, match="request id r-17") as caught:
            await seller.get_order(AmazonOrderId("111-0000001-0000001"))
    assert (caught.value.request_id, caught.value.status) == ("r-17", status)


async def test_a_refusals_words_are_told_without_what_is_personal() -> None:
    words = {
        "errors": [{"code": "InvalidInput", "message": "bad", "details": "ann@mail.example.com Atza|abc"}]
    }
    faults = rules({"path": ORDERS, "effect": {"kind": "status", "status": 400, "json_body": words}})
    world = a_world()
    async with opened(world, faults=faults) as seller:
        with pytest.raises(Refused, match=r"bad \[mail address\] \[token\]"):
            await seller.search_orders(window(world.clock.now()))


# -- Amazon's clock, our name ----------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-3, 3])
async def test_amazons_time_is_learnt_from_its_answers(minutes: int) -> None:
    world = a_world()
    ours = ManualClock(world.clock.now() - timedelta(minutes=minutes))
    async with opened(world, clock=ours) as seller:
        first = await seller.amazon_now()
        assert abs(first - world.clock.now()) <= timedelta(seconds=1)
        ours.advance(60)
        assert await seller.amazon_now() - first == timedelta(seconds=60)
    assert len(asked(world, "getMarketplaceParticipations")) == 1


@pytest.mark.parametrize(
    "date", ["yesterday", "", "Mon, 99 Nov 2026 09:00:00 GMT", "2026-11-02", "Mon, 02 Nov 2026 11:00:00"]
)
async def test_a_date_that_is_none_leaves_our_own(date: str) -> None:
    world = a_world()
    answer = {"kind": "status", "status": 200, "json_body": {"payload": []}, "headers": {"date": date}}
    async with opened(world, faults=rules({"path": "^/sellers", "effect": answer})) as seller:
        assert await seller.amazon_now() == world.clock.now()


async def test_a_closed_account_holds_no_connections() -> None:
    async with opened(a_world()) as seller:
        await seller.participations()
    assert seller._client.is_closed


async def test_every_request_names_us_the_way_amazon_wants() -> None:
    world = a_world(strict_user_agent=True)
    watching = Watching(build_app(world))
    async with opened(world, app=watching) as seller:
        await seller.participations()
    assert {headers["user-agent"] for headers in watching.headers} == {user_agent()}
    name, _, attributes = user_agent().partition(" ")
    assert name.startswith("dockwire/")
    assert attributes.startswith("(Language=Python/")
    assert "; Platform=" in attributes
    assert len(user_agent()) < 500
    assert "authorization" not in watching.headers[-1]
