"""What is taken out of texts before people and files see them, and what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.transport import redacted

SECRETS = [
    "Atza|IwEBIJ-x_y.z",
    "Atzr|IwEBIO+/=",
    "amzn1.oa2-cs.v1.0123abcd",
    "ann.example+tag@mail.example.com",
    "+1 (555) 010-0123",
    "030 1234 5678 90",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("frame", ["{}", "refused: {} at once", '{{"token": "{}"}}', "a={}&b=1"])
def test_secrets_and_personal_patterns_go(secret: str, frame: str) -> None:
    assert secret not in redacted(frame.format(secret))


@pytest.mark.parametrize(
    "text",
    [
        "access_token=s3cr3t&x=1",
        '"refresh_token": "s3cr3t"',
        "client_secret: s3cr3t",
        "Authorization: Bearer s3cr3t",
        "authorization: basic s3cr3t==",
        "password=s3cr3t",
        "?code=s3cr3t&state=1",
        "?state=1&spapi_oauth_code=s3cr3t",
    ],
)
def test_values_behind_telling_names_go(text: str) -> None:
    assert "s3cr3t" not in redacted(text)


def test_order_ids_stay_where_they_were() -> None:
    text = "code=111-0000001-0000001 then 222-0000002-0000002, 400 333-0000003-0000003 and +1 555 010 0123"
    assert redacted(text) == ("code=[hidden] then 222-0000002-0000002, 400 333-0000003-0000003 and [number]")


def test_numbers_of_ours_stay_as_whole_words_and_others_go_all_the_same() -> None:
    text = "tracking 123456789012 of 444444444444, call 1234567890123 or +49 123 4567 8901"
    assert (
        redacted(text, handles=["123456789012"])
        == "tracking 123456789012 of [number], call [number] or [number]"
    )
    # Short ones could be pieces of what has to go.
    assert redacted("+1 555 0100 123", handles=["555", "0100"]) == "[number]"
    assert redacted("ask Ann 12345678", handles=["12345678"], sent=["Ann"]) == "ask [as sent] 12345678"


def test_values_that_were_sent_do_not_come_back() -> None:
    text = "Value 'ANN  Example' of shipTo.name, 1 Sample Street: too long (Ann)"
    told = redacted(text, sent=["Ann Example", "Ann", "1 Sample Street", "", "US"])
    assert told == "Value '[as sent]' of shipTo.name, [as sent]: too long ([as sent])"


@pytest.mark.timeout(120)  # a pattern that tries every start with every end would take days
def test_a_long_text_becomes_short_and_one_line_quickly() -> None:
    told = redacted("word\n" + "x" * 3_000_000)
    assert len(told) <= 303
    assert "\n" not in told


@given(text=st.text(max_size=400))
def test_any_text_is_taken(text: str) -> None:
    assert len(redacted(text)) <= 303


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_a_token_never_gets_through_whatever_stands_around_it(before: str, after: str) -> None:
    assert "Atza|Iw3kQ9" not in redacted(f"{before} Atza|Iw3kQ9 {after}")
