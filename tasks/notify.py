"""Telling people: mails through prefect-email, tables in Prefect. Neither ever changes a run's state."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import anyio.to_thread
from prefect import task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect_email import EmailServerCredentials

from dockwire.mail.compose import compose
from dockwire.mail.message import to_message
from dockwire.model.record import Mail
from dockwire.services.desk import Desk
from dockwire.services.notices import post_notices
from tasks.mail_server import FAILURES, open_server, why
from tasks.opening import Run, told_safely

_SEND_LEASE = 600.0
_FIRST_DELAY = timedelta(minutes=5)
_LONGEST_DELAY = timedelta(hours=4)
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
    logger = get_run_logger()
    try:
        async with told_safely():
            await post_notices(run.desk, compose)
            return await _send_due(run, logger)
    except Exception as error:  # noqa: BLE001 - telling people must not change what happened
        logger.warning("notices stay in the outbox: %s", error)
        return 0


async def _send_due(run: Run[Any], logger: Any) -> int:
    desk, credentials = run.desk, run.block.mail_server
    if credentials is None:
        return 0
    sent = 0
    while mails := await desk.ledger.take_mail(
        desk.connection.slug, owner=desk.owner, now=desk.clock.now(), seconds=_SEND_LEASE
    ):
        for mail in mails:
            try:
                await anyio.to_thread.run_sync(_send, credentials, mail, run.block.mail_from, desk)
            except FAILURES as error:
                await _postpone(desk, mail, why(error, credentials), logger)
            else:
                await desk.ledger.mail_sent(mail.id, now=desk.clock.now())
                sent += 1
    return sent


def _send(credentials: EmailServerCredentials, mail: Mail, sender: str, desk: Desk) -> None:
    with open_server(credentials) as server:
        server.send_message(to_message(mail, sender=sender, now=desk.clock.now()))


async def _postpone(desk: Desk, mail: Mail, told: str, logger: Any) -> None:
    delay: timedelta = _FIRST_DELAY * 2 ** min(mail.attempts, 10)
    at = desk.clock.now() + min(delay, _LONGEST_DELAY)
    logger.warning("mail %s was not sent: %s; tried again after %s", mail.kind, told, f"{at:%H:%M} UTC")
    await desk.ledger.mail_failed(mail.id, error=told, not_before=at)


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
