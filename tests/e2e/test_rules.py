"""Which orders reach the warehouse, when, and how much of them: through all the real parts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from dockwire.ledger import SqlLedger
from dockwire.model.connection import ShipMethod
from dockwire.model.ids import AmazonOrderId
from dockwire.model.record import FactKind, OrderState
from dockwire.warehouse.tables import items
from dockwire.warehouse.work import IN_PROCESS
from tests.e2e.orders import amazon_order, change, item, number, put, turn, units
from tests.stage import LEVELS, App, Stage, opened_stage, sim_connection

US = sim_connection("US")


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


async def states(stage: Stage) -> dict[str, OrderState]:
    return {order_id: row.state for order_id, row in (await stage.booked(US)).items()}


async def codes(stage: Stage, n: int) -> list[str]:
    return [problem.code for problem in (await stage.booked(US))[number(n)].problems]


async def kinds(ledger: SqlLedger, n: int) -> list[FactKind]:
    return [fact.kind for fact in await ledger.order_facts(AmazonOrderId(number(n)))]


@pytest.mark.parametrize("waited", [timedelta(minutes=20), timedelta(hours=9), timedelta(days=40)])
async def test_a_pending_order_is_created_once_it_turns_and_not_before(
    stage: Stage, waited: timedelta
) -> None:
    put(stage, amazon_order(1, status="PENDING"), amazon_order(2, status="PENDING_AVAILABILITY"))
    await stage.run(US)
    stage.clock.advance(waited.total_seconds())
    await stage.run(US)
    assert units(stage) == {}
    assert set((await states(stage)).values()) == {OrderState.WATCHED}
    for n in (1, 2):
        change(stage, n, turn("UNSHIPPED"))
    await stage.run(US)
    assert units(stage) == {number(1): [2], number(2): [2]}


async def test_what_others_ship_or_deliver_never_reaches_the_warehouse(stage: Stage) -> None:
    theirs = amazon_order(1)
    theirs["fulfillment"]["fulfilledBy"] = "AMAZON"
    put(
        stage,
        theirs,
        amazon_order(2, programs=["AMAZON_EASY_SHIP"]),
        amazon_order(3, programs=["IN_STORE_PICK_UP"]),
        amazon_order(4, programs=["DELIVERY_BY_AMAZON"]),
        amazon_order(5),
    )
    await stage.run(US)
    for n in range(1, 5):
        change(stage, n, turn("PARTIALLY_SHIPPED"))
    await stage.run(US)
    assert list(units(stage)) == [number(5)]
    reasons = [await codes(stage, n) for n in range(1, 5)]
    assert reasons == [["fulfilled_by_amazon"], ["easy_ship"], ["in_store_pickup"], ["delivery_by_amazon"]]


async def test_a_partly_shipped_order_is_created_with_what_is_still_open(stage: Stage) -> None:
    put(
        stage,
        amazon_order(
            1,
            item(1, ordered=5, left=3),
            item(2, sku="PAN-28", ordered=1, left=0),
            status="PARTIALLY_SHIPPED",
        ),
        amazon_order(2, item(ordered=4, left=0), status="PARTIALLY_SHIPPED"),
    )
    await stage.run(US)
    assert units(stage) == {number(1): [3]}
    assert await codes(stage, 2) == ["nothing_open"]


UNMAPPED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"sku": "SELLERS-OWN"}, {"sku_map": {"SELLERS-OWN": "PAN-28"}}, "unmapped_sku"),
    ({}, {"ship_methods": {level: ShipMethod(carrier="UPS") for level in LEVELS}}, "unmapped_ship_method"),
]


@pytest.mark.parametrize(("line", "mapping", "code"), UNMAPPED)
async def test_a_hold_for_a_missing_mapping_ends_with_the_mapping_on_the_next_run(
    stage: Stage, line: dict[str, Any], mapping: dict[str, Any], code: str
) -> None:
    before = US if line else US.model_copy(update={"ship_methods": {}})
    put(stage, amazon_order(1, item(**line)))
    await stage.run(before)
    await stage.run(before)
    assert (units(stage), await codes(stage, 1)) == ({}, [code])
    assert await kinds(stage.ledger, 1) == [FactKind.ORDER_HELD]
    # Amazon has no news: the mapping alone releases it.
    await stage.run(US.model_copy(update=mapping))
    assert units(stage) == {number(1): [2]}
    assert (await kinds(stage.ledger, 1))[1:] == [FactKind.ORDER_RELEASED, FactKind.ORDER_CREATED]
    assert await codes(stage, 1) == []


async def alias(stage: Stage, **names: str) -> None:
    table = {name.replace("_", "-"): target for name, target in names.items()}
    await stage.ledger.replace_aliases(US.warehouse, US.customer_id, table)


def skus(stage: Stage) -> list[str]:
    return [line["sku"] for placed in stage.placed() for line in placed["items"]]


async def test_an_order_held_for_its_sku_goes_on_once_the_alias_table_names_it(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="SELLERS-OWN")))
    await alias(stage, OTHER="PAN-28")
    await stage.run(US)
    assert (units(stage), await codes(stage, 1)) == ({}, ["unmapped_sku"])
    # Amazon has no news: the entry alone releases it.
    await alias(stage, OTHER="PAN-28", SELLERS_OWN="PAN-28")
    await stage.run(US)
    assert (units(stage), skus(stage)) == ({number(1): [2]}, ["PAN-28"])
    assert (await kinds(stage.ledger, 1))[1:] == [FactKind.ORDER_RELEASED, FactKind.ORDER_CREATED]


@pytest.mark.parametrize(
    ("own", "expected"), [({}, "PAN-28"), ({"MUG-BLUE-350": "MUG-WHITE-350"}, "MUG-WHITE-350")]
)
async def test_an_alias_wins_over_an_equal_name_and_the_connections_own_map_over_both(
    stage: Stage, own: dict[str, str], expected: str
) -> None:
    put(stage, amazon_order(1, item(sku="MUG-BLUE-350")))
    await alias(stage, MUG_BLUE_350="PAN-28")
    await stage.run(US.model_copy(update={"sku_map": own}))
    assert skus(stage) == [expected]


async def test_an_order_cancelled_while_it_is_held_is_never_created(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="SELLERS-OWN")))
    await stage.run(US)
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US.model_copy(update={"sku_map": {"SELLERS-OWN": "PAN-28"}}))
    assert (units(stage), await codes(stage, 1)) == ({}, ["cancelled"])


def activate(stage: Stage, *, active: bool) -> None:
    change = update(items).where(items.c.sku == "PAN-28").values(deactivated=not active)
    stage.warehouse.write(IN_PROCESS, lambda work: work.link.execute(change))


async def test_an_item_activated_again_releases_its_orders_within_minutes(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="PAN-28")))
    activate(stage, active=False)
    await stage.run(US)
    assert await codes(stage, 1) == ["item_deactivated"]
    activate(stage, active=True)
    stage.clock.advance(900)
    await stage.run(US)
    assert units(stage) == {number(1): [2]}


class ItemReadings:
    """Counts how often the warehouse is asked for its list of items."""

    def __init__(self, stage: Stage) -> None:
        self.count = 0
        stage.wrap_warehouse = self._around

    def _around(self, app: App) -> App:
        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self.count += str(scope["path"]).endswith("/items")
            await app(scope, receive, send)

        return counted


async def test_a_refresh_finds_a_new_item_at_once_and_reads_the_items_once(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="PAN-28")), amazon_order(2, item(sku="NOBODY")))
    activate(stage, active=False)
    await stage.run(US)
    activate(stage, active=True)
    stage.clock.advance(60)
    readings = ItemReadings(stage)
    await stage.run(US)
    assert (units(stage), readings.count) == ({}, 0)
    async with stage.importing(US) as steps:
        await steps.begin()
        await steps.handle_batch(refresh=True)
        # The next batch, or the same one tried again: order 2 still waits for an item.
        await steps.handle_batch(refresh=True)
    assert (units(stage), readings.count) == ({number(1): [2]}, 1)


async def test_a_run_killed_after_reading_the_items_anew_leaves_the_rest_to_any_next_run(
    stage: Stage,
) -> None:
    put(stage, amazon_order(1, item(sku="PAN-28")))
    activate(stage, active=False)
    await stage.run(US)
    activate(stage, active=True)
    stage.clock.advance(60)
    async with stage.desk(US) as desk:
        # What the killed run had committed: the items, and nothing else.
        found = await desk.warehouse.items(US.customer_id)
        await desk.ledger.store_items(US.warehouse, US.customer_id, found, now=stage.clock.now())
    await stage.run(US)
    assert units(stage) == {number(1): [2]}


async def test_items_that_another_run_read_meanwhile_count(stage: Stage) -> None:
    put(stage, amazon_order(1, item(sku="PAN-28")))
    activate(stage, active=False)
    async with stage.importing(US) as steps:
        await steps.begin()
        while not (await steps.read_page()).last:
            pass
        activate(stage, active=True)
        stage.clock.advance(60)
        found = await steps.desk.warehouse.items(US.customer_id)
        await stage.ledger.store_items(US.warehouse, US.customer_id, found, now=stage.clock.now())
        await steps.handle_batch()
    assert units(stage) == {number(1): [2]}
