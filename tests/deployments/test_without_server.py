"""Where no Prefect server runs, commands do their work all the same, and the terminal shows only theirs."""

import socket
import subprocess
import sys

from tests.deployments.town import SELLER, Town


def test_connections_are_stored_listed_and_tried_without_a_server(lone_town: Town) -> None:
    stored = lone_town.dockwire("apply", str(lone_town.connections()))
    assert [line.split() for line in stored.out.splitlines()[:3]] == [
        ["added", "sellers.town-na"],
        ["added", "warehouses.town"],
        ["added", "connections.town-us"],
    ]
    assert stored.err.count("\n") == 1
    assert "preparing Prefect's database" in stored.err
    listed = lone_town.dockwire("connection", "list", "--json")
    assert ([row["connection"] for row in listed.data], listed.err) == (["town-us"], "")
    checked = lone_town.dockwire("connection", "check", "town-us", "--json")
    assert (checked.code, checked.err) == (0, "")
    untried = {row["what"]: row["detail"] for row in checked.data if row["ok"] is None}
    assert "OrderConfirm" in untried.pop("closing")
    assert "nothing is deployed" in untried.pop("deployments")
    # A check changes nothing: the first run makes the ledger.
    assert "ledger.db is not there yet" in untried.pop("ledger")
    assert not untried
    deployed = lone_town.dockwire("deploy")
    assert [line.split() for line in deployed.out.splitlines()[:3]] == [
        ["created", "order-import/town-us"],
        ["created", "tracking-update/town-us"],
        ["created", "ship-and-close/town-us"],
    ]
    assert deployed.err == ""
    every = lone_town.dockwire("connection", "check", "--all")
    assert (every.code, every.out) == (0, "ok    town-us: 12 checks passed, 2 cannot tell\n"), every
    assert lone_town.dockwire("connection", "check", "town-us", "--all").code == 2


HURRIED = """
import asyncio

class Hurried(asyncio.SelectorEventLoop):
    def time(self):
        return 12 * super().time()

class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = Hurried

asyncio.set_event_loop_policy(Policy())

from deployments.command import main

main()
"""
"""The command on a clock of its own, which makes a machine look twelve times slower than it is."""


def test_prefects_tables_are_made_however_long_it_takes(lone_town: Town) -> None:
    stored = subprocess.run(
        [sys.executable, "-c", HURRIED, "apply", str(lone_town.connections())],
        cwd=lone_town.folder,
        env=lone_town.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (stored.returncode, "connections.town-us" in stored.stdout) == (0, True), stored.stderr


def test_a_port_for_prefect_that_is_taken_or_not_needed_is_refused_in_a_sentence(lone_town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = lone_town.dockwire("up", "--prefect-port", port)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        f"dockwire: --prefect-port {port}: something listens there already; end it, or name another port\n"
    )
    server = "http://127.0.0.1:9/api"
    useless = lone_town.dockwire("up", "--prefect-port", port, PREFECT_API_URL=server)
    assert (useless.code, f"that at {server} is used" in useless.err) == (2, True)


def test_a_run_says_that_it_needs_a_server_and_why_it_failed_and_each_once(lone_town: Town) -> None:
    assert lone_town.dockwire("apply", str(lone_town.connections())).code == 0
    lone_town.world.sellers[SELLER].consent = False
    said = lone_town.dockwire("run", "order-import", "town-us")
    assert said.code == 1
    assert said.err.count("refresh token") == 1, said.err
    assert said.err.count("'dockwire up' keeps one") == 1
    assert "temporary server" not in said.err
    assert "EventsWorker" not in said.err
