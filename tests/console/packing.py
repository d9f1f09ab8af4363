"""Three orders in a real warehouse and the console beside it, for pictures of closing them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from dockwire.console.ship_form import request_in
from dockwire.ledger.tables import orders
from dockwire.model.ids import ConnectionSlug
from dockwire.services.ship_and_close import ShipAndClose
from tests.builders import NOW
from tests.console.sales import END
from tests.console.town import Town, town_on
from tests.e2e.orders import amazon_order, item, put, told
from tests.stage import Stage, opened_stage, sim_connection

ACME = sim_connection("US", slug="acme-us")
NUMBERS = ("1Z999AA10123456784", "1Z999AA10123456793", "1Z999AA10123456801")
_ORDERS = (
    ("104-6573901-2531337", 19, item(sku="MUG-BLUE-350", ordered=1, left=1)),
    ("107-6581820-5456685", 24, item(sku="LANTERN-LED", ordered=2, left=2)),
    ("109-6589739-8382033", 24, item(sku="ROPE-8MM-20M", ordered=1, left=1)),
)
"""Amazon's number, hours until it is to be shipped, and what was bought."""


@dataclass
class Packing:
    """A warehouse with orders to close, and the console beside it."""

    stage: Stage
    town: Town
    rows: list[int]
    loop: asyncio.AbstractEventLoop

    def work(self) -> None:
        """Carry out what was asked for last, as the flow does; called from another thread than the loop's."""
        asyncio.run_coroutine_threadsafe(self._work(), self.loop).result(60)

    async def _work(self) -> None:
        number, run = list(self.town.desk.runs.items())[-1]
        request = request_in(run.parameters)
        assert request is not None
        async with _opened(self.stage) as steps:
            report = await steps.carry_out(await steps.plan(request))
        assert report.done
        self.town.desk.runs[number] = replace(run, ended=True, state="Completed")


@asynccontextmanager
async def opened_packing(folder: Path) -> AsyncIterator[Packing]:
    """Import the orders through the real steps and give the console the warehouse."""
    async with opened_stage(folder) as stage:
        put(stage, *(_body(*each) for each in _ORDERS))
        stage.clock.advance((END - NOW).total_seconds())
        await stage.run(ACME)
        town = await town_on(stage.ledger, stage.clock)

        def opened(connection: ConnectionSlug) -> AbstractAsyncContextManager[ShipAndClose]:
            assert connection == ACME.slug
            return _opened(stage)

        town.desk.opened = opened
        with stage.ledger.reading_sessions()() as session:
            known = {row.amazon_order_id: row.id for row in session.execute(select(orders))}
        yield Packing(stage, town, [known[order_id] for order_id, *_ in _ORDERS], asyncio.get_running_loop())


@asynccontextmanager
async def _opened(stage: Stage) -> AsyncIterator[ShipAndClose]:
    async with stage.desk(ACME) as desk:
        yield ShipAndClose(desk)


def _body(order_id: str, hours: int, bought: dict[str, object]) -> dict[str, object]:
    body = amazon_order(1, bought, orderId=order_id)
    window = {
        "earliestDateTime": told(END - timedelta(hours=2)),
        "latestDateTime": told(END.replace(minute=0) + timedelta(hours=hours)),
    }
    body["fulfillment"] |= {"shipByWindow": window}
    return body
