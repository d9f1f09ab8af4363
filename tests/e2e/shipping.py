"""Imported orders, ready to ship: what the tests of closing and tracking begin with."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dockwire.model.charge import Apply
from dockwire.model.closing import ChargeForm, OrderForm, RoutingForm, ShipRequest
from dockwire.model.connection import Connection
from dockwire.services.ship_and_close import CloseReport, ShipAndClose
from dockwire.services.tracking_update import TrackingReport, TrackingUpdate
from tests.e2e.orders import amazon_order, number, put
from tests.stage import Stage

UPS = RoutingForm(carrier="UPS", scac="UPSN", service="03")


def tracking(number: int) -> str:
    """Return a tracking number that looks like one of UPS."""
    return f"1Z999AA1{number:010d}"


def request(
    orders: Sequence[str],
    *,
    charges: Sequence[tuple[str, str]] = (),
    apply: Apply = Apply.SEPARATELY,
    routing: RoutingForm = UPS,
) -> ShipRequest:
    """Return a request to close orders, each with a tracking number of its own."""
    return ShipRequest(
        orders=tuple(OrderForm(order=order, tracking=tracking(n)) for n, order in enumerate(orders)),
        routing=routing,
        charges=tuple(ChargeForm(label=label, price_per_unit=Decimal(price)) for label, price in charges),
        apply=apply,
    )


async def imported(stage: Stage, which: Connection, count: int, **members: Any) -> list[str]:
    """Put orders into Amazon, import them and return their ids."""
    put(stage, *(amazon_order(n, **members) for n in range(1, count + 1)))
    stage.clock.advance(600)
    await stage.run(which)
    return [number(n) for n in range(1, count + 1)]


async def close(stage: Stage, which: Connection, wanted: ShipRequest, *, desk: Any = None) -> CloseReport:
    """Plan and carry out a request, as the flow does."""
    async with stage.desk(which) as opened:
        steps = ShipAndClose(desk or opened)
        return await steps.carry_out(await steps.plan(wanted))


async def update(stage: Stage, which: Connection) -> TrackingReport:
    """Do what the tracking flow does, without Prefect."""
    async with stage.desk(which, owner="tracking") as desk:
        return await run_update(TrackingUpdate(desk))


async def run_update(steps: TrackingUpdate) -> TrackingReport:
    """Do the steps in their order."""
    total = await steps.collect()
    after: int | None = 0
    while after is not None:
        batch = await steps.send_batch(after)
        total.add(batch)
        after = batch.next_after
    total.add(await steps.verify())
    return total


def placed(stage: Stage, order_id: str) -> dict[str, Any]:
    """Return the warehouse's order for an Amazon order."""
    (found,) = [order for order in stage.placed() if order["referenceNum"] == order_id]
    return found


def manual(order: dict[str, Any]) -> list[tuple[str, Decimal]]:
    """Return the charges that people added."""
    return [
        (charge["label"], Decimal(str(charge["amount"])))
        for charge in order["charges"]
        if not charge["automatic"]
    ]
