"""Seeing a real run from outside: its log lines, its metrics, the table in Prefect, and ``dockwire status``."""

import json
import sqlite3

import httpx
from prometheus_client.parser import text_string_to_metric_families

from dockwire.faults.rules import Rule
from tests.deployments.pages import Pages
from tests.deployments.town import Said, Town
from tests.servers import port_for_later

NAME = "order-import/town-us"


def run_once(pages: Pages, name: str = NAME) -> str:
    """Run a deployment as Prefect's pages do; return the id of the run that completed."""
    return str(pages.ask_for_run(pages.deployment(name)["id"])["id"])


def metrics(port: int) -> dict[str, float]:
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
    return {
        f"{sample.name} {sample.labels.get('kind', sample.labels.get('flow', ''))}".strip(): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_served_run_is_seen_in_logs_metrics_and_tables(town: Town) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    pages, port = Pages(town), port_for_later()
    with town.serving("up", "--metrics", str(port), DOCKWIRE_LOG_FORMAT="json", DOCKWIRE_LOG_LEVEL="DEBUG"):
        run = run_once(pages)
        found = metrics(port)
        # What Prefect keeps of the run is what it always was: text, our lines among it.
        pages.await_line(run, "dockwire.http", "createOrder")
        run_once(pages, "watch/all")
    assert found["dockwire_facts_total order_created"] > 3
    assert found["dockwire_run_unfinished order-import"] == 0
    lines = [line for line in (town.folder / "up.log").read_text().splitlines() if line.startswith("{")]
    of_run = [line for line in map(json.loads, lines) if line.get("run") == run]
    loggers = {line["logger"].split(".")[0] for line in of_run}
    assert loggers == {"dockwire", "prefect"}
    # Prefect's own line from before our work began, and ours with the order it is about.
    assert any(line["message"].startswith("Beginning flow run") for line in of_run)
    assert any(line.get("order") and line["connection"] == "town-us" for line in of_run)
    table = pages.get("artifacts/status/latest")
    (row,) = json.loads(table["data"])
    assert row["connection"] == "town-us"
    assert row["import"].endswith(" ago")


def test_status_excuses_what_is_paused_or_gone_and_nothing_else(town: Town) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    assert town.dockwire("deploy").code == 0
    town.faults.replace([Rule(method="GET", path="^/customers", effect={"kind": "status", "status": 403})])
    assert town.dockwire("run", "order-import", "town-us").code == 1
    with sqlite3.connect(town.folder / "state" / "ledger.db") as ledger:
        ledger.execute("UPDATE connections SET registered = '2025-01-01 00:00:00.000000'")
    late = town.dockwire("status", "--json")
    assert (late.code, late.data[0]["paused"], "run_late" in codes(late)) == (1, False, True)
    assert "denies" in late.data[0]["runs"]["order-import"]["last"]["sentence"]
    pages = Pages(town)
    deployment = pages.deployment(NAME)["id"]
    pages.act(f"deployments/{deployment}/pause_deployment")
    half = town.dockwire("status", "--json")
    assert codes(half) == {"run_late"}, "a paused import excuses no tracking update"
    other = pages.deployment("tracking-update/town-us")["id"]
    pages.act(f"deployments/{other}/pause_deployment")
    paused = town.dockwire("status", "--json")
    assert (paused.code, paused.data[0]["paused"], codes(paused)) == (0, True, set())
    assert 'dockwire_health{connection="town-us"} 0.0' in town.dockwire("metrics").out
    pages.act(f"deployments/{deployment}/resume_deployment")
    pages.delete_block("marketplace-connection", "town-us")
    gone = town.dockwire("status")
    assert (gone.code, "fine (paused)" in gone.out) == (0, True)


MORE = """
[connections.town-ca]
like           = "town-us"
marketplace    = "CA"
needs_approval = true

[connections.town-mx]
like        = "town-us"
seller      = "later-na"
marketplace = "MX"
"""


def test_status_shows_what_is_stored_and_never_ran_and_goes_on_without_prefect(town: Town) -> None:
    path = town.connections()
    seller = path.read_text().partition("[sellers.town-na]")[2].partition("[")[0]
    waits = [line for line in seller.splitlines() if not line.startswith(("refresh_token", "seller_id"))]
    path.write_text("\n".join([path.read_text(), "[sellers.later-na]", *waits, MORE]))
    assert town.dockwire("apply", str(path)).code == 0
    assert town.dockwire("run", "order-import", "town-us").code == 0
    stored = {row["connection"]: row for row in town.dockwire("status", "--json").data}
    why = {
        name: [
            (each["health"], each["code"], each["fixer"])
            for each in row["reasons"]
            if each["code"] != "orders_held"
        ]
        for name, row in stored.items()
    }
    assert why["town-ca"] == [("act", "approval_wanted", "clerk")]
    assert why["town-mx"] == [("look", "never_ran", "merchant")]
    assert "never_ran" not in str(why["town-us"])
    assert "waits for its seller's consent" in str(stored["town-mx"]["reasons"])
    assert 'dockwire_health{connection="town-ca"} 2.0' in (seen := town.dockwire("metrics").out)
    assert 'dockwire_health{connection="town-mx"} 1.0' in seen
    path.write_text(path.read_text().replace("needs_approval = true", "needs_approval = false"))
    assert town.dockwire("apply", str(path)).code == 0
    one = town.dockwire("status", "town-ca")
    assert (one.code, "It is stored and not deployed" in one.out) == (0, True)
    assert town.dockwire("deploy").code == 0
    table = town.dockwire("status").out
    row = next(line.split() for line in table.splitlines() if line.startswith("town-ca"))
    assert row[:6] == ["town-ca", "look", "never", "never", "never", "read"], table
    assert "It is deployed and has not run yet" in table
    assert town.dockwire("connection", "pause", "town-ca").code == 0
    assert town.dockwire("status", "town-ca").out.startswith("town-ca: fine (paused)")
    # What the ledger knows is shown when Prefect cannot be asked.
    alone = town.dockwire("status", PREFECT_API_URL="http://127.0.0.1:9/api")
    assert [line.split()[0] for line in alone.out.splitlines()[:2]] == ["connection", "town-us"]
    assert "stored connections that have not run yet are not shown" in alone.err


def codes(said: Said) -> set[str]:
    """Return why the only connection is not fine."""
    (row,) = said.data
    return {reason["code"] for reason in row["reasons"]}
