"""``dockwire mail test``: one mail through a connection's own mail server, at once."""

from typing import Annotated

import anyio.to_thread
import typer

from deployments.at_hand import beside_prefect
from dockwire.cli import say
from dockwire.cli.mail import app
from dockwire.clock import SystemClock
from dockwire.errors import MailNotSent, SettingsError

__all__ = ["app"]

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("test")
@say.plainly
def send_test(
    name: Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets it.")],
    as_json: Json = False,
) -> None:
    """Send one test mail through a connection's mail server, to see that mails arrive."""
    server = beside_prefect(lambda: _send(name, address))
    if as_json:
        say.data({"sent": True, "server": server, "to": address})
    else:
        say.line(f"the mail server {server} took a test mail for {address}; look whether it arrives")


async def _send(name: str, address: str) -> str:
    from dockwire.mail.compose import trial_mail
    from dockwire.mail.message import to_message
    from tasks.mail_server import deliver
    from tasks.opening import load_block

    block = await load_block(name)
    credentials = block.mail_server
    if credentials is None:
        raise SettingsError(f'connection {name!r} names no mail server; put mail = "NAME" into its table')
    now = SystemClock().now()
    message = to_message(
        trial_mail(block.connection(name), address, now=now), sender=block.mail_from, now=now
    )
    try:
        await anyio.to_thread.run_sync(deliver, credentials, message, (address,))
    except MailNotSent as error:
        raise MailNotSent(error.told, server=error.server) from None
    server = credentials.smtp_server
    return server if isinstance(server, str) else server.value
