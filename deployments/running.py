"""``dockwire run`` and ``dockwire charges``: one flow run in this process, or only its preview."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any

import typer

from deployments.at_hand import beside_prefect, quiet_run
from deployments.request_options import asking_for_request
from dockwire.cli import say
from dockwire.model.closing import ShipRequest

run = typer.Typer(no_args_is_help=True, help="Run one flow in this process.")
charges = typer.Typer(no_args_is_help=True, help="Look at charges before they are made.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Connection = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]


@run.callback()
def _run() -> None:
    """Run one flow in this process."""


@charges.callback()
def _charges() -> None:
    """Look at charges before they are made."""


@run.command("order-import")
@say.plainly
def run_order_import(
    name: Connection,
    refresh: Annotated[
        bool, typer.Option(help="Ask Amazon, and the warehouse for missing items, anew.")
    ] = False,
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="Read again what changed since, for instance 2026-11-01T00:00:00Z."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what --since would import.")] = False,
    as_json: Json = False,
) -> None:
    """Import the orders of one connection now."""
    moment = _moment(since)
    from flows.order_import import order_import

    state = order_import(name, refresh=refresh, since=moment, dry_run=dry_run, return_state=True)
    _tell(state, as_json=as_json)


@run.command("tracking-update")
@say.plainly
def run_tracking_update(name: Connection, as_json: Json = False) -> None:
    """Tell Amazon of what one connection's warehouse shipped, now."""
    from flows.tracking_update import tracking_update

    _tell(tracking_update(name, return_state=True), as_json=as_json)


@run.command("watch")
@say.plainly
def run_watch(as_json: Json = False) -> None:
    """Look after all connections now: ship-by times, what waits, digests, mails."""
    from flows.watch import watch

    _tell(watch(return_state=True), as_json=as_json)


@run.command("inventory-sync")
@say.plainly
def run_inventory_sync(
    name: Connection,
    dry_run: Annotated[
        bool | None,
        typer.Option(
            "--dry-run/--send", help="Only show what would be sent; the first run is dry by itself."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Read all listings again.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Amazon for orders anew.")] = False,
    as_json: Json = False,
) -> None:
    """Make warehouse stock the quantity that Amazon offers, now."""
    from flows.inventory_sync import inventory_sync

    state = inventory_sync(name, dry_run=dry_run, everything=everything, refresh=refresh, return_state=True)
    _tell(state, as_json=as_json)
    if not as_json:
        say.line(f"'dockwire stock show {name}' says what each SKU is to be offered at, and why")


@run.command("ship-and-close")
@say.plainly
@asking_for_request
def run_ship_and_close(
    name: Connection,
    request: ShipRequest,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Route and close orders with their charges; the same request again does what is left, or nothing."""
    from flows.ship_and_close import ship_and_close

    state = ship_and_close(
        name,
        list(request.orders),
        request.routing,
        list(request.charges),
        request.apply,
        dry_run=dry_run,
        return_state=True,
    )
    numbers = _tell(state, as_json=as_json)
    if numbers.get("closed") and not as_json:
        say.line(
            f"a running 'dockwire up' tells Amazon of it; 'dockwire run tracking-update {name}' does now"
        )


@charges.command("preview")
@say.plainly
@asking_for_request
def preview_charges(
    name: Connection,
    request: ShipRequest,
    as_json: Json = False,
) -> None:
    """Show to the cent what ship-and-close would write, or everything that is in the way."""
    _show_plan(beside_prefect(lambda: _plan(name, request)), as_json=as_json)


async def _plan(name: str, request: ShipRequest) -> Any:
    from tasks.opening import opened_closing

    async with opened_closing(name, owner="preview") as opened:
        return await opened.steps.plan(request)


def _show_plan(plan: Any, *, as_json: bool) -> None:
    from dockwire.services.close_report import preview_rows, problems_of

    problems = [
        {"order": handle or "(request)", "problem": problem.sentence, "fixer": problem.fixer.value}
        for handle, problem in problems_of(plan)
    ]
    warnings = [
        {"order": handle, "warning": problem.sentence}
        for handle, found in (*plan.warnings.items(), *plan.left_open.items())
        for problem in found
    ]
    rows = preview_rows(plan.orders)
    if as_json:
        say.data({"orders": rows, "added": str(plan.added), "currency": plan.currency, "problems": problems,
                  "warnings": warnings})  # fmt: skip
    else:
        say.table(problems or rows)
        say.table(warnings)
        if rows:
            say.line(
                f"added in all: {plan.added} {plan.currency}; charges the warehouse calculates come on top"
            )
    if problems:
        raise typer.Exit(say.FAILED)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        say.fail(f"--since {text!r} is no time; it looks like 2026-11-01T00:00:00Z", say.MISUSED)


def _tell(running: Any, *, as_json: bool) -> dict[str, int]:
    """Wait for a flow's end state and print its message, or its numbers as JSON, or leave with its message.

    Returns the numbers.
    """
    quiet_run()
    state, numbers = asyncio.run(_ended(running))
    if not state.is_completed():
        say.fail(state.message or f"the run ended as {state.name}")
    if as_json:
        say.data(numbers)
    else:
        say.line(state.message)
    return dict(numbers)


async def _ended(running: Awaitable[Any]) -> tuple[Any, Any]:
    state = await running
    return state, await state.aresult(raise_on_failure=False)
