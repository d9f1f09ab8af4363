"""Telling people: mails through prefect-email, tables in Prefect. Neither ever changes a run's state."""

from collections.abc import Mapping, Sequence
from typing import Any

import anyio.to_thread
from prefect import task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from blocks import MarketplaceConnection
from dockwire.mail.compose import compose
from dockwire.mail.message import to_message
from dockwire.model.notice import Delivery
from dockwire.model.record import Mail
from dockwire.services.notices import Teller, post_notices
from dockwire.services.sending import send_due
from tasks.mail_server import deliver
from tasks.opening import Run, told_safely

_ROWS = 500


@task(
    name="send-mail",
    task_run_name="send-mail-{run.desk.connection.slug}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def send_mail(run: Run[Any]) -> int:
    """Post this connection's notices and send what is due; return how many mails the server took.

    Never fails: a mail that cannot be sent stays in the outbox and is tried again by later runs.
    """
    try:
        async with told_safely():
            await post_notices(run.desk, compose)
            return await send_outbox(run.desk, run.block)
    except Exception as error:  # noqa: BLE001 - telling people must not change what happened
        get_run_logger().warning("notices stay in the outbox: %s", error)
        return 0


async def send_outbox(desk: Teller, block: MarketplaceConnection) -> int:
    """Send what is due through the connection's mail server, if it has one.

    Raises:
        MailNotSent: the server is the trouble.
    """
    credentials = block.mail_server
    if credentials is None:
        return 0

    async def hand_over(mail: Mail) -> Delivery:
        message = to_message(mail, sender=block.mail_from, now=desk.clock.now())
        return await anyio.to_thread.run_sync(deliver, credentials, message, mail.left or mail.recipients)

    return await send_due(desk, hand_over)


Rows = Sequence[Mapping[str, str]]


@task(name="publish", task_run_name="publish-{flow}-{slug}", cache_policy=NO_CACHE, persist_result=False)
async def publish(slug: str, *, flow: str, numbers: Mapping[str, int], rows: Rows, keyed: str) -> None:
    """Show what a run did: a summary, and a table of its orders under the key ``keyed``."""
    logger = get_run_logger()
    title = flow.replace("-", " ").capitalize()
    try:
        await acreate_markdown_artifact(
            key=f"{flow}-{slug}",
            markdown=_summary(f"{title} of {slug}", numbers, len(rows)),
            description=f"{title} of {slug}",
        )
        await acreate_table_artifact(
            key=f"{keyed}-{slug}",
            table=[dict(row) for row in rows[:_ROWS]],
            description=f"{keyed.capitalize()} handled by this run of {slug}",
        )
    except Exception as error:  # noqa: BLE001 - a missing table is no reason to fail a finished run
        logger.warning("the run's tables could not be shown: %s", type(error).__name__)


def _summary(title: str, numbers: Mapping[str, int], rows: int) -> str:
    lines = [f"## {title}", "", "| what | how many |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {count} |" for name, count in numbers.items() if count]
    if rows > _ROWS:
        lines += ["", f"The table shows {_ROWS} of {rows} rows; `dockwire orders list` shows all."]
    return "\n".join(lines)
