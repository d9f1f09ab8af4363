"""What a redirect from Amazon's consent page says, and every way it can be of no use."""

import pytest

from dockwire.decisions.consent import read_redirect, refuse_redirect, refuse_state, region_refusal
from dockwire.errors import ConsentFailed, Fixer
from dockwire.model.consent import StateAnswer, UsedState
from dockwire.model.marketplaces import Region

PLACE = "http://127.0.0.1:8765/callback"
GOOD = (
    f"{PLACE}?spapi_oauth_code=ANcode&state=st%2Bate&selling_partner_id=A2EXAMPLE&mws_auth_token=amzn.mws.1"
)
CODE = "ANcode"


def test_the_address_in_the_browser_is_read_as_it_was_pasted() -> None:
    redirect = read_redirect(f"  {GOOD[:60]}\n {GOOD[60:]}\n")
    assert (redirect.state, redirect.seller_id, redirect.error) == ("st+ate", "A2EXAMPLE", "")
    assert redirect.code.get_secret_value() == CODE
    assert CODE not in repr(redirect)
    assert "st+ate" not in repr(redirect)
    refuse_redirect(redirect, "acme", "A2EXAMPLE")
    refuse_redirect(redirect, "acme", "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://sellercentral.amazon.com/apps/authorize/consent?application_id=a&state=s", "the link that"),
        (PLACE, "one state"),
        ("", "one state"),
        (GOOD.replace("127.0.0.1", "[::1"), "one state"),
        (GOOD.replace("127.0.0.1", "a\u2100b"), "one state"),
        (f"{GOOD}&state=other", "one state"),
        (f"{GOOD}&selling_partner_id=A9", "one selling_partner_id"),
    ],
)
def test_what_is_no_redirect_says_what_to_give_instead(address: str, words: str) -> None:
    with pytest.raises(ConsentFailed, match=words) as refusal:
        read_redirect(address)
    assert not refusal.value.spent
    assert CODE not in str(refusal.value)


@pytest.mark.parametrize(
    ("query", "fixer", "words"),
    [
        ("error=access_denied", Fixer.MERCHANT, "did not allow it"),
        ("error=access_denied&error_description=x", Fixer.MERCHANT, "ask the seller"),
        ("error=MD1000", Fixer.ENGINEER, "draft = true"),
        ("error_code=MD5101", Fixer.ENGINEER, "redirect_uri is not one"),
        ("error=MD5110", Fixer.ENGINEER, "'#'"),
        ("error=MD9100", Fixer.ENGINEER, "no login and redirect URI"),
        ("error=CONSENT_LIMIT_REACHED", Fixer.ENGINEER, "not listed on the Appstore"),
        ("error=SPDC8143", Fixer.MERCHANT, "primary user"),
        ("error=%1b[2Jnew%00", Fixer.ENGINEER, r"the error '\[2Jnew'"),
        ("selling_partner_id=A2EXAMPLE", Fixer.ENGINEER, "no spapi_oauth_code"),
        ("spapi_oauth_code=ANcode", Fixer.ENGINEER, "no selling_partner_id"),
        ("spapi_oauth_code=ANcode&selling_partner_id=A9OTHER", Fixer.MERCHANT, "A9OTHER.*A2EXAMPLE"),
    ],
)
def test_a_redirect_of_no_use_says_why_and_who_acts(query: str, fixer: Fixer, words: str) -> None:
    with pytest.raises(ConsentFailed, match=words) as refusal:
        refuse_redirect(read_redirect(f"{PLACE}?state=s&{query}"), "acme", "A2EXAMPLE")
    assert refusal.value.fixer is fixer
    assert "nothing was stored" in str(refusal.value)
    assert "begin again with 'dockwire consent url acme " in str(refusal.value)
    assert CODE not in str(refusal.value)


@pytest.mark.parametrize(
    ("answer", "words", "spent"),
    [
        (StateAnswer.UNKNOWN, "not issued here.*begin again", False),
        (StateAnswer.EXPIRED, "too late.*begin again", True),
        (StateAnswer.USED, "used already.*begin again", True),
        (StateAnswer.OTHER_SELLER, "'dockwire consent finish other'", False),
        (StateAnswer.OTHER_BROWSER, "another browser.*begin again", False),
    ],
)
def test_each_answer_about_a_state_says_what_to_do(answer: StateAnswer, words: str, spent: bool) -> None:
    with pytest.raises(ConsentFailed, match=words) as refusal:
        refuse_state(UsedState(answer, "other"), "acme")
    assert refusal.value.spent is spent


def test_a_state_of_ours_is_not_refused() -> None:
    refuse_state(UsedState(StateAnswer.OURS, "acme"), "acme")


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"west": [Region.NA], "east": [Region.FE, Region.EU]}, "name application east, which does"),
        ({"b": [Region.EU], "a": [Region.EU]}, "name application a or b"),
        ({"west": [Region.NA]}, "make an application with the developer account of region EU"),
        (None, "make an application"),
    ],
)
def test_a_region_that_an_application_does_not_serve_is_refused_with_the_one_that_does(
    others: dict[str, list[Region]] | None, words: str
) -> None:
    refusal = region_refusal("acme-eu", Region.EU, "west", [Region.NA], others)
    assert words in refusal
    assert "acme-eu is of region EU" in refusal
    assert region_refusal("acme-na", Region.NA, "west", [Region.NA], others) == ""
