"""Who is let in, under which region, and what every answer carries."""

from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.servers import serve
from tests.unit.simulators.caller import EU, EVER, FE, NA, SEARCH, START, Caller, a_world


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


def denied(answer: httpx.Response) -> str:
    assert answer.status_code == 403
    (error,) = answer.json()["errors"]
    assert (error["code"], error["message"]) == ("Unauthorized", "Access to requested resource is denied.")
    assert "x-amzn-ratelimit-limit" not in answer.headers
    return str(error["details"])


async def test_missing_and_unknown_tokens_are_told_apart(caller: Caller) -> None:
    assert denied(await caller.http.get(SEARCH)) == "Access token is missing in the request header."
    wrong = await caller.http.get(SEARCH, headers={"x-amz-access-token": "Atza|made-up"})
    assert denied(wrong) == "The access token you provided is revoked, malformed or invalid."
    bearer = {"authorization": f"Bearer {await caller.token()}"}
    assert "missing" in denied(await caller.http.get(SEARCH, headers=bearer))


@pytest.mark.parametrize("seller", [NA, EU, FE])
async def test_regional_paths_take_only_their_own_accounts(caller: Caller, seller: str) -> None:
    for region, owner in (("na", NA), ("eu", EU), ("fe", FE)):
        answer = await caller.search(seller=seller, path=f"/{region}{SEARCH}")
        assert answer.status_code == (200 if seller == owner else 403)
    assert (await caller.search(seller=seller)).status_code == 200


async def test_marketplaces_of_another_region_are_denied_and_unknown_ones_refused(caller: Caller) -> None:
    denied(await caller.search(marketplaceIds="A1PA6795UKMFR9"))
    assert (await caller.search(marketplaceIds="ANOWHERE")).status_code == 400
    assert (await caller.search(marketplaceIds="ATVPDKIKX0DER,A2EUQ1WTGCTBG2")).status_code == 200


async def test_an_application_without_any_role_is_denied(caller: Caller) -> None:
    caller.world.application.roles.clear()
    denied(await caller.search())


@pytest.mark.parametrize(("length", "status"), [(500, 200), (501, 400)])
async def test_user_agents_are_at_most_500_characters(caller: Caller, length: int, status: int) -> None:
    headers = {"user-agent": "x" * length}
    answer = await caller.call("GET", SEARCH, params={"createdAfter": EVER}, headers=headers)
    assert answer.status_code == status


async def test_a_strict_world_demands_the_language_of_the_caller() -> None:
    caller = Caller(a_world(strict_user_agent=True))
    assert (await caller.search()).status_code == 400
    headers = {"user-agent": "dockwire/0.1 (Language=Python/3.11)"}
    answer = await caller.call("GET", SEARCH, params={"createdAfter": EVER}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/v0/orders"),
        ("PUT", SEARCH),
        ("PUT", "/feeds/2021-06-30/feeds"),
        ("GET", "/auth/o2/token"),
        ("GET", "/na/auth/o2/token"),
        ("GET", "/"),
    ],
)
async def test_what_is_not_simulated_is_refused_loudly_and_noted(
    caller: Caller, method: str, path: str
) -> None:
    answer = await caller.http.request(method, path)
    assert answer.status_code == 501
    assert answer.json()["errors"][0]["message"] == f"The simulator does not support {method} {path}."
    entry = caller.world.journal.entries[-1]
    assert (entry.operation, entry.method, entry.path, entry.status) == ("unsupported", method, path, 501)


async def test_every_answer_has_its_own_request_id_and_the_worlds_date(caller: Caller) -> None:
    caller.world.advance(3600 * 24 * 40)
    answers = [await caller.http.get("/nowhere"), await caller.grant(), await caller.search()]
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == 3
    for answer in answers:
        moment = parsedate_to_datetime(answer.headers["date"])
        assert (moment - START).days == 40


def test_over_a_socket_there_is_one_date_and_no_server_name() -> None:
    world = a_world()
    with serve(Caller(world).http._transport.app) as url:  # type: ignore[attr-defined]  # the ASGI transport's
        answer = httpx.get(url + SEARCH, timeout=60, trust_env=False)
    assert [parsedate_to_datetime(date) for date in answer.headers.get_list("date")] == [START]
    assert "server" not in answer.headers


@pytest.mark.parametrize("seller", [NA, EU])
async def test_participations_tell_standing_and_suspension(caller: Caller, seller: str) -> None:
    answer = await caller.call("GET", "/sellers/v1/marketplaceParticipations", seller=seller)
    listed = {entry["marketplace"]["countryCode"]: entry for entry in answer.json()["payload"]}
    odd = {
        code: entry["participation"]
        for code, entry in listed.items()
        if entry["participation"] != {"isParticipating": True, "hasSuspendedListings": False}
    }
    assert odd == (
        {"BR": {"isParticipating": False, "hasSuspendedListings": False}}
        if seller == NA
        else {"NL": {"isParticipating": True, "hasSuspendedListings": True}}
    )
    assert answer.headers["x-amzn-ratelimit-limit"] == "0.016"


async def test_another_sellers_tokens_open_only_its_own_orders() -> None:
    world = a_world()
    world.add_seller("A3SECOND000001", ("US",))
    world.populate(6, [("US", 1)], seller_id="A3SECOND000001")
    caller = Caller(world)
    assert await caller.orders() == []
    (first, *rest) = await caller.orders(seller="A3SECOND000001")
    assert len(rest) == 5
    assert (await caller.call("GET", f"{SEARCH}/{first['orderId']}")).status_code == 404
