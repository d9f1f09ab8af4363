"""The flow that tells Amazon of what the warehouse shipped."""

import itertools

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from dockwire.services.tracking_report import TrackingReport
from dockwire.services.tracking_update import TrackingUpdate
from tasks.amazon import confirm_shipments, feed_backlog, verify_shipments
from tasks.notify import publish
from tasks.opening import Run, opened_tracking
from tasks.telling import told
from tasks.warehouse import collect_shipments


@flow(
    name="tracking-update",
    flow_run_name="tracking-update-{connection}",
    description="Shipped packages go back to Amazon with tracking, and are seen there.",
    persist_result=False,
    timeout_seconds=6 * 3600,
)
async def tracking_update(connection: str) -> State:
    """Confirm the shipments of one connection at Amazon.

    Running it again, retrying it or running it twice at once is safe: a package sent again is edited.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
    """
    report = TrackingReport()

    async def work(run: Run[TrackingUpdate]) -> dict[str, int]:
        await _update(run, report)
        return report.numbers()

    async def show() -> None:
        rows = [
            {
                "order": row.order_id,
                "package": row.reference,
                "carrier": row.carrier,
                "tracking": row.tracking,
                "state": row.state,
                "reason": row.reason,
            }
            for row in report.rows
        ]
        numbers = report.numbers()
        await publish(connection, flow="tracking-update", numbers=numbers, rows=rows, keyed="packages")

    opened = opened_tracking(connection, owner=str(flow_run.id))
    return await told(opened, work, flow="tracking-update", publish=show)


async def _update(run: Run[TrackingUpdate], report: TrackingReport) -> None:
    report.add(await collect_shipments(run))
    report.add(await feed_backlog(run))
    after = 0
    for number in itertools.count(1):
        batch = await confirm_shipments(run, number, after=after)
        report.add(batch)
        if batch.next_after is None:
            break
        after = batch.next_after
    report.add(await verify_shipments(run))
