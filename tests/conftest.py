"""Fixtures every test may use: databases of both kinds and servers on loopback."""

import gc

import pytest
from hypothesis import HealthCheck, settings

# Thousands of modules and tests stay to the end: looking for garbage among them took a sixth of the time.
gc.set_threshold(50_000, 20, 50)

# How long an example takes says nothing of the code when the machine has other things to do.
settings.register_profile("dockwire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dockwire")

pytest_plugins = ["tests.databases", "tests.prefect_server", "tests.servers", "tests.spreading"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave out what is there from the beginning."""
    gc.collect()
    gc.freeze()
