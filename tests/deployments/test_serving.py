"""Deployments as data, served by ``dockwire up``: started, failed and retried as the Prefect UI does it."""

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
    assert NAME in town.dockwire("deploy", "--json").data
    pages = Pages(town)
    first = pages.deployment(NAME)
    assert first["parameters"] == {"connection": "town-us"}
    assert set(first["tags"]) == {"dockwire", "connection:town-us", "marketplace:US", f"seller:{SELLER}"}
    (schedule,) = first["schedules"]
    assert schedule["schedule"]["interval"] == timedelta(minutes=15).total_seconds()
    assert first["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert first["global_concurrency_limit"]["limit"] == 1
    assert NAME in town.dockwire("deploy", "--json").data
    again = pages.deployment(NAME)
    assert again["id"] == first["id"]
    assert [each["schedule"] for each in again["schedules"]] == [schedule["schedule"]]


def test_a_failed_run_retried_from_the_pages_does_what_is_left_and_no_more(
    town: Town, seen: PrefectPages
) -> None:
    assert town.dockwire("apply", str(town.connections())).code == 0
    pages = Pages(town)
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
