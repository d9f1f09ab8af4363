"""A warehouse with orders to close, the console beside it, and what its pages say."""

import html
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from dockwire.console.desk import SeenRun
from dockwire.console.ship_form import request_in
from dockwire.ledger.tables import orders
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.services.close_report import in_the_way, left_open
from dockwire.services.ship_and_close import ShipAndClose
from tests.console.town import Town, town_on
from tests.e2e.orders import amazon_order, put
from tests.e2e.shipping import manual, placed, tracking
from tests.stage import Stage, opened_stage, sim_connection

US = sim_connection("US")
UPS = {"carrier": "UPS", "service": "03", "scac": "UPSN"}
Form = dict[str, Any]


@dataclass
class Shop:
    """A warehouse with orders, and the console beside it."""

    stage: Stage
    town: Town
    ids: list[str]
    rows: list[int]
    which: Connection

    def form(self, numbers: Sequence[str], **more: Any) -> Form:
        """Return what a browser sends of the page."""
        charge = {"type": "special", "label": "", "units": "1", "price_per_unit": "", "unit_description": ""}
        charge |= more.pop("charge", {})
        typed = {f"tracking-{row}": number for row, number in zip(self.rows, numbers, strict=False)}
        every = {f"tracking-{row}": "" for row in self.rows} | {
            "pk": self.rows,
            "apply": "separately",
            "once": "form-1",
            "do": "send",
        }
        return every | typed | UPS | {f"charge-{name}": text for name, text in charge.items()} | more

    async def works(self) -> None:
        """Carry out what was asked for last, as the flow does."""
        number, run = list(self.town.desk.runs.items())[-1]
        request = request_in(run.parameters)
        assert request is not None
        async with self.opened(self.which.slug) as steps:
            plan = await steps.plan(request)
            report = await steps.carry_out(plan)
        message = in_the_way(plan) if plan.problems else "" if report.done else left_open(report)
        self.town.desk.runs[number] = replace(
            run, ended=True, state="Failed" if message else "Completed", message=message
        )

    @asynccontextmanager
    async def opened(self, connection: ConnectionSlug) -> AsyncIterator[ShipAndClose]:
        assert connection == self.which.slug
        async with self.stage.desk(self.which) as desk:
            yield ShipAndClose(desk)

    async def hold(self, order_id: str, *, ends: bool = False) -> None:
        """Stop an order in the warehouse, or let it go on."""
        async with self.stage.desk(self.which) as desk:
            known = (await desk.ledger.find_placed(self.which, [order_id]))[order_id].placed
            assert known is not None
            if ends:
                await desk.warehouse.release_order(known)
            else:
                await desk.warehouse.hold_order(known, "look")


@asynccontextmanager
async def opened_shop(
    folder: Path, count: int, *, which: Connection = US, levels: Sequence[str] = ("STANDARD",), **options: Any
) -> AsyncIterator[Shop]:
    """Import so many orders of these service levels, in turn, and give the console their warehouse."""
    async with opened_stage(folder, **options) as stage:
        bodies = [amazon_order(n) for n in range(1, count + 1)]
        for place, body in enumerate(bodies):
            body["fulfillment"]["fulfillmentServiceLevel"] = levels[place % len(levels)]
        put(stage, *bodies)
        stage.clock.advance(600)
        await stage.run(which)
        ids = [body["orderId"] for body in bodies]
        town = await town_on(stage.ledger, stage.clock)
        shop = Shop(stage, town, ids, await rows_of(town, ids), which)
        town.desk.opened = shop.opened
        yield shop
        for client in town.clients:
            await client.aclose()


async def rows_of(town: Town, ids: Sequence[str]) -> list[int]:
    with town.ledger.reading_sessions()() as session:
        known = {row.amazon_order_id: row.id for row in session.execute(select(orders))}
    return [known[order_id] for order_id in ids]


def text_of(answer: httpx.Response) -> str:
    """Return what a page says, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def values(page: str, name: str) -> list[str]:
    """Return what stands in the fields of a name."""
    fields = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    return [html.unescape(re.findall(r'value="([^"]*)"', field)[0]) for field in fields]


def added(shop: Shop) -> list[Decimal]:
    """Return what people's charges on each order come to."""
    return [sum((amount for _, amount in manual(placed(shop.stage, each))), Decimal(0)) for each in shop.ids]


def began_elsewhere(shop: Shop, *names: str, **more: Any) -> str:
    """Return a run that has ended and closed nothing, as Prefect's run form or the command line asks for it."""
    wanted = [{"order": each, "tracking": tracking(n)} for n, each in enumerate(names or shop.ids)]
    box = {"type": "special", "label": "Box", "units": 1, "price_per_unit": 10.0, "unit_description": ""}
    parameters = {"connection": US.slug, "orders": wanted, "routing": UPS, "charges": [box], **more}
    shop.town.desk.runs["elsewhere"] = SeenRun("elsewhere", "", "Completed", True, "", parameters)
    return "elsewhere"
