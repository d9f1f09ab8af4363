"""A person's stop that meets a run, a refusal or the end of the process: nothing is lost, and somebody is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dockwire.decisions.acts import Cancel, Hold, Release
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.ledger import SqlLedger
from dockwire.model.ids import AmazonOrderId
from dockwire.model.override import HoldSelection
from dockwire.model.record import FactKind, Shipping
from dockwire.sealing import Sealer
from tests.e2e.crashing import Doom, chosen, die, doomed_stage, stocked
from tests.e2e.orders import ask, change, number, turn
from tests.e2e.persons import (
    CANCELLED,
    NO_CANCELLING,
    OPEN,
    US,
    decide,
    faulty,
    hold_by_hand,
    meanwhile,
    on_hold,
    there,
    told,
)
from tests.e2e.shipping import imported, placed
from tests.stage import Stage, bare, opened_stage, run_steps


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url) as opened:
        yield opened


async def test_a_cancellation_taken_back_while_it_is_carried_out_is_told(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Cancel("wrong item"))
    stage.wrap_warehouse = meanwhile("/canceler", lambda: decide(stage, order_id, Release()))
    await stage.run(US, refresh=True)
    stage.wrap_warehouse = bare
    assert placed(stage, order_id)["status"] == CANCELLED
    for _ in range(2):
        await stage.run(US, refresh=True)
    *_, (kind, reason) = await told(stage, order_id)
    assert kind is FactKind.CHANGE_NEEDS_PERSON
    assert "took the cancellation back" in reason
    assert "was cancelled before: reopen it there" in reason
    assert [kind for kind, _ in await told(stage, order_id)].count(kind) == 1


async def test_a_cancellation_taken_back_in_time_leaves_the_order_as_it_is(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await hold_by_hand(stage, order_id)
    await decide(stage, order_id, Cancel("wrong item"))
    await decide(stage, order_id, Release())
    await stage.run(US, refresh=True)
    assert (placed(stage, order_id)["status"], await on_hold(stage, order_id)) == (OPEN, True)
    assert {kind for kind, _ in await told(stage, order_id)} == {FactKind.PERSON_DECIDED}


async def test_taken_back_between_the_check_and_the_release_a_hold_there_stays(stage: Stage) -> None:
    """The warehouse refuses to cancel what is on hold: that refusal is the moment in between."""
    (order_id,) = await imported(stage, US, 1)
    await hold_by_hand(stage, order_id)
    await decide(stage, order_id, Cancel("wrong item"))
    stage.wrap_warehouse = meanwhile("/canceler", lambda: decide(stage, order_id, Release()))
    await stage.run(US, refresh=True)
    stage.wrap_warehouse = bare
    await stage.run(US, refresh=True)
    assert (placed(stage, order_id)["status"], await on_hold(stage, order_id)) == (OPEN, True)


@pytest.mark.parametrize("by", ["person", "amazon"])
async def test_what_is_to_be_held_is_held_where_cancelling_is_refused(stage: Stage, by: str) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Cancel("wrong item"))
    with faulty(stage, NO_CANCELLING):
        await stage.run(US, refresh=True)
        if by == "person":
            await decide(stage, order_id, Hold("look first"))
        else:
            change(stage, 1, ask)
        for _ in range(2):
            await stage.run(US, refresh=True)
    why = "A person holds it: look first" if by == "person" else "The buyer asked to cancel"
    *_, (kind, reason) = await told(stage, order_id)
    assert kind is FactKind.CHANGE_NEEDS_PERSON
    assert f"It is on hold there: {why}" in reason
    (row,) = await stage.ledger.list_orders(connection=US.slug)
    assert (row.shipping, await on_hold(stage, order_id)) == (Shipping.ON_HOLD, True)
    # One decision ends both.
    await decide(stage, order_id, Release())
    await stage.run(US, refresh=True)
    assert not await on_hold(stage, order_id)


async def test_a_hold_is_carried_out_where_amazons_own_cancellation_is_refused(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Hold("look first"))
    change(stage, 1, turn("CANCELLED"))
    with faulty(stage, NO_CANCELLING):
        await stage.run(US, refresh=True)
    assert (placed(stage, order_id)["status"], await on_hold(stage, order_id)) == (OPEN, True)


async def test_a_hold_that_is_refused_is_tried_and_told_once(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Hold("look first"))
    with faulty(stage, Rule(method="PUT", path=r"/orderholder$", effect={"kind": "status", "status": 400})):
        await stage.run(US, refresh=True)
    *_, (kind, reason) = await told(stage, order_id)
    assert kind is FactKind.CHANGE_NEEDS_PERSON
    assert reason.count("A person holds it: look first") == 1, reason


@pytest.mark.parametrize("refused", [False, True])
async def test_a_hold_that_stays_is_not_told_to_be_gone(stage: Stage, refused: bool) -> None:
    (order_id,) = await imported(stage, US, 1)
    await hold_by_hand(stage, order_id)
    await decide(stage, order_id, Cancel("wrong item"))
    stays = Rule(method="PUT", path=r"/orderholder$", effect={"kind": "status", "status": 400})
    with faulty(stage, NO_CANCELLING, *([stays] if refused else [])):
        await stage.run(US, refresh=True)
    assert await on_hold(stage, order_id)
    *_, (kind, reason) = await told(stage, order_id)
    assert (kind, "is no longer" in reason) == (FactKind.CHANGE_NEEDS_PERSON, False)


async def test_what_was_cancelled_there_waits_for_no_release(stage: Stage) -> None:
    (order_id,) = await imported(stage, US, 1)
    await decide(stage, order_id, Hold("look first"))
    await stage.run(US, refresh=True)
    async with stage.desk(US) as desk:
        await desk.warehouse.release_order(await there(stage, order_id, desk))
        await desk.warehouse.cancel_order(await there(stage, order_id, desk), "by hand")
    await decide(stage, order_id, Release())
    await stage.run(US, refresh=True)
    *_, (kind, reason) = await told(stage, order_id)
    assert kind is FactKind.CHANGE_NEEDS_PERSON
    assert "The warehouse order is cancelled" in reason
    assert await stage.ledger.hold_rows(HoldSelection(US.slug)) == []


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealer]:
    """Give a stocked warehouse's database, to be copied for each point."""
    return stocked(tmp_path_factory.mktemp("prepared"))


@pytest.mark.parametrize("taken_back", [False, True])
async def test_killed_while_a_hold_is_off_the_next_run_puts_it_back(
    tmp_path: Path, prepared: tuple[Path, Sealer], taken_back: bool
) -> None:
    """At each point from the first act upon the hold to the last."""
    points = await dying(tmp_path / "whole", prepared, None)
    acts = [at for at, point in enumerate(points) if "orderholder" in point or "record_lifted" in point]
    for at in [at for at in chosen(points) if acts[0] <= at <= acts[-1]]:
        await dying(tmp_path / str(at), prepared, at, taken_back=taken_back)


async def dying(
    folder: Path, prepared: tuple[Path, Sealer], at: int | None, *, taken_back: bool = False
) -> list[str]:
    """Let an import die that cancels what a clerk put on hold; return the points it passed."""
    doom = Doom(at)
    async with doomed_stage(folder, prepared, Doom(), orders=0) as stage:
        stage.wrap_amazon = stage.wrap_warehouse = bare
        (order_id,) = await imported(stage, US, 1)
        await hold_by_hand(stage, order_id)
        await decide(stage, order_id, Cancel("wrong item"))

        async def importing(ledger: SqlLedger) -> None:
            async with stage.importing(US, owner="killed", ledger=ledger) as steps:
                await run_steps(steps)

        refusing = FaultRules(rules=[NO_CANCELLING])
        stage.wrap_warehouse = lambda app: doom.wrap("warehouse")(Faults(app, refusing, clock=stage.clock))
        await die(stage, doom, prepared[1], importing)
        if taken_back:
            await decide(stage, order_id, Release())
        with faulty(stage, NO_CANCELLING):
            await stage.run(US, refresh=True)
        assert await on_hold(stage, order_id), doom.points[-1]
        (found,) = await stage.ledger.waiting_orders(AmazonOrderId(number(1)))
        assert not found.overrides.lifted
    return doom.points
