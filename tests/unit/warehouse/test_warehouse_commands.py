"""``dockwire warehouse``: filling from files, serving, and what is said when something is wrong."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest
from psycopg import sql
from typer.testing import CliRunner

from dockwire.cli.warehouse import app
from tests.databases import PostgresServer
from tests.unit.warehouse.houses import CREDENTIALS, SEED, order

TOML = """
[[facilities]]
name = "Reno"
time_zone = "America/Los_Angeles"

[[customers]]
name = "Acme"
facilities = ["Reno"]

[[items]]
customer = "Acme"
sku = "MUG"
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder that the settings name."""
    for name in [name for name in os.environ if name.startswith("DOCKWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def _file(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_seed_fills_the_database_of_the_settings(state: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["seed", _file(tmp_path, "a.toml", TOML)])
    assert (run.exit_code, run.stdout) == (0, "1 facilities, 1 customers, 1 items\n")
    assert {path.name for path in state.iterdir()} == {"warehouse.db", "encryption.key"}
    url = f"sqlite:///{tmp_path / 'other.db'}"
    seed = _file(tmp_path, "a.json", json.dumps(SEED))
    run = CliRunner().invoke(app, ["seed", seed, "--database", url, "--json"])
    assert json.loads(run.stdout) == {"facilities": 2, "customers": 2, "items": 5, "receipts": 3}
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.toml", "[[items]", "a.toml: "),
        ("a.json", "{", "a.json: "),
        ("a.json", "[]", "facilities, customers"),
        ("a.toml", '[[items]]\nsku = "X"', "items, row 1, customer: Field required"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    state: Path, tmp_path: Path, name: str, content: str, told: str
) -> None:
    run = CliRunner().invoke(app, ["seed", _file(tmp_path, name, content)])
    assert run.exit_code == 2
    assert told in run.stderr
    assert CliRunner().invoke(app, ["seed", str(tmp_path / "missing.toml")]).exit_code == 2


def test_settings_that_cannot_be_used_are_named(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = _file(tmp_path, "a.toml", TOML)
    run = CliRunner().invoke(app, ["seed", seed, "--database", "mysql://u:hush@h/d"])
    assert run.exit_code == 1
    assert "use sqlite" in run.stderr
    assert "hush" not in run.stderr
    monkeypatch.setenv("DOCKWIRE_ENCRYPTION_KEYS", "short")
    run = CliRunner().invoke(app, ["seed", seed])
    assert run.exit_code == 1
    assert "encryption key" in run.stderr
    run = CliRunner().invoke(app, ["serve", "--time-zone", "Nowhere/Land"])
    assert (run.exit_code, "Nowhere/Land is no IANA" in run.stderr) == (2, True)


def test_serve_answers_until_it_is_interrupted(state: Path, tmp_path: Path) -> None:
    seed = _file(tmp_path, "seed.json", json.dumps(SEED | CREDENTIALS))
    command = [sys.executable, "-c", "from dockwire.cli.warehouse import app; app()", "serve"]
    switches = _file(tmp_path, "s.toml", "token_seconds = 1800")
    options = ["--port", "0", "--seed-file", seed, "--switches", switches, "--control", "--json"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        with httpx.Client(base_url=url, timeout=60) as client:
            grant = {"grant_type": "client_credentials", "user_login": "integration"}
            token = client.post("/AuthServer/api/Token", auth=("all", "s1"), json=grant).json()
            assert token["expires_in"] == 1800
            header = {"Authorization": f"Bearer {token['access_token']}"}
            assert client.post("/orders", json=order("R-1"), headers=header).status_code == 201
            assert client.get("/orders").status_code == 401
            assert len(client.get("/_sim/state").json()["orders"]) == 1
            faults = [{"path": "/orders", "effect": {"kind": "status", "status": 503}}]
            assert client.post("/_sim/faults", json=faults).status_code == 200
            assert client.get("/orders").status_code == 503
        server.send_signal(signal.SIGINT)
        said, complained = server.communicate(timeout=60)
    assert said == b""
    assert b"Traceback" not in complained
    assert b"Ann" not in complained


def test_what_the_database_forbids_is_told_in_a_sentence(
    state: Path, tmp_path: Path, postgresql_url: str, postgresql_server: PostgresServer
) -> None:
    seed = _file(tmp_path, "a.toml", TOML)
    assert CliRunner().invoke(app, ["seed", seed, "--database", postgresql_url]).exit_code == 0
    role = sql.Identifier(f"reader{uuid.uuid4().hex}")
    postgresql_server.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE pg_read_all_data").format(role))
    reading = postgresql_url.replace("postgres:@", f"{role.as_string(None).strip(chr(34))}:@")
    run = CliRunner().invoke(
        app, ["seed", _file(tmp_path, "b.toml", TOML.replace("MUG", "TEA")), "--database", reading]
    )
    assert (run.exit_code, run.stdout) == (1, "")
    assert "does not answer (InsufficientPrivilege)" in run.stderr
    postgresql_server.execute(sql.SQL("DROP ROLE {}").format(role))


def test_switches_come_from_a_file_and_unknown_ones_are_named(state: Path, tmp_path: Path) -> None:
    for content, told in (("duplicate_scope = 'shop'", "duplicate_scope: "), ("tokens = 1", "tokens: ")):
        run = CliRunner().invoke(app, ["serve", "--switches", _file(tmp_path, "s.toml", content)])
        assert run.exit_code == 2
        assert told in run.stderr


def test_a_port_that_is_taken_is_told(state: Path) -> None:
    run = CliRunner().invoke(app, ["serve", "--host", "192.0.2.1"])
    assert run.exit_code == 2
    assert "cannot listen on 192.0.2.1:8602" in run.stderr
