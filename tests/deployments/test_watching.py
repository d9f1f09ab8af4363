"""The watch on a real Prefect server: runs that went away are told by mail, through automations made by code."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dockwire.mail.folder import keep_mail
from tests.deployments.pages import Pages
from tests.deployments.town import Town

CONTACTS = """
[mail.office]
smtp_server = "127.0.0.1"
smtp_type   = "INSECURE"
smtp_port   = {port}

"""


def connected(town: Town, port: int, *kinds: str) -> None:
    """Store the town's connection with a mail server and one person for these kinds."""
    path = town.connections()
    text = path.read_text().replace('warehouse    = "town"', 'warehouse    = "town"\nmail         = "office"')
    wanted = "\n".join(f'{kind} = ["engineer@example.com"]' for kind in kinds)
    path.write_text(CONTACTS.format(port=port) + text + f"\n[connections.town-us.contacts]\n{wanted}\n")
    assert town.dockwire("apply", str(path)).code == 0


@contextmanager
def mails(town: Town) -> Iterator[tuple[int, Path]]:
    """Run a mail server that keeps what it gets; give its port and its folder."""
    folder = town.folder / "mail"
    server = keep_mail(folder)
    try:
        yield server.port, folder
    finally:
        server.stop()


def ours(pages: Pages) -> dict[str, dict[str, Any]]:
    """Return dockwire's automations by name."""
    found = pages.post("automations/filter", {"limit": 200})
    return {each["name"]: each for each in found if each["name"].startswith("dockwire: ")}


def changes(told: Any) -> dict[str, str]:
    """Return what a deploy did with each thing, by name."""
    return {each["what"]: each["change"] for each in told["changes"]}


def eventually(what: str, look: Any) -> Any:
    """Wait, with patience, until ``look`` finds something."""
    give_up = time.monotonic() + 180
    while time.monotonic() < give_up:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what} did not happen")


def test_automations_follow_what_the_contacts_ask_for_and_repeat_harmlessly(town: Town) -> None:
    pages = Pages(town)
    stranger = {
        "name": "somebody else's", "trigger": {"type": "event", "expect": ["somebody.elses"], "posture": "Reactive", "threshold": 1, "within": 0},
        "actions": [{"type": "do-nothing"}],
    }  # fmt: skip
    pages.post("automations/", stranger)
    connected(town, 25, "run_crashed", "run_late")
    crash, late = "automation 'dockwire: a run crashed'", "automation 'dockwire: a run does not start'"
    planned = changes(town.dockwire("deploy", "--plan", "--json").data)
    silent = "automation 'dockwire: a run went away'"
    assert [planned[each] for each in (crash, late, silent)] == ["created"] * 3
    assert ours(pages) == {}
    made = changes(town.dockwire("deploy", "--json").data)
    assert made == planned
    assert made["watch/all"] == "created"
    first = ours(pages)
    assert {f"automation {name!r}" for name in first} == {crash, late, silent}
    # The watch's deployment is not what these belong to.
    assert {each["change"] for each in town.dockwire("deploy", "--json").data["changes"]} == {"unchanged"}
    again = ours(pages)
    assert {name: (each["id"], each["updated"]) for name, each in again.items()} == {
        name: (each["id"], each["updated"]) for name, each in first.items()
    }
    # As after two that deployed at the same moment.
    crashed = first["dockwire: a run crashed"]
    pages.post("automations/", {name: crashed[name] for name in ("name", "trigger", "actions")})
    connected(town, 25, "run_crashed")
    told = town.dockwire("deploy", "--json").data["changes"]
    assert sorted(each["what"] for each in told if each["change"] == "removed") == [crash, late]
    found = pages.post("automations/filter", {"limit": 200})
    left = sorted(each["name"] for each in found if each["name"].startswith("dockwire: "))
    assert left == [crashed["name"], "dockwire: a run went away"]
    connected(town, 25, "run_failed")
    assert town.dockwire("deploy", "--json").code == 0
    # A connection is freed of a dead run whoever is told.
    assert set(ours(pages)) == {"dockwire: a run went away"}
    left = [each["name"] for each in pages.post("automations/filter", {"limit": 200})]
    assert "somebody else's" in left


def test_a_run_that_crashes_starts_the_watch_and_is_mailed_once(town: Town) -> None:
    with mails(town) as (port, folder):
        connected(town, port, "run_crashed", "run_late")
        pages = Pages(town)
        # The connection is known to the ledger once it has run.
        assert town.dockwire("run", "order-import", "town-us").code == 0
        # Prefect has to know of the automations before there is a crash to see.
        assert town.dockwire("deploy").code == 0
        pages.rest("watch/all")
        with town.serving():
            run = pages.post(
                f"deployments/{pages.deployment('order-import/town-us')['id']}/create_flow_run",
                {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": _at(hours=1)}}},
            )["id"]
            crash = {"type": "CRASHED", "message": "Flow run process exited with status code -9."}
            pages.post(f"flow_runs/{run}/set_state", {"state": crash, "force": True})
            (mail,) = eventually("a mail of the crash", lambda: list(folder.glob("*run-crashed*")))
            text = mail.read_text()
            assert run in text
            assert "order-import" in text
            # It was not the watch's own schedule that came by.
            assert {"flow_run_id": run, "happened": "a run crashed"} in _watches(pages)
        said = town.dockwire("run", "watch", "--json")
        assert said.code == 0, said.err
        assert len(list(folder.glob("*run-crashed*"))) == 1


def _at(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat()


def _watches(pages: Pages) -> list[dict[str, Any]]:
    """Return the parameters of the watch's runs."""
    deployment = pages.deployment("watch/all")["id"]
    runs = pages.post("flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}})
    return [run["parameters"] for run in runs]


def test_a_late_run_is_told_when_the_watch_comes_to_it_and_only_then(town: Town) -> None:
    with mails(town) as (port, folder):
        connected(town, port, "run_late")
        pages = Pages(town)
        assert town.dockwire("run", "order-import", "town-us").code == 0
        assert town.dockwire("deploy").code == 0
        deployment = pages.deployment("tracking-update/town-us")["id"]
        for minutes in (5, 45):
            late = {
                "type": "SCHEDULED",
                "name": "Late",
                "state_details": {"scheduled_time": _at(minutes=-minutes)},
            }
            pages.post(f"deployments/{deployment}/create_flow_run", {"state": late})
        for _ in range(2):
            said = town.dockwire("run", "watch", "--json")
            assert said.code == 0, said.err
        (mail,) = folder.glob("*runs-do-not-start*")
        text = mail.read_text()
        # As many minutes as the commands before took come on top.
        (minutes,) = set(re.findall(r"should have started (\d+) minutes ago", text))
        assert 45 <= int(minutes) < 60
        said = town.dockwire("mail", "test", "town-us", "new@example.com", "--json")
        assert said.data == {"sent": True, "server": "127.0.0.1", "to": "new@example.com"}, said.err
        assert "new@example.com" in next(folder.glob("*this-is-a-test*")).read_text()
