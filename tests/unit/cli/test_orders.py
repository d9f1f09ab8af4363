"""``dockwire orders``: what the ledger knows, for people and as JSON, and the one act there is."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dockwire.cli.orders import app
from dockwire.errors import Fixer
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.record import Created, NotCreated, OrderState, Problem, Verdict
from dockwire.sealing import Sealer
from tests.builders import NOW, malformed, order
from tests.unit.ledger.acts import ACME, claim, number, placed, read

HELD = Problem("unmapped_sku", "Amazon SKU 'X' is not mapped.", Fixer.ENGINEER)
REFUSED = Problem("refused_by_warehouse", "The warehouse refuses it.", Fixer.CLERK)
FAR = NOW + timedelta(days=9_000)


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def in_ledger(folder: Path, work: Callable[[SqlLedger], Awaitable[object]]) -> None:
    async def run() -> None:
        ledger = await SqlLedger.open(
            f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer(load_keys(folder, []))
        )
        await work(ledger)
        await ledger.close()

    asyncio.run(run())


async def four_orders(ledger: SqlLedger) -> None:
    """Leave one order created, one held, one failed and one unreadable for years to come."""
    await ledger.register(ACME, now=NOW)
    orders = [order(order_id=number(n)) for n in (1, 2, 3)]
    await read(ledger, *orders, bad=(malformed(),))
    for made in (orders[0], orders[2]):
        await claim(ledger, made)
    await ledger.record_outcomes(
        ACME,
        [
            Created(number(1), placed(number(1), 17)),
            NotCreated(number(3), OrderState.FAILED, (REFUSED,), FAR),
        ],
        owner="me",
        now=NOW,
    )
    await ledger.postpone(ACME, malformed().order_id, not_before=FAR)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    await ledger.record_verdicts(ACME, [Verdict(number(2), due.version, OrderState.HELD, (HELD,))], now=NOW)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder with a ledger in it, and settings that name the folder."""
    for name in [name for name in os.environ if name.startswith("DOCKWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    in_ledger(tmp_path, four_orders)
    return tmp_path


@pytest.mark.usefixtures("state")
def test_the_list_names_state_and_reasons() -> None:
    lines = dockwire("list").stdout.splitlines()
    assert lines[0].split() == [
        "order", "connection", "amazon", "state", "warehouse_order", "shipping", "amazon_updated", "reasons",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[1:]] == [number(1), number(2), number(3), malformed().order_id]
    assert "created" in lines[1]
    assert "17" in lines[1]
    assert "unmapped_sku" in lines[2]


@pytest.mark.usefixtures("state")
def test_the_list_can_be_narrowed_and_says_when_it_is_cut() -> None:
    held = json.loads(dockwire("list", "--state", "held", "--state", "failed", "--json").stdout)
    assert [row["order"] for row in held] == [number(2), number(3)]
    assert json.loads(dockwire("list", "--connection", "nobody", "--json").stdout) == []
    to_ship = json.loads(dockwire("list", "--shipping", "to_ship", "--json").stdout)
    assert [(row["order"], row["shipping"]) for row in to_ship] == [(number(1), "to_ship")]
    refused = dockwire("list", "--shipping", "to_confirm", "--shipping", "refused", "--json")
    assert json.loads(refused.stdout) == []
    assert "--limit shows more" in dockwire("list", "--limit", "2").stdout
    assert "--limit" not in dockwire("list", "--limit", "5").stdout
    assert dockwire("list", "--state", "odd").exit_code == 2


@pytest.mark.usefixtures("state")
def test_one_order_is_shown_with_its_reasons_and_its_trail() -> None:
    shown = dockwire("show", number(2)).stdout
    assert f"{HELD.sentence} (who can fix it: engineer)" in shown
    assert "2026-11-02 09:00:00 UTC  order_held" in shown
    told = json.loads(dockwire("show", number(1), "--json").stdout)
    assert told["orders"][0]["warehouse_order"] == 17
    assert [fact["kind"] for fact in told["facts"]] == ["order_created"]
    unknown = dockwire("show", "111-9999999-9999999")
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "dockwire: no order 111-9999999-9999999 in the ledger\n",
    )


@pytest.mark.usefixtures("state")
def test_nothing_shown_is_personal() -> None:
    everything = "".join(dockwire("show", number(n)).stdout for n in (1, 2, 3)) + dockwire("list").stdout
    for secret in ("Ann", "Sample Street", "62701", "555"):
        assert secret not in everything


@pytest.mark.parametrize("order_id", [number(3), malformed().order_id])
def test_a_failed_or_unreadable_order_can_be_made_due(state: Path, order_id: str) -> None:
    told = dockwire("retry", ACME.slug, order_id)
    assert (told.exit_code, "dockwire run order-import acme-us" in told.stdout) == (0, True)
    due: list[str] = []

    async def look(ledger: SqlLedger) -> None:
        soon = FAR - timedelta(days=1)
        due.extend(found.order.order_id for found in await ledger.due_orders(ACME, now=soon))
        due.extend(found for found, _ in await ledger.quarantined(ACME, now=soon))

    in_ledger(state, look)
    assert order_id in due


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("order_id", "words"),
    [
        (number(1), "neither failed nor unreadable"),
        (number(2), "is held; it goes on by itself"),
        (number(2), "'dockwire run order-import acme-us --refresh' does not wait"),
        ("111-9999999-9999999", "no order 111-9999999-9999999"),
    ],
)
def test_any_other_order_cannot(order_id: str, words: str) -> None:
    told = dockwire("retry", ACME.slug, order_id)
    assert told.exit_code == 1
    assert words in told.stderr


@pytest.mark.usefixtures("state")
def test_a_ledger_of_other_keys_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKWIRE_ENCRYPTION_KEYS", Sealer.new_key())
    told = dockwire("list")
    assert told.exit_code == 1
    assert "DOCKWIRE_ENCRYPTION_KEYS" in told.stderr
    assert "Traceback" not in told.stderr
