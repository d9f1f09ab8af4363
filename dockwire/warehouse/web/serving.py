"""Running the warehouse's application on a port with uvicorn."""

import socket
from collections.abc import Callable

from starlette.types import ASGIApp


def serve(app: ASGIApp, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; port 0 takes a free one.

    ``announce`` is called with the base URL once the port is held, before the first request.

    Raises:
        OSError: the address cannot be used.
    """
    import uvicorn  # noqa: PLC0415 - in-process users of the warehouse need no server

    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        # The application sends a Date of its own, from the warehouse's clock.
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    with _listener(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        announce(f"http://{address}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
