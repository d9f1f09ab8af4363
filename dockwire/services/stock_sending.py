"""Quantities on their way to Amazon one by one.

A quantity is written down before Amazon hears of it. Until Amazon shows it, or the time it takes is over,
no other is sent for that SKU, and while it travels in a feed none is at all: so an older quantity cannot
land after a newer one.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from dockwire.decisions.stock.reading_back import UNDER_WAY
from dockwire.errors import Action, Fixer, NotFound, Refused, RemoteError, Unavailable, Unfinished
from dockwire.model.listing import Quantity
from dockwire.model.record import Problem
from dockwire.model.stock_book import OfferState, Sending, SendOutcome
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
_MOST_TROUBLES = 5


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
        return refused_outcome(desk, sending, problem)
    except Refused as refusal:
        return refused_outcome(
            desk, sending, refusal_of(sending.sku, refusal.args[0] if refusal.args else "")
        )
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


def refused_outcome(desk: Desk, sending: Sending, problem: Problem) -> SendOutcome:
    """Return what becomes of a sending that Amazon does not take: it is tried again after a day."""
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
