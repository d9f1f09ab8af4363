"""``dockwire purge`` and ``dockwire key`` on a state folder: what they do, say and refuse."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments.command import app
from dockwire.clock import SystemClock
from dockwire.keys import KEY_FILE, KeyFile
from dockwire.ledger import SqlLedger
from dockwire.model.order import OrderStatus
from dockwire.sealing import Sealer, fingerprint
from dockwire.warehouse import Warehouse, load_seed
from dockwire.warehouse.work import IN_PROCESS
from tests.builders import connection, line, order
from tests.unit.ledger.acts import number, read
from tests.unit.warehouse.houses import SEED
from tests.unit.warehouse.houses import order as warehouse_order

LONG_AGO = datetime.now(UTC) - timedelta(days=40)


def dockwire(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def data(*words: str) -> Any:
    told = dockwire(*words, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder whose ledger has one order that ended long ago and one that did not."""
    for name in [name for name in os.environ if name.startswith("DOCKWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    asyncio.run(fill(tmp_path))
    return tmp_path


async def fill(folder: Path) -> None:
    sealer = Sealer(KeyFile(folder).keys)
    ledger = await SqlLedger.open(f"sqlite:///{folder / 'ledger.db'}", sealer=sealer)
    await ledger.register(connection(), now=LONG_AGO)
    over = order(status=OrderStatus.SHIPPED, updated=LONG_AGO, lines=(line(gift_message="GIFTWORDS"),))
    await read(ledger, over, order(order_id=number(2), updated=datetime.now(UTC)))
    await ledger.close()


def furnish(folder: Path) -> None:
    house = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}", sealer=Sealer(KeyFile(folder).keys), clock=SystemClock()
    )
    load_seed(house, SEED)
    house.create_order(IN_PROCESS, warehouse_order("R-1"))
    house.close()


@pytest.mark.usefixtures("state")
def test_a_dry_run_counts_and_the_purge_does_the_same() -> None:
    trial = data("purge", "--dry-run")
    assert (trial["dry_run"], trial["would_purge_in_ledger"], trial["kept_in_ledger"]) == (True, 1, 2)
    done = data("purge")
    assert (done["purged_in_ledger"], done["kept_in_ledger"]) == (1, 1)
    (row,) = done["rows"]
    assert (row["of"], row["purged"], row["kept"]) == ("acme-us", "1 over_at_amazon", "1")
    again = dockwire("purge")
    assert "0 purged in ledger, 1 kept in ledger" in again.stdout
    shown = data("orders", "show", order().order_id)
    assert "order_purged" in json.dumps(shown)
    assert "dockwire purge by" in json.dumps(shown)
    assert "GIFTWORDS" not in json.dumps(shown)


def test_the_embedded_warehouse_counts_where_there_is_one(state: Path) -> None:
    furnish(state)
    done = data("purge")
    assert (done["purged_in_warehouse"], done["kept_in_warehouse"]) == (0, 1)
    assert not (state / "elsewhere").exists()


def test_each_database_is_purged_whatever_befalls_the_other(
    state: Path,
) -> None:
    furnish(state)
    (state / "ledger.db").rename(state / "kept.db")
    (state / "ledger.db").write_bytes(b"no database at all" * 100)
    told = dockwire("purge", "--json")
    assert told.exit_code == 1
    done = json.loads(told.stdout)
    assert (done["kept_in_warehouse"], "kept_in_ledger" in done) == (1, False)
    assert "in the ledger was not purged" in told.stderr
    (state / "warehouse.db").write_bytes(b"no database at all" * 100)
    both = dockwire("purge")
    assert (both.exit_code, both.stdout) == (1, "")
    assert [f"in the {name} was not purged" in both.stderr for name in ("ledger", "warehouse")] == [
        True,
        True,
    ]
    (state / "kept.db").rename(state / "ledger.db")
    assert "1 purged in ledger" in dockwire("purge").stdout


def test_a_window_beyond_what_amazon_allows_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKWIRE_PURGE_AFTER_DAYS", "31")
    refused = dockwire("purge")
    assert refused.exit_code == 1
    assert "DOCKWIRE_PURGE_AFTER_DAYS" in refused.stderr


def test_a_key_is_rotated_listed_and_dropped(state: Path) -> None:
    furnish(state)
    (old,) = Sealer(KeyFile(state).keys()).fingerprints
    (before,) = data("key", "list")
    assert (before["key"], before["use"], before["warehouse"]) == (old, "seals", "1")
    refused = dockwire("key", "drop", old)
    assert (refused.exit_code, "newest" in refused.stderr) == (1, True)

    rotated = data("key", "rotate")
    assert rotated["sealed_anew"] == int(before["ledger"]) + 1
    assert [(row["key"], row["use"]) for row in data("key", "list")] == [
        (rotated["newest"], "seals"),
        (old, "unused"),
    ]
    assert data("key", "drop", old) == {"dropped": old}
    assert [row["key"] for row in data("key", "list")] == [rotated["newest"]]
    assert data("purge")["purged_in_ledger"] == 1
    assert dockwire("key", "drop", old).exit_code == 2


def test_a_key_that_is_needed_is_neither_dropped_nor_missed_late(state: Path) -> None:
    file = KeyFile(state)
    (old_key,) = file.keys()
    old = fingerprint(old_key)
    new = file.add_newest()
    refused = dockwire("key", "drop", old)
    assert (refused.exit_code, "still sealed with" in refused.stderr) == (1, True)
    both = file.path.read_text()
    (state / KEY_FILE).write_text(both.splitlines()[0])
    stopped = dockwire("orders", "list")
    assert stopped.exit_code == 1
    assert old in stopped.stderr
    assert old_key not in stopped.output
    # Put back, the rotation goes on to the key that is in front already.
    (state / KEY_FILE).write_text(both)
    assert data("key", "rotate")["newest"] == new
    assert [(row["key"], row["use"]) for row in data("key", "list")] == [(new, "seals"), (old, "unused")]


def test_keys_of_the_environment_are_rotated_to_the_first(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = KeyFile(state).keys()
    new = Sealer.new_key()
    monkeypatch.setenv("DOCKWIRE_ENCRYPTION_KEYS", f"{new},{old}")
    assert data("key", "rotate")["newest"] == fingerprint(new)
    assert dockwire("key", "drop", fingerprint(old)).exit_code == 2
    monkeypatch.setenv("DOCKWIRE_ENCRYPTION_KEYS", new)
    assert [row["use"] for row in data("key", "list")] == ["seals"]
