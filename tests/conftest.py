"""Fixtures every test may use: databases of both kinds and servers on loopback."""

from hypothesis import HealthCheck, settings

# How long an example takes says nothing of the code when the machine has other things to do.
settings.register_profile("dockwire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dockwire")

pytest_plugins = ["tests.databases", "tests.prefect_server", "tests.servers"]
