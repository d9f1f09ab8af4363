"""The flow that asks the 3PL, in Prefect, whether a connection may run."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.flow_runs import asuspend_flow_run
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed

from dockwire.errors import DockwireError, SettingsError, Unexpected
from dockwire.model.agreement import Ruling
from tasks.onboarding import (
    KEY,
    Approval,
    answered,
    look_over,
    record_ruling,
    show_outlook,
    switch_schedules,
)
from tasks.opening import opened_import, quiet_known_errors


@flow(
    name="onboarding",
    flow_run_name="onboarding-{connection}",
    description="Shows what a connection's first import would bring, and waits for the 3PL's approval.",
    persist_result=False,
    timeout_seconds=3600,
)
async def onboarding(connection: str) -> State:
    """Ask whether a connection may run, and let it run when the answer is yes.

    The run tries the connection, shows what it would import as an artifact, and is suspended until somebody
    presses Resume and answers; no process waits meanwhile. Approved, its schedules run and its first import
    begins at once; declined, they stop.
    Retrying it is safe: an answer counts once.

    Args:
        connection: Name of the connection, which is the name of its Marketplace Connection block.
    """
    quiet_known_errors()
    try:
        return await _onboard(connection)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))


async def _onboard(slug: str) -> State:
    if deployment.id is None:
        raise SettingsError(
            f"only a run of the deployment onboarding/{slug} can wait for an answer: 'dockwire run onboarding {slug}' "
            "starts one"
        )
    run = str(flow_run.id)
    if not await answered():
        async with opened_import(slug, owner=run, looking=True) as opened:
            outlook = await look_over(opened)
        await show_outlook(slug, outlook)
    question = Approval.with_initial_data(description=_question(slug))
    approval = await asuspend_flow_run(wait_for_input=question, key=KEY)
    ruling = await record_ruling(slug, approval, run=run)
    await switch_schedules(slug, on=ruling.approved, run=run)
    return Completed(message=_told(ruling))


def _question(slug: str) -> str:
    return (
        f"May connection **{slug}** import orders? The artifact `onboarding-{slug}` of this run shows what the first "
        "import would bring. Nothing is imported before somebody approves here; a connection that is declined stays "
        "stopped. Your name and note are kept."
    )


def _told(ruling: Ruling) -> str:
    note = f": {ruling.note}" if ruling.note else ""
    if ruling.approved:
        return f"approved by {ruling.by}{note}; the connection's schedules run, and its first import begins"
    return f"declined by {ruling.by}{note}; the connection stays stopped"
