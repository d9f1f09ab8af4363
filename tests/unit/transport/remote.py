"""A remote system that answers from a list, and a sender that calls it in this process."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dockwire.clock import ManualClock
from dockwire.transport import Call, Retrying, Sender

READ = Call("readThing", "GET", "/things/1")
WRITE = Call("makeThing", "POST", "/things", body={"name": "x"}, repeatable=False)

Answer = tuple[int, Mapping[str, str], str]

OK: Answer = (200, {}, '{"fine": true}')
HTML = "<html><body>Please wait.</body></html>"


@dataclass
class Scripted:
    """An ASGI application: each request gets the next answer, the last one for ever."""

    answers: Iterable[Answer] = (OK,)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = list(self.answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self.requests.append((request.method, str(request.url), json.loads(body) if body else None))
        status, headers, text = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        await Response(text, status, headers=dict(headers))(scope, receive, send)


class Failing(httpx.AsyncBaseTransport):
    """A network that raises ``error`` for the first ``times`` requests and then answers."""

    def __init__(self, error: Exception, *, times: int = 10_000) -> None:
        self.error = error
        self.times = times
        self.seen = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen += 1
        if self.seen <= self.times:
            raise self.error
        return httpx.Response(200, json={"fine": True})


async def no_headers() -> Mapping[str, str]:
    return {}


def sender(
    remote: Scripted | httpx.AsyncBaseTransport,
    *,
    clock: ManualClock | None = None,
    retrying: Retrying | None = None,
    **more: Any,
) -> Sender:
    """Return a sender in front of ``remote`` whose waits cost nothing."""
    transport = httpx.ASGITransport(remote) if isinstance(remote, Scripted) else remote
    client = httpx.AsyncClient(transport=transport, base_url="http://remote.test")
    return Sender("remote", client, clock=clock or ManualClock(), retrying=retrying, **more)
