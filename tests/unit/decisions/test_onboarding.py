"""Which connections may run, and when terms have to be accepted anew."""

from dataclasses import replace

import pytest

from dockwire.decisions.onboarding import approval_refusal, terms_wanted
from dockwire.model.agreement import Acceptance, Ruling, checked_person, plain_note, terms_sha256
from tests.builders import NOW, connection

ACME = connection(needs_approval=True)
YES = Ruling(ACME.slug, ACME.subject, approved=True, by="Dana", at=NOW, note="", run="1")
NO = replace(YES, approved=False, note="no contract")


def test_only_an_approval_of_what_the_connection_is_now_lets_it_run() -> None:
    assert approval_refusal(ACME, YES) == ""
    assert approval_refusal(connection(needs_approval=False), NO) == ""
    assert "waits for the 3PL's approval" in approval_refusal(ACME, None)
    assert "was declined by Dana for the 3PL on 2026-03-01: no contract" in approval_refusal(
        ACME, NO
    ).replace(f"{NOW:%Y-%m-%d}", "2026-03-01")
    for other in ({"customer_id": 99}, {"facility_id": 99}, {"seller_id": "A9OTHER"}, {"warehouse": "other"}):
        moved = connection(needs_approval=True, **other)
        assert "waits for the 3PL's approval" in approval_refusal(moved, YES), other
        assert "waits for the 3PL's approval" in approval_refusal(moved, NO), other
    assert approval_refusal(connection(needs_approval=True, stock_sync=True), YES) == ""


def test_terms_are_accepted_by_their_digest() -> None:
    now, before = terms_sha256("pay on time"), terms_sha256("pay some time")
    accepted = Acceptance(ACME.slug, now, "Kim", NOW)
    assert terms_wanted(ACME.slug, now, accepted) == ""
    assert terms_wanted(ACME.slug, "", None) == ""
    assert terms_wanted(ACME.slug, now, None).startswith("Nobody has accepted the terms")
    changed = terms_wanted(ACME.slug, now, replace(accepted, sha256=before))
    assert changed.startswith(f"The terms have changed since Kim accepted them on {NOW:%Y-%m-%d}; 'dockwire ")


def test_a_person_has_a_name_that_can_be_seen() -> None:
    assert checked_person("  Zoë O'Brien ") == "Zoë O'Brien"
    for name in ("", "   ", "a\nb", "\x1b[31mred", "x" * 101, "a\u202eb"):
        with pytest.raises(ValueError, match=r"is empty|has to be one line"):
            checked_person(name)


def test_a_note_becomes_one_visible_line() -> None:
    assert plain_note(" call\r\nme\x1b[0m \u200b\u2028back ") == "call me [0m back"
    assert len(plain_note("x" * 9999)) == 500
