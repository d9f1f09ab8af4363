"""The demo as a newcomer runs it: the summary is right, and nothing it writes tells who bought."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.demo.files import _WAREHOUSE_SECRET
from dockwire.clock import SystemClock
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.snapshot import snapshot

ORDERS, SEED = 90, 4
_PATIENCE = 1800
"""Seconds: the day takes a minute or two, and more than ten where the machine does ten other things."""

pytestmark = pytest.mark.timeout(_PATIENCE)

PERSONAL = {
    "name", "companyName", "addressLine1", "addressLine2", "addressLine3", "phone", "buyerEmail", "buyerName",
    "giftMessage",
}  # fmt: skip


def dockwire(*words: str, at: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deployments", *words],
        env=os.environ | {"DOCKWIRE_STATE_DIR": str(at)} | environment,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Live through the demo once; give its summary and the folder it wrote."""
    folder = tmp_path_factory.mktemp("demo")
    talk = {"DOCKWIRE_LOG_FORMAT": "json"}
    ran = dockwire("demo", "--json", "--orders", str(ORDERS), "--seed", str(SEED), at=folder, **talk)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "importing orders\n  first reading\n" in ran.stderr
    (folder / "terminal.txt").write_text(ran.stdout + ran.stderr)
    there = ("orders", "list", "--shipping", "on_hold", "--json")
    for words in (("status",), ("status", "--json"), ("metrics",), there):
        seen = dockwire(*words, at=folder / "demo", **talk)
        (folder / f"{'-'.join(words)}.txt").write_text(seen.stdout + seen.stderr)
    return json.loads(ran.stdout.splitlines()[-1]), folder


def test_the_summary_counts_every_order_and_the_books_agree(demo: tuple[dict[str, Any], Path]) -> None:
    summary, _ = demo
    orders = summary["orders"]
    assert orders["seen"] == ORDERS == orders["imported"] + orders["held"] + orders["skipped"]
    assert orders["duplicates"] == 0
    assert min(orders["imported"], orders["held"], orders["skipped"]) > 0
    assert summary["consistent"] is True
    # Where the machine stops for a second, calls that were planned apart arrive together, and a few are refused.
    assert summary["amazon"]["throttled"] * 20 < summary["amazon"]["requests"]
    assert summary["prefect"]["failed"] == 0
    assert summary["prefect"]["flow_runs"] >= 6
    assert summary["mail"]["sent"] >= 3


def test_part_of_the_orders_is_closed_and_told_to_amazon(demo: tuple[dict[str, Any], Path]) -> None:
    summary, folder = demo
    shipments = summary["shipments"]
    assert shipments["confirmed"] > 10
    assert shipments["refused"] >= 1  # the one the buyer cancelled in that minute
    # The demo's clerks put each order into one package, and each is counted in one state.
    assert shipments["closed"] == sum(count for name, count in shipments.items() if name != "closed")
    # Told at once: nobody waited for the hourly schedule.
    assert summary["latency"]["closings"] == shipments["confirmed"]
    assert 0 < summary["latency"]["median_seconds"] <= summary["latency"]["p95_seconds"] < 600
    assert any("refused" in file.name for file in (folder / "demo" / "mail").iterdir())


def test_status_metrics_and_log_lines_tell_of_the_day(demo: tuple[dict[str, Any], Path]) -> None:
    summary, folder = demo
    standings = json.loads((folder / "status---json.txt").read_text().splitlines()[0])
    # Those on hold in the warehouse wait for somebody, too; the summary counts them as imported.
    there = json.loads((folder / "orders-list---shipping-on_hold---json.txt").read_text().splitlines()[0])
    assert sum(each["held"]["count"] for each in standings) <= summary["orders"]["held"] + len(there)
    assert all(each["runs"]["order-import"]["last"]["outcome"] != "unfinished" for each in standings)
    metrics = (folder / "metrics.txt").read_text()
    created = re.findall(r'^dockwire_facts_total\{.*kind="order_created"\} ([0-9.]+)$', metrics, re.MULTILINE)
    assert sum(map(float, created)) == summary["orders"]["imported"]
    log = (folder / "demo" / "logs" / "up.log").read_text()
    logged = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert "ship-and-close" in {line["flow"] for line in logged if "order" in line}


def test_nothing_the_demo_writes_tells_who_bought_or_how_to_get_in(demo: tuple[dict[str, Any], Path]) -> None:
    _, folder = demo
    world = World(SEED, clock=SystemClock())
    world.populate(ORDERS)
    orders = [entry["order"] for entry in snapshot(world)["orders"]]
    words = {value for order in orders for value in _personal(order)}
    assert len(words) > ORDERS
    # The same orders were there: their ids stand in the ledger, which is no secret.
    ledger = (folder / "demo" / "ledger.db").read_bytes()
    assert all(order["orderId"].encode() in ledger for order in orders)
    secrets = {world.application.client_secret, _WAREHOUSE_SECRET, "Atza|"}
    secrets |= {seller.refresh_token for seller in world.sellers.values()}
    allowed = {folder / "demo" / "warehouse-seed.json": {_WAREHOUSE_SECRET}}
    found = [
        f"{file.relative_to(folder)}: {word}"
        for file in folder.rglob("*")
        if file.is_file()
        for content in [file.read_bytes()]
        for word in (words | secrets) - allowed.get(file, set())
        if any(form in content for form in _forms(word))
    ]
    assert not found


def _personal(part: Any) -> Iterator[str]:
    """Yield every personal text of an order; short ones occur by chance in any database."""
    if isinstance(part, list):
        for each in part:
            yield from _personal(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in PERSONAL and isinstance(value, str) and len(value) >= 8:
                yield value
            else:
                yield from _personal(value)


def _forms(word: str) -> set[bytes]:
    """Return how a word may stand in a file: as it is, and as JSON writes it."""
    return {
        word.encode(),
        json.dumps(word)[1:-1].encode(),
        json.dumps(word, ensure_ascii=False)[1:-1].encode(),
    }
