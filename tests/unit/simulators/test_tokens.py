"""Login with Amazon: grants, lifetimes, refusals."""

from typing import Any

import httpx
import pytest

from dockwire.simulators.amazon.tokens import FOREIGN_REFRESH_TOKEN, SCOPES
from tests.unit.simulators.caller import NA, SEARCH, Caller, a_world

REFRESH = {"grant_type": "refresh_token", "refresh_token": f"Atzr|simulated-{NA}"}


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


async def test_a_refresh_token_buys_an_access_token_for_an_hour_and_stays_the_same(caller: Caller) -> None:
    answer = (await caller.grant(**REFRESH)).json()
    assert answer["access_token"].startswith("Atza|")
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    assert answer["refresh_token"] == REFRESH["refresh_token"]
    assert (await caller.grant(**REFRESH)).json()["access_token"] != answer["access_token"]


async def test_json_bodies_work_too(caller: Caller) -> None:
    known = caller.world.application
    body = REFRESH | {"client_id": known.client_id, "client_secret": known.client_secret}
    answer = await caller.http.post("/auth/o2/token", json=body)
    assert answer.json()["access_token"].startswith("Atza|")


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client"), "Client authentication failed"),
        ({"client_id": "wrong"}, (401, "invalid_client"), "Client authentication failed"),
        ({"client_secret": ""}, (400, "invalid_request"), "client_secret"),
        (
            {"refresh_token": "Atzr|nobody's"},
            (400, "invalid_grant"),
            "invalid grant parameter : refresh_token",
        ),
        ({"refresh_token": ""}, (400, "invalid_request"), "refresh_token"),
        (
            {"refresh_token": FOREIGN_REFRESH_TOKEN},
            (400, "unauthorized_client"),
            "Not authorized for requested operation",
        ),
        (
            {"grant_type": "password"},
            (400, "unsupported_grant_type"),
            "not supported by the authorization server",
        ),
        ({"grant_type": ""}, (400, "invalid_request"), "grant_type"),
        ({"grant_type": "client_credentials"}, (400, "invalid_request"), "refresh_token"),
        ({"grant_type": "authorization_code"}, (400, "invalid_request"), "code"),
        (
            {"grant_type": "authorization_code", "code": "ANmade-up"},
            (400, "invalid_grant"),
            "invalid grant parameter : code",
        ),
    ],
)
async def test_each_mistake_has_its_own_refusal(
    caller: Caller, change: dict[str, str], expected: tuple[int, str], words: str
) -> None:
    answer = await caller.grant(**REFRESH | change)
    assert refused(answer) == expected
    assert words in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "grant_type=refresh_token&refresh_token=x"),
        ("application/x-www-form-urlencoded", '{"grant_type": "refresh_token"}'),
        ("text/plain", "grant_type=refresh_token"),
        ("application/json", "[]"),
    ],
)
async def test_a_body_unlike_its_content_type_is_an_unsupported_grant(
    caller: Caller, content_type: str, body: str
) -> None:
    answer = await caller.http.post("/auth/o2/token", content=body, headers={"content-type": content_type})
    assert refused(answer) == (400, "unsupported_grant_type")


async def test_access_tokens_die_after_an_hour_of_the_clock(caller: Caller) -> None:
    headers = {"x-amz-access-token": await caller.token()}
    caller.world.advance(3599)
    assert (await caller.http.get(f"{SEARCH}/1", headers=headers)).status_code == 400
    caller.world.advance(1)
    answer = await caller.http.get(f"{SEARCH}/1", headers=headers)
    assert answer.status_code == 403
    assert "expired" in answer.json()["errors"][0]["details"]


async def test_an_authorization_code_works_once_and_its_refresh_token_lasts(caller: Caller) -> None:
    code = caller.world.tokens.authorization_code(NA)
    granted = (await caller.grant(grant_type="authorization_code", code=code)).json()
    assert granted["refresh_token"].startswith("Atzr|")
    assert granted["refresh_token"] != REFRESH["refresh_token"]
    again = await caller.grant(grant_type="authorization_code", code=code)
    assert refused(again) == (400, "invalid_grant")
    assert again.json()["error_description"].endswith(": code")
    refreshed = await caller.grant(grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert refreshed.status_code == 200


async def test_an_authorization_code_dies_after_five_minutes(caller: Caller) -> None:
    code = caller.world.tokens.authorization_code(NA)
    caller.world.advance(300)
    assert refused(await caller.grant(grant_type="authorization_code", code=code)) == (400, "invalid_grant")


async def test_the_redirect_uri_must_be_the_one_of_the_consent(caller: Caller) -> None:
    with pytest.raises(ValueError, match="not a redirect URI"):
        caller.world.tokens.authorization_code(NA, "https://elsewhere.example/")
    code = caller.world.tokens.authorization_code(NA)
    other = {"code": code, "redirect_uri": "https://elsewhere.example/"}
    assert refused(await caller.grant(grant_type="authorization_code", **other)) == (400, "invalid_grant")


async def test_revoked_consent_ends_refresh_and_access_tokens_until_it_is_restored(caller: Caller) -> None:
    await caller.token()
    caller.world.sellers[NA].consent = False
    answer = await caller.grant(**REFRESH)
    assert refused(answer) == (400, "invalid_grant")
    assert "revoked" in answer.json()["error_description"]
    assert (await caller.search()).status_code == 403
    caller.world.sellers[NA].consent = True
    assert (await caller.search()).status_code == 200


async def test_a_secret_past_its_time_ends_everything_and_keeps_the_consent(caller: Caller) -> None:
    await caller.token()
    caller.world.application.secret_expired = True
    assert refused(await caller.grant(**REFRESH)) == (401, "invalid_client")
    answer = await caller.search()
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["details"] == "The LWA secret token you provided has expired."
    caller.world.application.secret_expired = False
    assert (await caller.search()).status_code == 200


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"scope": "sellingpartnerapi::migration"}, (400, "invalid_scope")),
        ({}, (400, "invalid_scope")),
        ({"scope": "sellingpartnerapi::notifications", "refresh_token": "x"}, (400, "invalid_request")),
    ],
)
async def test_grantless_requests_need_a_known_scope_and_no_refresh_token(
    caller: Caller, form: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refused(await caller.grant(grant_type="client_credentials", **form)) == expected


@pytest.mark.parametrize(
    "scope",
    [
        "sellingpartnerapi::notifications",
        "sellingpartnerapi::client_credential:rotation",
        "sellingpartnerapi::shipments:track",
        " ".join(sorted(SCOPES)),
    ],
)
async def test_a_grantless_token_never_opens_a_sellers_orders(caller: Caller, scope: str) -> None:
    granted = (await caller.grant(grant_type="client_credentials", scope=scope)).json()
    assert (granted["token_type"], granted["expires_in"]) == ("bearer", 3600)
    assert "refresh_token" not in granted
    answer = await caller.http.get(SEARCH, headers={"x-amz-access-token": granted["access_token"]})
    assert answer.status_code == 403
