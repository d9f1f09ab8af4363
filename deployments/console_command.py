"""``dockwire console``: the pages for clerks and engineers."""

import threading
from typing import Annotated

import typer

from deployments.console_serving import PORT, Place, serving_console
from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.settings import read_settings


@say.plainly
def console(
    host: Annotated[
        str, typer.Option(help="Address to serve on; others than loopback need TLS in front.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = PORT,
    root_path: Annotated[
        str, typer.Option(metavar="PATH", help="Path under which a reverse proxy shows it: /dockwire.")
    ] = "",
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS", help="Reverse proxy whose X-Forwarded headers count; may be repeated."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON.")] = False,
) -> None:
    """Serve the console until Ctrl-C: find orders, and act on them, in a browser."""
    if root_path and (not root_path.startswith("/") or root_path.endswith("/")):
        say.fail("--root-path begins with a slash and ends without one, for instance /dockwire", say.MISUSED)
    if not with_ledger(lambda ledger: ledger.users()):
        say.aside("nobody can sign in yet: 'dockwire user add NAME --role engineer' adds somebody")
    place = Place(host, port, root_path, tuple(proxy or ()))
    try:
        with serving_console(read_settings(), place) as address:
            if as_json:
                say.data({"address": address})
            else:
                say.line(f"the console is at {address}, until Ctrl-C")
            threading.Event().wait()
    except KeyboardInterrupt:
        say.line("stopped")
