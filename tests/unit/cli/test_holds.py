"""``dockwire holds``: what people type, what they are told, and what is never told."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dockwire.cli.holds import app
from dockwire.decisions.import_rules import ImportRules
from dockwire.decisions.importing import Import, decide_import, state_of
from dockwire.keys import load_keys
from dockwire.ledger import SqlLedger
from dockwire.model.record import Created, FactKind, Verdict
from dockwire.model.warehouse import Item
from dockwire.sealing import Sealer
from tests.builders import NOW, address, line, malformed, order
from tests.unit.ledger.acts import ACME, claim, number, placed, read

ITEMS = [Item("SKU-1"), Item("W-2")]
ADDRESS = {
    "name": "Bob Secret",
    "lines": ["9 Hidden Lane"],
    "city": "Nowhere",
    "state": "WA",
    "postal_code": "98101",
    "country": "US",
}


def dockwire(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, words, input=typed)


def in_ledger(folder: Path, work: Callable[[SqlLedger], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        ledger = await SqlLedger.open(
            f"sqlite:///{folder / 'ledger.db'}", sealer=Sealer(load_keys(folder, []))
        )
        try:
            return await work(ledger)
        finally:
            await ledger.close()

    return asyncio.run(run())


async def six_orders(ledger: SqlLedger) -> None:
    """Leave one order created, an unmapped SKU, two ship methods, an address that lacks, and one unreadable."""
    await ledger.register(ACME, now=NOW)
    await ledger.store_items(ACME.warehouse, ACME.customer_id, ITEMS, now=NOW)
    orders = [
        order(order_id=number(1)),
        order(order_id=number(2), lines=(line(sku="NOBODY"),)),
        order(order_id=number(3), service_level="NEXT_DAY"),
        order(order_id=number(4), service_level="NEXT_DAY"),
        order(order_id=number(5), address=address(postal_code="")),
    ]
    await read(ledger, *orders, bad=(malformed(),))
    await claim(ledger, orders[0])
    await ledger.record_outcomes(ACME, [Created(number(1), placed(number(1), 17))], owner="me", now=NOW)
    rules = ImportRules(ACME, {item.sku: item for item in ITEMS})
    verdicts = []
    for due in await ledger.due_orders(ACME, now=NOW):
        decision = decide_import(due.order, rules)
        assert not isinstance(decision, Import)
        verdicts.append(Verdict(due.order.order_id, due.version, *state_of(decision)))
    await ledger.record_verdicts(ACME, verdicts, now=NOW)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder with a ledger in it, and settings that name the folder."""
    for name in [name for name in os.environ if name.startswith("DOCKWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    in_ledger(tmp_path, six_orders)
    return tmp_path


def listed(*words: str) -> list[str]:
    return [row["order"] for row in json.loads(dockwire("list", *words, "--json").stdout)["orders"]]


@pytest.mark.usefixtures("state")
def test_the_list_says_how_long_why_and_who_and_counts_by_reason() -> None:
    lines = dockwire("list").stdout.splitlines()
    assert lines[0].split() == ["order", "connection", "state", "waits", "ship_by", "who", "reasons"]
    second = next(each for each in lines if each.startswith(number(2)))
    assert second.split()[1:3] == ["acme-us", "held"]
    assert second.split()[-2:] == ["engineer", "unmapped_sku"]
    assert "2026-11-03 09:00" in second
    told = json.loads(dockwire("list", "--json").stdout)
    assert {each["code"]: each["orders"] for each in told["summary"]} == {
        "unmapped_sku": 1, "unmapped_ship_method": 2, "address_incomplete": 1, "unreadable": 1,
    }  # fmt: skip
    assert {each["oldest"] for each in told["summary"]} == {NOW.isoformat()}


def test_the_list_can_be_narrowed(state: Path) -> None:
    assert listed("--code", "unmapped_ship_method") == [number(3), number(4)]
    assert listed("--code", "unmapped_sku", "--code", "unreadable") == [number(2), malformed().order_id]
    assert listed("--connection", "nobody") == []
    days = (datetime.now(UTC) - NOW) // timedelta(days=1)
    older = f"{max(days - 1, 0)}d"
    assert len(listed("--older-than", older)) == 5
    assert listed("--older-than", f"{days + 2}d") == []
    assert "--limit shows more" in dockwire("list", "--limit", "2").stdout


@pytest.mark.usefixtures("state")
def test_show_explains_every_reason_with_the_exact_command() -> None:
    shown = dockwire("show", number(2)).stdout
    assert "unmapped_sku: Amazon SKU 'NOBODY'" in shown
    assert f"dockwire holds fix {number(2)} --sku NOBODY=WAREHOUSE-SKU" in shown
    (told,) = json.loads(dockwire("show", number(5), "--json").stdout)
    assert (
        told["remedies"]["address_incomplete"][0]["command"]
        == f"dockwire holds fix {number(5)} --address prompt"
    )
    assert "it waits for nobody" in dockwire("show", number(1)).stdout


def test_what_is_on_hold_in_the_warehouse_is_shown_and_released(state: Path) -> None:
    assert "change it in the warehouse" in dockwire("release", number(1)).stdout

    async def put_on_hold(ledger: SqlLedger) -> None:
        (known,) = await ledger.waiting_orders(number(1))
        why = {"reason": "The buyer asked to cancel."}
        held = FactKind.HELD_IN_WAREHOUSE
        await ledger.record_follow(ACME, number(1), version=known.row.version, fact=held, detail=why, now=NOW)

    in_ledger(state, put_on_hold)
    shown = dockwire("show", number(1)).stdout
    assert "on hold as warehouse order 17" in shown
    assert "on_hold_in_warehouse: The buyer asked to cancel. (who can fix it: clerk)" in shown
    assert f"dockwire holds release {number(1)}" in shown
    assert "it waits for nobody" not in shown
    (told,) = json.loads(dockwire("show", number(1), "--json").stdout)
    assert told["reasons"][0]["reason"] == "The buyer asked to cancel."
    assert listed("--code", "on_hold_in_warehouse") == [number(1)]
    assert number(1) in listed()
    # A choice that does not name the code means those that are not in the warehouse yet.
    assert number(1) not in dockwire("release", "--connection", "acme-us", "--dry-run").stdout
    assert "done: to be released in the warehouse" in dockwire("release", number(1), "--by", "anna").stdout
    assert "release there, by anna" in dockwire("show", number(1)).stdout


def test_fixes_are_previewed_made_and_told(state: Path) -> None:
    tried = dockwire("fix", "--code", "unmapped_ship_method", "--ship-method", "UPS/02/UPSN", "--dry-run")
    assert tried.stdout.splitlines()[-1] == "2 would be done"
    assert len(listed("--code", "unmapped_ship_method")) == 2
    done = dockwire("fix", "--code", "unmapped_ship_method", "--ship-method", "UPS/02/UPSN", "--by", "anna")
    assert done.stdout.splitlines() == [
        f"{number(3)}  done: ship method UPS 02 UPSN; it goes on with the next import",
        f"{number(4)}  done: ship method UPS 02 UPSN; it goes on with the next import",
        "2 done",
        "the next import takes them up; to do it now: dockwire run order-import acme-us",
    ]
    assert listed("--code", "unmapped_ship_method") == []
    (told,) = json.loads(dockwire("show", number(3), "--json").stdout)
    assert [(each["what"], each["by"]) for each in told["decided"]] == [("ship_method", "anna")]
    mapped = dockwire("fix", number(2), "--sku", "NOBODY=W-2")
    assert f"{number(2)}  done: alias: NOBODY is W-2" in mapped.stdout


@pytest.mark.parametrize("way", ["file", "prompt"])
def test_an_address_is_taken_and_never_told(state: Path, way: str) -> None:
    file = state / "address.json"
    file.write_text(json.dumps(ADDRESS), encoding="utf-8")
    typed = "Bob Secret\n\n9 Hidden Lane|Back door\nNowhere\n\nWA\n98101\nUS\n\n\n" if way == "prompt" else ""
    done = dockwire("fix", number(5), "--address", "prompt" if way == "prompt" else str(file), typed=typed)
    assert (done.exit_code, "address corrected; it goes on" in done.stdout) == (0, True)

    async def due(ledger: SqlLedger) -> Any:
        (found,) = [
            each for each in await ledger.due_orders(ACME, now=NOW) if each.order.order_id == number(5)
        ]
        return found.overrides.address, await ledger.order_facts(number(5))

    correction, facts = in_ledger(state, due)
    assert (correction.address.name, correction.address.lines[0]) == ("Bob Secret", "9 Hidden Lane")
    everything = (
        str(facts)
        + repr(correction)
        + "".join(dockwire(*words).stdout for words in (["list"], ["show", number(5)], ["list", "--json"]))
    )
    raw = (state / "ledger.db").read_bytes()
    # Long enough not to turn up by chance in what is sealed.
    for secret in ("Bob Secret", "Hidden Lane", "Ann Example"):
        assert secret not in everything
        assert secret.encode() not in raw
    # By chance a moment's fraction may have such digits in it.
    assert not re.search(r"\b98101\b", everything)


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (["fix", "111-9999999-9999999", "--ship-method", "UPS"], "refused: no order 111-9999999-9999999", 1),
        (["fix", number(1), "--ship-method", "UPS"], "refused: it is warehouse order 17 already", 1),
        (["fix", number(2), "--sku", "NOBODY=W-3"], "refused: the warehouse has no item 'W-3'", 1),
        (["fix", number(2), "--sku", "NOBODY"], "--sku 'NOBODY': write AMAZON-SKU=WAREHOUSE-SKU", 1),
        (["fix", number(2), "--sku", "NOBODY= W-2"], "begins or ends with a blank", 1),
        (["fix", number(3), "--ship-method", "/02"], "--ship-method '/02': carrier:", 1),
        (["fix", number(3), "--ship-method", "UPS/02/upsn5"], "scac:", 1),
        (["fix", number(3), "--ship-method", "a/b/c/d"], "write CARRIER, CARRIER/SERVICE", 1),
        (["fix", number(3)], "say what to change", 1),
        (["fix", "--ship-method", "UPS"], "name orders, or choose them", 1),
        (["fix", number(3), "--code", "x", "--ship-method", "UPS"], "not both", 2),
        (["fix", number(3), number(4), "--address", "prompt"], "an address is of one order", 2),
        (["fix", "--code", "address_incomplete", "--address", "prompt"], "an address is of one order", 2),
        (["fix", number(5), "--address", "missing.json"], "missing.json: No such file", 1),
        (["skip", number(2)], "--reason: say why", 1),
        (["skip", number(2), "--reason", "x" * 201], "--reason: say why, in one line of at most 200", 1),
        (["skip", number(2), "--undo"], "refused: it is not skipped by a person", 1),
        (["release", number(2)], "refused: nothing of it is held for a look", 1),
        (["release", number(2), "--by", "x" * 101], "--by: say who decides", 1),
        (["list", "--older-than", "soon"], "--older-than 'soon'", 1),
        (["show", "111-9999999-9999999"], "no order 111-9999999-9999999 in the ledger", 1),
        (["retry", "--file", "missing.txt"], "missing.txt: No such file", 1),
    ],
)
@pytest.mark.usefixtures("state")
def test_what_cannot_be_done_is_told_plainly_and_changes_nothing(
    words: list[str], told: str, code: int
) -> None:
    before = dockwire("list", "--skipped", "--json").stdout
    result = dockwire(*words)
    assert told in result.stdout + result.stderr
    assert result.exit_code == code
    assert dockwire("list", "--skipped", "--json").stdout == before


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"name": "Bob Secret"', '{"name": "Bob Secret"}', "\xff\x00", "[" * 9999]
)
def test_a_file_that_is_no_address_is_told_without_its_content(state: Path, content: str) -> None:
    file = state / "a.json"
    file.write_text(content, encoding="latin-1")
    result = dockwire("fix", number(5), "--address", str(file))
    assert result.exit_code == 1
    assert result.stderr.startswith("dockwire: ")
    assert "Bob" not in result.stdout + result.stderr


def test_orders_of_a_file_are_each_told(state: Path) -> None:
    file = state / "orders.txt"
    file.write_text(f"# by mail\n{number(2)}\n\n{number(1)}\n{number(2)}\n111-0\n", encoding="utf-8")
    result = dockwire("skip", "--file", str(file), "--reason", "made by hand", "--json")
    told = json.loads(result.stdout)
    assert [(each["order"], each["result"]) for each in told] == [
        (number(2), "done"), (number(1), "refused"), ("111-0", "refused"),
    ]  # fmt: skip
    assert result.exit_code == 1
    assert number(2) not in listed()
    assert number(2) in listed("--skipped")
    assert dockwire("skip", "--code", "skipped_by_person", "--undo").exit_code == 0
    assert number(2) in listed()


def test_an_order_is_held_or_cancelled_by_name_and_with_a_reason(state: Path) -> None:
    held = json.loads(dockwire("hold", number(2), "--reason", "the merchant asked", "--json").stdout)
    assert [(each["result"], each["goes_on"]) for each in held] == [("done", False)]
    assert "held_by_person" in held[0]["still"]
    told = dockwire("cancel", number(1), number(2), "--reason", "wrong item")
    assert told.exit_code == 1
    assert f"{number(1)}  done: to be cancelled in the warehouse: wrong item" in told.stdout
    assert f"{number(2)}  refused: it is not in the warehouse" in told.stdout
    assert f"dockwire run order-import {ACME.slug}" in told.stdout
    for words in (("--connection", "acme-us", "--reason", "all"), (number(1),)):
        assert dockwire("cancel", *words).exit_code in (1, 2), words
        assert dockwire("hold", *words).exit_code in (1, 2), words


def test_a_retried_order_is_due_or_asked_for_again(state: Path) -> None:
    assert dockwire("retry", malformed().order_id, number(5)).exit_code == 0

    async def wishes(ledger: SqlLedger) -> Any:
        soon = datetime.now(UTC) + timedelta(seconds=1)
        return await ledger.quarantined(ACME, now=soon), await ledger.asked_again(ACME, now=soon)

    unreadable, asked = in_ledger(state, wishes)
    assert [order_id for order_id, _ in unreadable] == [malformed().order_id]
    assert asked == [number(5)]
