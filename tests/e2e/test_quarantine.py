"""An order that cannot be read is kept, told and asked for again; all others go on."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dockwire.faults import FaultRules, Faults
from dockwire.faults.rules import Rule
from dockwire.mail.compose import compose
from dockwire.model.record import Mail, OrderState
from dockwire.services.notices import post_notices
from tests.e2e.orders import Body, amazon_order, change, number, put, told, units
from tests.stage import Stage, bare, opened_stage, sim_connection

US = sim_connection("US", contacts={"orders_held": ["engineer@example.com"]})
BAD = 57


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


def break_it(body: Body) -> None:
    body["orderItems"][0]["quantityOrdered"] = "two"


def mend_it(body: Body) -> None:
    body["orderItems"][0]["quantityOrdered"] = 2


def bad_order() -> Body:
    body = amazon_order(BAD)
    break_it(body)
    return body


async def state(stage: Stage, n: int = BAD) -> OrderState:
    return (await stage.booked(US))[number(n)].state


async def mails(stage: Stage) -> list[Mail]:
    """Return what a run would send now."""
    async with stage.importing(US) as steps:
        await post_notices(steps.desk, compose)
    return await stage.ledger.take_mail(US.slug, owner="post", now=stage.clock.now(), seconds=60)


async def test_one_malformed_order_in_a_page_of_100_costs_the_other_99_nothing(stage: Stage) -> None:
    put(stage, *(amazon_order(n) for n in range(1, 101) if n != BAD), bad_order())
    report = await stage.run(US)
    assert (report.created, report.account_orders_unreadable) == (99, 1)
    assert len(units(stage)) == 99
    assert await state(stage) is OrderState.QUARANTINED
    (mail,) = [mail for mail in await mails(stage) if mail.kind == "orders_held"]
    assert number(BAD) in mail.text
    assert "orderItems.0.quantityOrdered" in mail.text
    assert "Ann Example" not in mail.text + mail.html


@pytest.mark.parametrize("seen", [True, False], ids=["Amazon tells", "Amazon tells nobody"])
async def test_fixed_data_is_imported_whether_or_not_a_page_brings_it(stage: Stage, seen: bool) -> None:
    put(stage, amazon_order(1), bad_order())
    await stage.run(US)
    change(stage, BAD, mend_it, seen=seen)
    await stage.run(US)
    assert units(stage) == {number(1): [2], number(BAD): [2]}


async def test_it_is_asked_for_less_and_less_often_and_told_once(stage: Stage) -> None:
    put(stage, bad_order())
    asked, counted = [], 0
    for _ in range(12):
        before = len(stage.world.journal.entries)
        counted += (await stage.run(US)).quarantined
        asked.append(sum(e.operation == "getOrder" for e in list(stage.world.journal.entries)[before:]))
        stage.clock.advance(900)
    assert 2 <= sum(asked) == counted <= 4
    assert len(await mails(stage)) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 500])
async def test_an_order_amazon_does_not_give_stops_nothing(stage: Stage, status: int) -> None:
    put(stage, amazon_order(1), bad_order())
    await stage.run(US)
    put(stage, amazon_order(2, lastUpdatedTime=told(stage.clock.now())))
    rule: dict[str, Any] = {"kind": "status", "status": status}
    faults = FaultRules(rules=[Rule(path=f"/orders/{number(BAD)}$", effect=rule)])
    stage.wrap_amazon = lambda app: Faults(app, faults, clock=stage.clock)
    stage.clock.advance(1200)
    await stage.run(US)
    assert faults.reports()[0].fired
    assert set(units(stage)) == {number(1), number(2)}
    stage.wrap_amazon = bare
    change(stage, BAD, mend_it)
    await stage.run(US)
    assert number(BAD) in units(stage)


STRANGE: list[tuple[str, Callable[[Body], Any]]] = [
    (
        "orderItems.0.product.sellerSku",
        lambda body: body["orderItems"][0]["product"].update(sellerSku="A\0B"),
    ),
    ("fulfillmentServiceLevel", lambda body: body["fulfillment"].update(fulfillmentServiceLevel="\0")),
    ("stateOrRegion", lambda body: body["recipient"]["deliveryAddress"].update(stateOrRegion="I\0L")),
    (
        "shipByWindow.latestDateTime",
        lambda body: body["fulfillment"].update(shipByWindow={"latestDateTime": "0001-01-01T00:00:00Z"}),
    ),
    (
        "shipByWindow.earliestDateTime",
        lambda body: body["fulfillment"].update(shipByWindow={"earliestDateTime": "9999-12-31T23:59:59Z"}),
    ),
]


@pytest.mark.parametrize(("field", "spoil"), STRANGE, ids=[field for field, _ in STRANGE])
async def test_what_no_database_or_calendar_takes_is_unreadable(
    stage: Stage, field: str, spoil: Callable[[Body], Any]
) -> None:
    bad = amazon_order(BAD)
    spoil(bad)
    put(stage, amazon_order(1), bad)
    await stage.run(US)
    assert units(stage) == {number(1): [2]}
    (problem,) = (await stage.booked(US))[number(BAD)].problems
    assert field in problem.sentence


async def test_a_created_order_that_becomes_unreadable_stays_and_follows_once_it_can_be_read(
    stage: Stage,
) -> None:
    put(stage, amazon_order(BAD))
    await stage.run(US)
    change(stage, BAD, break_it)
    await stage.run(US)
    assert await state(stage) is OrderState.CREATED
    change(stage, BAD, lambda body: body["orderItems"][0].update(quantityOrdered=1))
    await stage.run(US)
    assert [order["onHold"] for order in stage.placed()] == [True]
