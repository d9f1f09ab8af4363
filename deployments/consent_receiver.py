"""The loopback receiver: a web server on this machine that takes Amazon's redirect.

It begins the way too: the address that is printed gives the browser a session of its own and sends it on to
Amazon, and only that browser may bring the redirect back.
"""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from html import escape
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dockwire.cli.listening import listen
from dockwire.clock import Clock
from dockwire.decisions.consent import nobody_back
from dockwire.errors import ConsentFailed, DockwireError, SettingsError
from dockwire.model.consent import Consent
from dockwire.services.consent import Link, ended

_COOKIE = "dockwire-consent"
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_HEADERS = {
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} - dockwire</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.0625rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 0 auto; padding: 10vh 1.25rem 2rem; }}
main {{ border-top: .3rem solid {colour}; padding-top: 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""
_GOOD, _BAD = "#2e8540", "#c4451c"

Finish = Callable[[str, str], Awaitable[Consent]]
"""Takes the redirect's address and the browser's session."""


class Receiver:
    """Waits on the redirect URI's port for one consent; the port is held from the beginning."""

    def __init__(self, link: Link, redirect_uri: str, *, finish: Finish, clock: Clock) -> None:
        """Take a link that is bound to a session; nothing listens yet.

        Raises:
            SettingsError: the redirect URI does not lead to this machine, or its port is taken.
        """
        parts = urlsplit(redirect_uri)
        host = _LOOPBACK.get(parts.hostname or "")
        if parts.scheme != "http" or host is None:
            raise SettingsError(
                f"redirect_uri {redirect_uri} does not lead to this machine (http://127.0.0.1:PORT/...): use "
                "'dockwire consent url', and 'dockwire consent finish' with the address that the browser ends at"
            )
        self._link = link
        self._redirect_uri = redirect_uri
        self._finish = finish
        self._clock = clock
        self._key = secrets.token_urlsafe(16)
        self._ended: asyncio.Future[Consent] = asyncio.get_running_loop().create_future()
        self._consent: Consent | None = None
        self._one_at_a_time = asyncio.Lock()
        self._listener = _listener(host, parts.port or 80)
        self.address = f"http://{parts.netloc}/begin/{self._key}"
        """What the person opens."""
        self.opened = False
        """Whether it was opened."""
        self._taking = False
        """Whether a consent is being taken over, or the taking was broken off."""
        routes = [
            Route("/begin/{key}", self._begin, methods=["GET"]),
            Route(parts.path or "/", self._redirected, methods=["GET"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)

    async def wait(self) -> Consent:
        """Serve until a consent has come, the way to it has failed, or the link's time is over.

        Whoever cancels it gets a consent that is being taken over all the same.

        Raises:
            DockwireError: why no consent came.
        """
        serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        late = asyncio.create_task(self._clock.sleep((self._link.ends - self._clock.now()).total_seconds()))
        stopped: asyncio.CancelledError | None = None
        try:
            waiting: set[asyncio.Future[Any]] = {serving, late, self._ended}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError as error:
            stopped = error
        try:
            # A redirect that came in time is taken to its end: its code is good once, and a token may come of it.
            async with self._one_at_a_time:
                pass
        finally:
            late.cancel()
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await serving
            self._listener.close()
        if self._consent is not None:
            return self._consent
        if self._ended.done():
            return self._ended.result()
        if stopped is not None:
            raise stopped
        raise ConsentFailed(f"no consent came in time; {self.unstored}. The command may be given again")

    @property
    def unstored(self) -> str:
        """Say that nothing is stored, and why perhaps Amazon sent nobody back; or that nobody knows."""
        if self._taking:
            return "a consent was being taken over, and its token may be stored or not: 'dockwire consent list' shows it"
        return f"nothing was stored{nobody_back(self._redirect_uri) if self.opened else ''}"

    async def _begin(self, request: Request) -> Response:
        if not secrets.compare_digest(request.path_params["key"].encode(), self._key.encode()):
            return _page("Not found", "This address begins no consent; open the one that was printed.", 404)
        self.opened = True
        answer = RedirectResponse(self._link.url, 303, _HEADERS)
        # Lax: the way back from Amazon begins on another site.
        answer.set_cookie(_COOKIE, self._link.session, httponly=True, samesite="lax", path="/")
        return answer

    async def _redirected(self, request: Request) -> Response:
        session = request.cookies.get(_COOKIE, "")
        # A browser may ask twice, and the second question must not look like a second use.
        async with self._one_at_a_time:
            if self._consent is None or not secrets.compare_digest(session, self._link.session):
                try:
                    self._consent = await self._taken(str(request.url), session)
                except DockwireError as error:
                    return self._refused(error)
                except Exception as error:
                    self._fail(error)
                    raise
        account = self._consent.account
        text = (
            f"Seller {account.seller_id} has authorised the application for region {account.region}. "
            "The consent has arrived; this page may be closed."
        )
        return _page("Thank you", text, 200, BackgroundTask(self._succeed, self._consent))

    async def _taken(self, address: str, session: str) -> Consent:
        self._taking = True
        try:
            consent = await self._finish(address, session)
        except Exception:
            # Not when it is cut off: then nobody knows whether the consent is stored.
            self._taking = False
            raise
        self._taking = False
        return consent

    def _refused(self, error: DockwireError) -> Response:
        # What anybody could send here must not end the waiting for the right redirect.
        over = ended(error) and self._consent is None
        return _page(
            "No consent", f"{_begun(str(error))}.", 400, BackgroundTask(self._fail, error) if over else None
        )

    def _fail(self, error: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)

    def _succeed(self, consent: Consent) -> None:
        if not self._ended.done():
            self._ended.set_result(consent)


class _Server(uvicorn.Server):
    """Leaves signals to the command: it ends the waiting, and the waiting ends the server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _page(title: str, text: str, status: int, after: BackgroundTask | None = None) -> Response:
    colour = _GOOD if status == httpx.codes.OK else _BAD
    content = _PAGE.format(title=escape(title), text=escape(text), colour=colour)
    return HTMLResponse(content, status, _HEADERS, background=after)


def _begun(text: str) -> str:
    """Begin as a sentence does: messages of errors begin small."""
    return text[:1].upper() + text[1:]


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}, where redirect_uri leads ({error.strerror}): end what listens there, "
            "perhaps another 'dockwire consent receive'"
        ) from None
