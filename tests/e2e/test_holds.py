"""Every reason for which an order waits: held, ended by a person's decision, imported exactly once."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from dockwire.decisions.acts import (
    Act,
    CorrectAddress,
    MapSku,
    Release,
    Retry,
    SetLine,
    SetShipMethod,
    Skip,
    Unskip,
)
from dockwire.errors import MissingRole
from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonItemId, AmazonOrderId
from dockwire.model.override import HoldSelection
from dockwire.model.record import Claim, FactKind, OrderState
from dockwire.model.warehouse import Routing
from dockwire.sealing import Sealer
from dockwire.services.holds import Holds, Outcome, Result
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import orders as warehouse_orders
from dockwire.warehouse.work import IN_PROCESS
from tests.builders import address, order
from tests.e2e.crashing import Doom, die
from tests.e2e.orders import Body, amazon_order, change, item, move, number, put, turn, units
from tests.stage import App, Stage, bare, opened_stage, sim_connection

UPS = Routing("UPS", "02", "UPSN")
GOOD = "MUG-BLUE-350"
OTHER = "MUG-WHITE-350"


def sim(**settings: Any) -> Connection:
    return sim_connection(
        "US", ship_methods={"STANDARD": {"carrier": "UPS", "service": "03", "scac": "UPSN"}}, **settings
    )


US = sim()


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def decide(
    stage: Stage, *acts: Act, ids: tuple[str, ...] = (), ledger: SqlLedger | None = None, **chosen: Any
) -> list[Outcome]:
    """Decide about order 1, or what is chosen, as a person does from the command line."""
    named = tuple(map(AmazonOrderId, ids)) or (() if chosen else (AmazonOrderId(number(1)),))
    holds = Holds(ledger or stage.ledger, stage.clock)
    selection = HoldSelection(order_ids=named, **chosen)
    return [outcome async for outcome in holds.decide(selection, acts, by="anna")]


async def codes(stage: Stage, n: int = 1) -> set[str]:
    return {problem.code for problem in (await stage.booked(US))[number(n)].problems}


async def import_all(stage: Stage, which: Connection = US) -> None:
    """Import, also where that ends with the news that the application lacks a role."""
    with suppress(MissingRole):
        await stage.run(which)


def listening(sent: list[bytes]) -> Callable[[App], App]:
    """Return a wrapper that keeps the bodies of the orders which a warehouse is sent."""

    def wrap(app: App) -> App:
        async def heard(scope: Any, receive: Any, send: Any) -> None:
            async def keep() -> Any:
                message = await receive()
                if (scope["method"], scope["path"]) == ("POST", "/orders") and message.get("body"):
                    sent.append(message["body"])
                return message

            await app(scope, keep, send)

        return heard

    return wrap


def level(body: Body) -> None:
    body["fulfillment"]["fulfillmentServiceLevel"] = "NEXT_DAY"


def without_address(body: Body) -> None:
    del body["recipient"]


def to_alaska(body: Body) -> None:
    body["recipient"]["deliveryAddress"]["stateOrRegion"] = "AK"


def readdress(words: dict[str, str], body: Body) -> None:
    body["recipient"]["deliveryAddress"].update(words)


def without_zip(body: Body) -> None:
    del body["recipient"]["deliveryAddress"]["postalCode"]


def without_sku(body: Body) -> None:
    del body["orderItems"][0]["product"]["sellerSku"]


def sku(name: str) -> Callable[[Body], None]:
    return lambda body: body["orderItems"][0]["product"].update(sellerSku=name)


def wants_cancel(body: Body) -> None:
    body["orderItems"][0]["cancellation"] = {
        "cancellationRequest": {"requester": "BUYER", "cancelReason": "x"}
    }


@dataclass(frozen=True)
class Story:
    """An order that is held, and the decision that ends it."""

    spoil: Callable[[Body], Any]
    act: Act
    settings: dict[str, Any] = field(default_factory=dict)


LINE = AmazonItemId(item()["orderItemId"])
STORIES = {
    "unmapped_sku": Story(sku("NOBODY"), MapSku("NOBODY", GOOD)),
    "unknown_item": Story(sku("MINE"), SetLine(LINE, GOOD), {"sku_map": {"MINE": "GONE"}}),
    "no_sku": Story(without_sku, SetLine(LINE, GOOD)),
    "unmapped_ship_method": Story(level, SetShipMethod(UPS)),
    "address_missing": Story(without_address, CorrectAddress(address())),
    "address_incomplete": Story(without_zip, CorrectAddress(address())),
    "filtered": Story(to_alaska, Release(), {"filters": [{"field": "state", "values": ["AK"]}]}),
    "buyer_asked_to_cancel": Story(wants_cancel, Release()),
}


@pytest.mark.parametrize("code", STORIES)
async def test_what_holds_an_order_is_ended_by_a_decision_and_the_order_imported_once(
    stage: Stage, code: str
) -> None:
    story = STORIES[code]
    which = sim(**story.settings)
    body = amazon_order(1)
    story.spoil(body)
    put(stage, body, amazon_order(2))
    await import_all(stage, which)
    assert await codes(stage) == {code}
    (explained,) = await Holds(stage.ledger, stage.clock).explain(AmazonOrderId(number(1)))
    assert explained.reasons[0].remedies
    # Not again because the same is decided twice, nor because a run comes between.
    (outcome,) = await decide(stage, story.act)
    assert (outcome.result, outcome.goes_on, outcome.problems) == (Result.DONE, True, ())
    assert (await decide(stage, story.act))[0].result is Result.UNCHANGED
    assert await codes(stage) == set()
    for _ in range(2):
        await import_all(stage, which)
    assert units(stage) == {number(1): [2], number(2): [2]}
    facts = await stage.ledger.order_facts(AmazonOrderId(number(1)))
    told = [fact for fact in facts if fact.kind is FactKind.PERSON_DECIDED]
    assert [fact.detail["by"] for fact in told] == ["anna"]
    assert not [word for word in ("Ann Example", "Sample Street", "62701") if word in str(facts)]


async def test_a_skipped_order_stays_away_stays_visible_and_comes_back_when_it_is_undone(
    stage: Stage,
) -> None:
    put(stage, amazon_order(1), amazon_order(2))
    await stage.run(sim(filters=[{"field": "state", "values": ["IL"]}]))
    (quoting,) = await decide(stage, Skip("Ann Example wants it later"))
    assert (quoting.result, "buyer" in quoting.sentence) == (Result.REFUSED, True)
    (outcome,) = await decide(stage, Skip("collected at the counter"))
    assert (outcome.result, outcome.goes_on) == (Result.DONE, False)
    # Neither a run, nor a setting that would let it pass, nor news from Amazon takes it up again.
    change(stage, 1, move)
    await stage.run(US)
    assert units(stage) == {number(2): [2]}
    assert await stage.ledger.hold_rows(HoldSelection()) == []
    (row,) = await stage.ledger.hold_rows(HoldSelection(), skipped=True)
    assert (row.order_id, row.skipped, row.problems[0].sentence.endswith("collected at the counter")) == (
        number(1),
        True,
        True,
    )
    assert [(each.code, each.orders) for each in await stage.ledger.hold_summary(US.slug)] == [
        ("skipped_by_person", 1)
    ]
    assert (await decide(stage, Release()))[0].result is Result.REFUSED
    assert (await decide(stage, Unskip(), codes=("skipped_by_person",)))[0].result is Result.DONE
    await stage.run(US)
    assert units(stage) == {number(2): [2], number(1): [2]}


async def test_a_skipped_order_that_amazon_cancels_leaves_the_list(stage: Stage) -> None:
    put(stage, amazon_order(1))
    await stage.run(sim(filters=[{"field": "state", "values": ["IL"]}]))
    await decide(stage, Skip("not ours"))
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US)
    assert await stage.ledger.hold_rows(HoldSelection(), skipped=True) == []
    assert await stage.ledger.hold_summary() == []


async def test_a_corrected_address_is_shipped_to_until_amazon_has_another_one(stage: Stage) -> None:
    which = sim(filters=[{"field": "program", "values": ["X"], "unless": True}])
    body = amazon_order(1)
    without_zip(body)
    put(stage, body)
    await stage.run(which)
    await decide(stage, CorrectAddress(address(city="Corrected", postal_code="62702")))
    assert await codes(stage) == {"filtered"}
    change(stage, 1, move)
    await stage.run(which)
    assert await codes(stage) == {"filtered", "address_changed"}
    await decide(stage, Release())
    await stage.run(which)
    assert units(stage) == {}, "released, and still not shipped to a stale correction"
    await decide(stage, CorrectAddress(address(city="Corrected again", postal_code="62703")))
    sent: list[bytes] = []
    stage.wrap_warehouse = listening(sent)
    await stage.run(which)
    stage.wrap_warehouse = bare
    assert [body for body in sent if b"Corrected again" in body and b"62703" in body] == sent != []
    # That Amazon takes the correction over is no news; where it has another address, it stops the order.
    taken_over = {
        "addressLine1": "1 Sample Street Apt 2",
        "city": "Corrected again",
        "postalCode": "62703",
        "addressType": "RESIDENTIAL",
    }
    for words, on_hold in ((taken_over, False), ({"city": "Elsewhere"}, True)):
        change(stage, 1, partial(readdress, words))
        await stage.run(which)
        assert [order["onHold"] for order in stage.placed()] == [on_hold]
    (known,) = await stage.ledger.waiting_orders(AmazonOrderId(number(1)))
    assert known.overrides.address is None, "a correction that Amazon overtook counts no more"


async def test_an_order_that_the_warehouse_refuses_keeps_its_age_and_goes_once_it_is_corrected(
    stage: Stage,
) -> None:
    body = amazon_order(1)
    body["recipient"]["deliveryAddress"]["city"] = "C" * 60
    put(stage, body)
    await stage.run(US)
    (first,) = await stage.ledger.hold_summary(US.slug)
    assert (first.code, first.orders) == ("refused_by_warehouse", 1)
    stage.clock.advance(3600)
    (outcome,) = await decide(stage, Retry())
    assert outcome.goes_on
    await stage.run(US)
    assert await stage.ledger.hold_summary() == [first], (
        "tried again, refused again, waiting since the first time"
    )
    await decide(stage, CorrectAddress(address()))
    await stage.run(US)
    assert units(stage) == {number(1): [2]}
    assert await stage.ledger.hold_summary() == []
    (late,) = await decide(stage, CorrectAddress(address(city="Too late")))
    assert late.result is Result.REFUSED
    assert f"warehouse order {stage.placed()[0]['orderId']} already" in late.sentence


async def test_an_order_cancelled_in_the_warehouse_stays_held_whatever_else_is_decided(stage: Stage) -> None:
    put(stage, amazon_order(1))
    await stage.run(US)
    cancelled = update(warehouse_orders).values(status=Status.CANCELLED)
    stage.warehouse.write(IN_PROCESS, lambda work: work.link.execute(cancelled))
    # A ledger that was lost and built anew.
    await stage.ledger.close()
    stage.ledger = await SqlLedger.open(
        f"sqlite:///{stage.folder / 'anew.db'}", sealer=Sealer([Sealer.new_key()])
    )
    for _ in range(2):
        await stage.run(US)
    assert await codes(stage) == {"reference_cancelled"}
    facts = await stage.ledger.order_facts(AmazonOrderId(number(1)))
    assert [fact.kind for fact in facts] == [FactKind.ORDER_HELD], (
        "looked at twice, told once, never released"
    )
    (outcome,) = await decide(stage, SetShipMethod(UPS))
    assert [problem.code for problem in outcome.problems] == ["reference_cancelled"]
    assert (await decide(stage, Skip("made by hand")))[0].result is Result.DONE
    await stage.run(US)
    assert len(stage.placed()) == 1


async def test_amazon_is_asked_again_for_an_address_that_no_page_brings_any_more(stage: Stage) -> None:
    body = amazon_order(1)
    without_address(body)
    put(stage, body, amazon_order(2))
    await stage.run(US)
    full = amazon_order(1)["recipient"]
    change(stage, 1, lambda body: body.update(recipient=full), seen=False)
    stage.clock.advance(timedelta(days=20).total_seconds())
    await stage.run(US)
    assert await codes(stage) == {"address_missing"}, "the sweep looks at two weeks"
    (outcome,) = await decide(stage, Retry(), codes=("address_missing",))
    assert outcome.result is Result.DONE
    await stage.run(US)
    assert units(stage) == {number(2): [2], number(1): [2]}
    assert await stage.ledger.asked_again(US, now=stage.clock.now()) == []


async def test_an_unreadable_order_can_be_taken_away_and_stops_being_asked_for(stage: Stage) -> None:
    bad = amazon_order(1)
    bad["orderItems"][0]["quantityOrdered"] = "two"
    put(stage, bad)
    await stage.run(US)
    assert (await decide(stage, Release()))[0].result is Result.REFUSED
    assert (await stage.ledger.waiting_units([US.slug])).unreadable == 1
    await decide(stage, Skip("made by hand"))
    assert (await stage.ledger.waiting_units([US.slug])).unreadable == 0
    assert [each.code for each in await stage.ledger.hold_summary()] == ["skipped_by_person"]
    stage.clock.advance(timedelta(days=2).total_seconds())
    before = len(stage.world.journal.entries)
    await stage.run(US)
    later = list(stage.world.journal.entries)[before:]
    assert not [entry for entry in later if entry.operation == "getOrder"]
    # It stays away when it can be read; undone, it goes on.
    change(stage, 1, lambda body: body["orderItems"][0].update(quantityOrdered=2))
    await stage.run(US)
    assert units(stage) == {}
    await decide(stage, Unskip())
    await stage.run(US)
    assert units(stage) == {number(1): [2]}


async def test_a_status_nobody_knows_is_told_to_a_person(stage: Stage) -> None:
    put(stage, amazon_order(1, status="BEING_TELEPORTED"))
    await stage.run(US)
    assert await codes(stage) == {"unknown_status"}
    (fact,) = await stage.ledger.untold_facts(US.slug)
    assert (fact.kind, fact.order_id) == (FactKind.ORDER_HELD, number(1))


async def test_a_run_that_read_an_order_before_a_decision_does_not_create_it_as_it_was(stage: Stage) -> None:
    put(stage, amazon_order(1))
    async with stage.importing(US) as steps:
        await steps.begin()
        while not (await steps.read_page()).last:
            pass
        (due,) = await stage.ledger.due_orders(US, now=stage.clock.now())
        await decide(stage, SetShipMethod(UPS))
        claim = Claim(due.order.order_id, due.version, number(1))
        assert await stage.ledger.claim(US, [claim], owner="run", now=stage.clock.now(), seconds=60) == []
    await stage.run(US)
    (placed,) = stage.placed()
    assert placed["routing"]["mode"] == "02"


@pytest.mark.parametrize(
    ("his", "result", "told"),
    [(OTHER, Result.REFUSED, "is an alias of 'MUG-BLUE-350' already"), (GOOD, Result.DONE, "goes on")],
)
async def test_of_two_persons_who_name_a_sku_at_once_the_second_is_told(
    stage: Stage, his: str, result: Result, told: str
) -> None:
    put(stage, amazon_order(1, item(sku="NOBODY")), amazon_order(2, item(sku="NOBODY")), amazon_order(3))
    await stage.run(US)
    ids = (AmazonOrderId(number(3)), AmazonOrderId(number(2)))
    acts = Holds(stage.ledger, stage.clock).decide(
        HoldSelection(order_ids=ids), [MapSku("NOBODY", his)], by="ben"
    )
    # After the first order, which has no such SKU, he knows the names as they were before she decides.
    assert (await anext(acts)).result is Result.REFUSED
    assert (await decide(stage, MapSku("NOBODY", GOOD)))[0].result is Result.DONE
    outcome = await anext(acts)
    assert (outcome.result, told in outcome.sentence) == (result, True), outcome.sentence
    assert await stage.ledger.aliases(US.warehouse, US.customer_id) == {"NOBODY": GOOD}


async def test_a_name_that_a_person_maps_while_a_run_is_under_way_counts_in_that_run(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="NOBODY")))
    await stage.run(US)
    async with stage.importing(US) as steps:
        await steps.begin()
        await decide(stage, MapSku("NOBODY", GOOD))
        await steps.handle_batch()
    assert units(stage) == {number(1): [2]}


@pytest.mark.parametrize("at", [8, 9], ids=["before the second is written", "after it"])
async def test_a_bulk_decision_cut_off_in_the_middle_is_finished_by_the_same_again(
    stage: Stage, at: int
) -> None:
    for n in range(1, 5):
        body = amazon_order(n)
        level(body)
        put(stage, body)
    await stage.run(US)
    doom = Doom(at)

    async def bulk(ledger: SqlLedger) -> list[Outcome]:
        return await decide(stage, SetShipMethod(UPS), ledger=ledger, codes=("unmapped_ship_method",))

    await die(stage, doom, stage.ledger._scribe.sealer, bulk)
    assert "record_ruling" in doom.points[-1]
    written = at - 7
    states = [row.state for row in (await stage.booked(US)).values()]
    assert (states.count(OrderState.NEW), states.count(OrderState.HELD)) == (written, 4 - written)
    outcomes = await bulk(stage.ledger)
    assert [outcome.result for outcome in outcomes] == [Result.DONE] * (4 - written)
    await stage.run(US)
    assert sorted(units(stage)) == [number(n) for n in range(1, 5)]
    for n in range(1, 5):
        facts = await stage.ledger.order_facts(AmazonOrderId(number(n)))
        assert len([fact for fact in facts if fact.kind is FactKind.PERSON_DECIDED]) == 1


async def test_an_alias_given_for_one_order_lets_all_of_them_go_on(stage: Stage) -> None:
    for n in (1, 2, 3):
        put(stage, amazon_order(n, item(sku="NOBODY")))
    await stage.run(US)
    assert (await decide(stage, MapSku("NOBODY", "MUG-BLUE-35O")))[0].result is Result.REFUSED
    assert (await decide(stage, MapSku("NOBODY", GOOD)))[0].goes_on
    await stage.run(US)
    assert len(units(stage)) == 3
    assert await stage.ledger.aliases(US.warehouse, US.customer_id) == {"NOBODY": GOOD}


async def test_an_order_id_in_two_accounts_has_to_be_named_with_its_connection(stage: Stage) -> None:
    other = sim_connection("US", slug="other-us", seller_id="A3OTHER", reference_prefix="O-")
    for which in (sim(), other):
        await stage.ledger.register(which, now=stage.clock.now())
        await stage.ledger.store_order(which.account, order(), now=stage.clock.now())
    (both,) = await decide(stage, Skip("x"), ids=(order().order_id,))
    assert both.result is Result.REFUSED
    assert "belongs to several connections (other-us, sim-us); name one with --connection" in both.sentence
    (one,) = await decide(stage, Skip("x"), ids=(order().order_id,), connection=other.slug)
    assert one.result is Result.DONE
    rows = await stage.ledger.find_orders(order().order_id)
    assert {row.connection: row.state for row in rows} == {
        "sim-us": OrderState.NEW,
        "other-us": OrderState.SKIPPED,
    }
