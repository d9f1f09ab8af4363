"""Access tokens at the Selling Partner API: one for many calls, and what every refusal means."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from dockwire.amazon import AmazonCredentials
from dockwire.clock import ManualClock
from dockwire.errors import (
    AccessDenied,
    ConsentRevoked,
    Fixer,
    RemoteError,
    Unavailable,
    WrongCredentials,
)
from dockwire.faults.effects import HTML_PAGE
from dockwire.model.ids import AmazonOrderId
from dockwire.pacing import MemoryQuotaStore
from dockwire.simulators.amazon.tokens import FOREIGN_REFRESH_TOKEN
from tests.unit.amazon.accounts import ACCOUNT, NA, a_world, asked, opened, rules, tokens_asked, window

PARTICIPATIONS = "getMarketplaceParticipations"
TOKEN = {"path": "/auth/o2/token"}


async def test_fifty_calls_at_once_make_one_token_request() -> None:
    world = a_world()
    world.populate(50, [("US", 1)])
    ids = [AmazonOrderId(order.key) for order in world.orders]
    async with opened(world) as seller:
        await asyncio.gather(*(seller.get_order(order_id) for order_id in ids))
    assert asked(world, "getOrder") == [200] * 50
    assert tokens_asked(world) == 1


async def test_a_token_is_renewed_before_amazon_refuses_it() -> None:
    world = a_world()
    async with opened(world) as seller:
        for _ in range(10):
            await seller.participations()
            world.advance(1799)
    assert asked(world, PARTICIPATIONS) == [200] * 10
    # Two seconds before its end a token is not good enough any more.
    assert tokens_asked(world) == 5


async def test_a_token_that_amazon_has_forgotten_is_replaced_once_and_the_call_replayed() -> None:
    world = a_world()
    async with opened(world) as seller:
        await seller.participations()
        world.tokens._access.clear()
        await seller.participations()
    assert asked(world, PARTICIPATIONS) == [200, 403, 200]
    assert tokens_asked(world) == 2


async def test_a_401_is_met_like_a_403_with_one_new_token() -> None:
    world = a_world()
    denial = {"kind": "status", "status": 401, "json_body": {"errors": []}}
    async with opened(world, faults=rules({"path": "^/sellers", "effect": denial, "first": 1})) as seller:
        assert await seller.participations()
    assert asked(world, PARTICIPATIONS) == [401, 200]
    assert tokens_asked(world) == 2


async def test_an_expired_token_is_replaced_though_amazon_calls_it_a_403() -> None:
    world = a_world()
    ours = ManualClock(world.clock.now())
    async with opened(world, clock=ours) as seller:
        await seller.participations()
        # An hour passes at Amazon that our clock knows nothing of.
        world.advance(3600)
        await seller.participations()
    assert asked(world, PARTICIPATIONS) == [200, 403, 200]


async def test_a_second_denial_is_no_matter_of_tokens() -> None:
    world = a_world()
    world.application.roles.clear()
    async with opened(world) as seller:
        with pytest.raises(AccessDenied, match=r"lacks the role.*status 403, code Unauthorized") as caught:
            await seller.participations()
    assert type(caught.value) is AccessDenied
    assert asked(world, PARTICIPATIONS) == [403, 403]
    assert tokens_asked(world) == 2


async def test_an_account_of_another_region_is_denied() -> None:
    world = a_world()
    far = world.sellers["A3SIMFAREAST01"].refresh_token
    async with opened(world, refresh_token=far) as seller:
        with pytest.raises(AccessDenied):
            await seller.search_orders(window(world.clock.now()))


async def test_a_revoked_consent_is_the_merchants_to_renew() -> None:
    world = a_world()
    world.sellers[NA].consent = False
    async with opened(world) as seller:
        with pytest.raises(ConsentRevoked, match="authorise the application again") as caught:
            await seller.participations()
    assert (caught.value.fixer, caught.value.vendor_code) == (Fixer.MERCHANT, "invalid_grant")
    assert tokens_asked(world) == 1


async def test_consent_revoked_between_two_calls_is_told_as_such() -> None:
    world = a_world()
    async with opened(world) as seller:
        await seller.participations()
        world.sellers[NA].consent = False
        with pytest.raises(ConsentRevoked):
            await seller.participations()


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"secret": "amzn1.oa2-cs.v1.other"}, "invalid_client"),
        ({"refresh_token": FOREIGN_REFRESH_TOKEN}, "unauthorized_client"),
    ],
)
async def test_wrong_credentials_are_told_without_showing_them(login: dict[str, str], code: str) -> None:
    world = a_world()
    async with opened(world, **login) as seller:  # type: ignore[arg-type]  # both are texts
        with pytest.raises(WrongCredentials) as caught:
            await seller.participations()
    assert caught.value.vendor_code == code
    assert next(iter(login.values())) not in str(caught.value)
    assert tokens_asked(world) == 1


@pytest.mark.parametrize("code", ["access_denied", "invalid_request", "unsupported_grant_type"])
async def test_a_login_that_will_be_refused_again_is_not_repeated(code: str) -> None:
    world = a_world()
    refusal = {"error": code, "error_description": "no"}
    answer = {"kind": "status", "status": 400, "json_body": refusal, "headers": {"x-amzn-RequestId": "r-9"}}
    async with opened(world, faults=rules({**TOKEN, "effect": answer})) as seller:
        with pytest.raises(WrongCredentials, match=f"code {code}, request id r-9"):
            await seller.participations()
    assert tokens_asked(world) == 1


async def test_an_expired_client_secret_is_told_with_its_likely_cause() -> None:
    world = a_world()
    world.application.secret_expired = True
    async with opened(world) as seller:
        with pytest.raises(WrongCredentials, match="180 days"):
            await seller.participations()


BROKEN: list[Any] = [
    {"kind": "status", "status": 503, "html": HTML_PAGE},
    {"kind": "status", "status": 500, "json_body": {"error": "server_error", "error_description": "Atza|x"}},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 200, "json_body": {"access_token": None}},
    {"kind": "status", "status": 200, "json_body": ["Atza|x"]},
    {"kind": "status", "status": 400, "json_body": {"error": None}},
    "html_success",
    "empty_success",
    "lost_reply",
]


@pytest.mark.parametrize("effect", BROKEN, ids=str)
async def test_a_token_endpoint_out_of_order_is_asked_thrice_and_costs_no_quota(effect: Any) -> None:
    world = a_world()
    quota = MemoryQuotaStore()
    async with opened(world, faults=rules({**TOKEN, "effect": effect}), quota=quota) as seller:
        with pytest.raises(Unavailable) as caught:
            await seller.search_orders(window(world.clock.now()))
    assert caught.value.operation == "token"
    assert "Atza" not in str(caught.value)
    assert tokens_asked(world) == 3
    assert asked(world, "searchOrders") == []
    assert not quota._arrivals


async def test_what_login_says_of_its_trouble_is_told_without_tokens() -> None:
    trouble = {"error": "server_error", "error_description": "try later, Atza|abc"}
    effect = {"kind": "status", "status": 500, "json_body": trouble}
    async with opened(a_world(), faults=rules({**TOKEN, "effect": effect})) as seller:
        with pytest.raises(Unavailable, match=r"gave no token: try later, \[token\] .*code server_error"):
            await seller.participations()


@pytest.mark.parametrize("effect", BROKEN, ids=str)
async def test_a_token_endpoint_that_recovers_is_nobodys_concern(effect: Any) -> None:
    world = a_world()
    async with opened(world, faults=rules({**TOKEN, "effect": effect, "first": 2})) as seller:
        assert await seller.participations()
    assert asked(world, PARTICIPATIONS) == [200]


async def test_a_token_that_died_while_waiting_for_quota_is_not_used() -> None:
    world = a_world()
    quota = MemoryQuotaStore()
    key, slow = f"{ACCOUNT}/searchOrders", 1 / 4000
    async with opened(world, quota=quota, max_wait=10_000) as seller:
        await seller.search_orders(window(world.clock.now()))
        await quota.observe(key, rate=slow, now=world.clock.now())
        await quota.penalise(key, rate=slow, burst=19, now=world.clock.now())
        await seller.search_orders(window(world.clock.now()))
    assert asked(world, "searchOrders") == [200, 200]
    assert tokens_asked(world) == 2


def test_credentials_do_not_show_themselves() -> None:
    shown = repr(AmazonCredentials("id", SecretStr("s3cr3t"), SecretStr("Atzr|t0ken")))
    assert "s3cr3t" not in shown
    assert "t0ken" not in shown


async def test_denials_are_errors_of_the_remote_system() -> None:
    world = a_world()
    async with opened(world, clock=ManualClock(), faults=rules({"effect": "cut"})) as seller:
        with pytest.raises(RemoteError, match="Login with Amazon does not answer"):
            await seller.participations()
