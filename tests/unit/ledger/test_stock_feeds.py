"""Stock feeds in the ledger: a quantity travels one way at a time, and no result is lost or mistaken."""

from dataclasses import replace

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.feed import SentFeed
from dockwire.model.listing import Listing
from dockwire.model.record import FactKind
from dockwire.model.stock import Offer
from dockwire.model.stock_book import LedgerOffer, Look, OfferState, Sending
from tests.builders import NOW, connection
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
    sent,
    stock_facts,
    want,
)

CANADA = connection(slug="acme-ca", marketplace_code="CA")
STRANGER = connection(slug="other", seller_id="A2STRANGER")


async def waiting(ledger: SqlLedger) -> list[LedgerOffer]:
    """Return offers of 5 that are to be 8."""
    await listed(ledger, A=5, B=5, C=5)
    await want(ledger, A=8, B=8, C=8)
    return await ledger.due_offers(ACME, now=NOW, limit=10)


async def begun(ledger: SqlLedger, *offers: LedgerOffer) -> tuple[int, list[Sending]]:
    return await ledger.begin_stock_feed(ACME, offers, now=NOW)


async def test_what_travels_in_a_feed_is_sent_in_no_other_way(ledger: SqlLedger) -> None:
    first, second, third = await waiting(ledger)
    feed, sendings = await begun(ledger, third, first)
    assert sendings == [Sending("C", 8, 2), Sending("A", 8, 2)]
    assert await ledger.stock_feed_messages(feed) == sendings
    assert await due(ledger, now=LATER) == ["B"]
    known = await offer(ledger)
    assert (known.in_feed, known.state, known.sent, known.before) == (True, OfferState.SENT, 8, 5)
    assert await begin(ledger, known, second) == [Sending("B", 8, 2)]
    assert await ledger.open_stock_feeds(ACME) == [SentFeed(feed, None, NOW, 2)]
    await ledger.stock_feed_made(feed, "50001")
    assert await ledger.open_stock_feeds(ACME) == [SentFeed(feed, "50001", NOW, 2)]
    assert await ledger.known_stock_feeds(["50001", "50002"]) == {"50001"}


async def test_without_a_message_there_is_no_feed(ledger: SqlLedger) -> None:
    first, second, _ = await waiting(ledger)
    await sent(ledger, "A")
    feed, sendings = await begun(ledger, first, second)
    assert [sending.sku for sending in sendings] == ["B"]
    assert (await begun(ledger, first, second))[1] == []
    assert [known.id for known in await ledger.open_stock_feeds(ACME)] == [feed]


async def test_a_look_during_the_journey_leaves_the_quantity_alone(ledger: SqlLedger) -> None:
    first, *_ = await waiting(ledger)
    await begun(ledger, first)
    known = await offer(ledger)
    shown = Listing("A", (Offer("A", quantity=1, handling_days=4),), "SHIRT")
    await ledger.record_looks(ACME, [Look(shown, known.version)], now=LATER)
    after = await offer(ledger)
    assert (after.state, after.quantity, after.in_feed) == (OfferState.SENT, None, True)
    assert (after.product_type, after.offers[0].handling_days, after.looked) == ("SHIRT", 4, LATER)
    assert await due(ledger, now=LATER) == ["B", "C"]


async def test_the_end_of_a_feed_records_its_outcomes_once(ledger: SqlLedger) -> None:
    feed, (first, second, third) = await begun(ledger, *await waiting(ledger))
    outcomes = [
        outcome(first, OfferState.ACCEPTED, not_before=LATER),
        outcome(second, OfferState.REFUSED, NO, not_before=LATER),
        outcome(third, OfferState.SENT, not_before=LATER),
    ]
    await ledger.end_stock_feed(feed, outcomes, queued=12.5, now=LATER)
    ended = await ledger.offers(ACME.slug)
    assert [(known.state, known.quantity) for known in ended] == [
        (OfferState.ACCEPTED, 8),
        (OfferState.REFUSED, 5),
        (OfferState.SENT, None),
    ]
    assert [known.in_feed for known in ended] == [False] * 3
    assert await due(ledger, now=NOW) == []
    assert await due(ledger, now=LATER) == ["C", "B"]
    assert await ledger.open_stock_feeds(ACME) == []
    # Another run that read the same report comes too late.
    await ledger.end_stock_feed(feed, outcomes, queued=99.0, now=LATER)
    assert await ledger.offers(ACME.slug) == ended
    assert [fact.kind for fact in await stock_facts(ledger)] == [FactKind.STOCK_REFUSED]
    assert await ledger.stock_queue_seconds(ACME) == pytest.approx(12.5)


async def test_an_outcome_of_a_row_that_moved_is_forgotten_and_it_is_sent_again(ledger: SqlLedger) -> None:
    feed, (first, *_) = await begun(ledger, *await waiting(ledger))
    known = await offer(ledger)
    await ledger.record_looks(ACME, [Look(replace(listing(), product_type="SHIRT"), known.version)], now=NOW)
    await ledger.end_stock_feed(feed, [outcome(first, OfferState.ACCEPTED)], queued=None, now=NOW)
    after = await offer(ledger)
    assert (after.state, after.quantity, after.in_feed) == (OfferState.SENT, None, False)
    assert "A" in await due(ledger)


async def test_a_feed_amazon_never_got_leaves_its_offers_as_they_were(ledger: SqlLedger) -> None:
    before = await waiting(ledger)
    feed, _ = await begun(ledger, *before)
    await ledger.forget_stock_feed(feed)
    after = await ledger.due_offers(ACME, now=NOW, limit=10)
    assert [(known.quantity, known.state, known.in_feed) for known in after] == [
        (5, OfferState.KNOWN, False)
    ] * 3
    assert all(known.version > old.version for known, old in zip(after, before, strict=True))
    assert await ledger.open_stock_feeds(ACME) == []
    assert await ledger.stock_feed_messages(feed) == []


async def test_messages_that_say_more_than_is_wanted_by_now_are_counted(ledger: SqlLedger) -> None:
    feed, _ = await begun(ledger, *await waiting(ledger))
    assert await ledger.lower_now(feed) == 0
    await want(ledger, A=7, B=9, C=0)
    assert await ledger.lower_now(feed) == 2
    # What is to be left alone by now is no reason to call a feed back.
    await want(ledger, A=None)
    assert await ledger.lower_now(feed) == 1


async def test_the_queue_is_the_seller_accounts(ledger: SqlLedger) -> None:
    for each in (CANADA, STRANGER):
        await ledger.register(each, now=NOW)
    assert await ledger.stock_queue_seconds(ACME) is None
    for seconds in (700.0, 40.5):
        await waiting(ledger)
        feed, sendings = await begun(ledger, await offer(ledger))
        known_again = [outcome(sending, OfferState.KNOWN) for sending in sendings]
        await ledger.end_stock_feed(feed, known_again, queued=seconds, now=NOW)
    assert await ledger.stock_queue_seconds(CANADA) == pytest.approx(40.5)
    assert await ledger.stock_queue_seconds(STRANGER) is None
