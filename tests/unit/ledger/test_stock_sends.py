"""Quantities on their way: written down first, recorded once, and never mistaken for what Amazon has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.record import FactKind, Problem
from dockwire.model.stock_book import LedgerOffer, Look, OfferState, Sending
from tests.builders import NOW
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.stocks import (
    LATER,
    NO,
    begin,
    due,
    listed,
    listing,
    offer,
    outcome,
    record,
    sent,
    stock_facts,
    want,
)


async def waiting(ledger: SqlLedger) -> LedgerOffer:
    """Return an offer of 5 that is to be 8."""
    await listed(ledger, A=5)
    await want(ledger, A=8)
    return await offer(ledger)


async def test_what_is_wanted_now_is_sent_in_the_order_asked_for(ledger: SqlLedger) -> None:
    await ledger.record_looks(ACME, [Look(listing("B", 5, product_type="SHIRT"))], now=NOW)
    read = [await offer(ledger, "B"), await waiting(ledger)]
    await want(ledger, A=2, B=9)
    assert await begin(ledger, *read) == [Sending("B", 9, 2, "SHIRT"), Sending("A", 2, 2)]
    known = await offer(ledger)
    assert (known.state, known.sent, known.before, known.sent_at) == (OfferState.SENT, 2, 5, NOW)
    assert (known.not_before, known.quantity) == (LATER, None)
    assert await due(ledger) == []


async def test_a_row_that_moved_or_needs_nothing_is_not_sent(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5, D=5)
    await want(ledger, A=8, B=8, C=8, D=8)
    read = await ledger.offers(ACME.slug)
    await sent(ledger, "A")
    await want(ledger, B=None, C=5)
    assert [sending.sku for sending in await begin(ledger, *read)] == ["D"]


async def test_what_amazon_accepted_counts_until_it_is_read_back(ledger: SqlLedger) -> None:
    await waiting(ledger)
    sending = await sent(ledger)
    await record(ledger, sending, OfferState.ACCEPTED, not_before=LATER, submission="s1")
    known = await offer(ledger)
    assert (known.quantity, known.state, known.version) == (8, OfferState.ACCEPTED, sending.version + 1)
    assert await due(ledger, now=LATER) == []


async def test_a_refused_quantity_is_told_and_the_old_one_counts(ledger: SqlLedger) -> None:
    await waiting(ledger)
    await record(ledger, await sent(ledger), OfferState.REFUSED, NO, not_before=LATER)
    known = await offer(ledger)
    assert (known.quantity, known.state, known.problem) == (5, OfferState.REFUSED, NO)
    assert known.not_before == LATER
    (fact,) = await stock_facts(ledger)
    assert (fact.kind, fact.order_id) == (FactKind.STOCK_REFUSED, None)
    assert fact.detail == {
        "sku": "A",
        "quantity": "8",
        "code": NO.code,
        "reason": NO.sentence,
        "fixer": "merchant",
    }


async def test_the_same_refusal_is_told_once_and_another_one_anew(ledger: SqlLedger) -> None:
    await waiting(ledger)
    other = Problem("no_listing", "There is no listing.", Fixer.MERCHANT)
    for problem in (NO, NO, replace(NO, sentence="Still not."), other):
        await record(ledger, await sent(ledger), OfferState.REFUSED, problem)
    told = [fact.detail["reason"] for fact in await stock_facts(ledger)]
    assert told == [NO.sentence, "Still not.", other.sentence]


async def test_what_was_certainly_not_sent_is_due_at_once(ledger: SqlLedger) -> None:
    before = await waiting(ledger)
    sending = await sent(ledger)
    await record(ledger, sending, OfferState.KNOWN)
    known = await offer(ledger)
    assert (known.quantity, known.state, known.not_before) == (5, OfferState.KNOWN, None)
    assert known.version > before.version
    assert await due(ledger) == ["A"]


async def test_an_unknown_outcome_stays_uncertain_until_its_time(ledger: SqlLedger) -> None:
    await waiting(ledger)
    later = LATER + timedelta(hours=1)
    await record(ledger, await sent(ledger), OfferState.SENT, not_before=later)
    known = await offer(ledger)
    assert (known.quantity, known.state, known.not_before) == (None, OfferState.SENT, later)
    assert await due(ledger, now=LATER) == []
    # What is wanted again is what Amazon had before, but who knows whether it still has it.
    await want(ledger, A=5)
    assert await due(ledger, now=later) == ["A"]


@pytest.mark.parametrize(("state", "problem"), [(OfferState.KNOWN, None), (OfferState.REFUSED, NO)])
async def test_what_was_there_before_an_unknown_sending_is_not_certain_afterwards(
    ledger: SqlLedger, state: OfferState, problem: Problem | None
) -> None:
    # Amazon may have the 20. That 5 was not sent now does not mean that 5 is there.
    await listed(ledger, A=5)
    await want(ledger, A=20)
    await sent(ledger)
    await want(ledger, A=5)
    again = await sent(ledger, now=LATER)
    assert (await offer(ledger)).before is None
    await record(ledger, again, state, problem)
    assert (await offer(ledger)).quantity is None
    assert await due(ledger, now=LATER) == ["A"]


async def test_an_answer_to_an_older_sending_is_forgotten(ledger: SqlLedger) -> None:
    await waiting(ledger)
    first = await sent(ledger)
    await want(ledger, A=2)
    second = await sent(ledger, now=LATER)
    before = await offer(ledger)
    await record(ledger, first, OfferState.REFUSED, NO)
    assert await offer(ledger) == before
    assert await stock_facts(ledger) == []
    await record(ledger, replace(second, sku="unknown"), OfferState.ACCEPTED)
    await record(ledger, second, OfferState.ACCEPTED)
    assert (await offer(ledger)).quantity == 2


async def test_a_problem_of_applying_stays_until_the_listing_is_read(ledger: SqlLedger) -> None:
    await waiting(ledger)
    problem = Problem("not_applied", "Amazon still shows 5.", Fixer.MERCHANT)
    await ledger.record_looks(ACME, [Look(listing(), 1, problem=problem)], now=NOW)
    await record(ledger, await sent(ledger), OfferState.ACCEPTED)
    known = await offer(ledger)
    assert known.problem == problem
    await ledger.record_looks(ACME, [Look(listing("A", 8), known.version)], now=NOW)
    assert (await offer(ledger)).problem is None


async def test_refused_offers_can_be_made_due_at_once(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5)
    await want(ledger, A=8, B=8, C=8)
    for sku in ("A", "B"):
        await record(ledger, await sent(ledger, sku), OfferState.REFUSED, NO, not_before=LATER)
    await sent(ledger, "C")
    assert await due(ledger) == []
    before = await offer(ledger)
    assert await ledger.retry_offers(ACME.slug, "A") == 1
    known = await offer(ledger)
    assert (known.state, known.problem, known.version) == (OfferState.KNOWN, None, before.version + 1)
    assert await due(ledger) == ["A"]
    assert await ledger.retry_offers(ACME.slug) == 1
    assert await due(ledger) == ["A", "B"]
    assert await ledger.retry_offers(ACME.slug) == 0


async def test_two_runs_send_a_quantity_once(both: tuple[SqlLedger, SqlLedger]) -> None:
    first, second = both
    read = await waiting(first)
    assert len(await begin(first, read)) == 1
    assert await begin(second, read) == []
    assert outcome(Sending("A", 8, 2), OfferState.SENT).version == (await offer(second)).version


async def test_a_refusal_makes_no_other_quantity_wait(ledger: SqlLedger) -> None:
    await waiting(ledger)
    await record(ledger, await sent(ledger), OfferState.REFUSED, problem=NO, not_before=LATER)
    await want(ledger, A=8)
    assert await due(ledger) == []
    await want(ledger, A=0)
    assert await due(ledger) == ["A"]
