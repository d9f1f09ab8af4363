"""Real servers on loopback: an ASGI application behind uvicorn, in a thread, on a free port.

::

    with serve(app) as url:
        httpx.get(url + "/health")

The fixture ``server`` does the same for the length of one test: ``url = server(app)``.
"""

import contextlib
import functools
import itertools
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

_KEPT_FREE = range(20_000, 32_000)
"""Ports below those that Linux gives to whoever asks for any; each worker of a parallel run has a share of them."""
_SHARES = 12

STARTUP_LIMIT = 60.0
"""Seconds a server may take to start before the test fails."""

type_of_app = Any  # ASGI applications are callables of several shapes; uvicorn takes them all


@contextlib.contextmanager
def serve(app: type_of_app, *, date_header: bool = False) -> Iterator[str]:
    """Run ``app`` on a free loopback port and yield its base URL, without a trailing slash.

    The server stops when the block is left; answers still open then get a fifth of a second.
    ``date_header`` lets uvicorn add a ``Date`` header of its own: leave it off for applications
    that send one (the Amazon simulator does).

    Raises:
        RuntimeError: the server did not start.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(_config(app, date_header=date_header))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(STARTUP_LIMIT)


def _config(app: type_of_app, *, date_header: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        ws="none",  # the WebSocket libraries warn on import, and no application here speaks it
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=date_header,
        timeout_graceful_shutdown=0.2,  # type: ignore[arg-type]  # typed int, compared as a number
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + STARTUP_LIMIT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start; does the application fail in its lifespan?")
        time.sleep(0.002)


@functools.cache
def _ports_of_this_worker() -> Iterator[int]:
    share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _SHARES
    ports = _KEPT_FREE[share::_SHARES]
    # Another run on this machine begins elsewhere; a generator of its own, since tests seed the common one.
    return itertools.cycle(random.Random().sample(ports, len(ports)))


def port_for_later() -> int:
    """Return a port for what listens some seconds later: nobody who asks for any free port gets it meanwhile."""
    for port in _ports_of_this_worker():
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a cycle has no end")


@pytest.fixture
def server() -> Iterator[Callable[[type_of_app], str]]:
    """Start applications on loopback during one test: ``url = server(app)``."""
    with contextlib.ExitStack() as running:
        yield lambda app: running.enter_context(serve(app))
