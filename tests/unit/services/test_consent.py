"""A seller's consent from the link to the stored token, and everything that may go wrong between."""

import re
import socket
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from pydantic import SecretStr

from dockwire.errors import (
    ConsentFailed,
    ConsentRevoked,
    DockwireError,
    Fixer,
    LedgerUnavailable,
    SettingsError,
    WrongCredentials,
)
from dockwire.faults.effects import HTML_PAGE
from dockwire.faults.rules import FaultRules
from dockwire.model.consent import ConsentWay
from dockwire.model.marketplaces import marketplace
from dockwire.services.consent import ended
from tests.unit.services.consenting import CALLBACK, EU_SELLER, Office, opened_office

DE, US = marketplace("DE"), marketplace("US")
TEN = timedelta(minutes=10)
SECRET = "amzn1.oa2-cs.v1.simulated"
AGAIN = "begin again with 'dockwire consent url acme-eu --marketplace CODE'"


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("code", "place", "draft"),
    [
        ("DE", "https://sellercentral-europe.amazon.com", False),
        ("NL", "https://sellercentral.amazon.nl", True),
        ("UK", "https://sellercentral-europe.amazon.com", False),
    ],
)
async def test_the_link_leads_to_the_marketplaces_own_seller_central(
    office: Office, code: str, place: str, draft: bool
) -> None:
    async with office.desk(application={"seller_central": "", "draft": draft}) as desk:
        link = await desk.begin(marketplace(code), lasts=TEN)
        another = await desk.begin(marketplace(code), lasts=TEN)
    assert link.url.startswith(f"{place}/apps/authorize/consent?")
    query = parse_qs(urlsplit(link.url).query)
    assert query.pop("redirect_uri") == [CALLBACK]
    assert query.pop("application_id") == [office.world.application.application_id]
    assert query.pop("version", []) == (["beta"] if draft else [])
    (state,) = query.pop("state")
    assert query == {}
    assert len(state) >= 40
    assert state not in another.url
    assert link.ends == office.clock.now() + TEN


async def test_from_the_link_to_a_token_that_works_and_a_consent_of_a_year(office: Office) -> None:
    async with office.desk() as desk:
        link = await desk.begin(DE, lasts=TEN)
        consent = await desk.finish(await office.allowed(link.url))
    now = office.clock.now()
    assert (consent.account.seller_id, consent.seller, consent.how) == (
        EU_SELLER,
        "acme-eu",
        ConsentWay.WEBSITE,
    )
    assert (consent.granted, consent.expires) == (now, now + timedelta(days=365))
    ((seller_id, token),) = office.kept
    assert seller_id == EU_SELLER
    assert office.works(token)
    assert await office.ledger.consents() == [consent]


async def test_the_consent_covers_the_region_until_its_end_comes_near(office: Office) -> None:
    async with office.desk() as desk:
        assert await desk.covered(DE) is None
        link = await desk.begin(DE, lasts=TEN)
        consent = await desk.finish(await office.allowed(link.url))
    async with office.desk(seller_id=EU_SELLER, has_token=True) as desk:
        for code in ("DE", "FR", "SE"):
            covered = await desk.covered(marketplace(code))
            assert covered is not None
            assert covered.until == consent.expires
        with pytest.raises(SettingsError, match="acme-eu is of region EU, and US lies in region NA"):
            await desk.covered(US)
        office.clock.advance(304 * 86_400)
        assert await desk.covered(DE)
        office.clock.advance(86_400)
        assert await desk.covered(DE) is None
    async with office.desk(seller_id="A9OTHER", has_token=True) as desk:
        # A token of before consents were recorded covers too.
        covered = await desk.covered(DE)
        assert covered is not None
        assert covered.until is None


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(hours=24, seconds=1)])
async def test_a_link_is_good_for_a_day_at_most(office: Office, lasts: timedelta) -> None:
    async with office.desk() as desk:
        with pytest.raises(SettingsError, match="24 hours"):
            await desk.begin(DE, lasts=lasts)


async def test_an_application_without_a_redirect_uri_has_no_link(office: Office) -> None:
    async with office.desk(application={"redirect_uri": ""}) as desk:
        with pytest.raises(SettingsError, match=r"house has no redirect_uri.*'dockwire consent record'"):
            await desk.begin(DE, lasts=TEN)


async def refused(office: Office, redirected: str, **applicant: Any) -> DockwireError:
    """Finish with this redirect, see it fail and nothing stored; return the error."""
    async with office.desk(**applicant) as desk:
        with pytest.raises(DockwireError) as caught:
            await desk.finish(redirected)
    assert office.kept == []
    assert await office.ledger.consents() == []
    told = str(caught.value)
    query = parse_qs(urlsplit(redirected).query)
    for secret in (SECRET, *query.get("state", []), *query.get("spapi_oauth_code", [])):
        assert secret not in told
    return caught.value


async def redirected(office: Office, **wish: str) -> str:
    async with office.desk() as desk:
        link = await desk.begin(DE, lasts=TEN)
    return await office.allowed(link.url, **wish)


async def test_a_state_is_refused_when_it_is_unknown_late_used_or_anothers(office: Office) -> None:
    foreign = await redirected(office)
    assert "not issued here" in str(await refused(office, foreign.replace("state=", "state=x")))
    error = await refused(office, foreign, name="other")
    assert "'dockwire consent finish acme-eu'" in str(error)
    assert not ended(error)
    office.clock.advance(TEN.total_seconds())
    error = await refused(office, foreign)
    assert ("too late" in str(error), AGAIN in str(error), ended(error)) == (True, True, True)
    # Nothing of all that reached Amazon.
    assert office.exchanges() == 0
    again = await redirected(office, press="cancel")
    assert "did not allow it" in str(await refused(office, again))
    assert "used already" in str(await refused(office, again))


@pytest.mark.parametrize(
    ("wish", "applicant", "fixer", "words"),
    [
        ({"press": "cancel"}, {}, Fixer.MERCHANT, "did not allow it"),
        ({}, {"seller_id": "A9OTHER"}, Fixer.MERCHANT, f"given by seller {EU_SELLER}.*that of A9OTHER"),
    ],
)
async def test_a_consent_that_was_not_given_or_by_another_is_not_exchanged(
    office: Office, wish: dict[str, str], applicant: dict[str, str], fixer: Fixer, words: str
) -> None:
    error = await refused(office, await redirected(office, **wish), **applicant)
    assert error.fixer is fixer
    assert re.search(words, str(error))
    assert AGAIN in str(error)
    assert office.exchanges() == 0


async def test_a_code_older_than_five_minutes_is_explained(office: Office) -> None:
    async with office.desk() as desk:
        link = await desk.begin(DE, lasts=timedelta(hours=1))
    late = await office.allowed(link.url)
    office.clock.advance(301)
    error = await refused(office, late)
    assert "older than five minutes; nothing was stored: " + AGAIN in str(error)


async def test_another_redirect_uri_than_the_codes_is_explained(office: Office) -> None:
    uri = {"redirect_uri": "https://dockwire.example/callback"}
    error = await refused(office, await redirected(office), application=uri)
    assert "refuses the redirect_uri" in str(error)


async def test_a_refused_secret_is_the_engineers(office: Office) -> None:
    error = await refused(office, await redirected(office), application={"client_secret": "wrong"})
    assert isinstance(error, WrongCredentials)
    assert "180 days" in str(error)


@pytest.mark.parametrize(
    ("effect", "words", "asked"),
    [
        ("lost_reply", "its answer was lost", 1),
        ({"kind": "status", "status": 503, "html": HTML_PAGE}, "it answered 503; the", 1),
        ({"kind": "status", "status": 200, "json_body": {"access_token": "Atza|x"}}, "without a refresh", 1),
        ({"kind": "status", "status": 200, "html": HTML_PAGE}, "without a refresh", 1),
        ({"kind": "status", "status": 429, "json_body": {}}, "it answered 429", 1),
    ],
)
async def test_an_answer_that_is_lost_means_that_the_code_is_used(
    office: Office, effect: Any, words: str, asked: int
) -> None:
    back = await redirected(office)
    office.faults.replace(
        FaultRules.model_validate({"rules": [{"path": "/auth/o2/token", "effect": effect}]}).rules
    )
    error = await refused(office, back)
    assert words in str(error)
    assert "the authorization code counts as used, nothing was stored: " + AGAIN in str(error)
    # A second use could make Amazon take back what the first one gave.
    assert office.exchanges() == asked


async def test_a_code_that_never_left_is_sent_again_and_is_not_used_then(office: Office) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        before = office.clock.now()
        error = await refused(office, await redirected(office), token_url=f"http://127.0.0.1:{port}/token")
    assert "cannot be reached (ConnectError); the authorization code was not used" in str(error)
    assert office.clock.now() - before == timedelta(seconds=1 + 2)


async def test_when_the_ledger_is_gone_after_the_exchange_the_token_is_kept_and_the_rest_told(
    tmp_path: Path,
) -> None:
    def fail(point: str) -> None:
        if point == "record_consent:before-commit":
            raise LedgerUnavailable("the database does not answer")

    async with opened_office(tmp_path, on_commit=fail) as office:
        back = await redirected(office)
        async with office.desk() as desk:
            with pytest.raises(ConsentFailed, match="'dockwire consent record acme-eu --stored --granted 20"):
                await desk.finish(back)
        assert [seller for seller, _ in office.kept] == [EU_SELLER]
        assert await office.ledger.consents() == []
    async with (
        opened_office(tmp_path) as office,
        office.desk(seller_id=EU_SELLER, has_token=True) as desk,
    ):
        consent = await desk.record(None, granted=date(2026, 11, 2))
        assert await office.ledger.consents() == [consent]
        assert office.kept == []


async def test_a_self_authorised_token_is_tried_then_kept_with_its_date(office: Office) -> None:
    token = SecretStr(office.world.sellers[EU_SELLER].refresh_token)
    async with office.desk() as desk:
        consent = await desk.record(token, granted=date(2026, 10, 1), seller_id=EU_SELLER)
        forever = await desk.record(token, granted=date(2026, 10, 1), seller_id=EU_SELLER, ends=False)
    assert f"{consent.granted:%Y-%m-%d} {consent.expires:%Y-%m-%d}" == "2026-10-01 2027-10-01"
    assert (forever.expires, forever.how) == (None, ConsentWay.SELF)
    assert office.kept == [(EU_SELLER, token.get_secret_value())] * 2


@pytest.mark.parametrize(
    ("token", "given", "applicant", "error", "words"),
    [
        ("Atzr|wrong", {}, {}, ConsentRevoked, "consent"),
        ("", {"granted": date(2026, 11, 3)}, {}, SettingsError, "still to come"),
        ("", {"seller_id": "A9OTHER"}, {"seller_id": EU_SELLER}, SettingsError, "not of A9OTHER"),
        ("", {"seller_id": ""}, {}, SettingsError, "--seller-id"),
        (None, {}, {}, SettingsError, "no stored token"),
        # Its date would be another seller account's.
        (None, {}, {"has_token": True}, SettingsError, "no stored token"),
    ],
)
async def test_a_token_that_cannot_be_is_not_kept(
    office: Office,
    token: str | None,
    given: dict[str, Any],
    applicant: dict[str, Any],
    error: type[DockwireError],
    words: str,
) -> None:
    own = SecretStr(token or office.world.sellers[EU_SELLER].refresh_token)
    wish: dict[str, Any] = {"granted": date(2026, 10, 1), "seller_id": EU_SELLER} | given
    async with office.desk(**applicant) as desk:
        with pytest.raises(error, match=words):
            await desk.record(None if token is None else own, **wish)
    assert office.kept == []
    assert await office.ledger.consents() == []


async def test_a_link_does_not_show_itself(office: Office) -> None:
    async with office.desk() as desk:
        link = await desk.begin(DE, lasts=TEN, bound=True)
    assert link.url not in repr(link)
    assert link.session not in repr(link)
