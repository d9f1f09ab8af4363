"""A Prefect server for tests, started once a session and only when a test asks for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
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
