"""Asked to end, ``dockwire up`` ends in order, and its Prefect server neither before it nor after it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun, StateType

from deployments.left_runs import Left, end_of
from deployments.prefect_server import start, stop
from dockwire.faults.rules import Rule
from tasks.seeing_runs import AGAIN
from tests.deployments.pages import Pages
from tests.deployments.town import Town
from tests.servers import port_for_later

DUE_SECONDS = 45.0
"""Less than Prefect waits for a server that is gone."""


DEAF = ("sh", "-c", 'trap \'\' INT; exec "$0" "$@"')
"""As a shell starts what it puts into the background."""


def to_all(number: int) -> Callable[[int], None]:
    """Send to the process group, as a terminal does."""
    return lambda pid: os.killpg(pid, number)


def to_one(number: int) -> Callable[[int], None]:
    return lambda pid: os.kill(pid, number)


@pytest.fixture
def connected(resting_town: Town) -> Town:
    """Store a connection, so that there is something to serve."""
    assert resting_town.dockwire("apply", str(resting_town.connections())).code == 0
    return resting_town


def twice(number: int) -> Callable[[int], None]:
    """Send to the process group, and again while it winds up."""

    def send(pid: int) -> None:
        for wait in (0.0, 0.01, 0.05, 0.2, 0.5):
            time.sleep(wait)
            with suppress(ProcessLookupError):
                os.killpg(pid, number)

    return send


def started(
    town: Town, log: Path, *, port: int | None = None, shell: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start ``dockwire up`` in a process group of its own and wait until it serves."""
    # Two that start at once, in two workers, would both find the usual port free.
    words = ("--prefect-port", str(port or port_for_later()))
    with log.open("wb") as output:
        up = subprocess.Popen(
            [*shell, sys.executable, "-m", "deployments", "up", *words],
            cwd=town.folder, env=town.environment(), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    give_up = time.monotonic() + 240
    while "until Ctrl-C" not in log.read_text():
        assert up.poll() is None, log.read_text()
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return up


def answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=5.0).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    ("send", "shell"),
    [
        (twice(signal.SIGINT), ()),
        (to_all(signal.SIGINT), DEAF),
        (to_one(signal.SIGTERM), ()),
        (to_one(signal.SIGHUP), ()),
    ],
    ids=["ctrl-c-twice", "background", "terminated", "hung-up"],
)
def test_up_ends_with_its_server_and_without_a_traceback(
    connected: Town, send: Callable[[int], None], shell: Sequence[str]
) -> None:
    log = connected.folder / "up.log"
    port = port_for_later()
    up = started(connected, log, port=port, shell=shell)
    api = connected.local_server()
    assert api == f"http://127.0.0.1:{port}/api"
    assert answers(api)
    send(up.pid)
    assert up.wait(DUE_SECONDS) == 0
    assert not answers(api)
    said = log.read_text()
    assert said.endswith("stopped\n")
    assert "order-import/town-us     every 15 minutes" in said
    assert "Traceback" not in said


def test_a_server_does_not_outlive_an_up_that_was_killed(connected: Town) -> None:
    up = started(connected, connected.folder / "up.log")
    api = connected.local_server()
    os.kill(up.pid, signal.SIGKILL)
    up.wait()
    give_up = time.monotonic() + DUE_SECONDS
    while answers(api):
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_a_child_is_not_reached_by_ctrl_c() -> None:
    child = start([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    stop(child)
    assert child.stdin is not None
    child.stdin.close()


def test_a_run_whose_service_went_away_keeps_no_later_run_from_starting(connected: Town) -> None:
    # The schedule's own run, which would be due now and then, would have the deployment's only place.
    assert connected.dockwire("deploy").code == 0
    assert connected.dockwire("connection", "pause", "town-us").code == 0
    connected.faults.replace([Rule(path="^/", effect="hang")])
    log = connected.folder / "up.log"
    up = started(connected, log)
    pages = Pages(connected, connected.local_server())
    run = {"killed": begun(pages)}
    power_lost(connected)
    up.wait()

    up = started(connected, log)
    assert "1 runs of a service that went away are ended in Prefect" in log.read_text()
    pages = Pages(connected, connected.local_server())
    found = pages.get(f"flow_runs/{run['killed']}")["state"]
    assert (found["type"], found["message"][:36]) == ("CRASHED", "The service that ran it went away. S")
    # The deployment runs one at a time, and cancels what comes meanwhile: this one begins.
    run["stopped"] = begun(pages)
    twice(signal.SIGINT)(up.pid)
    assert up.wait(DUE_SECONDS) == 0
    said = log.read_text()
    assert (said.endswith("stopped\n"), "Traceback" in said) == (True, False), said
    books = connected.folder / "state" / "prefect" / "prefect.db"
    with closing(sqlite3.connect(books)) as link:
        query = "SELECT message FROM flow_run_state WHERE flow_run_id = ? AND type = 'CRASHED'"
        assert link.execute(query, (run["stopped"],)).fetchone() == (f"The service was stopped. {AGAIN}",)


@pytest.mark.parametrize(
    ("why", "scheduled", "state", "told"),
    [
        (Left.STOPPED, True, StateType.CANCELLED, "The service was stopped. The next run does what is left."),
        (Left.STOPPED, False, StateType.CRASHED, f"The service was stopped. {AGAIN}"),
        (
            Left.AWAY,
            True,
            StateType.CRASHED,
            "The service that ran it went away. The next run does what is left.",
        ),
        (Left.AWAY, False, StateType.CRASHED, f"The service that ran it went away. {AGAIN}"),
    ],
)
def test_what_no_schedule_repeats_is_told_also_after_a_stop(
    why: Left, scheduled: bool, state: StateType, told: str
) -> None:
    ended = end_of(why, FlowRun(flow_id=uuid4(), auto_scheduled=scheduled))
    assert (ended.type, ended.message) == (state, told)


def power_lost(town: Town) -> None:
    """End whatever works on this state folder, with no time to say so: the service, its server and its runs."""
    mine = f"DOCKWIRE_STATE_DIR={town.folder / 'state'}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        # Others' processes may not be read, and some end meanwhile.
        with suppress(OSError):
            if mine in environment.read_bytes().split(b"\0"):
                os.kill(int(environment.parent.name), signal.SIGKILL)


def asked(pages: Pages) -> str:
    """Ask for an import now and return its run."""
    deployment = pages.deployment("order-import/town-us")["id"]
    return str(pages.post(f"deployments/{deployment}/create_flow_run", {})["id"])


def begun(pages: Pages) -> str:
    """Ask for an import and wait until it is under way."""
    run, give_up = asked(pages), time.monotonic() + 240
    while pages.get(f"flow_runs/{run}")["state_type"] != "RUNNING":
        assert time.monotonic() < give_up
        time.sleep(0.2)
    return run
