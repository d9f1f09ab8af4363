"""The demo's day, step by step, with progress on the terminal."""

import asyncio
import secrets
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from rich.console import Console
from rich.progress import Progress, TaskID

from deployments.applying import apply_file
from deployments.demo.books import Books, read_books
from deployments.demo.parts import Parts, running_parts, serving_runs
from deployments.demo.progress import shown_progress
from deployments.demo.shipping import WISHES, cancel_at_amazon, choose_orders
from deployments.demo.stock import move_stock
from deployments.demo.summary import summarise, tell
from deployments.plan import FLOWS
from deployments.stored_blocks import read_connections
from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.console.users import Users
from dockwire.errors import SettingsError
from dockwire.model.console import Role
from dockwire.settings import read_settings

_HOURS_LATER = 6
_STEPS = 8
_WAIT_SECONDS = 600.0
"""So patient that runs end on a machine that does ten things at once, where the first ones take two minutes."""

_LOOK_SECONDS = 0.3
_PAGE = 200
_USER = "demo"


def live_through(
    folder: Path, *, prefect_port: int, orders: int, seed: int, keep: bool, quiet: bool
) -> dict[str, Any]:
    """Live through the day and return the summary."""
    console = Console(stderr=True, quiet=quiet)
    began = time.monotonic()
    # JSON has stdout to itself, so steps can be told beside it.
    with shown_progress(Console(stderr=True)) as progress:
        step = progress.add_task("starting Amazon, the warehouse, mail and Prefect", total=_STEPS)
        with running_parts(folder, prefect_port=prefect_port, orders=orders, seed=seed) as parts:
            progress.update(step, advance=1, description="storing three connections")
            asyncio.run(apply_file(parts.connections_file))
            with serving_runs(folder) as pages:
                books, runs = asyncio.run(_day(parts, progress, step))
                progress.stop()
                summary = summarise(books, runs, mails=len(list(parts.mail_folder.glob("*.eml"))))
                tell(console, summary, books, folder, time.monotonic() - began)
                if keep:
                    _stay(console, parts, pages)
    return summary


async def _day(parts: Parts, progress: Progress, step: TaskID) -> tuple[Books, list[FlowRun]]:
    async with get_client() as client:
        progress.update(step, advance=1, description="waiting for the deployments")
        deployments = await _deployments(client)
        progress.update(step, description="importing orders")
        await _run_all(client, deployments["order-import"], progress, "first reading")
        progress.update(step, advance=1, description="offering the warehouse's stock")
        await _run_all(client, deployments["inventory-sync"], progress, "first quantities")
        progress.update(step, advance=1, description=f"{_HOURS_LATER} hours pass at Amazon")
        await _pass_time(parts, _HOURS_LATER)
        await _run_all(client, deployments["order-import"], progress, f"{_HOURS_LATER} hours later")
        progress.update(step, advance=1, description="shipping and closing")
        await _ship(client, deployments, parts, progress)
        progress.update(step, advance=1, description="offering what is left")
        await move_stock(parts)
        await _run_all(client, deployments["inventory-sync"], progress, "goods came, goods were sold")
        progress.update(step, advance=1, description="comparing the books")
        books = await read_books(parts)
        runs = await _ended_runs(client)
        progress.update(step, advance=1)
    return books, runs


async def _ship(
    client: PrefectClient, deployments: dict[str, dict[str, UUID]], parts: Parts, progress: Progress
) -> None:
    """Close orders, let the event tell Amazon, and look an hour later whether Amazon shows it all."""
    chosen = await choose_orders(parts)
    await cancel_at_amazon(parts, chosen["harbour-us"][-1])
    forms = {
        slug: WISHES[slug].parameters(slug, orders, 1_000_000 * place)
        for place, (slug, orders) in enumerate(chosen.items(), 1)
    }
    await _run_all(client, deployments["ship-and-close"], progress, "charges three ways", forms)
    await _await_runs(client, deployments["tracking-update"], progress)
    await _pass_time(parts, 1)
    await _run_all(client, deployments["order-import"], progress, "an hour later")
    await _run_all(client, deployments["tracking-update"], progress, "seen at Amazon?")


async def _await_runs(client: PrefectClient, deployments: dict[str, UUID], progress: Progress) -> None:
    """Wait for the runs that the closing of orders started by itself."""
    bar = progress.add_task("  tracking-update, started by closing", total=len(deployments))
    give_up = time.monotonic() + _WAIT_SECONDS
    waiting = set(deployments.values())
    while waiting and time.monotonic() < give_up:
        for run in await _ended_runs(client):
            if run.deployment_id in waiting:
                waiting.discard(run.deployment_id)
                progress.update(bar, advance=1)
        await asyncio.sleep(_LOOK_SECONDS)
    if waiting:
        raise SettingsError(
            "closing orders started no tracking update; logs/up.log in the demo's folder says why"
        )


async def _deployments(client: PrefectClient) -> dict[str, dict[str, UUID]]:
    """Return the deployments' ids by flow and connection once the serving process has registered all."""
    give_up = time.monotonic() + _WAIT_SECONDS
    connections = (await read_connections()).ready
    wanted = {(each.flow.name, str(one.slug)) for one in connections for each in FLOWS if each.wanted(one)}
    while time.monotonic() < give_up:
        flows = {flow.id: flow.name for flow in await client.read_flows(limit=_PAGE)}
        found = {(flows[each.flow_id], each.name): each.id for each in await _registered(client)}
        if found.keys() >= wanted:
            deployments: dict[str, dict[str, UUID]] = {}
            for flow, slug in sorted(wanted):
                deployments.setdefault(flow, {})[slug] = found[flow, slug]
            return deployments
        await asyncio.sleep(_LOOK_SECONDS)
    raise SettingsError("the deployments did not appear; logs/up.log in the demo's folder says why")


async def _registered(client: PrefectClient) -> list[DeploymentResponse]:
    return await client.read_deployments(limit=_PAGE, sort=DeploymentSort.NAME_ASC)


async def _ended_runs(client: PrefectClient) -> list[FlowRun]:
    ended = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES))))
    return await client.read_flow_runs(flow_run_filter=ended, limit=_PAGE, sort=FlowRunSort.START_TIME_ASC)


async def _run_all(
    client: PrefectClient,
    deployments: dict[str, UUID],
    progress: Progress,
    what: str,
    parameters: dict[str, dict[str, Any]] | None = None,
) -> None:
    bar = progress.add_task(f"  {what}", total=len(deployments))

    async def one(slug: str, deployment: UUID) -> None:
        await _run_to_end(client, deployment, (parameters or {}).get(slug))
        progress.update(bar, advance=1)

    async with asyncio.TaskGroup() as group:
        for slug, deployment in deployments.items():
            group.create_task(one(slug, deployment))


async def _run_to_end(
    client: PrefectClient, deployment: UUID, parameters: dict[str, Any] | None = None
) -> None:
    """Run a deployment; a run that gave way to a scheduled one is started again."""
    give_up = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < give_up:
        run = await client.create_flow_run_from_deployment(deployment, parameters=parameters)
        while not (state := (await client.read_flow_run(run.id)).state) or not state.is_final():
            if time.monotonic() > give_up:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            if not state.is_cancelled():
                return
    raise SettingsError("a run did not end in time; logs/up.log in the demo's folder says why")


async def _pass_time(parts: Parts, hours: int) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{parts.amazon['control']}/clock", json={"advance_seconds": hours * 3600})
        answer.raise_for_status()


def _stay(console: Console, parts: Parts, pages: str) -> None:
    """Tell where everything is until somebody has seen enough."""
    password = asyncio.run(_let_in())
    console.print(f"Console:   {pages}  (user {_USER}, password {password})")
    console.print(f"Prefect:   {parts.prefect_url}")
    console.print(f"Amazon:    {parts.amazon['url']}  (state at {parts.amazon['control']}/state)")
    console.print(f"Warehouse: {parts.warehouse_url}  (state at {parts.warehouse_url}/_sim/state)")
    console.print("Everything stays up until Ctrl-C.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("stopping")


async def _let_in() -> str:
    """Make a user of the console who may do everything; return the password."""
    async with opened_ledger(read_settings()) as ledger:
        password = secrets.token_urlsafe(12)
        await Users(ledger, SystemClock(), by="demo").add(_USER, Role.ENGINEER, password)
    return password
