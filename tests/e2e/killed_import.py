"""An import in a process of its own that ends itself, with no clean-up at all, at a chosen point.

Points are every HTTP call, before it is sent and after it was answered, and every commit of the
ledger, before and after. The names of the points passed go to a file as they are passed.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from dockwire.amazon import AmazonCredentials
from dockwire.clock import ManualClock
from dockwire.ledger import SqlLedger
from dockwire.model.connection import Connection
from dockwire.sealing import Sealer
from dockwire.transport import Retrying
from tests.builders import NOW
from tests.stage import Remote, opened_steps, run_steps

KILLED = 77
"""The exit code of a process that reached its point."""


@dataclass(frozen=True, slots=True)
class Killed:
    """All that the process needs; everything here travels by pickle."""

    connection: Connection
    amazon: str
    warehouse: str
    secrets: tuple[str, str, str]
    """Client id, client secret and refresh token at Amazon."""
    database: str
    key: str
    journal: Path
    at: int | None
    """Which point to end at; None to run to the end."""


class Points:
    """Counts the points and ends the process at one of them."""

    def __init__(self, journal: Path, at: int | None) -> None:
        self._journal = journal.open("a", buffering=1)
        self._at = at
        self._passed = 0

    def point(self, name: str) -> None:
        """Pass a point, or end there."""
        self._journal.write(f"{name}\n")
        if self._passed == self._at:
            os._exit(KILLED)
        self._passed += 1


class Watched(httpx.AsyncBaseTransport):
    """Makes points of a client's calls."""

    def __init__(self, system: str, points: Points) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._system = system
        self._points = points

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on, with a point before and one behind it."""
        name = f"{self._system} {request.method} {request.url.path}"
        self._points.point(f"{name}: not sent")
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self._points.point(f"{name}: answered")
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def run_killed(order: Killed) -> None:
    """Import until the chosen point; the entry point of the process."""
    asyncio.run(_run(order))


async def _run(order: Killed) -> None:
    points = Points(order.journal, order.at)
    client_id, client_secret, refresh_token = order.secrets
    ledger = await SqlLedger.open(order.database, sealer=Sealer([order.key]), on_commit=points.point)
    async with opened_steps(
        order.connection,
        amazon=Remote(order.amazon, Watched("amazon", points)),
        warehouse=Remote(order.warehouse, Watched("warehouse", points)),
        credentials=AmazonCredentials(client_id, SecretStr(client_secret), SecretStr(refresh_token)),
        ledger=ledger,
        clock=ManualClock(NOW),
        owner=f"process-{os.getpid()}",
        retrying=Retrying(attempts=3, first_delay=0.1),
        workers=1,
    ) as steps:
        await run_steps(steps)
    await ledger.close()
