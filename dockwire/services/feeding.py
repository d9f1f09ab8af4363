"""Shipments told in bulk: a backlog handed over in one feed, and what became of its messages.

A feed is written down before Amazon hears of it, and its parcels are told in no other way until it is
over: carried out late, it would put an old tracking number back. Whatever a feed leaves unclear is told
again one by one; the same reference edits the same package.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from dockwire.decisions.backlog import PATIENCE, QUEUE_SECONDS, Choice, Lane, Route, choose_route, is_stuck
from dockwire.decisions.feeding import unfit
from dockwire.decisions.refusals import explain_feed_refusal
from dockwire.decisions.tracking import Send, decide_parcel
from dockwire.errors import NotFound, RemoteError, Unanswered, Unsendable
from dockwire.model.feed import (
    MOST_MESSAGES,
    Backlog,
    Feed,
    FeedState,
    MessageResult,
    MessageState,
    SentFeed,
)
from dockwire.model.parcel import LedgerParcel, ParcelOutcome, ParcelState
from dockwire.pacing import BUDGETS
from dockwire.services.desk import Desk
from dockwire.services.tracking_report import TrackingReport, outcome_of

log = logging.getLogger(__name__)

_PAGE = 500
_STILL_SENDING = timedelta(minutes=5)
"""So long another run may be waiting for Amazon's answer to its feed."""

_CLOCKS_DIFFER = timedelta(minutes=10)
_UNKNOWN = MessageResult(MessageState.UNKNOWN)

Choose = Callable[[int, Backlog], Choice]
"""From the number of parcels that fit into a feed, and what else waits, to the way they go."""


def quicker(parcels: int, backlog: Backlog) -> Choice:
    """Return the way that ends sooner at Amazon's documented quotas."""
    return choose_route(
        parcels,
        single=_lane("confirmShipment", backlog.ahead),
        creating=_lane("createFeed"),
        reporting=_lane("getFeedDocument"),
        queue_seconds=QUEUE_SECONDS if backlog.queue_seconds is None else backlog.queue_seconds,
    )


def _lane(operation: str, ahead: int = 0) -> Lane:
    budget = BUDGETS[operation]
    return Lane(budget.rate, budget.burst, ahead)


async def hand_over(desk: Desk, choose: Choose = quicker) -> TrackingReport:
    """Put a backlog into a feed where that is quicker; one feed of a connection is open at a time.

    What the feed has no room for goes one by one meanwhile.
    """
    report = TrackingReport()
    backlog = await desk.ledger.backlog(desk.connection, now=desk.clock.now())
    if choose(backlog.due, backlog).route is Route.ONE_BY_ONE:
        return report
    if await desk.ledger.open_feeds(desk.connection):
        return report
    chosen = await _fitting(desk)
    choice = choose(len(chosen), backlog)
    if choice.route is Route.FEED:
        log.info(
            "connection=%s: %d parcels go in a feed: %.0f minutes by estimate, one by one %.0f",
            desk.connection.slug, len(chosen), choice.feed / 60, choice.one_by_one / 60,
        )  # fmt: skip
        report.in_feed = await _submit(desk, chosen)
    return report


async def _fitting(desk: Desk) -> list[LedgerParcel]:
    """Return due parcels that a feed can carry; one that was told before goes by itself."""
    chosen: list[LedgerParcel] = []
    after = 0
    while True:
        page = await desk.ledger.due_parcels(desk.connection, now=desk.clock.now(), after=after, limit=_PAGE)
        chosen += [known for known in page if _fits(known)]
        if len(page) < _PAGE or len(chosen) >= MOST_MESSAGES:
            return chosen[:MOST_MESSAGES]
        after = page[-1].id


def _fits(known: LedgerParcel) -> bool:
    return (
        known.state is ParcelState.TO_SEND
        and not known.attempts
        and isinstance(decide_parcel(known.parcel, known.order, corrects=known.changed), Send)
        and unfit(known.order, known.parcel) is None
    )


async def _submit(desk: Desk, chosen: Sequence[LedgerParcel]) -> int:
    """Hand parcels over and return how many went; none, when they are better told one by one."""
    number, taken = await desk.ledger.begin_feed(desk.connection, chosen, now=desk.clock.now())
    if not taken:
        return 0
    by_id = {known.id: known for known in chosen}
    try:
        amazon_id = await desk.seller.feeds.submit([(by_id[i].order, by_id[i].parcel) for i in taken])
    except Unanswered as error:
        log.warning("feed=%d: Amazon may have it or not; a later run finds out: %s", number, error)
        return len(taken)
    except (RemoteError, Unsendable) as error:
        log.warning("feed=%d was not taken; its parcels go one by one: %s", number, error)
        await desk.ledger.forget_feed(number)
        return 0
    await desk.ledger.feed_made(number, amazon_id)
    return len(taken)


async def follow_feeds(desk: Desk) -> TrackingReport:
    """Look at the open feeds and record what became of the messages of those that are over."""
    report = TrackingReport()
    for sent in await desk.ledger.open_feeds(desk.connection):
        try:
            await _follow(desk, sent, report)
        except RemoteError as error:
            if desk.clock.now() - sent.begun <= PATIENCE:
                log.warning("feed=%d: a later run looks at it: %s", sent.id, error)
                continue
            log.warning("feed=%d is given up; its parcels go one by one: %s", sent.id, error)
            await _end(desk, sent, None, [_UNKNOWN] * sent.parcels, report)
    return report


async def _follow(desk: Desk, sent: SentFeed, report: TrackingReport) -> None:
    if sent.amazon_id is None:
        await _clear_up(desk, sent, report)
        return
    feed = await _look(desk, sent.amazon_id)
    if feed is not None and not feed.state.ended:
        if not is_stuck(feed, desk.clock.now()):
            log.info("feed=%d is %s at Amazon", sent.id, feed.state)
            return
        feed = await desk.seller.feeds.cancel(sent.amazon_id)
        log.warning("feed=%d took too long and is %s; its parcels go one by one", sent.id, feed.state)
    results = [_UNKNOWN] * sent.parcels
    if feed is not None and feed.state.ended:
        results = await desk.seller.feeds.results(feed, await desk.ledger.feed_orders(sent.id))
    await _end(desk, sent, feed, results, report)


async def _look(desk: Desk, amazon_id: str) -> Feed | None:
    try:
        return await desk.seller.feeds.look(amazon_id)
    except NotFound:
        return None


async def _clear_up(desk: Desk, sent: SentFeed, report: TrackingReport) -> None:
    """End a feed whose creation was not answered.

    If Amazon shows no feed that we do not know, it never got this one. If it shows one, that may be ours or
    a sibling's: its parcels wait until it is over, and are told one by one then, whatever it says.
    """
    now = desk.clock.now()
    if now - sent.begun < _STILL_SENDING:
        return
    found = await desk.seller.feeds.since(sent.begun - _CLOCKS_DIFFER)
    known = await desk.ledger.known_feeds([feed.id for feed in found])
    strange = [feed for feed in found if feed.id not in known]
    if not strange:
        await desk.ledger.forget_feed(sent.id)
    elif all(feed.state.ended or is_stuck(feed, now) for feed in strange):
        await _end(desk, sent, None, [_UNKNOWN] * sent.parcels, report)


async def _end(
    desk: Desk,
    sent: SentFeed,
    feed: Feed | None,
    results: Sequence[MessageResult],
    report: TrackingReport,
) -> None:
    """Record every message's result, then close the feed; repeated after a crash it does what is left."""
    after = 0
    while page := await desk.ledger.feed_parcels(sent.id, after=after, limit=_PAGE):
        outcomes = [_settled(known, results[number - 1]) for number, known in page]
        await desk.ledger.record_parcels(desk.connection, outcomes, now=desk.clock.now())
        for (_, known), outcome in zip(page, outcomes, strict=True):
            report.count(known, outcome)
        after = page[-1][0]
    queued = feed.queued if feed is not None and feed.state is FeedState.DONE else None
    await desk.ledger.end_feed(sent.id, queued=queued, now=desk.clock.now())


def _settled(known: LedgerParcel, result: MessageResult) -> ParcelOutcome:
    if result.state is MessageState.TAKEN:
        return outcome_of(known, ParcelState.ACCEPTED, None, taken=True)
    problem = None
    if result.state is MessageState.REFUSED:
        problem = explain_feed_refusal(result.code, result.words)
    return outcome_of(known, ParcelState.SENT if problem is None else ParcelState.REFUSED, problem)
