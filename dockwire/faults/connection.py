"""One request on its way through the fault middleware, and what can be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dockwire.clock import Clock

ANNOUNCED_BYTES = 64
"""Length of the body that a cut connection announces and never sends."""


class ConnectionCut(httpx.RemoteProtocolError):
    """Leaves the application so that the server closes the connection.

    It is one of httpx's own transport errors: reached through ``httpx.ASGITransport``, where there
    is no socket to close, the client meets the exception it would meet over the network.
    """


@dataclass(frozen=True, slots=True)
class Recorded:
    """A whole answer of the healthy application."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def with_body(self, body: bytes) -> "Recorded":
        """The same answer around another body, its length corrected."""
        kept = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        return replace(self, body=body, headers=[*kept, (b"content-length", str(len(body)).encode())])


@dataclass(frozen=True, slots=True)
class Exchange:
    """The healthy application, one request to it, the way back to the client, and time."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    clock: Clock

    async def forward(self) -> None:
        """Let the application answer as if nothing had been in between."""
        await self.app(self.scope, self.receive, self.send)

    async def record(self) -> Recorded:
        """Run the application to the end and keep its answer from the client."""
        starts: list[Message] = []
        chunks: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self.app(self.scope, self.receive, keep)
        return Recorded(starts[0]["status"], list(starts[0].get("headers", [])), b"".join(chunks))

    async def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Answer in place of the application."""
        named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.replay(Recorded(status, named, b"").with_body(body))

    async def replay(self, recorded: Recorded) -> None:
        """Send a whole answer to the client."""
        start = {"type": "http.response.start", "status": recorded.status, "headers": recorded.headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": recorded.body})

    async def cut(self, reason: str) -> None:
        """Announce a body, send none of it and fail, so that the server closes the connection.

        ASGI has no word for "close the socket now"; an answer that breaks off is the nearest it
        has. The status line that went out before says 200, but no client may act on it, because
        the message it opens never arrives: httpx reports ``RemoteProtocolError``, requests
        ``ChunkedEncodingError`` or ``ConnectionError``.

        Raises:
            ConnectionCut: always.
        """
        length = (b"content-length", str(ANNOUNCED_BYTES).encode())
        headers = [(b"content-type", b"application/json"), length]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        raise ConnectionCut(reason)

    async def wait_until_left(self) -> None:
        """Read what the client sends until it is gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
