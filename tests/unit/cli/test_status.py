"""``dockwire status``: a table, one connection in detail, JSON, and an exit code that monitoring can use."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dockwire.cli import say
from dockwire.cli.status import show
from dockwire.errors import Fixer
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.order import Window
from dockwire.model.record import OrderState, Problem, Verdict
from dockwire.model.status import RunOutcome, RunRecord
from dockwire.sealing import Sealer
from tests.builders import connection, order
from tests.unit.ledger.acts import ACME, number, read

HELD = Problem("unmapped_sku", "Amazon SKU 'X' is not mapped.", Fixer.ENGINEER)
MINUTE = timedelta(minutes=1)

app = typer.Typer()


@app.command()
@say.plainly
def status(name: str = typer.Argument(""), as_json: bool = typer.Option(False, "--json")) -> None:
    """Stand for the command, which lives beside Prefect."""
    show(name, json=as_json)


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def in_ledger(folder: Path, work: Callable[[SqlLedger, datetime], Awaitable[object]]) -> None:
    async def run() -> None:
        sealer = Sealer(load_keys(folder, []))
        ledger = await SqlLedger.open(f"sqlite:///{folder / 'ledger.db'}", sealer=sealer)
        await work(ledger, datetime.now(UTC))
        await ledger.close()

    asyncio.run(run())


async def ran(ledger: SqlLedger, flow: str, at: datetime, outcome: RunOutcome | None, slug: str) -> None:
    run = RunRecord(connection(slug=slug).slug, flow, f"{slug}/{flow}/{at}", at)
    await ledger.begin_run(run)
    if outcome is not None:
        await ledger.end_run(
            replace(run, ended=at + MINUTE, outcome=outcome, sentence="3 created", counts={"created": 3})
        )


async def a_quiet_day(ledger: SqlLedger, now: datetime) -> None:
    """Leave one connection whose flows ended well and whose only order is far from late."""
    await ledger.register(ACME.model_copy(update={"import_since": now - 5 * MINUTE}), now=now)
    for flow in ("order-import", "tracking-update"):
        await ran(ledger, flow, now - 10 * MINUTE, RunOutcome.COMPLETED, ACME.slug)
    await read(ledger, order(ship_by=Window(None, now + timedelta(days=3))))


async def a_first_import(ledger: SqlLedger, now: datetime) -> None:
    """Leave a connection whose first import reads the orders of a year."""
    await ledger.register(ACME.model_copy(update={"import_since": now - timedelta(days=333)}), now=now)
    await ran(ledger, "order-import", now - 5 * MINUTE, None, ACME.slug)


async def a_crash_and_a_late_hold(ledger: SqlLedger, now: datetime) -> None:
    """Leave an import that never ended, and a held order that should have shipped."""
    await ledger.register(ACME, now=now)
    await ran(ledger, "order-import", now - 300 * MINUTE, RunOutcome.COMPLETED, ACME.slug)
    await ran(ledger, "order-import", now - 90 * MINUTE, None, ACME.slug)
    await read(ledger, order(ship_by=Window(None, now - timedelta(hours=1))))
    (due,) = await ledger.due_orders(ACME, now=now)
    verdict = Verdict(number(1), due.version, OrderState.HELD, (HELD,))
    await ledger.record_verdicts(ACME, [verdict], now=now - 30 * MINUTE)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty state folder, and settings that name it."""
    for name in [name for name in os.environ if name.startswith("DOCKWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    return tmp_path


def test_a_quiet_connection_is_fine_and_ends_with_0(state: Path) -> None:
    in_ledger(state, a_quiet_day)
    told = dockwire()
    assert told.exit_code == 0, told.output
    header, row = told.stdout.splitlines()
    assert header.split()[:3] == ["connection", "health", "import"]
    assert row.split()[:5] == ["acme-us", "fine", "10", "min", "ago"]


def test_a_first_import_under_way_is_no_lag_of_a_year_and_not_simply_fine(state: Path) -> None:
    in_ledger(state, a_first_import)
    told = dockwire()
    assert (told.exit_code, "333 d" in told.stdout) == (0, False)
    _, row = told.stdout.splitlines()
    assert row.split()[:4] == ["acme-us", "reading", "never;", "unfinished"]
    assert "first reading" in row
    detail = dockwire(ACME.slug).stdout
    assert detail.startswith("acme-us: reading\n")
    assert "orders read up to     first reading" in detail
    (found,) = json.loads(dockwire("--json").stdout)
    assert [found[name] for name in ("health", "first_reading", "lag_seconds")] == ["fine", True, None]


def test_a_crashed_run_is_unfinished_and_what_needs_a_person_ends_with_1(state: Path) -> None:
    in_ledger(state, a_crash_and_a_late_hold)
    told = dockwire()
    assert told.exit_code == 1
    assert "unfinished since" in told.stdout
    assert "Orders that should have shipped already, as far as Amazon was told: 1." in told.stdout
    detail = dockwire(ACME.slug)
    assert detail.exit_code == 1
    assert detail.stdout.splitlines()[0] == "acme-us: act"
    assert "order-import  90 min ago  unfinished since" in detail.stdout
    (found,) = json.loads(dockwire("--json").stdout)
    assert found["runs"]["order-import"]["last"]["outcome"] == "unfinished"
    assert found["held"]["count"] == found["ship_by"]["late"] == 1
    assert 1700 < found["held"]["oldest_seconds"] < 3600
    assert {each["code"] for each in found["reasons"]} >= {"ship_late", "run_unfinished", "orders_held"}
    assert json.loads(dockwire(ACME.slug, "--json").stdout)[0]["connection"] == ACME.slug


def test_nothing_shown_is_personal(state: Path) -> None:
    in_ledger(state, a_crash_and_a_late_hold)
    everything = "".join(dockwire(*words).stdout for words in ((), (ACME.slug,), ("--json",)))
    for secret in ("Ann", "Sample Street", "62701", "555", "15550100", "example.com"):
        # By chance a moment's fraction, or the lag in seconds, may have such digits in it.
        assert not re.search(rf"\b{secret}\b", everything), secret


def test_an_empty_ledger_and_an_unknown_name_are_told(state: Path) -> None:
    empty = dockwire()
    assert (empty.exit_code, "no connection has run yet" in empty.stdout) == (0, True)
    assert dockwire("--json").stdout == "[]\n"
    unknown = dockwire("nobody")
    assert unknown.exit_code == 1
    assert "there is no connection 'nobody'" in unknown.stderr
