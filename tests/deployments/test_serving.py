"""Deployments as data, served by ``dockwire up``: started, failed and retried as the Prefect UI does it."""

import time
from collections import Counter
from datetime import timedelta

from dockwire.faults.rules import Rule
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.deployments.browser import PrefectPages
from tests.deployments.pages import Pages
from tests.deployments.town import SELLER, Town

NAME = "order-import/town-us"


def references(town: Town) -> Counter[str]:
    """Return how often each reference stands in the warehouse."""
    return Counter(order["referenceNum"] for order in town.warehouse.read(IN_PROCESS, read_state)["orders"])


def test_deployments_follow_the_stored_connections_and_repeat_harmlessly(town: Town) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    made = {each["what"]: each["change"] for each in town.dockwire("deploy", "--json").data["changes"]}
    assert made[NAME] == "created"
    pages = Pages(town)
    first = pages.deployment(NAME)
    assert first["parameters"] == {"connection": "town-us"}
    assert set(first["tags"]) == {"dockwire", "connection:town-us", "marketplace:US", f"seller:{SELLER}"}
    (schedule,) = first["schedules"]
    assert schedule["schedule"]["interval"] == timedelta(minutes=15).total_seconds()
    assert first["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert first["global_concurrency_limit"]["limit"] == 1
    again = town.dockwire("deploy", "--json").data["changes"]
    assert {each["change"] for each in again} == {"unchanged"}
    assert pages.deployment(NAME)["updated"] == first["updated"]


def test_a_failed_run_retried_from_the_pages_does_what_is_left_and_no_more(
    town: Town, seen: PrefectPages
) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    assert town.dockwire("deploy").code == 0
    pages = Pages(town)
    pages.rest(NAME)
    with town.serving():
        deployment = pages.deployment(NAME)["id"]
        # The first orders are taken, then the warehouse denies the right: a person has to act.
        town.faults.replace(
            [Rule(method="POST", path="^/orders$", after=3, effect={"kind": "status", "status": 403})]
        )
        run = pages.post(f"deployments/{deployment}/create_flow_run", {})["id"]
        failed = pages.end_of(run)
        assert failed["state_type"] == "FAILED", failed["state"]
        assert "denies" in failed["state"]["message"]
        begun = references(town)
        assert 0 < begun.total() < 8
        town.faults.replace([])
        seen.open_run(run)
        seen.expect_state("Failed")
        seen.picture("failed")
        seen.retry()
        assert pages.end_of(run, attempt=2)["state_type"] == "COMPLETED"
        seen.expect_state("Completed")
        seen.picture("retried")
        ended = references(town)
        assert ended.total() > begun.total()
        assert set(ended.values()) == {1}
        assert begun.keys() <= ended.keys()
        once_more = pages.post(f"deployments/{deployment}/create_flow_run", {})["id"]
        assert pages.end_of(once_more)["state_type"] == "COMPLETED"
        assert references(town) == ended
    assert "Warning" not in (town.folder / "up.log").read_text()


MORE = """
[connections.town-ca]
like        = "town-us"
seller      = "later-na"
marketplace = "CA"
"""


UNAPPROVED = """
[connections.town-mx]
like           = "town-us"
marketplace    = "MX"
needs_approval = true
"""


def test_a_connection_that_comes_later_is_served_without_a_restart_once_its_seller_consents(
    town: Town,
) -> None:
    path = town.connections()
    assert town.dockwire("apply", str(path)).code == 0
    pages = Pages(town)
    with town.serving():
        pages.deployment(NAME)
        seller = path.read_text().partition("[sellers.town-na]")[2].partition("[")[0]
        waits = [line for line in seller.splitlines() if not line.startswith(("refresh_token", "seller_id"))]
        path.write_text("\n".join([path.read_text(), "[sellers.later-na]", *waits, MORE]))
        assert town.dockwire("apply", str(path), "--json").data["waiting"] == ["later-na"]
        # Only the connections that can run are deployed.
        assert "town-ca: seller account later-na waits" in town.dockwire("deploy", "--plan").err
        told = town.dockwire("doctor", "--json").data
        waiting = next(row for row in told if row["what"] == "connections")
        assert "waiting for the seller's consent: town-ca" in waiting["detail"]
        assert "dockwire deploy" not in waiting["do"]
        given = ("--granted", "2026-11-01", "--seller-id", "A3LATER", "--token-env", "SELLER_TOKEN")
        assert town.dockwire("consent", "record", "later-na", *given).code == 0
        later = pages.deployment("order-import/town-ca")["id"]
        assert pages.ask_for_run(later)["parameters"] == {"connection": "town-ca"}
        # One that waits for the 3PL is named with the way to its approval, by both.
        path.write_text(path.read_text() + UNAPPROVED)
        sentence = "connection town-mx waits for the 3PL's approval"
        assert sentence in town.dockwire("apply", str(path)).out
        give_up = time.monotonic() + 240
        while sentence not in (log := (town.folder / "up.log").read_text()):
            assert time.monotonic() < give_up, log
            time.sleep(0.2)
    assert "created: order-import/town-ca" in log
    assert "'dockwire run onboarding town-mx' names it, or starts one" in log


def test_what_waits_when_a_work_pool_takes_over_is_asked_for_anew_or_left_to_the_schedule(town: Town) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    assert town.dockwire("deploy").code == 0
    pages = Pages(town)
    deployment = pages.deployment(NAME)["id"]
    asked = {"parameters": {"dry_run": True}, "name": "by-hand"}
    by_hand = pages.post(f"deployments/{deployment}/create_flow_run", asked)["id"]
    (due, *_) = pages.scheduled_runs_of(deployment)
    late = {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": "2025-11-01T00:00:00Z"}}
    pages.post(f"flow_runs/{due}/set_state", {"state": late, "force": True})
    for _ in range(2):
        assert town.dockwire("deploy", "--pool", "shop").code == 0
    assert pages.get(f"flow_runs/{due}") is None, "the schedule's next run covers it"
    before = pages.get(f"flow_runs/{by_hand}")
    wanted = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    runs = [run for run in pages.post("flow_runs/filter", wanted) if not run["auto_scheduled"]]
    (anew,) = [run for run in runs if run["id"] != by_hand]
    assert (before["state_type"], anew["id"] in before["state"]["message"]) == ("CANCELLED", True)
    assert {name: anew[name] for name in ("name", "work_pool_name", "parameters")} == {
        "name": "by-hand",
        "work_pool_name": "shop",
        "parameters": {"connection": "town-us", "dry_run": True},
    }


def test_a_worker_of_a_pool_runs_them_in_a_folder_of_its_own(town: Town) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    assert town.dockwire("deploy", "--pool", "box").code == 0
    pages = Pages(town)
    deployment = pages.deployment(NAME)
    assert (deployment["work_pool_name"], deployment["path"]) == ("box", None)
    # A relative state folder would be another one in each run's folder.
    with town.serving("worker", "--pool", "box", "--limit", "1", DOCKWIRE_STATE_DIR="state"):
        pages.ask_for_run(deployment["id"])
    assert references(town).total() > 0
    assert (town.folder / "state" / "ledger.db").exists()
