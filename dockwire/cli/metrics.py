"""``dockwire metrics``: where connections stand, for Prometheus."""

import threading
from dataclasses import replace
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.clock import SystemClock
from dockwire.services.seeing import Excuse, LatestReading
from dockwire.settings import read_settings


@say.plainly
def metrics(
    context: typer.Context,
    serve: Annotated[
        int | None,
        typer.Option("--serve", metavar="PORT", min=0, max=65535, help="Serve /metrics and /healthz there."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to serve on; others than loopback need your own guard.")
    ] = ("127.0.0.1"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the metrics of all connections in Prometheus's text format, or serve them until Ctrl-C."""
    excuse: Excuse = context.obj or list
    if serve is not None:
        _serve(host, serve, excuse)
        return
    from dockwire.reports.metrics import exposition, samples

    reading = with_ledger(lambda ledger: LatestReading(ledger, SystemClock()).read())
    reading = replace(reading, connections=tuple(excuse(reading.connections)))
    if as_json:
        say.data(samples(reading))
    else:
        say.line(exposition(reading).decode().rstrip())


def _serve(host: str, port: int, excuse: Excuse) -> None:
    from dockwire.cli.metrics_app import serving

    try:
        with serving(read_settings(), host=host, port=port, excuse=excuse) as address:
            say.line(f"metrics are at {address}/metrics, until Ctrl-C")
            threading.Event().wait()
    except KeyboardInterrupt:
        say.line("stopped")
