"""Changes at Amazon after an order was created: they are followed, and none stops the others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, update

from dockwire.errors import AccessDenied, DockwireError, Unfinished
from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import Fact, FactKind, OrderState
from dockwire.warehouse.order_state import Status
from dockwire.warehouse.tables import order_items, orders
from dockwire.warehouse.work import IN_PROCESS, Work
from tests.e2e.orders import amazon_order, change, item, move, number, put, told, turn, units
from tests.stage import Stage, bare, opened_stage, sim_connection

US = sim_connection("US")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def last_fact(stage: Stage, n: int) -> Fact:
    return (await stage.ledger.order_facts(AmazonOrderId(number(n))))[-1]


async def state(stage: Stage, n: int) -> OrderState:
    return (await stage.booked(US))[number(n)].state


async def imported(stage: Stage, count: int) -> None:
    """Import so many orders, and let a new one wait at Amazon."""
    put(stage, *(amazon_order(n) for n in range(1, count + 1)))
    await stage.run(US)
    stage.clock.advance(1200)
    put(stage, amazon_order(99, lastUpdatedTime=told(stage.clock.now())))


def clerk_cancels(stage: Stage, n: int) -> None:
    which = orders.c.reference == number(n)
    stage.warehouse.write(
        IN_PROCESS,
        lambda work: work.link.execute(update(orders).where(which).values(status=Status.CANCELLED)),
    )


def forget(work: Work) -> None:
    """Remove the first order, as an archive run would."""
    work.link.execute(delete(order_items).where(order_items.c.order_id == 1))
    work.link.execute(delete(orders).where(orders.c.id == 1))


async def test_a_change_of_an_order_the_warehouse_no_longer_has_is_told_and_stops_nothing(
    stage: Stage,
) -> None:
    await imported(stage, 1)
    stage.warehouse.write(IN_PROCESS, forget)
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US)
    assert number(99) in units(stage)
    fact = await last_fact(stage, 1)
    assert fact.kind is FactKind.CHANGE_NEEDS_PERSON
    assert "no such thing" in fact.detail["reason"]


async def test_another_order_under_the_same_number_is_left_alone(stage: Stage) -> None:
    await imported(stage, 1)
    renamed = update(orders).where(orders.c.id == 1).values(reference="SOMEBODY-ELSE")
    stage.warehouse.write(IN_PROCESS, lambda work: work.link.execute(renamed))
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US)
    assert [order["status"] for order in stage.placed() if order["orderId"] == 1] == [Status.OPEN]
    assert (await last_fact(stage, 1)).kind is FactKind.CHANGE_NEEDS_PERSON


async def test_an_order_that_the_clerk_cancelled_is_not_booked_as_cancelled_at_amazon(stage: Stage) -> None:
    await imported(stage, 1)
    clerk_cancels(stage, 1)
    change(stage, 1, move)
    await stage.run(US)
    assert await state(stage, 1) is OrderState.CREATED
    fact = await last_fact(stage, 1)
    assert fact.kind is FactKind.CHANGE_NEEDS_PERSON
    assert "cancelled" in fact.detail["reason"]
    assert [each.order_id for each in await stage.differences([US])] == [number(1)]
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US)
    assert await state(stage, 1) is OrderState.CANCELLED
    assert await stage.differences([US]) == []


@pytest.mark.parametrize(("status", "error"), [(500, Unfinished), (403, AccessDenied)])
async def test_one_order_that_cannot_be_followed_stops_neither_the_others_nor_itself_for_ever(
    stage: Stage, status: int, error: type[DockwireError]
) -> None:
    await imported(stage, 3)
    silent = next(order["orderId"] for order in stage.placed() if order["referenceNum"] == number(2))
    rule = Rule(method="GET", path=f"^/orders/{silent}$", effect={"kind": "status", "status": status})
    stage.wrap_warehouse = lambda app: Faults(app, FaultRules(rules=[rule]), clock=stage.clock)
    for n in (1, 2, 3):
        change(stage, n, turn("CANCELLED"))
    with pytest.raises(error):
        await stage.run(US)
    assert number(99) in units(stage)
    found = [await state(stage, n) for n in (1, 2, 3)]
    assert found == [OrderState.CANCELLED, OrderState.CREATED, OrderState.CANCELLED]
    stage.wrap_warehouse = bare
    await stage.run(US, owner="next")
    assert await state(stage, 2) is OrderState.CANCELLED


async def test_a_warehouse_that_is_out_is_not_asked_about_every_changed_order(stage: Stage) -> None:
    await imported(stage, 12)
    faults = FaultRules(
        rules=[Rule(method="GET", path=r"^/orders/\d+$", effect={"kind": "status", "status": 403})]
    )
    stage.wrap_warehouse = lambda app: Faults(app, faults, clock=stage.clock)
    for n in range(1, 13):
        change(stage, n, turn("CANCELLED"))
    with pytest.raises(AccessDenied):
        await stage.run(US)
    assert faults.reports()[0].fired <= 10
    stage.wrap_warehouse = bare
    await stage.run(US, owner="next")
    assert {await state(stage, n) for n in range(1, 13)} == {OrderState.CANCELLED}


async def test_a_quantity_raised_after_creation_stops_the_order_and_is_told(stage: Stage) -> None:
    await imported(stage, 1)

    change(stage, 1, lambda body: body.update(orderItems=[item(ordered=5, left=5)]))
    await stage.run(US)
    assert (await last_fact(stage, 1)).kind is FactKind.HELD_IN_WAREHOUSE
    assert [order["onHold"] for order in stage.placed()] == [True, False]
