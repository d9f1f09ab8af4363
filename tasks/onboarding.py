"""What the onboarding run does: look, show, ask the 3PL in Prefect, and act on the answer."""

import re

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.input import RunInput
from prefect.input.actions import acreate_flow_run_input, adelete_flow_run_input, aread_flow_run_input
from pydantic import Field

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.model.agreement import LONGEST_NAME, LONGEST_NOTE, Ruling
from dockwire.model.connection import Connection
from dockwire.services import onboarding
from dockwire.services.onboarding import Outlook
from dockwire.services.order_import import OrderImport
from dockwire.settings import read_settings
from tasks.act import act
from tasks.opening import Run, load_block, told_safely
from tasks.schedules import begin_import, let_run, stop
from tasks.watching import OURS

KEY = "approval"
"""Under which Prefect keeps the question and the answer of a run."""
_ANSWER = f"suspended-{KEY}-response"
_ASKED = "asked"
_ROWS = 10


class Approval(RunInput):
    """What the 3PL answers in Prefect; the server takes nothing else."""

    approve: bool = Field(description="On lets the connection import orders; off declines it.")
    by: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S", description="Your name.")
    note: str = Field(default="", max_length=LONGEST_NOTE, description="Why, or what else is to be known.")


@act("look-over")
async def look_over(run: Run[OrderImport]) -> Outlook:
    """Try both sides of the connection and foresee its first import; nothing is stored or sent."""
    async with told_safely():
        return await onboarding.look_over(run.desk)


@task(name="show-outlook", task_run_name="show-outlook-{slug}", cache_policy=NO_CACHE, persist_result=False)
async def show_outlook(slug: str, outlook: Outlook) -> None:
    """Show what the first import would bring, and keep what it is that is asked about."""
    await acreate_markdown_artifact(
        key=f"onboarding-{slug}", markdown=outlook_markdown(outlook), description=f"Onboarding of {slug}"
    )
    if await aread_flow_run_input(_ASKED) is not None:
        await adelete_flow_run_input(_ASKED)
    await acreate_flow_run_input(_ASKED, outlook.connection.subject)


async def answered() -> bool:
    """Tell whether this run has its answer: then it was taken up again to act on it."""
    return await aread_flow_run_input(_ANSWER) is not None


@task(name="record-ruling", task_run_name="record-ruling-{slug}", cache_policy=NO_CACHE, persist_result=False)
async def record_ruling(slug: str, approval: Approval, *, run: str) -> Ruling:
    """Keep the answer; the run's second attempt finds the first one's."""
    async with told_safely(), opened_ledger(read_settings()) as ledger:
        connection = (await load_block(slug)).connection(slug)
        return await onboarding.answer(
            ledger,
            connection,
            approved=approval.approve,
            by=approval.by,
            note=approval.note,
            asked=str(await aread_flow_run_input(_ASKED)),
            run=run,
            clock=SystemClock(),
        )


@task(
    name="switch-schedules",
    task_run_name="switch-schedules-{slug}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def switch_schedules(slug: str, *, on: bool, run: str) -> int:
    """Let the connection's schedules run and the first import begin, or stop them; return how many there are."""
    wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS, f"connection:{slug}"]))
    async with get_client() as client:
        found = [each for each in await client.read_deployments(deployment_filter=wanted) if each.schedules]
        for deployment in found:
            await (let_run if on else stop)(client, deployment)
        if on:
            await begin_import(client, slug, why=f"approved in {run}")
    return len(found)


def outlook_markdown(outlook: Outlook) -> str:
    """Return what the 3PL is shown: numbers and order ids, no personal data."""
    connection, foreseen = outlook.connection, outlook.foreseen
    what = {
        "seller": connection.seller_id,
        "marketplace": connection.marketplace_code,
        "warehouse": f"{connection.warehouse}, customer {connection.customer_id}, facility {connection.facility_id}",
        "orders changed since": f"{connection.import_since:%Y-%m-%d %H:%M} UTC",
        "inventory": "synced to Amazon" if connection.stock_sync else "not synced",
        "terms": _terms(connection, outlook),
    }
    lines = [f"## Onboarding of {connection.slug}", "", "| what | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in what.items()]
    lines += [f"\n**{_cell(trouble)}**" for trouble in outlook.troubles]
    more = "" if foreseen.complete else " (of the first ones; there are more)"
    lines += ["", f"### The first import{more}", "", "| orders | how many |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {count} |" for name, count in foreseen.numbers().items()]
    if rows := foreseen.rows[:_ROWS]:
        lines += ["", "| order | would be | reasons |", "|---|---|---|"]
        lines += [
            f"| {row['order']} | {row['state'].removeprefix('would ')} | {row['reasons']} |" for row in rows
        ]
    return "\n".join(lines)


def _terms(connection: Connection, outlook: Outlook) -> str:
    accepted = outlook.accepted
    if not connection.terms_sha256:
        return "none"
    if accepted is None:
        return "not accepted by anybody"
    which = "" if accepted.sha256 == connection.terms_sha256 else ", in an older version"
    return f"accepted by {accepted.by} on {accepted.at:%Y-%m-%d}{which} (SHA-256 {accepted.sha256[:12]}...)"


def _cell(text: str) -> str:
    """Return a text that cannot end its cell of the table, or begin other markup."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)
