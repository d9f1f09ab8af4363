"""The flow that ships and closes orders, with the run form a clerk or engineer fills in."""

import logging
from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import Field

from dockwire.errors import DockwireError
from dockwire.model.charge import Apply
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import ChargeForm, OrderForm, RoutingForm, ShipRequest
from dockwire.services.close_report import CloseReport, Outcome, in_the_way, left_open, warned_of
from dockwire.services.ship_and_close import ShipAndClose
from tasks.notify import publish
from tasks.opening import Run, opened_closing
from tasks.telling import one_line, told
from tasks.warehouse import close_orders, plan_closing

log = logging.getLogger("dockwire.ship_and_close")

Orders = Annotated[list[OrderForm], Field(description="Orders to close, each with its tracking number.")]
Routing = Annotated[
    RoutingForm,
    Field(
        description="Routing of all these orders; each order needs carrier, SCAC and service, here or in its own."
    ),
]
Charges = Annotated[list[ChargeForm], Field(description="Extra charges, added to what is there.")]
Applied = Annotated[Apply, Field(description="How the charges fall on the orders.")]
DryRun = Annotated[bool, Field(description="Only check and show; write nothing.")]

_NO_ROUTING = RoutingForm()


@flow(
    name="ship-and-close",
    flow_run_name="ship-and-close-{connection}",
    description="Orders are routed, closed and charged in the warehouse; tracking goes to Amazon at once.",
    persist_result=False,
    timeout_seconds=2 * 3600,
)
async def ship_and_close(
    connection: str,
    orders: Orders,
    routing: Routing = _NO_ROUTING,
    charges: Charges = [],  # noqa: B006 - Prefect's form shows the default, and nobody changes it
    apply: Applied = Apply.SEPARATELY,
    dry_run: DryRun = False,
) -> State:
    """Ship and close orders of one connection.

    Everything is checked before anything is written; all problems of all orders come back together. The
    same request again does what is left, or nothing.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
        orders: Orders by Amazon order id, warehouse reference or warehouse order number.
        routing: Carrier, SCAC and service.
        charges: Extra charges.
        apply: Separately to each order, divided evenly, or all to the first.
        dry_run: True writes nothing.
    """
    request = ShipRequest(orders=tuple(orders), routing=routing, charges=tuple(charges), apply=apply)
    outcome = Outcome()

    async def work(run: Run[ShipAndClose]) -> State:
        return await _close(run, request, outcome, dry_run=dry_run)

    async def show() -> None:
        numbers, rows = outcome.numbers(), outcome.rows()
        await publish(connection, flow="ship-and-close", numbers=numbers, rows=rows, keyed="closings")

    opened = opened_closing(connection, owner=str(flow_run.id))
    return await told(opened, work, flow="ship-and-close", publish=show)


async def _close(run: Run[ShipAndClose], request: ShipRequest, outcome: Outcome, *, dry_run: bool) -> State:
    plan = outcome.plan = await plan_closing(run, request)
    for warning in warned_of(plan):
        log.warning("%s", warning)
    if plan.problems:
        return Failed(message=in_the_way(plan))
    if not dry_run:
        report = await _carried_out(run, plan, outcome)
        if not report.done:
            return Failed(message=left_open(report))
    numbers = outcome.numbers()
    return Completed(message="\n".join([one_line(numbers), *warned_of(plan)]), data=numbers)


async def _carried_out(run: Run[ShipAndClose], plan: ClosePlan, outcome: Outcome) -> CloseReport:
    """Close, and keep how far it came also when the rest did not come to an end."""
    try:
        outcome.report = await close_orders(run, plan)
    except DockwireError:
        outcome.report = await run.steps.report(plan)
        raise
    return outcome.report
