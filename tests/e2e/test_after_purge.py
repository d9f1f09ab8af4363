"""Orders whose personal data is gone: every flow goes on around them, and nothing brings the data back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest_asyncio
from sqlalchemy import create_engine, select

from dockwire.bootstrap import EmbeddedStore
from dockwire.ledger.tables import orders
from dockwire.model.ids import AmazonOrderId
from dockwire.model.purge import PurgePolicy
from dockwire.model.record import FactKind, OrderState
from dockwire.ports import PersonalStore
from dockwire.services.purging import Purge, PurgeReport, purge_all
from dockwire.warehouse import PersonalData
from tests.e2e.orders import change, move, turn
from tests.e2e.shipping import at_amazon, close, correct, imported, request, sent, tracking, update
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
POLICY = PurgePolicy(timedelta(days=30), timedelta(days=90))


@pytest_asyncio.fixture
async def stage(tmp_path: Path, ledger_url: str) -> AsyncIterator[Stage]:
    async with opened_stage(tmp_path, ledger_url=ledger_url, quota="off") as opened:
        yield opened


@asynccontextmanager
async def kept_open(store: PersonalStore) -> AsyncIterator[PersonalStore]:
    yield store


async def purged(stage: Stage) -> PurgeReport:
    """Purge the ledger and the embedded warehouse."""
    sealer = stage.ledger._scribe.sealer
    data = PersonalData.open(f"sqlite:///{stage.folder / 'warehouse.db'}", sealer=sealer)
    stores: dict[str, PersonalStore] = {"ledger": stage.ledger, "warehouse": EmbeddedStore(data)}
    opened = {name: partial(kept_open, store) for name, store in stores.items()}
    steps = Purge(opened, policy=POLICY, clock=stage.clock, by="test")
    report = PurgeReport(dry_run=False)
    await purge_all(report, steps.purge, steps)
    data.close()
    return report


def known_names(stage: Stage) -> dict[str, bool]:
    """Return for each order whether the ledger still knows who bought it."""
    engine = create_engine(stage.database)
    with engine.connect() as link:
        rows = link.execute(select(orders.c.amazon_order_id, orders.c.sealed, orders.c.placed_sealed)).all()
    engine.dispose()
    opened = stage.ledger._scribe.sealer.open
    return {
        row.amazon_order_id: any("Ann Example" in str(opened(each)) for each in row[1:] if each)
        for row in rows
    }


async def test_every_flow_goes_on_around_purged_orders(stage: Stage) -> None:
    first, second, third = await imported(stage, US, 3)
    assert (await close(stage, US, request([first, second]))).done
    stage.clock.advance(60)
    await update(stage, US)
    stage.clock.advance(600)
    await stage.run(US, refresh=True)
    assert (await update(stage, US)).visible == 2
    stage.clock.advance(31 * 86_400)

    report = await purged(stage)
    # The warehouse closed two and Amazon knows; the third still waits for somebody.
    assert {name: count for name, count in report.numbers().items() if "purged" in name} == {
        "purged_in_ledger": 2,
        "purged_in_warehouse": 2,
    }
    assert known_names(stage) == {first: False, second: False, third: True}

    # A sweep and a reading with other news: nothing is imported again, changed or stopped.
    change(stage, 1, move)
    report_of_import = await stage.run(US, refresh=True)
    assert (report_of_import.created, report_of_import.adopted, report_of_import.followed) == (0, 0, 0)
    assert {order_id: row.state for order_id, row in (await stage.booked(US)).items()} == dict.fromkeys(
        (first, second, third), OrderState.CREATED
    )
    assert await stage.differences([US]) == []
    assert known_names(stage) == {first: False, second: False, third: True}

    # A shipment is still corrected, under the reference Amazon has it by.
    told = len(stage.world.confirmations)
    await correct(stage, second, tracking(9))
    stage.clock.advance(60)
    assert (await update(stage, US)).confirmed == 1
    assert len(stage.world.confirmations) == told + 1
    assert [label for label, _ in sent(stage, second)] == [tracking(9)]

    # The open one ships as ever, and its turn comes later.
    assert (await close(stage, US, request([third]))).done
    stage.clock.advance(60)
    assert (await update(stage, US)).confirmed == 1
    assert at_amazon(stage, third) == "SHIPPED"
    stage.clock.advance(31 * 86_400)
    assert (await purged(stage)).numbers()["purged_in_ledger"] == 1
    assert known_names(stage) == {first: False, second: False, third: False}


async def test_a_cancellation_of_an_open_order_is_followed_after_its_purge(stage: Stage) -> None:
    (only,) = await imported(stage, US, 1)
    stage.clock.advance(100 * 86_400)
    assert (await purged(stage)).numbers()["purged_in_ledger"] == 1
    change(stage, 1, turn("CANCELLED"))
    await stage.run(US, refresh=True)
    facts = [fact.kind for fact in await stage.ledger.order_facts(AmazonOrderId(only))]
    assert facts[-2:] == [FactKind.OPEN_ORDER_PURGED, FactKind.CANCELLED_IN_WAREHOUSE]
    assert [order["status"] for order in stage.placed()] == [2]
