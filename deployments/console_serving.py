"""Serving the console in a thread, beside whatever else runs."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.console_desk import PrefectDesk
from deployments.console_warehouse import LateWarehouse
from dockwire.bootstrap import opened_ledger
from dockwire.cli.listening import listen
from dockwire.clock import SystemClock
from dockwire.console.app import build_console
from dockwire.console.link_settings import LinkSettings
from dockwire.errors import DockwireError, SettingsError
from dockwire.ledger import SqlLedger
from dockwire.settings import Settings

PORT = 8092


@dataclass(frozen=True, slots=True)
class Place:
    """Where the console is served.

    Attributes:
        root_path: Path under which a reverse proxy shows it, for instance ``/dockwire``.
        proxies: Addresses of reverse proxies whose word on the browser's address and on TLS counts.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    root_path: str = ""
    proxies: tuple[str, ...] = ()


@contextlib.contextmanager
def serving_console(settings: Settings, place: Place) -> Iterator[str]:
    """Serve until the block ends; give the address. Port 0 takes a free one.

    A ledger that cannot be opened is answered with 503 and the reason until it can.

    Raises:
        SettingsError: the address cannot be used.
    """
    try:
        listener = listen(place.host, place.port)
    except OSError as error:
        raise SettingsError(
            f"the console cannot be served on {place.host}:{place.port} ({error.strerror}); choose another port or host"
        ) from None
    with listener:
        server = uvicorn.Server(_config(_Late(settings), place))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="console", daemon=True
        )
        thread.start()
        try:
            shown = f"[{place.host}]" if ":" in place.host else place.host
            yield f"http://{shown}:{listener.getsockname()[1]}{place.root_path}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)


def _config(app: ASGIApp, place: Place) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        root_path=place.root_path,
        proxy_headers=bool(place.proxies),
        forwarded_allow_ips=list(place.proxies),
        timeout_graceful_shutdown=1,
    )


class _Late:
    """The console, built when it is first asked for, and anew once there is an embedded warehouse to show."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._ledger: SqlLedger | None = None
        self._warehouse = LateWarehouse(settings)
        self._console: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the end of the server closes the databases."""
        # An application of Starlette's around the console would take its place in finding addresses of pages.
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            console = await self._built()
        except DockwireError as error:
            await PlainTextResponse(f"{error}\n", status_code=503)(scope, receive, send)
            return
        await console(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        self._warehouse.close()
        await self._stack.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _built(self) -> ASGIApp:
        async with self._opening:
            if self._ledger is None:
                self._ledger = await self._stack.enter_async_context(opened_ledger(self._settings))
            came = await self._warehouse.came()
            if self._console is None or came:
                self._console = await build_console(
                    self._ledger,
                    desk=PrefectDesk(),
                    clock=SystemClock(),
                    warehouse=self._warehouse.tables,
                    links=_links(self._settings),
                )
        return self._console


def _links(settings: Settings) -> LinkSettings:
    return LinkSettings(settings.amazon_order_link, settings.warehouse_order_link)
