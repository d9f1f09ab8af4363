"""Quantities on their way to Amazon: one by one, or in a feed when there are many.

A quantity is written down before Amazon hears of it. Until Amazon shows it, or the time it takes is over,
no other is sent for that SKU, and while it travels in a feed none is at all: so an older quantity cannot
land after a newer one.
"""

import asyncio
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
from dockwire.errors import Action, Fixer, NotFound, Refused, RemoteError, Unanswered, Unavailable, Unfinished
from dockwire.model.feed import Feed, FeedState, MessageResult, MessageState, SentFeed
from dockwire.model.listing import MOST_STOCK_MESSAGES, Quantity
from dockwire.model.record import Problem
from dockwire.model.stock_book import LedgerOffer, OfferState, Sending, SendOutcome
from dockwire.pacing import BUDGETS
from dockwire.services.desk import Desk
from dockwire.services.listing_reading import look_at
from dockwire.services.stock_report import StockLine, StockReport

log = logging.getLogger(__name__)

_BATCH = 100
_AT_ONCE = 4
"""Calls under way together: Amazon answers slower than its quota allows calls to be made."""

_BATCH_LIVES = timedelta(minutes=5)
"""A quantity that was written down longer ago is not sent any more: it may be outdated."""

_LONGEST_SEND = 120.0
"""Seconds for one quantity, tries and waiting included; shorter than ``UNDER_WAY`` less ``_BATCH_LIVES``."""

_REFUSED_AGAIN = timedelta(hours=24)
_STILL_SENDING = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(minutes=10)
_MOST_TROUBLES = 5

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


async def send_batch(desk: Desk) -> StockReport:
    """Send the most urgent due quantities one by one; ``more`` says whether others are due.

    Their listings are read first: what Amazon has already, after a sale for instance, is not sent.

    Raises:
        Unfinished: Amazon stopped answering; repeating the step does what is left.
        AccessDenied: the credential may not change listings.
    """
    report = StockReport()
    now = desk.clock.now()
    due = await desk.ledger.due_offers(desk.connection, now=now, limit=_BATCH)
    if not due:
        return report
    await look_at(desk, due, report)
    fresh = {each.sku: each for each in await desk.ledger.offers(desk.connection.slug, [o.sku for o in due])}
    there = [
        each.sku for each in due if each.sku in fresh and fresh[each.sku].quantity == fresh[each.sku].wanted
    ]
    for sku in there:
        report.row(StockLine(sku, fresh[sku].quantity, fresh[sku].quantity or 0, "already there"))
    report.already_there = len(there)
    now = desk.clock.now()
    sendings = await desk.ledger.begin_sends(
        desk.connection,
        [fresh[each.sku] for each in due if each.sku in fresh and each.sku not in set(there)],
        now=now,
        not_before=now + UNDER_WAY,
    )
    outcomes, trouble = await _send_all(desk, sendings)
    await desk.ledger.record_sends(desk.connection, outcomes, now=desk.clock.now())
    for sending, outcome in zip(sendings, outcomes, strict=True):
        _count(report, sending, outcome, fresh[sending.sku].quantity)
    if trouble is not None:
        raise trouble if trouble.action is Action.HOLD else _unfinished(desk, trouble)
    report.more = len(due) == _BATCH
    return report


async def _send_all(desk: Desk, sendings: Sequence[Sending]) -> tuple[list[SendOutcome], RemoteError | None]:
    """Send in order, a few at once, until Amazon stops answering; return an outcome for each."""
    begun, troubles = desk.clock.now(), _Troubles()
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(sending: Sending) -> SendOutcome:
        async with turn:
            if troubles.stop is not None or desk.clock.now() - begun > _BATCH_LIVES:
                return SendOutcome(sending.sku, sending.version, OfferState.KNOWN)
            return await _send(desk, sending, troubles)

    tasks = []
    # What is sold out has arrived before anything else is begun.
    for sold_out in (True, False):
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(one(each)) for each in sendings if (each.units == 0) is sold_out]
    found = {task.result().sku: task.result() for task in tasks}
    return [found[sending.sku] for sending in sendings], troubles.stop


class _Troubles:
    """Failures in a row, and the one that ends the batch."""

    def __init__(self) -> None:
        self.stop: RemoteError | None = None
        self._count = 0

    def met(self, error: RemoteError) -> None:
        self._count += 1
        if error.action is Action.HOLD or self._count >= _MOST_TROUBLES:
            self.stop = self.stop or error

    def over(self) -> None:
        self._count = 0


async def _send(desk: Desk, sending: Sending, troubles: _Troubles) -> SendOutcome:
    now = desk.clock.now()
    quantity = Quantity(sending.sku, sending.units, sending.product_type)
    unknown = SendOutcome(sending.sku, sending.version, OfferState.SENT, not_before=now + UNDER_WAY)
    try:
        async with asyncio.timeout(_LONGEST_SEND):
            submission = await desk.seller.listings.set_quantity(desk.connection.marketplace.id, quantity)
    except TimeoutError:
        troubles.met(_silent())
        return unknown
    except NotFound:
        problem = Problem("no_listing", f"Amazon has no listing {sending.sku!r} any more.", Fixer.MERCHANT)
        return _refused(desk, sending, problem)
    except Refused as refusal:
        return _refused(desk, sending, refusal_of(sending.sku, refusal.args[0] if refusal.args else ""))
    except RemoteError as error:
        troubles.met(error)
        if error.action is Action.HOLD:
            return SendOutcome(sending.sku, sending.version, OfferState.KNOWN)
        return unknown
    troubles.over()
    return SendOutcome(
        sending.sku,
        sending.version,
        OfferState.ACCEPTED,
        not_before=desk.clock.now() + UNDER_WAY,
        submission=submission,
    )


def _silent() -> RemoteError:
    return Unavailable(
        f"no answer within {_LONGEST_SEND:.0f} seconds", system="amazon", operation="patchListingsItem"
    )


def refusal_of(sku: str, words: str) -> Problem:
    """Return the problem behind Amazon's words about a quantity."""
    told = words or "without a reason"
    return Problem("stock_refused", f"Amazon does not take the quantity of {sku!r}: {told}", Fixer.MERCHANT)


def _refused(desk: Desk, sending: Sending, problem: Problem) -> SendOutcome:
    again = desk.clock.now() + _REFUSED_AGAIN
    return SendOutcome(sending.sku, sending.version, OfferState.REFUSED, problem, not_before=again)


def _count(report: StockReport, sending: Sending, outcome: SendOutcome, before: int | None) -> None:
    name, state = {
        OfferState.ACCEPTED: ("sent", "accepted"),
        OfferState.REFUSED: ("refused", "refused"),
        OfferState.SENT: ("unknown", "sent, no answer"),
    }.get(outcome.state, ("left", "left to the next run"))
    setattr(report, name, getattr(report, name) + 1)
    why = outcome.problem.sentence if outcome.problem else ""
    report.row(StockLine(sending.sku, before, sending.units, state, why))


def _unfinished(desk: Desk, trouble: RemoteError) -> Unfinished:
    return Unfinished(f"quantities of {desk.connection.slug} were not sent: {trouble}")


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
        return _refused(desk, message, refusal_of(message.sku, words))
    taken = result.state is MessageState.TAKEN
    # What a feed told is carried out by then; only what nobody knows needs time to appear.
    again = desk.clock.now() + UNDER_WAY
    state = OfferState.ACCEPTED if taken else OfferState.SENT
    return SendOutcome(message.sku, message.version, state, not_before=again)
