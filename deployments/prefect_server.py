"""A local Prefect server as a child process, bound to loopback, for the demo and for one-box use."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from dockwire.errors import SettingsError

_START_SECONDS = 120.0


def prefect_environment(state_dir: Path, port: int) -> dict[str, str]:
    """Return the variables that a local server, its runs and its clients share."""
    api = f"http://127.0.0.1:{port}/api"
    # The pages ask port 4200 whatever port the server listens on, unless told.
    return _home(state_dir) | {"PREFECT_API_URL": api, "PREFECT_SERVER_UI_API_URL": api}


def prepare_environment(state_dir: Path) -> None:
    """Point Prefect, which reads its settings at import, to this installation's state.

    Variables that are set already win. Without PREFECT_API_URL the local server is used while it
    runs; without one, ``deployments.at_hand`` goes to the same database.

    Raises:
        SettingsError: Prefect's folder cannot be written, and its database would be there.
    """
    for name, value in _home(state_dir).items():
        os.environ.setdefault(name, value)
    _make(Path(os.environ["PREFECT_HOME"]))
    note = _note(state_dir)
    if "PREFECT_API_URL" not in os.environ and note.exists() and _healthy(api := note.read_text().strip()):
        os.environ["PREFECT_API_URL"] = api


def free_port(preferred: int = 0) -> int:
    """Return a port nobody listens on at this moment, the preferred one if possible."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As the server does: what a server has just left is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError("no free port on 127.0.0.1")


def chosen_port(asked: int | None, preferred: int) -> int:
    """Return the port that was asked for, or else the preferred one or a free one.

    Raises:
        SettingsError: somebody listens on the one that was asked for.
    """
    if asked is None:
        return free_port(preferred)
    if free_port(asked) != asked:
        raise SettingsError(
            f"--prefect-port {asked}: something listens there already; end it, or name another port"
        )
    return asked


def _home(state_dir: Path) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(state_dir / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        # On a busy machine the server of one command starts slower than Prefect allows it by itself.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": f"{_START_SECONDS:.0f}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_COLORS": "false",
        # Our own lines belong to the run they were written in.
        "PREFECT_LOGGING_EXTRA_LOGGERS": "dockwire",
        # Those of the console and of commands belong to none.
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }


def _make(home: Path) -> None:
    """Prefect makes its folder at import, but not the folders around it, and nothing works without."""
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
    if "PREFECT_API_URL" not in os.environ and not os.access(home, os.W_OK):
        raise SettingsError(f"the folder {home} cannot be made or written; DOCKWIRE_STATE_DIR names another")


def _note(state_dir: Path) -> Path:
    """Where a running local server leaves its address for other commands."""
    return state_dir / "prefect" / "api-url"


def _healthy(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@contextmanager
def local_server(state_dir: Path, port: int) -> Iterator[str]:
    """Run a server until the block ends; give its pages' address.

    Raises:
        SettingsError: it did not come up; the message names its log.
    """
    log = state_dir / "logs" / "prefect-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | prefect_environment(state_dir, port)
    prefect = [sys.executable, "-m", "deployments.prefect_process"]
    command = [*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        server = start(command, env=environment, stdout=output, stderr=output)
        try:
            _wait(server, f"http://127.0.0.1:{port}/api", log)
            _note(state_dir).write_text(f"http://127.0.0.1:{port}/api")
            yield f"http://127.0.0.1:{port}"
        finally:
            _note(state_dir).unlink(missing_ok=True)
            stop(server)


def start(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
    """Start a child that only we end: a signal to our process group, such as Ctrl-C, does not reach it.

    Else servers would be gone while what they serve still winds up.
    """
    return subprocess.Popen(command, start_new_session=True, **how)  # noqa: S603 - our own command


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child of ``start`` and what it started, gently first."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(server: subprocess.Popen[bytes], api: str, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        if _healthy(api):
            return
        time.sleep(0.2)
    raise SettingsError(f"the local Prefect server did not start; its log {log} says why")
