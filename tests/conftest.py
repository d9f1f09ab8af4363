"""Fixtures every test may use: databases of both kinds and servers on loopback."""

pytest_plugins = ["tests.databases", "tests.prefect_server", "tests.servers"]
