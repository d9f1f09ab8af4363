"""What Prefect's pages show of a run that went well: its numbers in one line, and names that say something."""

import asyncio
import re
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State

from flows.ship_and_close import ship_and_close
from flows.tracking_update import tracking_update
from tasks.telling import one_line
from tests.flows.site import Site, numbers

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]


async def shown(state: State[Any]) -> FlowRun:
    """Return the run as Prefect's server has it."""
    wanted = state.state_details.flow_run_id
    assert wanted is not None
    async with get_client() as client:
        return await client.read_flow_run(wanted)


async def names_of_tasks(run: FlowRun, last: str) -> set[str]:
    """Return the names of a run's task runs once the last of them is there: they come as events, some time later."""
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    async with get_client() as client, asyncio.timeout(120):
        while True:
            names = {task.name for task in await client.read_task_runs(flow_run_filter=mine)}
            if last in names:
                return names
            await asyncio.sleep(0.2)


async def test_every_flow_says_its_numbers_in_one_line_and_keeps_no_result(site: Site) -> None:
    site.world.populate(9, [("US", 1)])
    unknown = [{"order": "111-9999999-9999999", "tracking": "1Z999AA10123456784"}]
    for state, words in [
        (await site.run(), "created"),
        (await tracking_update(site.slug, return_state=True), "nothing to do"),
    ]:
        run = await shown(state)
        assert run.state is not None
        assert words in (run.state.message or "")
        assert run.state.message == one_line(await numbers(state))
        # Orders are personal data and stay out of Prefect's storage.
        assert run.state.data is None
    state = await ship_and_close(site.slug, unknown, return_state=True)
    run = await shown(state)
    assert run.state is not None
    assert "Nothing was written" in (run.state.message or "")


async def test_names_tell_what_which_batch_and_whose(site: Site) -> None:
    site.world.populate(3, [("US", 1)])
    run, whose = await shown(await site.run()), f"-{site.slug}"
    assert run.name == f"order-import-{site.slug}"
    names = await names_of_tasks(run, f"publish-order-import{whose}")
    assert {f"read-page-1{whose}", f"read-page-2{whose}", f"create-orders-1{whose}"} <= names
    assert {re.sub(r"-\d+$", "", name.removesuffix(whose)) for name in names} == {
        "prepare-import", "read-page", "create-orders", "finish-import", "publish-order-import",
        "send-mail",
    }  # fmt: skip
    assert [name for name in names if not name.endswith(whose)] == []
