"""Reading listings: all of them once a day, the changed ones in every run, single ones by name."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dockwire.decisions.stock.reading_back import NOT_APPLIED, has_drifted, judge
from dockwire.model.listing import MOST_FOUND, Listing, ListingPage, Span
from dockwire.model.stock_book import Gone, LedgerOffer, Look, OfferState, StockMarks, Unread
from dockwire.services.desk import Desk
from dockwire.services.stock_report import DriftLine, StockReport

log = logging.getLogger(__name__)

_FIRST = datetime(1995, 1, 1, tzinfo=UTC)
"""Amazon sold nothing before."""

_SWEEP_EVERY = timedelta(hours=24)
_OVERLAP = timedelta(minutes=10)
_SHORTEST = timedelta(seconds=1)
_SAMPLE = 200
_AT_ONCE = 100


async def read_listings(desk: Desk, *, everything: bool = False) -> StockReport:
    """Read the listings that are new or changed, or all of them when the last time is a day ago.

    Where a reading stopped, the next one goes on.

    Raises:
        RemoteError: Amazon did not answer; what was read counts.
    """
    report = StockReport()
    now = await desk.seller.amazon_now()
    marks = await desk.ledger.stock_marks(desk.connection)
    if marks.sweep_began or everything or marks.swept is None or now - marks.swept >= _SWEEP_EVERY:
        marks = await _sweep(desk, marks, now, report)
    since = (marks.changes_read or now) - _OVERLAP
    async for _ in _small_enough(desk, Span(since, now, changed=True), report):
        pass
    await desk.ledger.move_stock_marks(desk.connection, replace(marks, changes_read=now))
    return report


async def verify(desk: Desk) -> StockReport:
    """Look by name at everything that is on its way, and at a sample of the other offers."""
    report = StockReport()
    await _look_at_all(desk, await desk.ledger.offers_to_verify(desk.connection, sample=_SAMPLE), report)
    return report


async def _look_at_all(desk: Desk, known: Sequence[LedgerOffer], report: StockReport) -> None:
    for start in range(0, len(known), _AT_ONCE):
        await look_at(desk, known[start : start + _AT_ONCE], report)


async def look_at(desk: Desk, known: Sequence[LedgerOffer], report: StockReport) -> None:
    """Read the listings of these offers and record what that tells."""
    shown = await desk.seller.listings.look(desk.connection.marketplace.id, [each.sku for each in known])
    looks: list[Look | Gone | Unread] = []
    for offer in known:
        if offer.sku not in shown:
            looks.append(Gone(offer.sku, offer.version))
            report.gone.add(offer.sku)
        elif (listing := shown[offer.sku]) is None:
            looks.append(Unread(offer.sku))
            report.unreadable.add(offer.sku)
        else:
            looks.append(_judged(desk, offer, listing, report))
    await desk.ledger.record_looks(desk.connection, looks, now=desk.clock.now())


async def take_in(desk: Desk, listings: Sequence[Listing], report: StockReport) -> None:
    """Compare listings as they were read with the ledger and record what that tells."""
    found = {each.sku: each for each in listings}
    known = {each.sku: each for each in await desk.ledger.offers(desk.connection.slug, list(found))}
    looks = [_judged(desk, known.get(sku), listing, report) for sku, listing in found.items()]
    await desk.ledger.record_looks(desk.connection, looks, now=desk.clock.now())


def _judged(desk: Desk, known: LedgerOffer | None, listing: Listing, report: StockReport) -> Look:
    look = judge(known, listing, now=desk.clock.now())
    shown = None if listing.own is None else listing.own.quantity
    if known is not None and has_drifted(known, listing):
        report.drifted += 1
        report.drift.append(DriftLine(known.sku, known.quantity, shown, "Amazon offers more than was known"))
    elif known is not None and look.settled and known.state is OfferState.ACCEPTED:
        missed = look.problem is not None and look.problem.code == NOT_APPLIED
        report.not_applied += missed
        report.verified += not missed and shown == known.sent
        if missed:
            report.drift.append(DriftLine(known.sku, known.sent, shown, "accepted, but never applied"))
    return look


async def _sweep(desk: Desk, marks: StockMarks, now: datetime, report: StockReport) -> StockMarks:
    """Read all listings by the time of their creation, then forget those that no reading met."""
    began = marks.sweep_began or now
    begin = (marks.swept_to if marks.sweep_began else None) or _FIRST
    # Listings carry Amazon's time, our readings of them ours.
    since = began - (now - desk.clock.now()) - _OVERLAP
    marks = replace(marks, sweep_began=began, swept_to=begin)
    await desk.ledger.move_stock_marks(desk.connection, marks)
    async for span in _small_enough(desk, Span(begin, began), report):
        marks = replace(marks, swept_to=span.end)
        await desk.ledger.move_stock_marks(desk.connection, marks)
    # An answer may be incomplete: what no page showed is asked for by name before it is forgotten.
    await _look_at_all(desk, await desk.ledger.unseen_offers(desk.connection, since=since), report)
    return replace(marks, sweep_began=None, swept_to=None, swept=began, changes_read=began)


async def _small_enough(desk: Desk, whole: Span, report: StockReport) -> AsyncIterator[Span]:
    """Take in the listings of a span in parts that a search shows completely; yield each finished part."""
    parts = [whole]
    while parts:
        span = parts.pop()
        page = await desk.seller.listings.page(desk.connection.marketplace.id, span)
        if page.found > MOST_FOUND and span.end - span.begin > _SHORTEST:
            middle = span.begin + (span.end - span.begin) / 2
            parts += [replace(span, begin=middle), replace(span, end=middle)]
            continue
        if page.found > MOST_FOUND:
            log.warning(
                "connection=%s: %d listings of one second; a search shows %d of them, and so no others are "
                "known", desk.connection.slug, page.found, MOST_FOUND,
            )  # fmt: skip
        await _to_the_end(desk, span, page, report)
        yield span


async def _to_the_end(desk: Desk, span: Span, page: ListingPage, report: StockReport) -> None:
    while True:
        for unread in page.unreadable:
            log.warning("connection=%s: %s", desk.connection.slug, unread)
        await desk.ledger.record_looks(
            desk.connection, [Unread(each.sku) for each in page.unreadable], now=desk.clock.now()
        )
        report.listings |= {each.sku for each in page.listings}
        report.unreadable |= {each.sku or str(each) for each in page.unreadable}
        await take_in(desk, page.listings, report)
        if page.next_token is None:
            return
        page = await desk.seller.listings.page(desk.connection.marketplace.id, span, page.next_token)
