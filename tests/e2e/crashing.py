"""Stopping an import at any chosen point, as if the process had died there.

Points are every HTTP call, before it reaches the server and after the server has done it, and every
commit of the ledger, before and after. Once dead, nothing gets through any more: clean-up code that
would not run in a killed process finds every door closed.
"""

from collections.abc import Callable
from typing import Any

from dockwire.ledger import SqlLedger
from dockwire.sealing import Sealer
from tests.stage import App


class Crash(BaseException):
    """The process is gone; no handler of ours may catch it."""


class Doom:
    """Counts points and ends the process at one of them."""

    def __init__(self, at: int | None = None, *, end: Callable[[], None] | None = None) -> None:
        self.points: list[str] = []
        self._at = at
        self._dead = False
        self._end = end

    def point(self, name: str) -> None:
        """Pass a point, or end there."""
        if self._dead:
            raise Crash
        self.points.append(name)
        if self._at is not None and len(self.points) - 1 == self._at:
            self._dead = True
            if self._end is not None:
                self._end()
            raise Crash

    def wrap(self, system: str) -> Callable[[App], App]:
        """Return a wrapper that makes points of an application's calls."""

        def wrapper(app: App) -> App:
            async def doomed(scope: Any, receive: Any, send: Any) -> None:
                name = f"{system} {scope['method']} {scope['path']}"
                self.point(f"{name}: not sent")
                held: list[Any] = []

                async def hold(message: Any) -> None:
                    held.append(message)

                await app(scope, receive, hold)
                self.point(f"{name}: reply lost")
                for message in held:
                    await send(message)

            return doomed

        return wrapper

    async def ledger(self, url: str, sealer: Sealer) -> SqlLedger:
        """Open a ledger whose commits are points."""
        return await SqlLedger.open(url, sealer=sealer, on_commit=self.point)
