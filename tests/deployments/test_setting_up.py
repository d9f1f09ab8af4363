"""Connections and their deployments as data, against a real Prefect server: planned, done, paused and removed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.context import AsyncClientContext
from pydantic import SecretStr

from blocks import AmazonSellerAccount
from deployments import applying, deploying, registry
from deployments.connections_file import ConnectionsFile
from deployments.plan import Cadence, planned
from deployments.removing import remove_connection
from deployments.serving import brought_in_line
from deployments.stored_blocks import read_connections
from dockwire.model.connection import CancelPolicy
from flows.tracking_update import tracking_update
from tests.deployments.pages import Pages
from tests.deployments.town import Town
from tests.prefect_server import asking

R = TypeVar("R")

MORE = """
[connections.town-ca]
like        = "town-us"
marketplace = "CA"
stock_sync  = true
"""


@pytest.fixture
def here(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Let this process work on the town's Prefect server, with the secrets in its environment."""
    for name, secret in town.secrets().items():
        monkeypatch.setenv(name, secret)
    with asking(town.prefect["PREFECT_API_URL"]):
        yield town
        asyncio.run(_clear(town.folder / "nothing.toml"))


async def _clear(nothing: Path) -> None:
    nothing.write_text("")
    await applying.carry_out(await applying.plan_apply(ConnectionsFile(nothing)), remove=True)
    await registry.remove((await registry.registered()).values())


def apply(path: Path, *, remove: bool = False) -> dict[str, tuple[str, dict[str, str]]]:
    """Apply a file and return what it changed."""

    async def work() -> list[applying.Step]:
        steps = await applying.plan_apply(ConnectionsFile(path))
        await applying.carry_out(steps, remove=remove)
        return steps

    return {step.place: (step.change.value, step.fields) for step in asyncio.run(work())}


def deploy(pool: str | None = None) -> dict[str, tuple[str, dict[str, str]]]:
    """Deploy and return what it changed."""

    async def work() -> list[deploying.Step]:
        steps = await deploying.plan_deploy(await read_connections(), pool=pool)
        await deploying.carry_out(steps, pool=pool)
        return steps

    return {step.name: (step.change.value, step.fields) for step in asyncio.run(work())}


def changed(steps: dict[str, tuple[str, dict[str, str]]]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the steps that change something."""
    return {name: how for name, how in steps.items() if how[0] != "unchanged"}


def done(work: Callable[[], Awaitable[R]]) -> R:
    """Do something asynchronous."""

    async def awaited() -> R:
        return await work()

    return asyncio.run(awaited())


def test_an_apply_says_what_it_changes_and_changes_nothing_twice(here: Town) -> None:
    path = here.connections()
    plan = done(lambda: applying.plan_apply(ConnectionsFile(path)))
    assert {step.change for step in plan} == {applying.Change.ADDED}
    assert done(read_connections).ready == []
    assert {change for change, _ in apply(path).values()} == {"added"}
    assert {change for change, _ in apply(path).values()} == {"unchanged"}
    text = path.read_text().replace("customer_id  = 1", 'customer_id  = 2\non_buyer_cancel = "cancel"')
    path.write_text(text.replace('scac = "UPSN"', 'scac = "UPSX"', 1).replace("SELLER_SECRET", "WMS_SECRET"))
    changes = apply(path)
    assert changes["warehouses.town"] == ("unchanged", {})
    assert changes["sellers.town-na"] == ("changed", {"client_secret": "changed"})
    fields = changes["connections.town-us"][1]
    assert (fields["customer_id"], fields["on_buyer_cancel"]) == ("1 -> 2", '"hold" -> "cancel"')
    assert [how for key, how in fields.items() if key.startswith("ship_methods.")] == ['"UPSN" -> "UPSX"']
    (stored,) = done(read_connections).ready
    assert (stored.customer_id, stored.on_buyer_cancel) == (2, CancelPolicy.CANCEL)
    assert done(_stored_seller).client_secret.get_secret_value() == here.secrets()["WMS_SECRET"]


async def _stored_seller() -> AmazonSellerAccount:
    return await AmazonSellerAccount.aload("town-na")


def test_what_a_file_does_not_name_goes_only_when_asked_for(here: Town) -> None:
    path = here.connections()
    path.write_text(path.read_text() + MORE)
    apply(path)
    deploy()
    path.write_text(path.read_text().replace(MORE, ""))
    assert apply(path)["connections.town-ca"] == ("not in this file", {})
    assert [each.slug for each in done(read_connections).ready] == ["town-ca", "town-us"]
    apply(path, remove=True)
    assert [each.slug for each in done(read_connections).ready] == ["town-us"]
    known = done(registry.registered)
    assert {each.deployment.name for each in known.values()} == {"town-us", "all"}
    assert changed(deploy()) == {}


def test_a_deploy_changes_what_differs_and_removes_what_nobody_wants(here: Town) -> None:
    path = here.connections()
    path.write_text(path.read_text() + MORE)
    apply(path)
    assert {change for change, _ in deploy().values()} == {"created"}
    assert changed(deploy()) == {}

    async def automations() -> set[str]:
        async with get_client() as client:
            return {each.name for each in await client.read_automations()}

    async def somebody_changes() -> None:
        async with get_client() as client:
            known = await registry.registered()
            # Made by somebody else for purposes of their own: never touched.
            found = known["order-import/town-us"].deployment
            await client.create_deployment(flow_id=found.flow_id, name="theirs")
            await client.delete_automation(known["tracking-update/town-ca"].automations[0].id)

    done(somebody_changes)
    path.write_text(path.read_text().replace("stock_sync  = true", ""))
    apply(path)
    assert changed(deploy()) == {
        "inventory-sync/town-ca": ("removed", {}),
        "tracking-update/town-ca": ("updated", {"triggers": "changed"}),
    }
    assert len(done(automations)) == 2
    assert done(removed_beside_an_up) == ["PATCH deployments", "DELETE block_documents", "DELETE deployments"]
    assert {name.partition(" ")[0] for name in done(automations)} == {"tracking-update/town-us"}
    assert Pages(here).get("deployments/name/order-import/theirs") is not None


async def removed_beside_an_up() -> list[str]:
    """Remove a connection and return what goes in which order; who has read it just before makes nothing of it anew."""
    order: list[str] = []

    async def note(request: httpx.Request) -> None:
        kind = request.url.path.split("/")[2]
        if request.method in {"PATCH", "DELETE"} and kind != "automations":
            order.append(f"{request.method} {kind}")

    read_before = await read_connections()
    async with AsyncClientContext.get_or_create() as context:
        context.client._client.event_hooks["request"].append(note)
        await remove_connection("town-ca")
    assert await brought_in_line(read_before) is None
    assert {each.deployment.name for each in (await registry.registered()).values()} == {"town-us", "all"}
    return list(dict.fromkeys(order))


def test_a_connection_whose_seller_has_to_consent_anew_keeps_its_deployments(here: Town) -> None:
    apply(here.connections())
    made = deploy()

    async def consent_ends() -> None:
        seller = await _stored_seller()
        seller.refresh_token = SecretStr("")
        await seller.asave("town-na", overwrite=True)

    done(consent_ends)
    assert changed(deploy()) == {}
    assert set(done(registry.registered)) == set(made)


def test_what_was_paused_stays_paused_until_it_is_resumed(here: Town) -> None:
    path = here.connections()
    path.write_text(path.read_text() + MORE.replace("stock_sync  = true", ""))
    apply(path)
    deploy()
    done(lambda: _switch(registry.pause, "town-ca"))
    # A flow that is wanted later does not start by itself, and an update stops nobody's pause.
    path.write_text(path.read_text() + "stock_sync = true\n")
    path.write_text(
        path.read_text().replace("[connections.town-ca]", "[connections.town-ca]\nfacility_id = 1")
    )
    apply(path)
    assert {change for change, _ in deploy(pool="box").values()} == {"created", "updated"}
    known = done(registry.registered)
    assert {name for name, each in known.items() if each.paused} == {
        "order-import/town-ca",
        "tracking-update/town-ca",
        "inventory-sync/town-ca",
    }
    assert {each.deployment.work_pool_name for each in known.values()} == {"box"}
    assert {how for _, how in map(_only, deploy().values())} == {"box -> none"}
    asked = {"state": {"type": "SCHEDULED"}}
    import_ca = known["order-import/town-ca"].deployment.id
    assert Pages(here).post(f"deployments/{import_ca}/create_flow_run", asked)["state_type"] == "SCHEDULED"
    done(lambda: _switch(registry.resume, "town-ca"))
    assert not any(each.paused for each in done(registry.registered).values())
    # Nor is a pause undone that comes while a deploy is under way.
    done(_deploy_while_somebody_pauses)
    assert {name for name, each in done(registry.registered).items() if each.paused} == {
        "order-import/town-us",
        "tracking-update/town-us",
    }


async def _deploy_while_somebody_pauses() -> None:
    steps = await deploying.plan_deploy(await read_connections(), pool="box")
    await _switch(registry.pause, "town-us")
    await deploying.carry_out(steps, pool="box")


async def _switch(how: Callable[[list[registry.Registered]], Awaitable[None]], *slugs: str) -> None:
    await how([each for each in await registry.of_connection(*slugs) if each.scheduled])


def _only(change: tuple[str, dict[str, str]]) -> tuple[str, str]:
    (field,) = change[1].items()
    return field


def test_the_installation_has_flows_of_its_own(here: Town) -> None:
    site = [Cadence(tracking_update, timedelta(minutes=15))]
    sorts: dict[str, dict[str, Any]] = {}

    async def note(request: httpx.Request) -> None:
        if request.url.path.endswith(("deployments/filter", "automations/filter")):
            sorts[request.url.path] = json.loads(request.content)

    async def deployed() -> list[Any]:
        steps = deploying.compared(planned([], site=site), await registry.registered())
        await deploying.carry_out(steps)
        async with AsyncClientContext.get_or_create() as context:
            context.client._client.event_hooks["request"].append(note)
            known = await registry.registered()
        return deploying.compared(planned([], site=site), known)

    (again,) = done(deployed)
    # Names repeat, and pages in the order of names may leave some out.
    assert {path: asked["sort"] for path, asked in sorts.items() if "limit" in asked} == {
        "/api/deployments/filter": "CREATED_DESC",
        "/api/automations/filter": "CREATED_DESC",
    }
    assert (again.name, again.change) == ("tracking-update/all", deploying.Change.UNCHANGED)
    assert Pages(here).deployment("tracking-update/all")["tags"] == ["dockwire"]
    # Nobody wants it any more.
    assert deploy()["tracking-update/all"] == ("removed", {})
