"""What every answer of the console carries, and what is told when something breaks."""

import base64
import hashlib
import logging
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dockwire.errors import LedgerUnavailable, Unexpected

log = logging.getLogger("dockwire.console")

HANDLERS = ("applyColumnVisibility()", "window.location = this.value")
"""Event handlers that starlette-admin writes into its pages; nothing else written there may run."""

_LARGEST = 1_000_000
"""Bytes of a form: tokens are looked for before anybody is known to be signed in."""
_TOO_MUCH = "A form has at most 1 MB, and says its length.\n"
_AWAY = "The ledger's database does not answer. An engineer looks whether it runs: 'dockwire doctor'.\n"
_BROKEN = "Something broke. It is in the log of the console; an engineer looks there.\n"


class Guard:
    """Adds security headers, gives each page its nonce, and keeps tracebacks, which may quote an order, out of logs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _guard(MutableHeaders(scope=message), nonce, is_file="/static/" in scope["path"])
            await send(message)

        try:
            if _is_too_much(Headers(scope=scope), str(scope["method"])):
                await PlainTextResponse(_TOO_MUCH, status_code=413)(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        except ClientDisconnect:
            return  # a page asked for something newer, or was left
        except LedgerUnavailable as error:
            log.error("%s", error)  # noqa: TRY400 - it says what is to be done
        except Exception as error:  # noqa: BLE001 - its text may quote an order
            log.error("%s", Unexpected.from_error(error))  # noqa: TRY400 - a traceback may quote it too
            if not begun:
                await broken(Request(scope), error)(scope, receive, guarded)


def broken(_request: Request, error: Exception) -> Response:
    """Return what is told of an error that no page tells of, nor who asked, perhaps: what failed, and who acts."""
    if isinstance(error, LedgerUnavailable):
        return PlainTextResponse(_AWAY, status_code=503)
    return PlainTextResponse(_BROKEN, status_code=500)


def _is_too_much(headers: Headers, method: str) -> bool:
    if method in {"GET", "HEAD"}:
        return False
    length = headers.get("content-length", "")
    return "transfer-encoding" in headers or (length.isdigit() and int(length) > _LARGEST)


def _guard(headers: MutableHeaders, nonce: str, *, is_file: bool) -> None:
    headers["content-security-policy"] = policy(nonce)
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "no-referrer"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
    headers["cache-control"] = "no-cache" if is_file else "no-store"


def policy(nonce: str) -> str:
    """Return the content security policy of one page: nothing from elsewhere, no script but the pages' own."""
    handlers = " ".join(f"'sha256-{_sha256(each)}'" for each in HANDLERS)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-hashes' {handlers}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
