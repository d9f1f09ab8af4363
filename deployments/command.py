"""The ``dockwire`` command: everything of ``dockwire.cli`` and the commands that need Prefect.

Prefect is imported inside the commands that use it, so the others start at once.
"""

import os
import signal
import sys
from collections.abc import Mapping
from typing import Annotated, ClassVar

import httpx
import typer

from deployments import agreeing_commands, consent, mailing, set_up
from deployments.adding.command import add
from deployments.at_hand import beside_prefect
from deployments.excuses import complete, excuse, not_run_yet
from deployments.on_demand import OnDemand
from deployments.prefect_server import (
    prepare_environment,
)
from deployments.running import charges, run
from dockwire.cli import say, status
from dockwire.errors import Unexpected
from dockwire.model.contacts import is_mail_address
from dockwire.settings import read_settings
from dockwire.transport import log_lines


class _Commands(OnDemand):
    elsewhere: ClassVar[Mapping[str, str]] = {
        "up": "deployments.up_command:up",
        "simulate": "dockwire.cli.simulate:app",
        "warehouse": "dockwire.cli.warehouse:app",
        "orders": "dockwire.cli.orders:app",
        "holds": "dockwire.cli.holds:app",
        "stock": "dockwire.cli.stock:app",
        "key": "dockwire.cli.key:app",
        "purge": "dockwire.cli.purge:purge",
        "metrics": "dockwire.cli.metrics:metrics",
        "user": "dockwire.cli.user:app",
        "console": "deployments.console_command:console",
    }


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)
connection = typer.Typer(no_args_is_help=True, help="Look at the stored connections.")
app.add_typer(consent.app, name="consent")
app.add_typer(mailing.app, name="mail")
app.add_typer(run, name="run")
app.add_typer(charges, name="charges")
app.add_typer(connection, name="connection")

_WITHOUT_PREFECT = {"simulate", "warehouse", "orders", "holds", "key", "demo", "doctor", "purge", "user"}
"""The demo has a Prefect of its own; the doctor looks at settings that may be what is wrong."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
@say.plainly
def _everywhere(context: typer.Context) -> None:
    """Amazon orders into the warehouse, shipments back to Amazon; nothing lost, nothing doubled."""
    settings = read_settings()
    if settings.log_format == "json":
        # Of this process, and of those it starts: runs, and a local server.
        log_lines.install()
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS", log_lines.CONSOLE)
    if context.invoked_subcommand not in _WITHOUT_PREFECT:
        prepare_environment(settings.state_dir.absolute())
        context.obj = complete


app.command()(set_up.apply)
app.command()(set_up.deploy)
app.command()(set_up.worker)
connection.command()(set_up.pause)
connection.command()(set_up.resume)
connection.command()(set_up.remove)
connection.command()(agreeing_commands.accept)
connection.command()(add)
run.command("onboarding")(agreeing_commands.run_onboarding)


@app.command()
@say.plainly
def demo(
    order_count: Annotated[int, typer.Option("--orders", min=3, max=3000, help="Amazon orders.")] = 300,
    seed: Annotated[int, typer.Option(help="Same seed, same orders.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up until Ctrl-C and print the addresses.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Live through a day on embedded parts and print what happened."""
    from deployments.demo import run_demo

    summary = run_demo(orders=order_count, seed=seed, keep=keep, quiet=as_json)
    if as_json:
        say.data(summary)
    if not summary["consistent"] or summary["prefect"]["failed"]:
        raise typer.Exit(say.FAILED)


@app.command("status")
@say.plainly
def show_status(
    name: Annotated[str, typer.Argument(metavar="[CONNECTION]", help="Only this one, in detail.")] = "",
    as_json: Json = False,
) -> None:
    """Show where each connection stands; the exit code is 1 when one of them needs a person."""
    status.show(name, json=as_json, excuse=excuse, never_ran=not_run_yet)


@connection.command("list")
@say.plainly
def list_connections(as_json: Json = False) -> None:
    """List the stored connections."""
    from deployments.inspect import describe_all

    rows = beside_prefect(describe_all)
    if as_json:
        say.data(rows)
    elif rows:
        say.table(rows)
    else:
        say.line("no connection is stored; 'dockwire apply FILE' stores some")


@connection.command()
@say.plainly
def check(
    name: Annotated[str, typer.Argument(metavar="[CONNECTION]", help="Name of the connection.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Try all stored connections.")] = False,
    send_mail: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Send a trial mail there; else none is sent.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Try everything a connection needs, without changing anything, and say what is wrong."""
    from deployments.checking.telling import tell_all, tell_one
    from deployments.inspect import check_connection, check_connections

    if bool(name) == every or (every and send_mail):
        say.fail("give the name of one connection, or --all (which sends no mail)", say.MISUSED)
    if send_mail and not is_mail_address(send_mail):
        say.fail("--send-mail: that is not one e-mail address", say.MISUSED)
    if every:
        tell_all(beside_prefect(check_connections), as_json=as_json)
    else:
        tell_one(beside_prefect(lambda: check_connection(name, send_mail=send_mail)), as_json=as_json)


@app.command()
@say.plainly
def doctor(as_json: Json = False) -> None:
    """Look at the installation itself, without changing anything, and say what is wrong and what to do."""
    from deployments.checking.installation import examine
    from deployments.checking.telling import tell_one

    tell_one(examine(), as_json=as_json)


def main() -> None:
    """Run the command line."""
    # Asked to end, a command first ends what it started: servers must not outlive it. A shell starts a job
    # in the background deaf to Ctrl-C, but who sends that signal to this command means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ask in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ask) is not signal.SIG_IGN:
            signal.signal(ask, lambda number, _: sys.exit(128 + number))
    try:
        app()
    except Exception as error:  # noqa: BLE001 - a traceback may quote an order, and helps no user
        say.abandon(_prefect_trouble(error) or str(Unexpected.from_error(error)))


def _prefect_trouble(error: Exception) -> str:
    """Return what to tell when Prefect's server was the trouble, else nothing."""
    if "prefect" not in sys.modules:
        return ""
    from prefect.exceptions import PrefectException

    server = os.environ.get("PREFECT_API_URL", "(none)")
    if isinstance(error, httpx.HTTPStatusError):
        return f"the Prefect server at {server} answered {error.response.status_code}; its log says why"
    if isinstance(error, (httpx.TransportError, PrefectException)) or "Failed to reach API" in str(error):
        return (
            f"the Prefect server at {server} does not answer ({type(error).__name__}); start it, or correct "
            "PREFECT_API_URL"
        )
    return ""
