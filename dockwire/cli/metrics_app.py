"""``/metrics`` and ``/healthz``: the ledger read when somebody asks, served beside whatever else runs."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dockwire.bootstrap import opened_ledger
from dockwire.cli.listening import listen
from dockwire.clock import Clock, SystemClock
from dockwire.errors import DockwireError, SettingsError
from dockwire.model.status import Reading
from dockwire.reports.metrics import CONTENT_TYPE, exposition
from dockwire.services.seeing import Excuse, LatestReading
from dockwire.settings import Settings


def build_app(settings: Settings, *, clock: Clock | None = None, excuse: Excuse = list) -> Starlette:
    """Return the application; the ledger is opened when it is first needed.

    A ledger that cannot be read is answered with 503 and the reason, so a database that is down ends nothing
    here.
    """
    source = _Source(settings, clock or SystemClock(), excuse)

    async def metrics(_: Request) -> Response:
        try:
            reading = await source.read()
        except DockwireError as error:
            return PlainTextResponse(f"{error}\n", status_code=503)
        return Response(exposition(reading), media_type=CONTENT_TYPE)

    async def healthz(_: Request) -> Response:
        try:
            await source.read()
        except DockwireError as error:
            return PlainTextResponse(f"{error}\n", status_code=503)
        return PlainTextResponse("ok\n")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await source.close()

    return Starlette(routes=[Route("/metrics", metrics), Route("/healthz", healthz)], lifespan=lifespan)


class _Source:
    """The ledger, opened once."""

    def __init__(self, settings: Settings, clock: Clock, excuse: Excuse) -> None:
        self._excuse = excuse
        self._settings = settings
        self._clock = clock
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._latest: LatestReading | None = None

    async def read(self) -> Reading:
        async with self._opening:
            if self._latest is None:
                ledger = await self._stack.enter_async_context(opened_ledger(self._settings))
                self._latest = LatestReading(ledger, self._clock, self._excuse)
        return await self._latest.read()

    async def close(self) -> None:
        await self._stack.aclose()


@contextlib.contextmanager
def serving(settings: Settings, *, host: str, port: int, excuse: Excuse = list) -> Iterator[str]:
    """Serve in a thread until the block ends; give the address. Port 0 takes a free one.

    ``excuse`` gets what was read and may judge paused connections anew.

    Raises:
        SettingsError: the address cannot be used.
    """
    with _listener(host, port) as listener:
        config = uvicorn.Config(
            build_app(settings, excuse=excuse),
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="metrics", daemon=True
        )
        thread.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise SettingsError(
            f"metrics cannot be served on {host}:{port} ({error.strerror}); choose another port or host"
        ) from None
