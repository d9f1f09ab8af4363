"""Many quantities on their way to Amazon in one feed: handed over, followed, called back, settled.

A feed is written down before Amazon hears of it, and its SKUs are sent in no other way until it is over.
Whatever a feed leaves unclear is read back, and sent again where it is not there.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from dockwire.decisions.backlog import (
    PATIENCE,
    QUANTITIES,
    QUEUE_SECONDS,
    STOCK_CROSSOVER,
    Choice,
    Lane,
    Route,
    choose_route,
    is_stuck,
)
from dockwire.decisions.stock.reading_back import UNDER_WAY
from dockwire.errors import NotFound, RemoteError, Unanswered
from dockwire.model.feed import Feed, FeedState, MessageResult, MessageState, SentFeed
from dockwire.model.listing import MOST_STOCK_MESSAGES, Quantity
from dockwire.model.stock_book import LedgerOffer, OfferState, Sending, SendOutcome
from dockwire.pacing import BUDGETS
from dockwire.services.desk import Desk
from dockwire.services.stock_report import StockLine, StockReport
from dockwire.services.stock_sending import refusal_of, refused_outcome

log = logging.getLogger(__name__)

_STILL_SENDING = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(minutes=10)

Choose = Callable[[int, float | None], Choice]
"""From the number of quantities and the seconds that the last feed waited, to the way they go."""


def quicker(quantities: int, queue_seconds: float | None) -> Choice:
    """Return the way that ends sooner at Amazon's documented quotas."""
    return choose_route(
        quantities,
        single=_lane("patchListingsItem"),
        creating=_lane("createFeed"),
        reporting=_lane("getFeedDocument"),
        queue_seconds=QUEUE_SECONDS if queue_seconds is None else queue_seconds,
        bulk=QUANTITIES,
    )


def _lane(operation: str) -> Lane:
    budget = BUDGETS[operation]
    return Lane(budget.rate, budget.burst)


async def hand_over(desk: Desk, choose: Choose = quicker) -> StockReport:
    """Put what is due into a feed where that is quicker; one feed of a connection is open at a time.

    What is sold out is not put into it: that goes one by one, at once.
    """
    report = StockReport()
    due = await desk.ledger.count_due(desk.connection, now=desk.clock.now())
    queued = await desk.ledger.stock_queue_seconds(desk.connection)
    if choose(due, queued).route is Route.ONE_BY_ONE or await desk.ledger.open_stock_feeds(desk.connection):
        return report
    offers = await desk.ledger.due_offers(
        desk.connection, now=desk.clock.now(), limit=MOST_STOCK_MESSAGES + STOCK_CROSSOVER
    )
    urgent = sum(1 for each in offers if each.wanted == 0)
    chosen = offers[min(urgent, STOCK_CROSSOVER) :][:MOST_STOCK_MESSAGES]
    choice = choose(len(chosen), queued)
    if choice.route is Route.FEED:
        log.info(
            "connection=%s: %d quantities go in a feed: %.0f minutes by estimate, one by one %.0f",
            desk.connection.slug, len(chosen), choice.feed / 60, choice.one_by_one / 60,
        )  # fmt: skip
        await _submit(desk, chosen, report)
    return report


async def _submit(desk: Desk, chosen: Sequence[LedgerOffer], report: StockReport) -> None:
    number, sendings = await desk.ledger.begin_stock_feed(desk.connection, chosen, now=desk.clock.now())
    if not sendings:
        return
    quantities = [Quantity(each.sku, each.units, each.product_type) for each in sendings]
    try:
        amazon_id = await desk.seller.listings.feeds.submit(desk.connection.marketplace.id, quantities)
    except Unanswered as error:
        log.warning("stock feed=%d: Amazon may have it or not; a later run finds out: %s", number, error)
    except RemoteError as error:
        log.warning("stock feed=%d was not taken; its quantities go one by one: %s", number, error)
        await desk.ledger.forget_stock_feed(number)
        return
    else:
        await desk.ledger.stock_feed_made(number, amazon_id)
    report.in_feed = len(sendings)
    before = {each.sku: each.quantity for each in chosen}
    for each in sendings:
        report.row(StockLine(each.sku, before[each.sku], each.units, "in a feed"))


async def follow_feeds(desk: Desk) -> tuple[StockReport, bool]:
    """Look at the open feeds and record what became of the messages of those that are over.

    Also returns whether one was called back: its quantities then go one by one, so that something arrives.
    """
    report, called_back = StockReport(), False
    for sent in await desk.ledger.open_stock_feeds(desk.connection):
        try:
            called_back |= await _follow(desk, sent, report)
        except RemoteError as error:
            if desk.clock.now() - sent.begun <= PATIENCE:
                log.warning("stock feed=%d: a later run looks at it: %s", sent.id, error)
                continue
            log.warning("stock feed=%d is given up; its quantities are read back: %s", sent.id, error)
            await _end(desk, sent, None, None, report)
    return report, called_back


async def _follow(desk: Desk, sent: SentFeed, report: StockReport) -> bool:
    if sent.amazon_id is None:
        await _clear_up(desk, sent, report)
        return False
    try:
        feed: Feed | None = await desk.seller.listings.feeds.look(sent.amazon_id)
    except NotFound:
        feed = None
    if feed is not None and not feed.state.ended:
        stuck = is_stuck(feed, desk.clock.now())
        outdated = feed.state is FeedState.IN_QUEUE and await desk.ledger.lower_now(sent.id) > 0
        if not stuck and not outdated:
            log.info("stock feed=%d is %s at Amazon", sent.id, feed.state)
            return False
        feed = await desk.seller.listings.feeds.cancel(sent.amazon_id)
        log.warning("stock feed=%d %s; it is %s", sent.id, _REASONS[stuck], feed.state)
        if not feed.state.ended and not stuck:
            return False
    if feed is not None and feed.state is FeedState.CANCELLED:
        # Only a feed that still waits can be called back: none of its messages had an effect.
        await desk.ledger.forget_stock_feed(sent.id)
        return True
    results = None
    if feed is not None and feed.state.ended:
        skus = [each.sku for each in await desk.ledger.stock_feed_messages(sent.id)]
        results = await desk.seller.listings.feeds.results(feed, skus)
    await _end(desk, sent, feed, results, report)
    return False


_REASONS = {True: "took too long and is called back", False: "waits with more than there is by now"}


async def _clear_up(desk: Desk, sent: SentFeed, report: StockReport) -> None:
    """End a feed whose creation was not answered.

    If Amazon shows no feed that we do not know, it never got this one. If it shows one, that may be ours or
    another's: its quantities wait until it is over, and are read back then, whatever it says.
    """
    now = desk.clock.now()
    if now - sent.begun < _STILL_SENDING:
        return
    found = await desk.seller.listings.feeds.since(sent.begun - _CLOCKS_DIFFER)
    known = await desk.ledger.known_stock_feeds([feed.id for feed in found])
    # Others may hand feeds in all the time; ours was made when it was begun or not at all.
    latest = sent.begun + _STILL_SENDING + _CLOCKS_DIFFER
    strange = [feed for feed in found if feed.id not in known and feed.created <= latest]
    if not strange:
        await desk.ledger.forget_stock_feed(sent.id)
    elif now - sent.begun > PATIENCE or all(feed.state.ended or is_stuck(feed, now) for feed in strange):
        await _end(desk, sent, None, None, report)


async def _end(
    desk: Desk,
    sent: SentFeed,
    feed: Feed | None,
    results: Sequence[MessageResult] | None,
    report: StockReport,
) -> None:
    messages = await desk.ledger.stock_feed_messages(sent.id)
    found = results or [MessageResult(MessageState.UNKNOWN)] * len(messages)
    outcomes = [_settled(desk, each, result) for each, result in zip(messages, found, strict=True)]
    queued = feed.queued if feed is not None and feed.state is FeedState.DONE else None
    await desk.ledger.end_stock_feed(sent.id, outcomes, queued=queued, now=desk.clock.now())
    for message, outcome in zip(messages, outcomes, strict=True):
        if outcome.state is OfferState.ACCEPTED:
            report.from_feeds += 1
        elif outcome.state is OfferState.REFUSED:
            report.refused += 1
            why = outcome.problem.sentence if outcome.problem else ""
            report.row(StockLine(message.sku, None, message.units, "refused", why))
        else:
            report.unknown += 1


def _settled(desk: Desk, message: Sending, result: MessageResult) -> SendOutcome:
    if result.state is MessageState.REFUSED:
        words = ": ".join(filter(None, (result.code, result.words)))
        return refused_outcome(desk, message, refusal_of(message.sku, words))
    taken = result.state is MessageState.TAKEN
    # Taken is not applied yet, and what nobody knows may still be.
    again = desk.clock.now() + UNDER_WAY
    state = OfferState.ACCEPTED if taken else OfferState.SENT
    return SendOutcome(message.sku, message.version, state, not_before=again)
