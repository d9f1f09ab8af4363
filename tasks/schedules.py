"""Letting a deployment's schedule run, and stopping it; and the first run of all, which waits for no schedule."""

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound


async def let_run(client: PrefectClient, deployment: DeploymentResponse) -> None:
    """Let a schedule run again, also one that was switched off by itself."""
    for schedule in deployment.schedules:
        if not schedule.active:
            await client.update_deployment_schedule(deployment.id, schedule.id, active=True)
    await client.resume_deployment(deployment.id)


async def stop(client: PrefectClient, deployment: DeploymentResponse) -> None:
    """Stop a schedule; runs under way go on, and runs that are asked for still start."""
    await client.pause_deployment(deployment.id)


async def begin_import(client: PrefectClient, slug: str, *, why: str) -> None:
    """Let a connection import now, once for each reason; whoever serves it takes the run.

    A connection that was removed meanwhile has nothing to run, and that is no trouble.
    """
    try:
        found = await client.read_deployment_by_name(f"order-import/{slug}")
    except ObjectNotFound:
        return
    # Prefect compares the keys of all deployments of a flow.
    await client.create_flow_run_from_deployment(
        found.id, name=f"order-import-{slug}", idempotency_key=f"{found.id}: {why}"
    )
