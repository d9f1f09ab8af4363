"""Whether notices can be sent."""

from functools import partial

import anyio.to_thread
from prefect_email import EmailServerCredentials

from blocks import MarketplaceConnection
from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.clock import Clock
from dockwire.mail.message import to_message
from dockwire.model.connection import Connection
from dockwire.model.notice import NoticeKind
from dockwire.model.record import Mail
from tasks.mail_server import FAILURES, open_server, why

_SOCKET_SECONDS = 10.0


async def mail(
    block: MarketplaceConnection, connection: Connection, trial: Mail | None, clock: Clock
) -> Finding:
    """Sign in to the mail server, and send ``trial`` if there is one, else nothing."""
    credentials = block.mail_server
    if credentials is None:
        return _without_server(connection, wanted=trial is not None)
    send = partial(_sign_in, credentials, trial, block.mail_from, clock)
    try:
        await anyio.to_thread.run_sync(send, abandon_on_cancel=True)
    except FAILURES as error:
        return wrong(
            why(error, credentials), "correct the mail server's table in the connections file, and apply it"
        )
    return fine("the mail server answers" + (" and took a trial mail" if trial else ""))


def _sign_in(credentials: EmailServerCredentials, trial: Mail | None, sender: str, clock: Clock) -> None:
    with open_server(credentials, seconds=_SOCKET_SECONDS) as server:
        if trial is not None:
            server.send_message(to_message(trial, sender=sender, now=clock.now()))


def _without_server(connection: Connection, *, wanted: bool) -> Finding:
    told = "no mail server is named; notices wait in the outbox"
    do = "name one in the connections file ('mail'), and apply it"
    if wanted:
        return wrong(told, do)
    asked = any(connection.contacts.asked(kind).to for kind in NoticeKind)
    return untold(f"{told}, and somebody wants them", do) if asked else fine(told)


def trial_mail(connection: Connection, address: str, clock: Clock) -> Mail:
    """Return a mail that only shows that mails arrive."""
    text = f"dockwire can send mails for the connection {connection.slug}. Nothing has to be done."
    return Mail(
        message_id=f"<check.{connection.slug}.{clock.now().timestamp():.0f}@dockwire>",
        connection=connection.slug,
        kind="check",
        recipients=(address,),
        subject=f"[dockwire] {connection.slug}: a trial mail",
        text=text,
        html=f"<p>{text}</p>",
    )
