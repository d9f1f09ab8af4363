"""``/metrics`` and ``/healthz`` over real HTTP, and ``dockwire metrics``."""

import json
import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import typer
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from dockwire.cli.metrics import metrics as metrics_command
from dockwire.cli.metrics_app import build_app, serving
from dockwire.clock import ManualClock
from dockwire.errors import SettingsError
from dockwire.ledger import SqlLedger
from dockwire.model.record import Created
from dockwire.sealing import Sealer
from dockwire.services.seeing import excused
from dockwire.settings import Settings
from tests.builders import NOW, order
from tests.servers import serve
from tests.unit.ledger.acts import ACME, claim, placed, read

KEY = Sealer.new_key()
LIMIT = 60.0
"""Seconds an answer may take: the first one opens the ledger, which takes its time on a busy machine."""


def settings(url: str, folder: Path) -> Settings:
    return Settings(ledger_url=url, state_dir=folder, encryption_keys=KEY)


def scraped(url: str) -> dict[tuple[str, str], float]:
    """Return the samples of one scrape by name and first label."""
    answer = httpx.get(f"{url}/metrics", timeout=LIMIT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, sample.labels.get("kind", sample.labels.get("state", ""))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_a_scrape_reads_the_ledger_at_most_every_few_seconds(database_url: str, tmp_path: Path) -> None:
    ledger = await SqlLedger.open(database_url, sealer=Sealer([KEY]))
    await ledger.register(ACME, now=NOW)
    clock = ManualClock(NOW)
    with serve(build_app(settings(database_url, tmp_path), clock=clock)) as url:
        assert scraped(url)["dockwire_facts_total", "order_created"] == 0
        await read(ledger, order())
        await claim(ledger, order())
        created = Created(order().order_id, placed(order().order_id))
        await ledger.record_outcomes(ACME, [created], owner="me", now=NOW)
        clock.advance(4)
        assert scraped(url)["dockwire_facts_total", "order_created"] == 0
        clock.advance(1)
        assert scraped(url)["dockwire_facts_total", "order_created"] == 1
    await ledger.close()


@pytest.mark.parametrize(
    ("paused", "health"),
    [({}, 1), ({ACME.slug: {"order-import"}}, 1), ({ACME.slug: {"order-import", "tracking-update"}}, 0)],
)
async def test_who_is_late_because_somebody_paused_it_is_excused(
    sqlite_url: str, tmp_path: Path, paused: dict[str, set[str]], health: float
) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([KEY]))
    await ledger.register(ACME, now=NOW)
    await ledger.close()
    clock = ManualClock(NOW + timedelta(days=3))
    app = build_app(settings(sqlite_url, tmp_path), clock=clock, excuse=lambda found: excused(found, paused))
    with serve(app) as url:
        assert (scraped(url)["dockwire_health", ""] > 0) == bool(health)


def test_a_ledger_that_is_away_is_told_and_asked_again(tmp_path: Path) -> None:
    away = "postgresql+psycopg://u:hush@127.0.0.1:9/none"
    with serve(build_app(settings(away, tmp_path))) as url:
        for path in ("metrics", "healthz", "healthz"):
            answer = httpx.get(f"{url}/{path}", timeout=LIMIT)
            assert answer.status_code == 503
            assert "does not answer" in answer.text
            assert "hush" not in answer.text


def test_it_is_served_in_a_thread_and_a_taken_port_is_named(tmp_path: Path) -> None:
    here = settings("", tmp_path)
    with serving(here, host="127.0.0.1", port=0) as address:
        assert httpx.get(f"{address}/healthz", timeout=LIMIT).text == "ok\n"
        port = int(address.rpartition(":")[2])
        with pytest.raises(SettingsError, match=f"cannot be served on 127.0.0.1:{port}"):
            serving(here, host="127.0.0.1", port=port).__enter__()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_they_can_be_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # By itself, apart from Prefect: that of an earlier test in this process may have connections to tell of.
    app = typer.Typer()
    app.command()(metrics_command)
    monkeypatch.setenv("DOCKWIRE_STATE_DIR", str(tmp_path))
    told = CliRunner().invoke(app, [])
    assert told.exit_code == 0, told.output
    assert "# TYPE dockwire_facts_total counter\n" in told.stdout
    (sample,) = json.loads(CliRunner().invoke(app, ["--json"]).stdout)
    assert sample["name"] == "dockwire_reading_timestamp_seconds"
