"""Offers in the ledger: what reading listings tells, what is decided, and what is due, urgent first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.record import FactKind, Problem
from dockwire.model.stock import Offer, Withheld
from dockwire.model.stock_book import Decided, Gone, Look, OfferChoice, OfferState
from tests.builders import CA, NOW, connection
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.stocks import (
    LATER,
    NO,
    begin,
    decided,
    due,
    listed,
    listing,
    offer,
    record,
    sent,
    stock_facts,
    want,
)

CANADA = connection(slug="acme-ca", marketplace_code="CA")
NEVER_APPLIED = Problem("not_applied", "Amazon still shows 5.", Fixer.MERCHANT)


async def test_a_listing_comes_back_as_it_was_read(ledger: SqlLedger) -> None:
    mine = Offer("A", quantity=5, handling_days=2)
    amazons = Offer("A", "AMAZON_NA")
    always = Offer("B", quantity=None, always_available=True)
    looks = [Look(Listing("A", (amazons, mine), "SHIRT")), Look(Listing("B", (always,)))]
    await ledger.record_looks(ACME, looks, now=NOW)
    first, second = await ledger.offers(ACME.slug)
    assert (first.offers, first.product_type, first.quantity) == ((amazons, mine), "SHIRT", 5)
    assert (second.offers, second.quantity) == ((always,), None)
    assert (first.state, first.version, first.looked, first.wanted) == (OfferState.KNOWN, 1, NOW, None)


async def test_skus_are_compared_to_the_letter(ledger: SqlLedger) -> None:
    skus = ["a", "A", " A", "A ", "\N{LATIN SMALL LETTER SHARP S}", "SS"]
    await ledger.record_looks(ACME, [Look(listing(sku, n)) for n, sku in enumerate(skus)], now=NOW)
    assert {known.sku: known.quantity for known in await ledger.offers(ACME.slug)} == {
        sku: n for n, sku in enumerate(skus)
    }
    for n, sku in enumerate(skus):
        assert (await offer(ledger, sku)).quantity == n


async def test_more_names_than_a_query_takes_are_found(ledger: SqlLedger) -> None:
    skus = [f"S{n:05d}" for n in range(1_201)]
    await ledger.record_looks(ACME, [Look(listing(sku)) for sku in skus], now=NOW)
    found = await ledger.offers(ACME.slug, [*skus, *(f"unknown {n}" for n in range(40_000))])
    assert [known.sku for known in found] == skus


async def test_offers_of_another_connection_stay_apart(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    await listed(ledger, A=5)
    await ledger.record_looks(CANADA, [Look(listing("A", 9))], now=NOW)
    await ledger.record_decisions(CANADA, [decided("A", 1)], as_of=NOW)
    assert CANADA.marketplace.id == CA
    assert (await offer(ledger)).quantity == 5
    assert await due(ledger) == []
    assert [known.sku for known in await ledger.unseen_offers(ACME, since=LATER)] == ["A"]
    assert [known.wanted for known in await ledger.offers(CANADA.slug)] == [1]


@pytest.mark.parametrize("channels", [(), (Offer("A", "AMAZON_NA"),), (Offer("A"), Offer("A"))])
async def test_a_listing_without_one_offer_of_the_merchants_is_never_due(
    ledger: SqlLedger, channels: tuple[Offer, ...]
) -> None:
    await ledger.record_looks(ACME, [Look(Listing("A", channels))], now=NOW)
    await want(ledger, A=3)
    known = await offer(ledger)
    assert (known.quantity, known.wanted) == (None, 3)
    assert await due(ledger) == []
    assert await begin(ledger, known) == []


async def test_a_settled_look_counts_and_clears_the_way(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=8)
    sending = await sent(ledger)
    known = await offer(ledger)
    look = Look(listing("A", 7, product_type="SHIRT"), known.version, problem=NEVER_APPLIED)
    await ledger.record_looks(ACME, [look], now=LATER)
    after = await offer(ledger)
    assert (after.quantity, after.state, after.not_before) == (7, OfferState.KNOWN, None)
    assert (after.sent, after.sent_at, after.product_type) == (8, NOW, "SHIRT")
    assert (after.version, after.looked, after.problem) == (sending.version + 1, LATER, NEVER_APPLIED)
    assert await due(ledger, now=LATER) == ["A"]


async def test_an_unsettled_look_takes_over_channels_only(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=8)
    await sent(ledger)
    known = await offer(ledger)
    shown = Listing("A", (Offer("A", quantity=1, handling_days=3),), "SHIRT")
    await ledger.record_looks(ACME, [Look(shown, known.version, settled=False)], now=LATER)
    after = await offer(ledger)
    assert (after.state, after.quantity, after.not_before) == (OfferState.SENT, None, LATER)
    assert (after.offers[0].handling_days, after.product_type) == (3, "SHIRT")
    assert after.version == known.version + 1


async def test_a_look_that_tells_nothing_new_moves_no_version(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await ledger.record_looks(ACME, [Look(listing(), 1)], now=LATER)
    after = await offer(ledger)
    assert (after.version, after.looked) == (1, LATER)


async def test_a_look_at_a_row_that_moved_only_counts_as_looked_at(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=8)
    await sent(ledger)
    before = await offer(ledger)
    for version in (0, 1):
        look = Look(listing("A", 1, product_type="SHIRT"), version, problem=NEVER_APPLIED)
        await ledger.record_looks(ACME, [look], now=LATER)
    assert await offer(ledger) == replace(before, looked=LATER)
    assert await stock_facts(ledger) == []


async def test_a_quantity_that_was_never_applied_is_told_once(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    for _ in range(2):
        known = await offer(ledger)
        look = Look(listing(), known.version, problem=NEVER_APPLIED)
        await ledger.record_looks(ACME, [look], now=NOW)
    (fact,) = await stock_facts(ledger)
    assert (fact.kind, fact.detail["sku"], fact.detail["reason"]) == (
        FactKind.STOCK_DIFFERS,
        "A",
        NEVER_APPLIED.sentence,
    )


async def test_a_listing_that_is_gone_takes_its_row_along_unless_that_moved(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5)
    await want(ledger, B=8, C=8)
    await sent(ledger, "B")
    await ledger.begin_stock_feed(ACME, [await offer(ledger, "C")], now=NOW)
    in_feed = await offer(ledger, "C")
    gone = [Gone("A", 1), Gone("B", 1), Gone("C", in_feed.version), Gone("unknown", 1)]
    await ledger.record_looks(ACME, gone, now=NOW)
    assert [known.sku for known in await ledger.offers(ACME.slug)] == ["B", "C"]


async def test_what_no_reading_met_is_found(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5)
    await want(ledger, C=8)
    await ledger.begin_stock_feed(ACME, [await offer(ledger, "C")], now=NOW)
    await ledger.record_looks(ACME, [Look(listing("B"), 1)], now=LATER)
    assert [known.sku for known in await ledger.unseen_offers(ACME, since=LATER)] == ["A"]


async def test_a_row_with_something_under_way_is_not_dropped(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=8)
    sending = await sent(ledger)
    await ledger.record_looks(ACME, [Gone("A", sending.version)], now=NOW)
    assert [known.sku for known in await ledger.offers(ACME.slug)] == ["A"]
    await ledger.record_looks(ACME, [Gone("A", sending.version)], now=LATER)
    assert await ledger.offers(ACME.slug) == []


async def test_only_decisions_that_differ_are_written(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5)
    assert await want(ledger, A=3, B=None, unknown=4) == 2
    assert await want(ledger, A=3, B=None) == 0
    assert await ledger.record_decisions(ACME, [decided("A", 3, why="rule")], as_of=NOW) == 1
    assert await want(ledger, A=None) == 1
    (row, _) = await ledger.offer_rows(ACME.slug, limit=5)
    assert (row.offer.wanted, row.offer.version) == (None, 1)
    assert (row.why, row.told, row.decided) == ({"why": "stock"}, "A: stock", NOW)


@pytest.mark.parametrize(
    ("has", "wanted", "fixer", "told"),
    [
        (5, 5, Fixer.ENGINEER, {"amazon_has": "5"}),
        (5, 0, Fixer.CLERK, {"amazon_has": "5"}),
        (None, 5, Fixer.CLERK, {}),
        (0, 0, Fixer.CLERK, None),
        (5, None, Fixer.CLERK, None),
        (5, 5, Fixer.NOBODY, None),
    ],
)
async def test_a_sku_that_amazon_sells_and_that_loses_its_quantity_is_told_once(
    ledger: SqlLedger, has: int | None, wanted: int | None, fixer: Fixer, told: dict[str, str] | None
) -> None:
    await listed(ledger, A=has)
    await want(ledger, A=wanted)
    reason = replace(NO, fixer=fixer)
    for n, why in enumerate(("gone", "gone", "still gone"), 1):
        lost = Decided(Withheld("A", reason), "A gets no quantity.", {"why": why})
        await ledger.record_decisions(ACME, [lost], as_of=NOW + timedelta(minutes=n))
    expected = {"sku": "A", "code": NO.code, "reason": NO.sentence, "fixer": fixer.value}
    facts = [(fact.kind, fact.detail) for fact in await stock_facts(ledger)]
    assert facts == ([] if told is None else [(FactKind.STOCK_WITHHELD, expected | told)])


async def test_a_sku_that_loses_its_quantity_with_another_one_on_its_way_is_told(ledger: SqlLedger) -> None:
    await listed(ledger, A=0)
    await want(ledger, A=8)
    await sent(ledger)
    await want(ledger, A=None)
    (fact,) = await stock_facts(ledger)
    assert "amazon_has" not in fact.detail
    # Facts that are older than the decision change nothing, and so tell nothing.
    await want(ledger, A=8, as_of=LATER)
    await want(ledger, A=None)
    assert len(await stock_facts(ledger)) == 1


async def test_offers_are_chosen_before_the_limit_cuts(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5, D=5, E=None, F=5)
    await want(ledger, A=5, B=None, C=4, D=None, E=3)
    chosen = {
        which: [row.offer.sku for row in await ledger.offer_rows(ACME.slug, which=which, limit=2)]
        for which in OfferChoice
    }
    assert chosen == {
        OfferChoice.ALL: ["A", "B"],
        OfferChoice.WITHHELD: ["B", "D"],
        OfferChoice.DIFFERENT: ["C", "E"],
    }
    # What is sent without an answer may be there or not.
    await want(ledger, A=6)
    await sent(ledger)
    await want(ledger, A=5)
    (first, *_) = await ledger.offer_rows(ACME.slug, which=OfferChoice.DIFFERENT, limit=9)
    assert first.offer.sku == "A"


async def test_older_facts_replace_no_decision(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=3)
    # What is decided the same again is as new as its facts.
    assert await want(ledger, A=3, as_of=LATER) == 0
    assert await want(ledger, A=9, as_of=LATER - timedelta(minutes=1)) == 0
    (row,) = await ledger.offer_rows(ACME.slug, limit=5)
    assert (row.offer.wanted, row.decided) == (3, LATER)
    assert await want(ledger, A=9, as_of=LATER + timedelta(minutes=1)) == 1


async def test_what_is_sold_out_goes_first_and_what_grows_last(ledger: SqlLedger) -> None:
    await listed(ledger, same=5, grow_b=5, grow_a=5, shrink=5, unknown=None, zero_b=5, zero_a=None, left=5)
    await want(ledger, same=5, grow_b=6, grow_a=7, shrink=4, unknown=9, zero_b=0, zero_a=0, left=None)
    expected = ["zero_a", "zero_b", "shrink", "unknown", "grow_a", "grow_b"]
    assert await due(ledger) == expected
    assert await due(ledger, limit=3) == expected[:3]


async def test_a_sending_of_unknown_outcome_is_as_urgent_as_what_is_not_known(ledger: SqlLedger) -> None:
    # Amazon may have the 20: the 10 that are left by now look like growth from 5 only.
    await listed(ledger, Z=5, A=5)
    await want(ledger, Z=20)
    await sent(ledger, "Z")
    await want(ledger, Z=10, A=6)
    assert await due(ledger) == ["A"]
    assert await due(ledger, now=LATER) == ["Z", "A"]


async def test_nothing_is_due_before_its_time(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=8)
    await record(ledger, await sent(ledger), OfferState.REFUSED, NO, not_before=LATER)
    assert await due(ledger, now=LATER - timedelta(seconds=1)) == []
    assert await due(ledger, now=LATER) == ["A"]


async def test_what_is_on_its_way_is_verified_with_a_sample_of_the_longest_unseen(ledger: SqlLedger) -> None:
    await listed(ledger, A=5, B=5, C=5, D=5, E=5, F=5)
    await want(ledger, D=8, E=8, F=8)
    await sent(ledger, "E")
    await record(ledger, await sent(ledger, "D"), OfferState.ACCEPTED, not_before=LATER)
    await ledger.begin_stock_feed(ACME, [await offer(ledger, "F")], now=NOW)
    await ledger.record_looks(ACME, [Look(listing("A"), 1)], now=LATER)
    found = await ledger.offers_to_verify(ACME, sample=2)
    assert [known.sku for known in found] == ["D", "E", "B", "C"]
    assert [known.sku for known in await ledger.offers_to_verify(ACME, sample=9)][-1] == "A"


async def test_rows_are_found_by_connection_and_sku(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    await listed(ledger, A=5, B=5)
    await ledger.record_looks(CANADA, [Look(listing("A", 9))], now=NOW)
    rows = await ledger.offer_rows(None, limit=5)
    assert [(row.connection, row.offer.sku) for row in rows] == [
        ("acme-ca", "A"),
        ("acme-us", "A"),
        ("acme-us", "B"),
    ]
    assert (rows[0].why, rows[0].told, rows[0].decided) == (None, "", None)
    assert [row.connection for row in await ledger.offer_rows(None, sku="A", limit=5)] == [
        "acme-ca",
        "acme-us",
    ]
    assert [row.offer.sku for row in await ledger.offer_rows(ACME.slug, limit=1)] == ["A"]
