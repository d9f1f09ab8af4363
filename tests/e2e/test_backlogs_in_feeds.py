"""A backlog in a feed on both real sides: told once, in one way at a time, whatever becomes of the feed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.decisions.backlog import Route
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.feed import Backlog
from dockwire.model.ids import AmazonOrderId
from dockwire.model.parcel import ParcelRow, ParcelState
from dockwire.model.record import FactKind
from dockwire.services.feeding import quicker
from dockwire.services.tracking_report import TrackingReport
from tests.e2e.orders import amazon_order, change, number, put, turn
from tests.e2e.shipping import (
    at_amazon,
    close,
    correct,
    imported,
    in_a_feed,
    request,
    sent,
    tracking,
    update,
)
from tests.stage import Stage, bare, opened_stage, sim_connection

US = sim_connection("US")
LINE = f"{1:014d}"
HOUR = 3600


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def closed(stage: Stage, count: int = 3) -> list[str]:
    ids = await imported(stage, US, count)
    assert (await close(stage, US, request(ids))).done
    stage.clock.advance(60)
    return ids


async def run(stage: Stage, *, after: float = 0) -> TrackingReport:
    """Run an update that prefers feeds, so many seconds later."""
    stage.clock.advance(after)
    return await update(stage, US, choose=in_a_feed)


async def parcel_of(stage: Stage, order_id: str) -> ParcelRow:
    (row,) = await stage.ledger.order_parcels(AmazonOrderId(order_id))
    return row


async def states(stage: Stage) -> dict[ParcelState, int]:
    return await stage.ledger.parcel_counts(US.slug)


def broken(stage: Stage, path: str, effect: dict[str, Any], *, method: str = "POST") -> None:
    """Break Amazon's answers to one operation."""
    rules = FaultRules()
    rules.replace([Rule(method=method, path=path, effect=effect)])
    stage.wrap_amazon = lambda app: Faults(app, rules, clock=stage.clock)


def mended(stage: Stage) -> None:
    stage.wrap_amazon = bare


def assert_each_once(stage: Stage, ids: list[str]) -> None:
    for place, order_id in enumerate(ids):
        assert sent(stage, order_id) == [(tracking(place), {LINE: 2})]
        assert at_amazon(stage, order_id) == "SHIPPED"


async def test_a_backlog_travels_in_one_feed_and_is_seen_at_amazon(stage: Stage) -> None:
    ids = await closed(stage)
    report = await run(stage)
    assert (report.in_feed, report.confirmed) == (3, 0)
    assert stage.world.confirmations == []
    row = await parcel_of(stage, ids[0])
    assert (row.state, bool(row.feed)) == (ParcelState.SENT, True)
    # Amazon is at work: nothing is told in another way meanwhile.
    assert (await run(stage, after=30)).numbers() == TrackingReport().numbers()
    report = await run(stage, after=HOUR)
    assert (report.in_feed, report.confirmed) == (0, 3)
    assert_each_once(stage, ids)
    assert await states(stage) == {ParcelState.ACCEPTED: 3}
    stage.clock.advance(600)
    await stage.run(US, refresh=True)
    assert (await run(stage)).visible == 3
    kinds = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(ids[0]))]
    assert kinds.count(FactKind.SHIPMENT_CONFIRMED) == 1


async def test_a_few_parcels_never_wait_for_a_feed(stage: Stage) -> None:
    ids = await closed(stage)
    report = await update(stage, US)
    assert (report.in_feed, report.confirmed) == (0, 3)
    assert stage.world.feeds.feeds(stage.clock.now()) == []
    assert_each_once(stage, ids)


async def test_a_message_that_amazon_refuses_is_told_singly_for_a_clear_answer(stage: Stage) -> None:
    # The report's one code for it means cancelled, shipped already, or too many units.
    ids = await closed(stage)
    await run(stage)

    def cancelled(body: dict[str, Any]) -> None:
        turn("CANCELLED")(body)
        for line in body["orderItems"]:
            line["fulfillment"]["quantityUnfulfilled"] = 0

    change(stage, 2, cancelled)
    report = await run(stage, after=HOUR)
    assert (report.confirmed, report.refused) == (2, 1)
    row = await parcel_of(stage, ids[1])
    assert (row.state, row.fixer) == (ParcelState.REFUSED, "merchant")
    assert "cancelled meanwhile" in row.problem
    assert sent(stage, ids[1]) == []


async def test_a_feed_whose_creation_was_not_answered_is_waited_for_and_told_again(stage: Stage) -> None:
    ids = await closed(stage)
    broken(stage, "/feeds$", {"kind": "lost_reply"})
    assert (await run(stage)).in_feed == 3
    mended(stage)
    # Another run may still wait for the answer, so nobody touches it at first.
    assert (await run(stage, after=60)).numbers() == TrackingReport().numbers()
    report = await run(stage, after=HOUR)
    # It could be a sibling's: what it says about these parcels is not believed.
    assert (report.in_feed, report.unknown, report.confirmed) == (0, 3, 3)
    assert len(stage.world.feeds.feeds(stage.clock.now())) == 1
    assert_each_once(stage, ids)


async def test_a_feed_that_never_reached_amazon_is_forgotten_and_its_parcels_are_due(stage: Stage) -> None:
    ids = await closed(stage)
    broken(stage, "/feeds$", {"kind": "cut"})
    await run(stage)
    mended(stage)
    assert (await run(stage, after=HOUR)).in_feed == 3
    assert (await run(stage, after=HOUR)).confirmed == 3
    assert_each_once(stage, ids)


async def test_an_account_that_may_not_use_feeds_tells_one_by_one_at_once(stage: Stage) -> None:
    ids = await closed(stage)
    broken(stage, "/feeds$", {"kind": "status", "status": 403})
    report = await run(stage)
    assert (report.in_feed, report.confirmed) == (0, 3)
    assert await stage.ledger.open_feeds(US) == []
    assert_each_once(stage, ids)


async def test_a_correction_waits_for_the_feed_and_is_what_stays_at_amazon(stage: Stage) -> None:
    ids = await closed(stage)
    stage.world.switches.feed_queue_seconds = 2 * HOUR
    await run(stage)
    stage.clock.advance(600)
    await correct(stage, ids[0], "1Z999AA10987654321")
    report = await run(stage)
    assert (report.parcels, report.confirmed, report.in_feed) == (1, 0, 0)
    stage.clock.advance(3 * HOUR)
    report = await update(stage, US)
    assert report.confirmed == 3
    assert sent(stage, ids[0]) == [("1Z999AA10987654321", {LINE: 2})]
    assert sent(stage, ids[1]) == [(tracking(1), {LINE: 2})]
    assert await states(stage) == {ParcelState.ACCEPTED: 3}


async def test_what_a_broken_off_feed_left_is_told_one_by_one(stage: Stage) -> None:
    ids = await closed(stage)
    stage.world.switches.feed_fatal_after_messages = 1
    await run(stage)
    report = await run(stage, after=HOUR)
    # Nobody knows which message was the last, so all are told again: the same packages.
    assert (report.unknown, report.confirmed, report.in_feed) == (3, 3, 0)
    assert_each_once(stage, ids)


async def test_a_feed_that_waits_too_long_is_called_back(stage: Stage) -> None:
    ids = await closed(stage)
    stage.world.switches.feed_queue_seconds = 100 * HOUR
    await run(stage)
    assert (await run(stage, after=7 * HOUR)).confirmed == 0
    report = await run(stage, after=2 * HOUR)
    assert (report.unknown, report.confirmed) == (3, 3)
    assert stage.world.feeds.feeds(stage.clock.now())[0].state == "CANCELLED"
    assert_each_once(stage, ids)


async def test_a_feed_that_never_ends_does_not_keep_its_parcels(stage: Stage) -> None:
    ids = await closed(stage)
    stage.world.switches.feed_stuck_after_messages = 2
    await run(stage)
    report = await run(stage, after=9 * HOUR)
    assert (report.unknown, report.confirmed) == (3, 3)
    assert stage.world.feeds.feeds(stage.clock.now())[0].state == "IN_PROGRESS"
    assert_each_once(stage, ids)


async def test_a_feed_amazon_has_forgotten_is_over(stage: Stage) -> None:
    ids = await closed(stage)
    stage.world.switches.feed_fatal_after_messages = 0
    await run(stage)
    assert (await run(stage, after=29 * 24 * HOUR)).confirmed == 3
    assert_each_once(stage, ids)


@pytest.mark.parametrize("path", ["/feeds/5", "/feeds/2021-06-30/documents/"])
async def test_what_amazon_does_not_answer_now_is_looked_at_by_a_later_run(stage: Stage, path: str) -> None:
    ids = await closed(stage)
    await run(stage)
    broken(stage, path, {"kind": "status", "status": 503}, method="GET")
    assert (await run(stage, after=HOUR)).numbers() == TrackingReport().numbers()
    mended(stage)
    assert (await run(stage)).confirmed == 3
    assert_each_once(stage, ids)


async def test_feeds_nobody_may_look_at_do_not_keep_their_parcels_for_ever(stage: Stage) -> None:
    ids = await closed(stage)
    await run(stage)
    broken(stage, "/feeds/5", {"kind": "status", "status": 403}, method="GET")
    assert (await run(stage, after=HOUR)).confirmed == 0
    assert (await run(stage, after=8 * HOUR)).confirmed == 3
    assert_each_once(stage, ids)


async def test_two_runs_at_once_hand_a_backlog_over_once(stage: Stage) -> None:
    ids = await closed(stage, 4)
    first, second = await asyncio.gather(run(stage), run(stage))
    assert first.in_feed + second.in_feed + first.confirmed + second.confirmed == 4
    await asyncio.gather(run(stage, after=HOUR), run(stage))
    assert_each_once(stage, ids)
    assert await states(stage) == {ParcelState.ACCEPTED: 4}
    kinds = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(ids[0]))]
    assert kinds.count(FactKind.SHIPMENT_CONFIRMED) == 1


async def test_the_next_estimate_knows_how_long_the_last_feed_waited(stage: Stage) -> None:
    await closed(stage)
    stage.world.switches.feed_queue_seconds = 1234
    await run(stage)
    await run(stage, after=HOUR)
    backlog = await stage.ledger.backlog(US, now=stage.clock.now())
    assert backlog.queue_seconds == pytest.approx(1234, abs=2)


@pytest.mark.parametrize(
    ("parcels", "ahead", "queued", "route"),
    [
        (2_500, 0, None, Route.FEED),
        (2_000, 0, None, Route.ONE_BY_ONE),
        (2_000, 1_000, None, Route.FEED),
        (2_500, 0, 3600.0, Route.ONE_BY_ONE),
        (10_000, 0, 3600.0, Route.FEED),
        (500, 10_000, 0.0, Route.ONE_BY_ONE),
    ],
)
def test_the_way_that_ends_sooner_is_taken(
    parcels: int, ahead: int, queued: float | None, route: Route
) -> None:
    assert quicker(parcels, Backlog(parcels, ahead, queued)).route is route


async def test_a_siblings_feed_says_nothing_about_ours(stage: Stage) -> None:
    # Ours never arrived; the sibling's did, and its answer was lost.
    ids = await closed(stage)
    broken(stage, "/feeds$", {"kind": "cut"})
    await run(stage)
    broken(stage, "/feeds$", {"kind": "lost_reply"})
    canada = sim_connection("CA")
    channel = {"channelName": "AMAZON", "marketplaceId": canada.marketplace.id}
    put(stage, amazon_order(7, salesChannel=channel))
    stage.clock.advance(600)
    await stage.run(canada)
    await close(stage, canada, request([number(7)]))
    stage.clock.advance(60)
    assert (await update(stage, canada, choose=in_a_feed)).in_feed == 1
    mended(stage)
    report = await run(stage, after=HOUR)
    assert (report.unknown, report.confirmed) == (3, 3)
    await update(stage, canada, choose=in_a_feed)
    assert_each_once(stage, ids)
    assert at_amazon(stage, number(7)) == "SHIPPED"
