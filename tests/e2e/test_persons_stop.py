"""A person holds or cancels an order that is in the warehouse: the import carries it out once, or tells why not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dockwire.decisions.acts import Act, Cancel, Hold, Release
from dockwire.errors import Unfinished
from dockwire.faults.rules import Rule
from dockwire.ledger.happenings import happened
from dockwire.model.day import Happening, Span
from dockwire.model.ids import AmazonOrderId
from dockwire.model.override import ON_HOLD_THERE, HoldSelection
from dockwire.model.record import ClosingState, FactKind, OrderState, Shipping
from dockwire.services.holds import Holds, Result
from dockwire.services.ship_and_close import ShipAndClose
from tests.e2e.orders import amazon_order, ask, change, item, move, number, put, turn
from tests.e2e.persons import (
    CANCELLED,
    CLOSED,
    NO_CANCELLING,
    OPEN,
    US,
    decide,
    faulty,
    on_hold,
    there,
    told,
)
from tests.e2e.shipping import by_hand, close, do, imported, placed, request, tracking, update
from tests.stage import Stage, opened_stage


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def shipping(stage: Stage) -> Shipping | None:
    (row,) = await stage.ledger.list_orders(connection=US.slug)
    return row.shipping


async def waits_for(stage: Stage) -> tuple[Shipping | None, list[str]]:
    """Return how far the only order is shipped, and why it waits."""
    rows = await stage.ledger.hold_rows(HoldSelection(US.slug))
    return await shipping(stage), [problem.code for row in rows for problem in row.problems]


async def test_cancelling_stops_closing_at_once_and_is_carried_out_once(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    assert (await decide(stage, order_id, Cancel("wrong item"))).goes_on
    report = await close(stage, US, request([order_id]))
    assert [(each.code, each.sentence) for each in report.plan.problems[order_id]] == [
        (
            "stopped_by_person",
            "To be cancelled with the next import: do not ship it. A person cancelled it: wrong item. Releasing it "
            "here lets it ship.",
        )
    ]
    for _ in range(2):
        await stage.run(US, refresh=True)
        assert placed(stage, order_id)["status"] == CANCELLED
    assert (await stage.booked(US))[order_id].state is OrderState.CANCELLED
    assert await told(stage, order_id) == [
        (FactKind.PERSON_DECIDED, ""),
        (FactKind.CANCELLED_IN_WAREHOUSE, "A person cancelled it: wrong item"),
    ]
    (known,) = await stage.ledger.waiting_orders(AmazonOrderId(order_id))
    assert known.overrides.cancel is None
    # Amazon goes on: nothing is created again.
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US, refresh=True)
    assert len(stage.placed()) == 1
    assert len(await told(stage, order_id)) == 2


async def test_what_is_closed_by_then_stays_closed_and_a_person_is_told_once(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await close(stage, US, request([order_id]))
    await decide(stage, order_id, Cancel("wrong item"))
    for _ in range(2):
        await stage.run(US, refresh=True)
        assert placed(stage, order_id)["status"] == CLOSED
    *_, (kind, reason) = await told(stage, order_id)
    assert kind is FactKind.CHANGE_NEEDS_PERSON
    assert reason == "A person cancelled it: wrong item The warehouse order is closed."
    assert [kind for kind, _ in await told(stage, order_id)].count(kind) == 1
    assert (await stage.booked(US))[order_id].state is OrderState.CREATED


async def test_a_held_order_is_put_on_hold_and_can_be_cancelled_after_all(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Hold("the merchant asked"))
    await stage.run(US, refresh=True)
    assert placed(stage, order_id)["status"] == OPEN
    report = await close(stage, US, request([order_id]))
    assert [each.code for each in report.plan.problems[order_id]] == ["on_hold"]
    assert (await told(stage, order_id))[-1] == (
        FactKind.HELD_IN_WAREHOUSE,
        "A person holds it: the merchant asked",
    )
    await decide(stage, order_id, Cancel("not wanted"))
    await stage.run(US, refresh=True)
    assert placed(stage, order_id)["status"] == CANCELLED


async def test_what_is_on_hold_in_the_warehouse_is_released_there_once(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    refused = await decide(stage, order_id, Release())
    assert (refused.result, refused.goes_on) == (Result.REFUSED, False)
    await decide(stage, order_id, Hold("look first"))
    assert await waits_for(stage) == (Shipping.TO_STOP, ["to_be_held"])
    await stage.run(US, refresh=True)
    assert await waits_for(stage) == (Shipping.ON_HOLD, [ON_HOLD_THERE])
    assert (await shipping(stage), await on_hold(stage, order_id)) == (Shipping.ON_HOLD, True)
    (found,) = await Holds(stage.ledger, stage.clock).explain(AmazonOrderId(order_id))
    assert [each.problem.sentence for each in found.reasons] == ["A person holds it: look first"]
    (listed,) = await stage.ledger.hold_rows(HoldSelection(US.slug))
    assert (listed.order_id, listed.problems[0].code) == (order_id, ON_HOLD_THERE)
    assert (await decide(stage, order_id, Release())).goes_on
    assert (await decide(stage, order_id, Release())).result is Result.UNCHANGED
    assert await waits_for(stage) == (Shipping.ON_HOLD, ["to_be_released"])
    # Its answer is lost: the next run finds it done.
    lost = Rule(method="PUT", path=r"/orderholder$", effect={"kind": "lost_reply"})
    with faulty(stage, lost), pytest.raises(Unfinished):
        await stage.run(US, refresh=True)
    await stage.run(US, refresh=True)
    assert (await shipping(stage), await on_hold(stage, order_id)) == (Shipping.TO_SHIP, False)
    assert await stage.ledger.hold_rows(HoldSelection(US.slug)) == []
    assert [kind for kind, _ in await told(stage, order_id)][-1] is FactKind.RELEASED_IN_WAREHOUSE
    assert [kind for kind, _ in await told(stage, order_id)].count(FactKind.RELEASED_IN_WAREHOUSE) == 1
    report = await close(stage, US, request([order_id]))
    assert not report.plan.problems
    assert placed(stage, order_id)["status"] == CLOSED


async def test_what_a_clerk_released_and_closed_there_is_on_hold_no_more(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Hold("look first"))
    await stage.run(US, refresh=True)
    async with stage.desk(US) as desk:
        await desk.warehouse.release_order(await there(stage, order_id, desk))
    await do(stage, order_id, *by_hand(tracking(1)))
    await update(stage, US)
    (found,) = await Holds(stage.ledger, stage.clock).explain(AmazonOrderId(order_id))
    assert (await shipping(stage), found.reasons) == (Shipping.CONFIRMED, ())
    assert (await decide(stage, order_id, Release())).result is Result.REFUSED


async def test_what_amazon_changes_or_cancels_is_not_released_unseen(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    change(stage, 1, ask)
    await stage.run(US, refresh=True)
    assert await on_hold(stage, order_id)
    await decide(stage, order_id, Release())
    change(stage, 1, move)
    await stage.run(US, refresh=True)
    assert (await shipping(stage), await on_hold(stage, order_id)) == (Shipping.ON_HOLD, True)
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US, refresh=True)
    assert placed(stage, order_id)["status"] == CANCELLED
    assert (await decide(stage, order_id, Release())).result is Result.REFUSED


@pytest.mark.parametrize(
    ("rule", "between"),
    [
        (Rule(method="GET", path=r"^/orders/\d+$", effect={"kind": "status", "status": 500}), OPEN),
        (Rule(method="POST", path=r"/canceler$", effect={"kind": "lost_reply"}), CANCELLED),
    ],
)
async def test_a_run_that_breaks_off_leaves_the_wish_to_the_next_one(
    stage: Stage, rule: Rule, between: int
) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Cancel("wrong item"))
    with faulty(stage, rule), pytest.raises(Unfinished):
        await stage.run(US, refresh=True)
    assert placed(stage, order_id)["status"] == between
    assert (await stage.booked(US))[order_id].state is OrderState.CREATED
    (known,) = await stage.ledger.waiting_orders(AmazonOrderId(order_id))
    assert known.overrides.cancel == "wrong item"
    await stage.run(US, refresh=True)
    assert placed(stage, order_id)["status"] == CANCELLED
    assert (await stage.booked(US))[order_id].state is OrderState.CANCELLED
    assert [kind for kind, _ in await told(stage, order_id)].count(FactKind.CANCELLED_IN_WAREHOUSE) == 1


@pytest.mark.parametrize("act", [Cancel("wrong item"), Hold("the merchant asked")])
async def test_a_stop_between_the_check_and_the_close_keeps_the_order_open(stage: Stage, act: Act) -> None:
    ids = await imported(stage, US, 2)
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plan = await steps.plan(request(ids))
        await decide(stage, ids[1], act)
        report = await steps.carry_out(plan)
    assert [each.state for each in report.closings] == [ClosingState.CLOSED, ClosingState.REFUSED]
    assert "A person wants it held or cancelled" in report.closings[1].sentence
    assert placed(stage, ids[1])["status"] == OPEN


async def refused(stage: Stage) -> list[str]:
    """Return two orders whose cancellation the warehouse refuses; the first one is on hold there."""
    ids = await imported(stage, US, 2)
    await decide(stage, ids[0], Hold("looks odd"))
    await stage.run(US, refresh=True)
    for order_id in ids:
        await decide(stage, order_id, Cancel("wrong item"))
    with faulty(stage, NO_CANCELLING):
        for _ in range(2):
            await stage.run(US, refresh=True)
    return ids


async def test_a_refused_cancellation_leaves_the_hold_and_stops_closing_until_it_is_taken_back(
    stage: Stage,
) -> None:
    ids = await refused(stage)
    report = await close(stage, US, request(ids))
    told_of = [[(each.code, each.sentence) for each in report.plan.problems[order_id]] for order_id in ids]
    # Orders of one import are sent side by side: which of them is the warehouse's first is not known.
    number = placed(stage, ids[0])["orderId"]
    cancelled = (
        "stopped_by_person",
        "The warehouse did not cancel it: cancel it there, or release it here. A person cancelled it: wrong item.",
    )
    assert told_of == [
        [
            (
                "on_hold",
                f"Warehouse order {number} is on hold; release it first. A person holds it: looks odd.",
            ),
            cancelled,
        ],
        [cancelled],
    ]
    for order_id in ids:
        facts = [kind for kind, _ in await told(stage, order_id)]
        assert facts.count(FactKind.CHANGE_NEEDS_PERSON) == 1, "tried and told once"
    assert (await decide(stage, ids[1], Release())).goes_on
    await close(stage, US, request(ids[1:]))
    assert [placed(stage, order_id)["status"] for order_id in ids] == [OPEN, CLOSED]
    # What is no longer wanted is not tried again; what still is comes to its end with the warehouse order.
    await stage.run(US, refresh=True)
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US, refresh=True)
    assert [placed(stage, order_id)["status"] for order_id in ids] == [CANCELLED, CLOSED]
    for order_id in ids:
        (known,) = await stage.ledger.waiting_orders(AmazonOrderId(order_id))
        assert known.overrides.cancel is None


@pytest.mark.parametrize(("sku", "mailed"), [("MUG-BLUE-350", []), ("NOBODY", ["unmapped_sku"])])
async def test_an_order_held_before_its_first_decision_counts_as_held_and_its_own_reasons_are_mailed(
    stage: Stage, sku: str, mailed: list[str]
) -> None:
    put(stage, amazon_order(1, item(sku=sku)))
    stage.clock.advance(600)
    async with stage.importing(US) as steps:
        await steps.begin()
        while not (await steps.read_page()).last:
            pass
        assert (await decide(stage, number(1), Hold("the merchant asked"))).result is Result.DONE
    await stage.run(US)
    assert [kind for kind, _ in await told(stage, number(1))] == [FactKind.ORDER_HELD], "once"
    facts = await stage.ledger.untold_facts(US.slug)
    assert [fact.detail["code"] for fact in facts if fact.kind is FactKind.ORDER_HELD] == mailed
    now = stage.clock.now()
    with stage.ledger.reading_sessions()() as session:
        counted = happened(session, Span(now - timedelta(days=1), now + timedelta(days=1)))
    assert counted[Happening.HELD] == 1


async def test_a_release_takes_a_refused_cancellation_back_and_the_hold_off_in_the_warehouse(
    stage: Stage,
) -> None:
    ids = await refused(stage)
    assert await on_hold(stage, ids[0])
    held, other = [(await decide(stage, order_id, Release())).sentence for order_id in ids]
    assert (
        "no longer to be cancelled in the warehouse, but released there; the next import carries it out"
        in held
    )
    assert "if somebody put it on hold there, release it there" in other
    report = await close(stage, US, request(ids[:1]))
    assert [(each.code, each.sentence) for each in report.plan.problems[ids[0]]] == [
        (
            "on_hold",
            "Released here: the next import takes it off hold in the warehouse. Do not ship it before.",
        )
    ]
    await stage.run(US, refresh=True)
    kinds = [kind for kind, _ in await told(stage, ids[0])]
    assert kinds[-1] is FactKind.RELEASED_IN_WAREHOUSE
    assert FactKind.RELEASED_IN_WAREHOUSE not in [kind for kind, _ in await told(stage, ids[1])]
    assert not (await close(stage, US, request(ids))).plan.problems
    assert [placed(stage, order_id)["status"] for order_id in ids] == [CLOSED, CLOSED]


async def test_what_dockwire_put_on_hold_and_somebody_released_there_waits_for_a_release_here(
    stage: Stage,
) -> None:
    (order_id,) = await imported(stage, US, 1)
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plan = await steps.plan(request([order_id]))
        await decide(stage, order_id, Hold("look first"))
        await stage.run(US, refresh=True)
        await desk.warehouse.release_order(await there(stage, order_id, desk))
        report = await steps.carry_out(plan)
    assert [each.state for each in report.closings] == [ClosingState.REFUSED]
    assert "dockwire put it on hold there" in report.closings[0].sentence
    report = await close(stage, US, request([order_id]))
    assert [each.code for each in report.plan.left_open[order_id]] == ["on_hold"]
    await decide(stage, order_id, Release())
    await stage.run(US, refresh=True)
    assert not (await close(stage, US, request([order_id]))).plan.left_open
    assert placed(stage, order_id)["status"] == CLOSED
