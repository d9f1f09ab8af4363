"""The operating guide's backups bring orders back, and its unit starts what exists: its own text is run."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from dockwire.ledger import SqlLedger
from dockwire.sealing import Sealer
from tests.builders import NOW, order
from tests.databases import PostgresServer
from tests.deployments.town import Said
from tests.unit.ledger.acts import ACME, number, read

GUIDE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")


def script(title: str) -> str:
    """Return the shell block of the guide that begins with this comment."""
    (found,) = [block for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if f"# {title}:" in block]
    return str(found)


def units() -> list[configparser.ConfigParser]:
    """Return the systemd units of the guide; a member that stands twice is an error."""
    found = []
    for text in re.findall(r"```ini\n(.*?)```", GUIDE, re.DOTALL):
        unit = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd tells upper from lower case
        unit.read_string(text)
        found.append(unit)
    return found


def typed(text: str, **environment: str) -> str:
    """Run a shell block as a person does; return what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.pop('PATH', '')}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", "-c", text],
        env=os.environ | environment | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def dockwire(*words: str, **environment: str) -> Said:
    """Run the command."""
    command = [sys.executable, "-m", "deployments", *words]
    ran = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False
    )
    return Said(ran.returncode, ran.stdout, ran.stderr)


async def ledger_with_orders(url: str, key: str, *numbers: int) -> SqlLedger:
    """Return an open ledger with these orders in it."""
    ledger = await SqlLedger.open(url, sealer=Sealer([key]))
    await ledger.register(ACME, now=NOW)
    await read(ledger, *(order(order_id=number(each)) for each in numbers))
    return ledger


def orders_in(said: Said) -> set[str]:
    assert said.code == 0, said.err
    return {row["order"] for row in said.data}


async def test_sqlite_is_backed_up_at_work_and_restored_elsewhere(tmp_path: Path) -> None:
    key, here, there = Sealer.new_key(), tmp_path / "here", tmp_path / "there"
    ledger = await ledger_with_orders(f"sqlite:///{here / 'ledger.db'}", key, 1)
    engine = sa.create_engine(f"sqlite:///{here / 'ledger.db'}")
    with engine.connect() as writer:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        writer.exec_driver_sql("DELETE FROM orders")
        printed = typed(
            script("back up on SQLite"), DOCKWIRE_STATE_DIR=str(here), BACKUPS=str(tmp_path / "b")
        )
        writer.exec_driver_sql("ROLLBACK")
    engine.dispose()
    assert (here / "ledger.db-wal").stat().st_size > 0, "the order was not in the journal: nothing is shown"
    await ledger.close()

    # What is there already, with a journal that was left behind, must not come through.
    other = await ledger_with_orders(f"sqlite:///{there / 'ledger.db'}", key, 2)
    (stale := there / "kept").write_bytes((there / "ledger.db-wal").read_bytes())
    await other.close()
    stale.rename(there / "ledger.db-wal")
    typed(script("restore on SQLite"), DOCKWIRE_STATE_DIR=str(there), FROM=printed)

    settings = {"DOCKWIRE_STATE_DIR": str(there), "DOCKWIRE_ENCRYPTION_KEYS": key}
    assert orders_in(dockwire("orders", "list", "--json", **settings)) == {number(1)}
    without = dockwire("orders", "list", **settings | {"DOCKWIRE_ENCRYPTION_KEYS": Sealer.new_key()})
    assert (without.code, "encryption key" in without.err) == (1, True), without
    assert [path.stat().st_mode & 0o077 for path in Path(printed).iterdir()] == [0]


async def test_postgresql_is_backed_up_at_work_and_restored_elsewhere(
    tmp_path: Path, postgresql_server: PostgresServer, postgresql_urls: Callable[[], str]
) -> None:
    key, here, there = Sealer.new_key(), postgresql_urls(), postgresql_urls()
    programs = {"PATH": str(postgresql_server.programs), "BACKUPS": str(tmp_path)}
    ledger = await ledger_with_orders(here, key, 1)
    try:
        typed(script("back up on PostgreSQL"), LEDGER=_for_programs(here), **programs)
    finally:
        await ledger.close()
    typed(script("restore on PostgreSQL"), LEDGER=_for_programs(there), **programs)

    settings = {"DOCKWIRE_STATE_DIR": str(tmp_path / "state"), "DOCKWIRE_LEDGER_URL": there}
    said = dockwire("orders", "list", "--json", DOCKWIRE_ENCRYPTION_KEYS=key, **settings)
    assert orders_in(said) == {number(1)}


def _for_programs(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize("unit", units(), ids=["up", "worker"])
def test_units_start_a_command_that_exists(unit: configparser.ConfigParser) -> None:
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert program == "/opt/dockwire/app/.venv/bin/dockwire"
    taken = [sys.executable, "-m", "deployments", *words, "--help"]
    assert subprocess.run(taken, capture_output=True, timeout=300, check=False).returncode == 0


def test_the_unit_ends_what_it_started_and_keeps_its_files_to_itself() -> None:
    whole: Any = units()[0]
    assert set(whole) - {"DEFAULT"} == {"Unit", "Service", "Install"}
    service = whole["Service"]
    assert service["UMask"] == "0077"
    assert service["StateDirectoryMode"] == "0700"
    assert (service["KillMode"], service["Restart"]) == ("mixed", "always")
    assert f"DOCKWIRE_STATE_DIR=/var/lib/{service['StateDirectory']}" in GUIDE
    assert f"# {service['EnvironmentFile']}, mode 0600" in GUIDE
