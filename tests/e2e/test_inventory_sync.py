"""Inventory sync on both real sides: only differences, nothing oversold, nothing lost, and every reason told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.errors import DockwireError, Unfinished
from dockwire.faults.rules import Rule
from dockwire.mail.compose import compose
from dockwire.model.record import FactKind, OrderState
from dockwire.model.stock_book import LedgerOffer, OfferState
from dockwire.model.stock_rules import StockRule
from dockwire.services.stock_feeding import quicker
from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.listing_seeds import FULFILLED_BY_AMAZON, FULFILLED_BY_BOTH
from dockwire.simulators.amazon.selling import cancel_order, place_order
from tasks.showing_stock import left_out
from tests.e2e.stocking import adjust, calls, failing, in_feeds, listing, offered, stocked, sync
from tests.stage import App, Stage, bare, opened_stage, sim_connection

US = stocked("US", stock={"default": {"maximum": 50}}, contacts={"stock_refused": ["owner@harbour.example"]})
PLAIN = stocked("US")
OURS = [each.sku for each in catalogue() if each.sku not in FULFILLED_BY_AMAZON]
SKU = "NOTEBOOK-A5"
THERE = 10_000


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def offer(stage: Stage, sku: str = SKU) -> LedgerOffer:
    (found,) = await stage.ledger.offers(US.slug, [sku])
    return found


def handling(stage: Stage, sku: str) -> object:
    (mine,) = [
        each for each in listing(stage, US, sku).channels() if each["fulfillment_channel_code"] == "DEFAULT"
    ]
    return mine.get("lead_time_to_ship_max_days"), mine.get("restock_date")


@pytest.mark.parametrize("way", [None, in_feeds])
async def test_every_own_offer_gets_its_quantity_and_keeps_its_handling_time(
    stage: Stage, way: object
) -> None:
    before = {sku: handling(stage, sku) for sku in OURS}
    assert any(before.values())
    choose = quicker if way is None else in_feeds
    report = await sync(stage, US, choose=choose)
    stage.clock.advance(900)
    report.add(await sync(stage, US, choose=choose))
    assert {sku: units for sku, units in offered(stage, US).items() if sku in OURS} == dict.fromkeys(OURS, 50)
    assert {sku: handling(stage, sku) for sku in OURS} == before
    assert {sku: reason.code for sku, reason in report.unmatched.items()} == dict.fromkeys(
        FULFILLED_BY_AMAZON, "fulfilled_by_amazon"
    )
    assert FULFILLED_BY_BOTH in OURS
    assert calls(stage, "patchListingsItem") == (report.sent if way is None else 0)
    assert report.from_feeds == (0 if way is None else report.differences)
    assert {known.state for known in await stage.ledger.offers(US.slug)} == {OfferState.KNOWN}


async def test_a_second_run_sends_nothing(stage: Stage) -> None:
    first = await sync(stage, US)
    assert first.sent == first.differences > 0
    sent = calls(stage, "patchListingsItem")
    stage.clock.advance(3600)
    report = await sync(stage, US)
    assert calls(stage, "patchListingsItem") == sent
    assert (report.differences, report.sent, report.in_feed, report.drifted) == (0, 0, 0, 0)
    assert report.verified == sent


async def test_only_what_changed_travels(stage: Stage) -> None:
    await sync(stage, PLAIN)
    sent = calls(stage, "patchListingsItem")
    stage.clock.advance(3600)
    adjust(stage, SKU, -7)
    report = await sync(stage, PLAIN)
    assert calls(stage, "patchListingsItem") == sent + 1
    assert offered(stage, US)[SKU] == THERE - 7
    (line,) = report.rows.values()
    assert (line.sku, line.before, line.quantity, line.state) == (SKU, THERE, THERE - 7, "accepted")
    assert line.why == f"{SKU} is to be offered at {THERE - 7}: available {THERE - 7}."


async def test_a_listing_that_two_readings_show_is_counted_once(stage: Stage) -> None:
    report = await sync(stage, US)
    # Just created, all of them are among the changed ones too.
    assert report.numbers()["listings_read"] == len(offered(stage, US)) == len(catalogue())


async def test_a_sku_that_is_sold_on_without_a_quantity_is_told_in_every_run_and_mailed_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    # The mug is left alone by choice: nobody has to be warned.
    chosen = stocked("US", contacts=US.contacts, stock={"by_sku": {OURS[0]: {"excluded": True}}})
    assert (await sync(stage, chosen)).on_sale == {}
    await stage.ledger.replace_aliases(US.warehouse, US.customer_id, {SKU: "MOVED"})
    for _ in range(2):
        stage.clock.advance(3600)
        report = await sync(stage, chosen)
        assert report.on_sale == {SKU: THERE}
        assert report.numbers()["withheld_on_sale"] == 1
        (first, *others) = left_out(report)
        assert (first["what"], first["SKU"], first["Amazon has"]) == ("no quantity, on sale", SKU, str(THERE))
        assert {row["Amazon has"] for row in others} == {""}
    assert f"Amazon may oversell what gets no quantity (SKUs: 1): {SKU}" in caplog.text
    facts = await stage.ledger.untold_facts(US.slug, limit=99)
    (mail,) = compose(chosen, [fact for fact in facts if fact.kind is not FactKind.ORDER_HELD])
    assert mail.text.count(f"  {SKU}\n") == mail.text.count(f"Amazon has {THERE}") == 1
    listing(stage, chosen, SKU).offer(0)
    stage.clock.advance(3600)
    assert (await sync(stage, chosen, everything=True)).on_sale == {}


async def test_the_first_run_only_shows_what_it_would_do(stage: Stage) -> None:
    shy = sim_connection("US", stock_sync=True)
    before = offered(stage, US)
    report = await sync(stage, shy)
    assert report.dry
    assert offered(stage, US) == before
    assert report.differences == len(report.rows) > 0
    assert {line.state for line in report.rows.values()} == {"would be sent"}
    stage.clock.advance(3600)
    assert (await sync(stage, shy)).sent == report.differences
    adjust(stage, SKU, -1)
    assert (await sync(stage, shy, dry=True)).differences == 1
    assert offered(stage, US)[SKU] == THERE


async def test_what_a_sibling_sold_is_not_offered_again(stage: Stage) -> None:
    ca = stocked("CA")
    await sync(stage, PLAIN)
    await sync(stage, ca)
    stage.clock.advance(3600)
    order = place_order(stage.world, ca.seller_id, "CA", SKU, 4, status="PENDING")
    stage.clock.advance(300)
    await sync(stage, PLAIN)
    assert offered(stage, PLAIN)[SKU] == THERE - 4
    cancel_order(stage.world, ca.seller_id, order.key)
    stage.clock.advance(3600)
    await sync(stage, PLAIN)
    assert offered(stage, PLAIN)[SKU] == THERE


async def test_an_imported_order_counts_once(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(60)
    place_order(stage.world, US.seller_id, "US", SKU, 4)
    stage.clock.advance(3600)
    await stage.run(PLAIN, refresh=True)
    report = await sync(stage, PLAIN)
    assert offered(stage, PLAIN)[SKU] == THERE - 4
    assert (report.sent, report.differences) == (0, 0)


async def test_an_alias_leads_stock_and_orders_to_the_same_item(stage: Stage) -> None:
    mapped = stocked("US", require_sku_map=True)
    assert (await sync(stage, mapped)).unmatched[SKU].code == "unmapped_sku"
    place_order(stage.world, US.seller_id, "US", SKU, 1)
    stage.clock.advance(3600)
    await stage.run(mapped, refresh=True)
    (row,) = (await stage.booked(mapped)).values()
    assert row.state is OrderState.HELD
    await stage.ledger.replace_aliases(mapped.warehouse, mapped.customer_id, {SKU: "MUG-WHITE-350"})
    stage.clock.advance(3600)
    await stage.run(mapped, refresh=True)
    (row,) = (await stage.booked(mapped)).values()
    assert row.state is OrderState.CREATED
    assert [item["sku"] for item in stage.placed()[0]["items"]] == ["MUG-WHITE-350"]
    await sync(stage, mapped)
    assert offered(stage, mapped)[SKU] == THERE - 1


async def test_the_table_of_rules_wins_over_the_default(stage: Stage) -> None:
    await sync(stage, US)
    await stage.ledger.replace_stock_rules(
        US.slug, {SKU: StockRule(maximum=3), OURS[0]: StockRule(paused=True)}
    )
    stage.clock.advance(3600)
    report = await sync(stage, US)
    assert (offered(stage, US)[SKU], offered(stage, US)[OURS[0]]) == (3, 0)
    assert list(report.rows) == [OURS[0], SKU] or report.rows[OURS[0]].quantity == 0
    (row,) = await stage.ledger.offer_rows(US.slug, sku=SKU, limit=9)
    assert "maximum 3" in row.told


async def test_what_is_accepted_and_never_applied_is_noticed_told_once_and_sent_again(stage: Stage) -> None:
    stage.world.switches.listings_lose_skus = frozenset({SKU})
    adjust(stage, SKU, 1 - THERE)
    before = offered(stage, US)[SKU]
    assert before is not None
    assert before > 1
    assert (await sync(stage, US)).not_applied == 0
    sent = calls(stage, "patchListingsItem")
    for run in range(1, 3):
        stage.clock.advance(3600)
        report = await sync(stage, US)
        assert report.not_applied == 1
        assert calls(stage, "patchListingsItem") == sent + run
        (line,) = report.drift
        assert (line.sku, line.known, line.shown) == (SKU, 1, before)
    facts = await stage.ledger.untold_facts(US.slug, limit=99)
    assert [fact.kind for fact in facts if fact.kind is not FactKind.ORDER_HELD] == [FactKind.STOCK_DIFFERS]
    (mail,) = compose(US, facts)
    assert SKU in mail.text
    assert "never applied" in mail.text
    stage.world.switches.listings_lose_skus = frozenset()
    stage.clock.advance(3600)
    await sync(stage, US)
    assert offered(stage, US)[SKU] == 1


async def test_nothing_newer_is_sent_while_a_quantity_is_under_way(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(3600)
    # Amazon carries out what it accepted in any order: the second of two could be overtaken by the first.
    stage.world.switches.listings_delay_seconds = 300
    stage.world.switches.listings_delay_spread_seconds = 300
    stage.world.switches.listings_in_order = False
    adjust(stage, SKU, -100)
    await sync(stage, PLAIN)
    sent = calls(stage, "patchListingsItem")
    adjust(stage, SKU, -100)
    stage.clock.advance(60)
    await sync(stage, PLAIN)
    assert calls(stage, "patchListingsItem") == sent
    stage.clock.advance(1800)
    await sync(stage, PLAIN)
    stage.clock.advance(1800)
    assert calls(stage, "patchListingsItem") == sent + 1
    assert offered(stage, PLAIN)[SKU] == THERE - 200


async def test_somebody_elses_change_is_found_and_repaired(stage: Stage) -> None:
    await sync(stage, US)
    stage.clock.advance(3600)
    await sync(stage, US)
    listing(stage, US, SKU).offer(99)
    stage.clock.advance(3600)
    report = await sync(stage, US)
    assert [(line.sku, line.known, line.shown) for line in report.drift] == [(SKU, 50, 99)]
    assert offered(stage, US)[SKU] == 50


async def test_a_sweep_forgets_listings_that_ended_and_meets_new_ones(stage: Stage) -> None:
    await sync(stage, US)
    ended = listing(stage, US, SKU)
    stage.world.listings.drop(ended)
    stage.clock.advance(86_401)
    report = await sync(stage, US)
    assert report.gone == {SKU}
    assert await stage.ledger.offers(US.slug, [SKU]) == []
    assert SKU in report.not_at_amazon
    ended.offer(1)
    ended.created = ended.updated = stage.clock.now()
    stage.world.listings.put(ended)
    stage.clock.advance(3600)
    await sync(stage, US)
    assert offered(stage, US)[SKU] == 50


async def test_sold_out_goes_first_and_what_shrinks_before_what_grows(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(3600)
    adjust(stage, OURS[0], 5)
    adjust(stage, OURS[1], -5)
    adjust(stage, OURS[2], -THERE)
    await sync(stage, PLAIN)
    made = list(stage.world.submissions.log)[-3:]
    assert made[0].sku == OURS[2]
    assert {each.sku for each in made} == {OURS[0], OURS[1], OURS[2]}


async def test_a_refused_quantity_stops_no_other_and_is_told_with_its_reason(stage: Stage) -> None:
    stage.world.switches.listings_take_unknown_skus = False
    await sync(stage, PLAIN)
    stage.clock.advance(3600)
    adjust(stage, SKU, -1)
    adjust(stage, OURS[0], -1)
    ended = listing(stage, PLAIN, SKU)

    def ending(app: App) -> App:
        async def ends_first(scope: Any, receive: Any, send: Any) -> None:
            # The listing ends between reading and sending.
            if scope["method"] == "PATCH":
                stage.world.listings.drop(ended)
            await app(scope, receive, send)

        return ends_first

    stage.wrap_amazon = ending
    report = await sync(stage, PLAIN)
    stage.wrap_amazon = bare
    assert (report.sent, report.refused) == (1, 1)
    assert offered(stage, PLAIN)[OURS[0]] == THERE - 1
    found = await offer(stage)
    assert found.state is OfferState.REFUSED
    assert found.problem is not None
    (fact,) = [
        each
        for each in await stage.ledger.untold_facts(US.slug, limit=9)
        if each.kind is FactKind.STOCK_REFUSED
    ]
    assert fact.detail["sku"] == SKU
    stage.world.listings.put(ended)
    assert await stage.ledger.retry_offers(US.slug, SKU) == 1
    stage.clock.advance(60)
    await sync(stage, PLAIN)
    assert offered(stage, PLAIN)[SKU] == THERE - 1


async def test_a_lost_answer_is_settled_by_looking(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(3600)
    adjust(stage, SKU, -1)
    lost = failing(stage, Rule(method="PATCH", effect={"kind": "lost_reply"}))
    assert (await sync(stage, PLAIN)).unknown == 1
    assert (await offer(stage)).state is OfferState.SENT
    assert (await offer(stage)).quantity is None
    lost.replace([])
    sent = calls(stage, "patchListingsItem")
    stage.clock.advance(3600)
    assert (await sync(stage, PLAIN)).sent == 0
    assert calls(stage, "patchListingsItem") == sent
    assert (await offer(stage)).quantity == THERE - 1


async def test_an_outage_ends_the_run_and_the_next_does_what_is_left(stage: Stage) -> None:
    out = failing(stage, Rule(method="PATCH", effect={"kind": "status", "status": 503}))
    with pytest.raises(Unfinished):
        await sync(stage, US)
    out.replace([])
    stage.clock.advance(3600)
    await sync(stage, US)
    assert {units for sku, units in offered(stage, US).items() if sku in OURS} == {50}


async def test_a_feed_that_waits_with_more_than_there_is_is_called_back(stage: Stage) -> None:
    stage.world.switches.feed_queue_seconds = 30 * 3600
    first = await sync(stage, PLAIN, choose=in_feeds)
    assert (first.in_feed, first.sent) == (first.differences, 0)
    stage.clock.advance(3600)
    # While it travels nothing else is sent for its SKUs, more is no reason to call it back.
    adjust(stage, SKU, 5)
    assert (await sync(stage, PLAIN, choose=in_feeds)).sent == 0
    adjust(stage, SKU, -10)
    stage.clock.advance(3600)
    report = await sync(stage, PLAIN, choose=in_feeds)
    assert report.sent == first.in_feed
    assert offered(stage, PLAIN)[SKU] == THERE - 5


async def test_messages_a_feed_refuses_are_told_and_the_others_count(stage: Stage) -> None:
    stage.world.switches.listings_take_unknown_skus = False
    await sync(stage, US, choose=in_feeds)
    stage.world.listings.drop(listing(stage, US, SKU))
    stage.clock.advance(3600)
    report = await sync(stage, US, choose=in_feeds)
    assert report.refused == 1
    assert report.from_feeds > 1
    assert {units for sku, units in offered(stage, US).items() if sku in OURS} == {50}


@pytest.mark.parametrize("switch", ["feed_fatal_after_messages", "feed_stuck_after_messages"])
async def test_a_feed_that_breaks_off_is_read_back_and_finished(stage: Stage, switch: str) -> None:
    setattr(stage.world.switches, switch, 5)
    await sync(stage, US, choose=in_feeds)
    for _ in range(11):
        stage.clock.advance(3600)
        await sync(stage, US)
    assert {units for sku, units in offered(stage, US).items() if sku in OURS} == {50}
    assert not await stage.ledger.open_stock_feeds(US)


async def test_a_listing_that_cannot_be_read_is_neither_forgotten_nor_changed(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(86_401)
    listing(stage, PLAIN, SKU).offer(3)
    stage.wrap_amazon = garbling
    report = await sync(stage, PLAIN)
    assert report.unreadable == {SKU}
    assert not report.gone
    assert (await offer(stage)).quantity == THERE
    stage.wrap_amazon = bare
    stage.clock.advance(86_401)
    await sync(stage, PLAIN)
    assert offered(stage, PLAIN)[SKU] == THERE


def garbling(app: App) -> App:
    """Let Amazon write the quantity of one listing as nobody can read it."""

    async def garbled(scope: Any, receive: Any, send: Any) -> None:
        held: list[Any] = []

        async def hold(message: Any) -> None:
            held.append(message)

        await app(scope, receive, hold)
        body = b"".join(message.get("body", b"") for message in held)
        if scope["method"] == "GET" and scope["path"].startswith("/listings/"):
            answer = json.loads(body)
            for each in answer.get("items", []):
                if each["sku"] == SKU:
                    each["fulfillmentAvailability"][0]["quantity"] = "many"
            body = json.dumps(answer).encode()
        headers = [(name, value) for name, value in held[0]["headers"] if name != b"content-length"]
        await send(held[0] | {"headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return garbled


async def test_a_sweep_that_stopped_half_way_goes_on_and_forgets_nothing(stage: Stage) -> None:
    await sync(stage, PLAIN)
    stage.clock.advance(86_401)
    known = {each.sku for each in await stage.ledger.offers(US.slug)}
    out = failing(stage, Rule(method="GET", path="/listings/2021-08-01/items/[^/]+$", after=1, effect="cut"))
    with pytest.raises(DockwireError):
        await sync(stage, PLAIN)
    marks = await stage.ledger.stock_marks(PLAIN)
    assert marks.sweep_began is not None
    out.replace([])
    stage.clock.advance(7_200)
    assert not (await sync(stage, PLAIN)).gone
    assert {each.sku for each in await stage.ledger.offers(US.slug)} == known
    assert (await stage.ledger.stock_marks(PLAIN)).sweep_began is None
