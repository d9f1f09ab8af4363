"""``dockwire up``: everything of an installation in one process."""

import asyncio
import os
from contextlib import ExitStack
from typing import Annotated

import typer

from deployments.excuses import complete
from deployments.prefect_server import chosen_port, free_port, local_server, prefect_environment
from dockwire.cli import say
from dockwire.settings import read_settings

_PREFECT_PORT = 4200


@say.plainly
def up(
    limit: Annotated[int, typer.Option(min=1, help="How many runs are under way at once.")] = 2,
    metrics_port: Annotated[
        int | None,
        typer.Option("--metrics", metavar="PORT", min=0, max=65535, help="Serve Prometheus metrics there."),
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Address that the metrics are served on.")] = "127.0.0.1",
    with_console: Annotated[
        bool, typer.Option("--console/--no-console", help="Serve the console too, on this machine.")
    ] = True,
    console_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the console; 8092 or a free one if unset."),
    ] = None,
    prefect_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of the local Prefect server; 4200 or a free one if unset."),
    ] = None,
) -> None:
    """Serve the deployments of all stored connections until Ctrl-C.

    Uses the Prefect server of PREFECT_API_URL, or starts a local one when there is none.
    """
    with ExitStack() as stack:
        if alone := "PREFECT_API_URL" not in os.environ:
            _start_prefect(stack, prefect_port)
        elif prefect_port is not None:
            server = os.environ["PREFECT_API_URL"]
            say.fail(f"--prefect-port: no server is started, because that at {server} is used", say.MISUSED)
        # After Prefect's address is known: whoever is late may be paused there.
        if metrics_port is not None:
            _serve_metrics(stack, metrics_host, metrics_port)
        if with_console:
            _serve_console(stack, console_port)
        _serve_runs(limit, alone=alone)


def _start_prefect(stack: ExitStack, asked: int | None) -> None:
    state = read_settings().state_dir.absolute()
    port = chosen_port(asked, _PREFECT_PORT)
    if asked is None and port != _PREFECT_PORT:
        say.aside(f"port {_PREFECT_PORT} is taken, so Prefect is at another; --prefect-port names one")
    say.line(f"Prefect is at {stack.enter_context(local_server(state, port))}")
    os.environ.update(prefect_environment(state, port))


def _serve_metrics(stack: ExitStack, host: str, port: int) -> None:
    from dockwire.cli.metrics_app import serving

    served = serving(read_settings(), host=host, port=port, excuse=complete)
    say.line(f"metrics are at {stack.enter_context(served)}/metrics")


def _serve_console(stack: ExitStack, asked: int | None) -> None:
    from deployments.console_serving import PORT, Place, serving_console

    place = Place(port=free_port(PORT) if asked is None else asked)
    say.line(f"the console is at {stack.enter_context(serving_console(read_settings(), place))}")


def _serve_runs(limit: int, *, alone: bool) -> None:
    """Run what Prefect asks for until somebody ends it; ``alone``: nobody else serves this Prefect's runs."""
    from deployments.left_runs import Left, end_left_runs
    from deployments.serving import go_deaf, serve

    if alone and (ended := asyncio.run(end_left_runs(Left.AWAY))):
        say.line(f"{ended} runs of a service that went away are ended in Prefect")
    try:
        asyncio.run(serve(limit=limit, announce=_tell_served, tell=say.line))
    except (KeyboardInterrupt, asyncio.CancelledError):
        go_deaf()
        if alone:
            asyncio.run(end_left_runs(Left.STOPPED))
        say.line("stopped")


def _tell_served(rows: list[dict[str, str]]) -> None:
    say.table(rows)
    say.line("serving these, and those of connections that are applied later, until Ctrl-C")
