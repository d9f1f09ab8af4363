"""Feeds in the ledger: a parcel travels one way at a time, and no result is lost or told twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.feed import Backlog
from dockwire.model.parcel import LedgerParcel, ParcelState
from dockwire.model.record import FactKind
from tests.builders import CA, NOW, connection, order
from tests.unit.ledger.acts import ACME, kinds, number
from tests.unit.ledger.shipments import LATER, created, due, outcome, parcel, record, store

CANADA = connection(slug="acme-ca", marketplace_code="CA")
STRANGER = connection(slug="other", seller_id="A2STRANGER")


async def waiting(ledger: SqlLedger, count: int = 3) -> list[LedgerParcel]:
    """Return parcels of as many orders."""
    for n in range(1, count + 1):
        await created(ledger, n, order(order_id=number(n)))
        await store(ledger, n, parcel(f"1{n}"))
    return await due(ledger)


async def begun(ledger: SqlLedger, chosen: list[LedgerParcel]) -> int:
    feed, taken = await ledger.begin_feed(ACME, chosen, now=NOW)
    assert taken
    return feed


async def test_what_travels_in_a_feed_is_told_in_no_other_way(ledger: SqlLedger) -> None:
    first, second, third = await waiting(ledger)
    feed, taken = await ledger.begin_feed(ACME, [third, first], now=NOW)
    assert taken == [first.id, third.id]
    assert [known.id for known in await due(ledger)] == [second.id]
    assert await ledger.feed_orders(feed) == [number(1), number(3)]
    (open_feed,) = await ledger.open_feeds(ACME)
    assert (open_feed.id, open_feed.amazon_id, open_feed.begun, open_feed.parcels) == (feed, None, NOW, 2)
    await ledger.feed_made(feed, "50001")
    assert (await ledger.open_feeds(ACME))[0].amazon_id == "50001"
    assert await ledger.known_feeds(["50001", "50002"]) == {"50001"}
    (row,) = await ledger.order_parcels(number(1))
    assert (row.state, row.feed) == (ParcelState.SENT, "50001")


async def test_a_parcel_that_moved_since_it_was_read_stays_out(ledger: SqlLedger) -> None:
    first, second = await waiting(ledger, 2)
    await record(ledger, first, ParcelState.ACCEPTED, taken=True)
    _, taken = await ledger.begin_feed(ACME, [first, second], now=NOW)
    assert taken == [second.id]
    assert await ledger.begin_feed(ACME, [first, second], now=NOW) == (0, [])
    assert len(await ledger.open_feeds(ACME)) == 1


async def test_results_are_recorded_once_and_end_the_journey(ledger: SqlLedger) -> None:
    feed = await begun(ledger, await waiting(ledger))
    page = await ledger.feed_parcels(feed)
    assert [(place, known.order.order_id) for place, known in page] == [
        (1, number(1)),
        (2, number(2)),
        (3, number(3)),
    ]
    (_, first), (_, second), _ = page
    outcomes = [
        outcome(first, ParcelState.ACCEPTED, taken=True),
        outcome(second, ParcelState.SENT),
    ]
    await ledger.record_parcels(ACME, outcomes, now=NOW)
    # A run that died before it closed the feed reads the report again.
    assert [place for place, _ in await ledger.feed_parcels(feed)] == [2, 3]
    assert [place for place, _ in await ledger.feed_parcels(feed, after=2, limit=5)] == [3]
    assert await due(ledger) == []
    await ledger.end_feed(feed, queued=12.5, now=LATER)
    assert [known.order.order_id for known in await due(ledger)] == [number(2), number(3)]
    assert await ledger.open_feeds(ACME) == []
    assert (await ledger.order_parcels(number(2)))[0].feed == ""
    assert (await kinds(ledger, number(1)))[-1] is FactKind.SHIPMENT_CONFIRMED
    assert (await kinds(ledger, number(2)))[-1] is FactKind.ORDER_CREATED


async def test_a_correction_waits_for_the_feed_with_the_old_content(ledger: SqlLedger) -> None:
    # Carried out late, the feed would put the old number back.
    feed = await begun(ledger, await waiting(ledger, 1))
    assert await store(ledger, 1, parcel("11", tracking="1Z6")) == 1
    assert await due(ledger) == []
    assert await ledger.feed_parcels(feed) == []
    await ledger.end_feed(feed, queued=None, now=LATER)
    (known,) = await due(ledger)
    assert (known.parcel.tracking, known.changed, known.state) == ("1Z6", True, ParcelState.TO_SEND)


async def test_a_feed_amazon_never_got_leaves_its_parcels_as_they_were(ledger: SqlLedger) -> None:
    before = await waiting(ledger, 2)
    feed = await begun(ledger, before)
    await ledger.forget_feed(feed)
    after = await due(ledger)
    assert [replace(known, version=1) for known in after] == before
    assert await ledger.open_feeds(ACME) == []
    assert await ledger.feed_orders(feed) == []


async def test_the_backlog_tells_own_parcels_from_the_accounts(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    await ledger.register(STRANGER, now=NOW)
    first, *_ = await waiting(ledger, 3)
    await created(ledger, 9, order(order_id=number(9), marketplace_id=CA), which=CANADA)
    await store(ledger, 9, parcel("19"), which=CANADA)
    assert await ledger.backlog(ACME, now=NOW) == Backlog(due=3, ahead=1, queue_seconds=None)
    assert await ledger.backlog(CANADA, now=NOW) == Backlog(due=1, ahead=3, queue_seconds=None)
    assert await ledger.backlog(STRANGER, now=NOW) == Backlog(due=0, ahead=0, queue_seconds=None)
    feed = await begun(ledger, [first])
    assert (await ledger.backlog(ACME, now=NOW)).due == 2
    await ledger.end_feed(feed, queued=740.5, now=NOW)
    assert (await ledger.backlog(CANADA, now=NOW)).queue_seconds == pytest.approx(740.5)
    again = [known for known in await due(ledger) if known.id != first.id]
    await ledger.record_parcels(
        ACME,
        [outcome(again[0], ParcelState.SENT, not_before=NOW + timedelta(hours=1))],
        now=NOW,
    )
    # The first is due again, since nothing was recorded for it; one waits for its time.
    assert (await ledger.backlog(ACME, now=NOW)).due == 2
