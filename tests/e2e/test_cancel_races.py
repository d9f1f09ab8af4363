"""A cancellation that meets the closing of its order: before, in the middle of it, and after."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import ClosingState, FactKind
from dockwire.services.ship_and_close import ShipAndClose
from tests.e2e.orders import ask, change, turn
from tests.e2e.shipping import at_amazon, close, imported, manual, placed, request, update
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
OPEN, CLOSED, CANCELLED = 0, 1, 2


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


cancel = turn("CANCELLED")


async def follow(stage: Stage) -> None:
    """Let the import read it and carry it into the warehouse."""
    await stage.run(US, refresh=True)


async def told(stage: Stage) -> list[tuple[FactKind, str]]:
    """Return what the next mails will say: the facts and their reasons."""
    facts = await stage.ledger.untold_facts(US.slug)
    return [
        (fact.kind, fact.detail.get("reason", ""))
        for fact in facts
        if fact.kind is not FactKind.ORDER_CREATED
    ]


@pytest.mark.parametrize(
    ("happens", "problem", "status", "fact"),
    [
        (cancel, "cancelled", CANCELLED, FactKind.CANCELLED_IN_WAREHOUSE),
        (ask, "on_hold", OPEN, FactKind.HELD_IN_WAREHOUSE),
    ],
)
async def test_before_closing_it_is_carried_out_and_the_order_is_not_closed(
    stage: Stage, happens: Any, problem: str, status: int, fact: FactKind
) -> None:
    (order_id,) = await imported(stage, US, 1)
    change(stage, 1, happens)
    await follow(stage)
    report = await close(stage, US, request([order_id]))
    assert problem in [each.code for each in report.plan.problems[order_id]]
    assert placed(stage, order_id)["status"] == status
    assert [kind for kind, _ in await told(stage)] == [fact]


@pytest.mark.parametrize(
    ("happens", "words", "status"), [(cancel, "do not ship it", CANCELLED), (ask, "on hold", OPEN)]
)
async def test_between_preview_and_closing_it_wins_and_nothing_is_charged(
    stage: Stage, happens: Any, words: str, status: int
) -> None:
    ids = await imported(stage, US, 2)
    async with stage.desk(US) as desk:
        steps = ShipAndClose(desk)
        plan = await steps.plan(request(ids, charges=[("Box", "2")]))
        change(stage, 1, happens)
        await follow(stage)
        report = await steps.carry_out(plan)
    assert [each.state for each in report.closings] == [ClosingState.REFUSED, ClosingState.CLOSED]
    assert words in report.closings[0].sentence
    order = placed(stage, ids[0])
    assert (order["status"], manual(order)) == (status, [])


async def test_after_closing_a_cancellation_goes_to_a_person_and_amazon_is_told_nothing(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await close(stage, US, request([order_id]))
    change(stage, 1, cancel)
    await follow(stage)
    assert placed(stage, order_id)["status"] == CLOSED
    ((_, reason),) = [each for each in await told(stage) if each[0] is FactKind.CHANGE_NEEDS_PERSON]
    assert "closed" in reason
    assert (await update(stage, US)).refused == 1
    assert stage.world.confirmations == []
    (row,) = await stage.ledger.order_parcels(AmazonOrderId(order_id))
    assert "get the parcel back" in row.problem
    assert FactKind.SHIPMENT_REFUSED in [each for each, _ in await told(stage)]


async def test_after_closing_a_wish_to_cancel_comes_too_late_and_the_shipment_is_confirmed(
    stage: Stage,
) -> None:
    (order_id,) = await imported(stage, US, 1)
    await close(stage, US, request([order_id]))
    change(stage, 1, ask)
    await follow(stage)
    assert [kind for kind, _ in await told(stage) if kind is FactKind.CHANGE_NEEDS_PERSON]
    assert (await update(stage, US)).confirmed == 1
    assert at_amazon(stage, order_id) == "SHIPPED"


async def test_after_amazon_was_told_a_cancellation_goes_to_a_person_once(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await close(stage, US, request([order_id]))
    await update(stage, US)
    change(stage, 1, cancel)
    await follow(stage)
    await follow(stage)
    assert [kind for kind, _ in await told(stage)].count(FactKind.CHANGE_NEEDS_PERSON) == 1
