"""What people agreed to, on both databases: the newest counts, nothing is told twice."""

from dataclasses import replace
from datetime import timedelta

from dockwire.ledger import SqlLedger
from dockwire.model.agreement import Acceptance, Ruling, terms_sha256
from dockwire.model.ids import ConnectionSlug
from tests.builders import NOW, connection
from tests.unit.ledger.acts import ACME

LATER = NOW + timedelta(days=1)
FIRST = Acceptance(ACME.slug, "1" * 64, "Kim", NOW)
NO = Ruling(ACME.slug, ACME.subject, approved=False, by="Dana", at=NOW, note="no contract", run="run-1")
YES = replace(NO, approved=True, at=LATER, note="", run="run-2")


async def test_the_newest_acceptance_counts_and_repeating_it_keeps_its_day(ledger: SqlLedger) -> None:
    assert await ledger.acceptance(ACME.slug) is None
    await ledger.accept_terms(FIRST)
    await ledger.accept_terms(replace(FIRST, at=LATER))
    await ledger.accept_terms(replace(FIRST, connection=ConnectionSlug("other"), by="Lee"))
    assert await ledger.acceptance(ACME.slug) == FIRST
    changed = replace(FIRST, sha256="2" * 64, at=LATER)
    await ledger.accept_terms(changed)
    assert await ledger.acceptance(ACME.slug) == changed


async def test_the_newest_ruling_counts_and_a_run_is_answered_once(ledger: SqlLedger) -> None:
    assert await ledger.ruling(ACME.slug) is None
    assert await ledger.rule(NO) == NO
    # A retry of the same run, whatever it says.
    assert await ledger.rule(replace(YES, run=NO.run)) == NO
    assert await ledger.ruling(ACME.slug) == NO
    assert await ledger.rule(YES) == YES
    await ledger.rule(replace(NO, connection=ConnectionSlug("other"), run="run-3"))
    assert (await ledger.rulings())[ACME.slug] == YES


async def test_status_tells_what_is_still_to_be_agreed_to(ledger: SqlLedger) -> None:
    wanting = connection(needs_approval=True, terms_sha256=terms_sha256("pay on time"))
    await ledger.register(wanting, now=NOW)
    (standing,) = await ledger.standings(now=NOW)
    assert "waits for the 3PL's approval" in standing.approval_wanted
    assert standing.terms_wanted.startswith("Nobody has accepted")
    await ledger.accept_terms(replace(FIRST, sha256=wanting.terms_sha256))
    await ledger.rule(replace(YES, subject=wanting.subject))
    (standing,) = await ledger.standings(now=NOW)
    assert (standing.approval_wanted, standing.terms_wanted) == ("", "")
