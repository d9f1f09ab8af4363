"""A Prefect server for tests, started once a session and only when a test asks for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from deployments.prefect_server import prefect_environment
from tests.templates import copied, template_folder


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    """Run a temporary Prefect server and point this process to it."""
    from prefect.settings import (
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_SERVER_ANALYTICS_ENABLED,
        temporary_settings,
    )
    from prefect.testing.utilities import prefect_test_harness

    with (
        temporary_settings(
            {PREFECT_SERVER_ANALYTICS_ENABLED: False, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
        ),
        prefect_test_harness(server_startup_timeout=90),
    ):
        yield


@contextmanager
def asking(api: str) -> Iterator[None]:
    """Let this process ask another Prefect server, one that lasts as long as the block.

    What sends events and logs stays with the server that it began with. Ended with the block it has told that
    server everything; left over, it would try to reach it for a minute with each event of the servers that follow.
    """
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, temporary_settings

    EventsWorker.drain_all()
    try:
        with temporary_settings({PREFECT_API_URL: api}):
            yield
    finally:
        EventsWorker.drain_all()


def knows_prefect(state_dir: Path) -> None:
    """Let an installation's Prefect have its tables and nothing in them: to make them takes six seconds."""
    copied(_tables(), state_dir / _DATABASE)


_DATABASE = Path("prefect", "prefect.db")


@cache
def _tables() -> Path:
    ours = prefect_environment(template_folder(), 0)
    command = [sys.executable, "-m", "deployments.prefect_process", "server", "database", "upgrade", "--yes"]
    subprocess.run(command, env=os.environ | ours, check=True, capture_output=True)
    return template_folder() / _DATABASE
