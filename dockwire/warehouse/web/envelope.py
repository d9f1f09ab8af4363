"""What surrounds every request: the warehouse's own Date, the journal, and a plain 500."""

import logging
import traceback
from email.utils import format_datetime
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dockwire.clock import Clock
from dockwire.warehouse.web.journal import Entry, Journal

OPERATION = "dockwire.warehouse.operation"
"""Where a request's scope tells which operation it was."""

log = logging.getLogger(__name__)


class Envelope:
    """Wraps the application; what it does not expect becomes a 500 in plain text."""

    def __init__(self, app: ASGIApp, *, clock: Clock, journal: Journal) -> None:
        self._app = app
        self._clock = clock
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is no request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                date = format_datetime(self._clock.now(), usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception as error:
            log.error("%s", _told(error))  # noqa: TRY400 - a traceback would show the error's text
            if status:
                # An answer that breaks off is none, whatever it began with.
                status = 0
                raise
            await _fail(stamped)
        finally:
            self._note(scope, status)

    def _note(self, scope: Scope, status: int) -> None:
        if scope["path"].startswith("/_sim/"):
            return
        operation = scope.get(OPERATION, f"{scope['method']} (unknown)")
        self._journal.add(Entry(self._clock.now(), operation, scope["path"], status))


async def _fail(send: Send) -> None:
    text = b"The warehouse could not answer; nothing was changed unless an order shows otherwise."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _told(error: Exception) -> str:
    """Return an error's type and place; its text may quote an order."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    place = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"unexpected {type(error).__name__} at {place}"
