"""What a flow leaves for those who watch it: JSON log lines with handles, and its place in the list of runs."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwire.bootstrap import opened_ledger
from dockwire.faults.rules import Rule
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import FactKind
from dockwire.model.status import FlowRuns, RunOutcome
from dockwire.settings import read_settings
from flows.inventory_sync import inventory_sync
from flows.order_import import order_import
from flows.tracking_update import tracking_update
from tests.flows.site import Site, numbers
from tests.logs import json_logs

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.asyncio(loop_scope="session")]

PERSONAL = ("Secret Buyer", "Hidden Street", "555 0123")
_PATIENCE = 60.0


async def runs(site: Site) -> dict[str, FlowRuns]:
    async with opened_ledger(read_settings()) as ledger:
        (standing,) = await ledger.standings(ConnectionSlug(site.slug), now=datetime.now(UTC))
    return standing.runs


async def test_a_flow_writes_json_lines_that_name_run_connection_flow_and_order(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKWIRE_LOG_FORMAT", "json")
    monkeypatch.setenv("DOCKWIRE_LOG_LEVEL", "DEBUG")
    site.world.populate(20, [("US", 1)])
    for order in site.world.orders:
        address = order.body.get("recipient", {}).get("deliveryAddress", {})
        address |= {"name": "Secret Buyer", "addressLine1": "Hidden Street 1", "phone": "555 0123"}
    with json_logs():
        state = await site.run()
    written = capsys.readouterr().err
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    run = str(state.state_details.flow_run_id)
    ours = [line for line in lines if line["logger"].startswith("dockwire.")]
    assert {(line.get("run"), line.get("connection"), line.get("flow")) for line in ours} == {
        (run, site.slug, "order-import")
    }
    # Calls of an order that is being created name it, also those that many tasks make at once.
    created = {line["order"] for line in ours if " createOrder " in line["message"]}
    assert len(created) == (await numbers(state))["created"] > 3
    prefect = [line for line in lines if line["logger"] == "prefect.flow_runs"]
    assert {(line["run"], line["run_name"]) for line in prefect} == {(run, f"order-import-{site.slug}")}
    assert any("Finished in state Completed" in line["message"] for line in prefect)
    assert [word for word in PERSONAL if word in written] == []


async def test_each_run_stands_in_the_list_with_how_it_ended(site: Site) -> None:
    site.world.populate(6, [("US", 1)])
    state = await site.run()
    done = (await runs(site))["order-import"].last
    assert (done.run, done.outcome) == (str(state.state_details.flow_run_id), RunOutcome.COMPLETED)
    assert (done.counts, done.sentence) == (await numbers(state), state.message)
    await tracking_update(site.slug, return_state=True)
    assert (await runs(site))["tracking-update"].last.outcome is RunOutcome.NOTHING_TO_DO
    site.faults.replace([Rule(method="GET", path="^/customers", effect={"kind": "status", "status": 403})])
    state = await site.run()
    found = (await runs(site))["order-import"]
    assert (found.last.outcome, found.last.sentence) == (RunOutcome.FAILED, state.message)
    assert found.good == done


async def test_a_trial_is_not_taken_for_a_run_that_did_its_work(site: Site) -> None:
    site.world.populate(6, [("US", 1)])
    await site.run()
    before = await runs(site)
    trial = await order_import(
        site.slug, since=datetime.now(UTC) - timedelta(days=1), dry_run=True, return_state=True
    )
    assert (trial.message or "").startswith("dry run, nothing imported")
    site.block.stock_sync = True
    await site.block.asave(site.slug, overwrite=True)
    assert (await inventory_sync(site.slug, dry_run=True, return_state=True)).is_completed()
    mails = len(site.mails())
    failed = await order_import(
        site.slug, since=datetime.now(UTC) - timedelta(days=99), dry_run=True, return_state=True
    )
    assert failed.is_failed()
    assert await runs(site) == before
    async with opened_ledger(read_settings()) as ledger:
        assert FactKind.RUN_FAILED not in await ledger.untold_since(ConnectionSlug(site.slug))
    assert len(site.mails()) == mails, "a trial tells nobody"


async def test_a_run_that_crashed_stays_unfinished(site: Site) -> None:
    site.world.populate(6, [("US", 1)])
    await site.run()
    before = (await runs(site))["order-import"]
    site.faults.replace([Rule(method="GET", path="^/customers", effect="hang")])
    crashing = asyncio.create_task(site.run())
    give_up = time.monotonic() + _PATIENCE
    while not site.faults.reports()[0].fired:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.05)
    crashing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashing
    after = (await runs(site))["order-import"]
    assert (after.last.ended, after.last.outcome) == (None, None)
    assert after == replace(before, last=after.last)
