"""The deployments that Prefect has of dockwire: read in bulk, paused, resumed and removed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import AutomationSort, DeploymentSort
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from tasks.schedules import let_run, stop
from tasks.watching import OURS

T = TypeVar("T")

WATCHING = "dockwire: "
"""How the names of the automations begin that start the watch: they belong to no deployment."""

_PAGE = 200
"""The most that Prefect's server gives at once."""
_AT_ONCE = 2
"""One call prepares while another is answered. More make no server faster, and one on SQLite refuses writers
that waited too long for each other (503)."""
_WAITS = (2.0, 10.0, 60.0)
"""Seconds between tries. A server on SQLite answers 503 while its own services write, under load for a minute
and more, which is longer than Prefect's client tries by itself."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One deployment as Prefect has it.

    Attributes:
        flow: Name of its flow.
        automations: What starts it besides its schedule.
    """

    flow: str
    deployment: DeploymentResponse
    automations: tuple[Automation, ...] = ()

    @property
    def name(self) -> str:
        """Its full name: the flow's and, after a slash, its own."""
        return f"{self.flow}/{self.deployment.name}"

    @property
    def scheduled(self) -> bool:
        """Whether it has a schedule, running or not."""
        return bool(self.deployment.schedules)

    @property
    def paused(self) -> bool:
        """Whether a person stopped its schedule."""
        stopped = self.deployment.paused or not all(each.active for each in self.deployment.schedules)
        return self.scheduled and stopped


async def registered() -> dict[str, Registered]:
    """Return all deployments that dockwire made, by full name."""
    wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS]))
    async with get_client() as client:
        flows = {flow.id: flow.name for flow in await client.read_flows(deployment_filter=wanted)}
        found = await paged(
            lambda offset: client.read_deployments(
                deployment_filter=wanted, sort=DeploymentSort.CREATED_DESC, limit=_PAGE, offset=offset
            )
        )
        starting = await _automations(client)
    # A deployment that came between the two calls is not told of yet.
    all_of_them = [
        Registered(flows[each.flow_id], each, tuple(starting.get(each.id, ())))
        for each in found
        if each.flow_id in flows
    ]
    return {each.name: each for each in all_of_them}


async def of_connection(*slugs: str) -> list[Registered]:
    """Return the deployments of these connections, or of all when none is named."""
    known = await registered()
    wanted = {f"connection:{slug}" for slug in slugs}
    return [
        each
        for each in known.values()
        if (set(each.deployment.tags) & wanted if slugs else _is_of_a_connection(each))
    ]


async def pause(which: Iterable[Registered]) -> None:
    """Stop schedules; runs under way go on, and runs that are asked for still start."""

    async def one(each: Registered) -> None:
        async with get_client() as client:
            await stop(client, each.deployment)

    await at_once(which, one)


async def resume(which: Iterable[Registered]) -> None:
    """Let schedules run again, also those that were switched off one by one."""

    async def one(each: Registered) -> None:
        async with get_client() as client:
            await let_run(client, each.deployment)

    await at_once(which, one)


async def remove(which: Iterable[Registered]) -> None:
    """Remove deployments with their schedules, the runs planned for them, and what starts them."""

    async def one(each: Registered) -> None:
        async with get_client() as client:
            await client.delete_resource_owned_automations(f"prefect.deployment.{each.deployment.id}")
            try:
                await client.delete_deployment(each.deployment.id)
            except ObjectNotFound:
                return

    await at_once(which, one)


async def at_once(which: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do ``work`` for each, a few at the same time; it is repeated while the server has no time for it.

    Raises:
        PrefectHTTPStatusError: the server refused; what was done is found done when all is repeated.
    """
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(each: T) -> None:
        async with room:
            for wait in _WAITS:
                if await _answered(work(each)):
                    return
                await asyncio.sleep(wait)
            await work(each)

    await asyncio.gather(*(one(each) for each in which))


async def _answered(work: Awaitable[None]) -> bool:
    """Do the work; false when the server had no time for it."""
    try:
        await work
    except PrefectHTTPStatusError as error:
        if error.response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            raise
        return False
    return True


def _is_of_a_connection(each: Registered) -> bool:
    return any(tag.startswith("connection:") for tag in each.deployment.tags)


async def all_automations(client: PrefectClient) -> list[Automation]:
    """Return all automations that Prefect has, anybody's."""
    found = await paged(
        lambda offset: client.read_automations(sort=AutomationSort.CREATED_DESC, limit=_PAGE, offset=offset)
    )
    # One that is made meanwhile moves the others on to the next page.
    return list({each.id: each for each in found}.values())


async def _automations(client: PrefectClient) -> dict[UUID, list[Automation]]:
    """Return what starts each deployment by itself: Prefect does not say whom an automation belongs to."""
    starting: dict[UUID, list[Automation]] = {}
    for automation in await all_automations(client):
        if automation.name.startswith(WATCHING):
            continue
        for action in automation.actions:
            if isinstance(action, RunDeployment) and action.deployment_id is not None:
                starting.setdefault(action.deployment_id, []).append(automation)
    return starting


async def paged(read: Callable[[int], Awaitable[list[T]]]) -> list[T]:
    """Read all pages; what decides the order has to differ, or a page may repeat and leave out others."""
    found: list[T] = []
    while True:
        page = await read(len(found))
        found += page
        if len(page) < _PAGE:
            return found
