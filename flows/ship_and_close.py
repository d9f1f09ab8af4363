"""The flow that ships and closes orders, with the run form a clerk or engineer fills in."""

import logging
from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.runtime import flow_run
from prefect.states import Failed
from pydantic import Field

from dockwire.model.charge import Apply
from dockwire.model.close_plan import ClosePlan
from dockwire.model.closing import ChargeForm, OrderForm, RoutingForm, ShipRequest
from dockwire.services.ship_and_close import CloseReport, ShipAndClose, preview_rows, problems_of
from tasks.notify import publish
from tasks.opening import Run, opened_closing
from tasks.telling import told
from tasks.warehouse import close_orders, plan_closing

log = logging.getLogger("dockwire.ship_and_close")

_NO_ROUTING = RoutingForm()

CLOSED = "dockwire.orders.closed"
"""The event that starts the connection's tracking update at once."""


@flow(
    name="ship-and-close",
    flow_run_name="ship-and-close-{connection}",
    description="Orders are routed, closed and charged in the warehouse; tracking goes to Amazon at once.",
    persist_result=False,
    timeout_seconds=2 * 3600,
)
async def ship_and_close(
    connection: str,
    orders: Annotated[list[OrderForm], Field(description="Orders to close, each with its tracking number.")],
    routing: Annotated[
        RoutingForm,
        Field(
            description="Routing of all these orders; each order needs carrier, SCAC and service, here or in its own."
        ),
    ] = _NO_ROUTING,
    charges: Annotated[list[ChargeForm], Field(description="Extra charges, added to what is there.")] = [],  # noqa: B006 - Prefect's form shows the default, and nobody changes it
    apply: Annotated[Apply, Field(description="How the charges fall on the orders.")] = Apply.SEPARATELY,
    dry_run: Annotated[bool, Field(description="Only check and show; write nothing.")] = False,
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
    shown: dict[str, ClosePlan | CloseReport] = {}

    async def work(run: Run[ShipAndClose]) -> dict[str, int] | State:
        plan = shown["plan"] = await plan_closing(run, request)
        for handle, found in plan.warnings.items():
            for problem in found:
                log.warning("order=%s %s", handle, problem.sentence)
        if plan.problems:
            return Failed(message=in_the_way(plan))
        if dry_run:
            return {"would_close": len(plan.orders)}
        report = shown["report"] = await close_orders(run, plan)
        if report.counts.get("closed"):
            emit_event(CLOSED, resource={"prefect.resource.id": resource_of(connection)})
        return report.counts if report.done else Failed(message=left_open(report))

    async def show() -> None:
        await publish(
            connection, flow="ship-and-close", numbers=_numbers(shown), rows=_rows(shown), keyed="closings"
        )

    opened = opened_closing(connection, owner=str(flow_run.id))
    return await told(opened, work, flow="ship-and-close", publish=show)


def resource_of(connection: str) -> str:
    """Return the id of a connection in Prefect's events."""
    return f"dockwire.connection.{connection}"


def in_the_way(plan: ClosePlan) -> str:
    """Return all problems of a plan as one text: nothing was written."""
    lines = [f"{handle or 'request'}: {problem.sentence}" for handle, problem in problems_of(plan)]
    return "Nothing was written. " + " | ".join(lines)


def left_open(report: CloseReport) -> str:
    """Return what became of the orders that are not closed."""
    left = [f"{each.handle}: {each.sentence}" for each in report.closings if each.sentence]
    return f"{report.counts.get('closed', 0)} closed. Not closed: " + " | ".join(left)


def _numbers(shown: dict[str, ClosePlan | CloseReport]) -> dict[str, int]:
    report = shown.get("report")
    if isinstance(report, CloseReport):
        return report.counts
    plan = shown.get("plan")
    return (
        {"orders": len(plan.orders), "problems": len(problems_of(plan))}
        if isinstance(plan, ClosePlan)
        else {}
    )


def _rows(shown: dict[str, ClosePlan | CloseReport]) -> list[dict[str, str]]:
    plan, report = shown.get("plan"), shown.get("report")
    if isinstance(report, CloseReport):
        return [
            {
                "order": each.handle,
                "state": each.state.value,
                "reason": each.sentence,
                "tracking": each.tracking,
                "added": str(sum(charge.amount for charge in each.charges)),
                "total": "" if each.total is None else str(each.total),
            }
            for each in report.closings
        ]
    if not isinstance(plan, ClosePlan):
        return []
    problems = [
        {"order": handle or "(request)", "problem": problem.sentence, "who can fix it": problem.fixer.value}
        for handle, problem in problems_of(plan)
    ]
    return problems or preview_rows(plan.orders)
