"""The demo: a day on this machine alone, from the first order to books that agree."""

import os
import shutil
from pathlib import Path
from typing import Any

from deployments.prefect_server import free_port, prefect_environment
from dockwire.settings import PREFIX, read_settings

_KEPT = {f"{PREFIX}LOG_FORMAT", f"{PREFIX}LOG_LEVEL"}
"""How much it writes, and in what form, is left to whoever watches."""


def run_demo(*, orders: int, seed: int, keep: bool, quiet: bool) -> dict[str, Any]:
    """Live through the day and return the summary; everything it writes is under one folder.

    Settings of the installation do not count here: the demo has a state folder, databases and a
    Prefect server of its own, and begins afresh each time.
    """
    folder = read_settings().state_dir.absolute() / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    _take_over_environment(folder, port)
    # Prefect reads its settings when it is imported, so the environment comes first.
    from deployments.demo.story import live_through

    return live_through(folder, prefect_port=port, orders=orders, seed=seed, keep=keep, quiet=quiet)


def _take_over_environment(folder: Path, port: int) -> None:
    for name in [name for name in os.environ if name.startswith((PREFIX, "PREFECT_"))]:
        if name not in _KEPT:
            del os.environ[name]
    os.environ[f"{PREFIX}STATE_DIR"] = str(folder)
    os.environ.update(prefect_environment(folder, port))
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
    # The demo starts runs itself and does not wait ten seconds for each.
    os.environ["PREFECT_RUNNER_POLL_FREQUENCY"] = "1"
