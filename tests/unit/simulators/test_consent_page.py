"""Seller Central's consent page: links, forms and redirects as a browser without scripts sees them."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from tests.unit.simulators.caller import EU, NA, Caller, a_world

PAGE = "/apps/authorize/consent"
CALLBACK = "http://127.0.0.1:8765/callback"
NASTY = 'st"><script>alert(1)</script>'
ASK = {"application_id": "amzn1.sp.solution.simulated", "state": NASTY, "redirect_uri": CALLBACK}


class Form(HTMLParser):
    """The form of a page: where it goes, its hidden fields, and the choices it offers."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        assert page.headers["content-type"].startswith("text/html")
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.options: list[str] = []
        self.buttons: list[str] = []
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        assert tag != "script"
        if tag == "form":
            self.action = told["action"]
            assert told["method"] == "post"
        elif tag == "input" and told["type"] == "hidden":
            self.hidden[told["name"]] = told["value"]
        elif tag == "option":
            self.options.append(told["value"])
        elif tag == "button":
            self.buttons.append(told["value"])


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def submit(caller: Caller, page: httpx.Response, **filled: str) -> httpx.Response:
    form = Form(page)
    return await caller.http.post(form.action, data=form.hidden | filled)


async def decided(caller: Caller, step: str, *, seller: str = NA, **asked: Any) -> httpx.Response:
    """Go all the way and press a button."""
    page = await caller.http.get(PAGE, params=ASK | asked)
    page = await submit(caller, page, seller=seller, primary="yes", step="sign-in")
    return await submit(caller, page, step=step)


async def test_a_seller_signs_in_sees_what_is_asked_and_allows_it(caller: Caller) -> None:
    caller.world.add_seller("A2NEWSELLER001", ("DE",), store="Müller & Söhne").consent = False
    page = await caller.http.get(PAGE, params=ASK)
    assert Form(page).options == [*caller.world.sellers]
    assert "Müller &amp; Söhne" in page.text
    page = await submit(caller, page, seller="A2NEWSELLER001", primary="yes", step="sign-in")
    assert Form(page).buttons == ["allow", "cancel"]
    for word in (caller.world.application.name, "Direct-to-Consumer Shipping", "Müller &amp; Söhne"):
        assert word in page.text
    answer = await submit(caller, page, step="allow")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (told["state"], told["selling_partner_id"]) == (NASTY, "A2NEWSELLER001")
    granted = await caller.grant(
        grant_type="authorization_code", code=told["spapi_oauth_code"], redirect_uri=CALLBACK
    )
    refresh = granted.json()["refresh_token"]
    assert (await caller.grant(grant_type="refresh_token", refresh_token=refresh)).status_code == 200
    # What the journal keeps has no codes in it.
    assert {entry.path for entry in caller.world.journal.entries} == {PAGE, "/auth/o2/token"}


async def test_who_cancels_is_sent_back_without_a_code_or_stays(caller: Caller) -> None:
    caller.world.sellers[EU].consent = False
    answer = await decided(caller, "cancel", seller=EU)
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "error": ["access_denied"],
        "state": [NASTY],
    }
    await caller.control("switches", {"cancelled_consent_redirects": False})
    answer = await decided(caller, "cancel", seller=EU)
    assert (answer.status_code, "did not authorize" in answer.text) == (200, True)
    assert not caller.world.sellers[EU].consent


@pytest.mark.parametrize(
    ("registered", "asked", "code"),
    [
        ({"draft": True}, {}, "MD1000"),
        ({"redirect_uris": []}, {}, "MD9100"),
        ({}, {"redirect_uri": "http://127.0.0.1:9999/callback"}, "MD5101"),
        ({}, {"redirect_uri": f"{CALLBACK}#top"}, "MD5110"),
        ({}, {"application_id": "amzn1.sp.solution.another"}, "no application with this id"),
        ({}, {"state": ""}, "no state"),
    ],
)
async def test_a_link_that_amazon_does_not_take_ends_on_a_page_with_its_code(
    caller: Caller, registered: dict[str, Any], asked: dict[str, str], code: str
) -> None:
    await caller.control("application", registered)
    page = await caller.http.get(PAGE, params=ASK | asked)
    assert (page.status_code, code in page.text, Form(page).action) == (400, True, "")


async def test_only_the_primary_user_may_consent(caller: Caller) -> None:
    page = await caller.http.get(PAGE, params=ASK)
    page = await submit(caller, page, seller=NA, step="sign-in")
    assert (page.status_code, "SPDC8143" in page.text) == (400, True)


async def test_a_draft_is_authorized_in_beta_and_without_an_address_amazon_takes_the_first(
    caller: Caller,
) -> None:
    uris = ["https://shop.example/back?from=amazon", CALLBACK]
    await caller.control("application", {"draft": True, "redirect_uris": uris})
    answer = await decided(caller, "allow", version="beta", redirect_uri="")
    assert answer.headers["location"].startswith(f"{uris[0]}&state=")


async def test_a_form_that_names_nobody_is_refused(caller: Caller) -> None:
    answer = await caller.http.post(PAGE, data=ASK | {"step": "allow", "seller": "A0NOBODY"})
    assert (answer.status_code, "no such seller" in answer.text) == (400, True)
