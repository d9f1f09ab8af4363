"""Letting a deployment's schedule run, and stopping it."""

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.responses import DeploymentResponse


async def let_run(client: PrefectClient, deployment: DeploymentResponse) -> None:
    """Let a schedule run again, also one that was switched off by itself."""
    for schedule in deployment.schedules:
        if not schedule.active:
            await client.update_deployment_schedule(deployment.id, schedule.id, active=True)
    await client.resume_deployment(deployment.id)


async def stop(client: PrefectClient, deployment: DeploymentResponse) -> None:
    """Stop a schedule; runs under way go on, and runs that are asked for still start."""
    await client.pause_deployment(deployment.id)
