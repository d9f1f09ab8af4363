"""Stopping an import at any chosen point, as if the process had died there.

Points are every HTTP call, before it reaches the server and after the server has done it, and every
commit of the ledger, before and after. Once dead, nothing gets through any more: clean-up code that
would not run in a killed process finds every door closed.
"""

import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from dockwire.clock import ManualClock
from dockwire.ledger import SqlLedger
from dockwire.ledger.migrate import migrate
from dockwire.sealing import Sealer
from dockwire.simulators.amazon import World
from dockwire.warehouse import DuplicateScope, Switches, Warehouse, load_seed
from tests.builders import NOW
from tests.stage import App, Stage, warehouse_seed
from tests.templates import migrated_file


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


def chosen(points: list[str]) -> list[int]:
    """Return where to end: each kind of point, numbers aside, the first and the last time it is passed.

    ``EVERY_POINT=1`` in the environment chooses all of them, which takes some times as long.
    """
    if os.environ.get("EVERY_POINT"):
        return list(range(len(points)))
    return _first_and_last(dict(enumerate(points)))


def chosen_after_deeds(points: list[str]) -> list[int]:
    """Return where to end in a process that lives on: the start, and what :func:`chosen` gives of points after a deed.

    Nothing has been written between one of them and the next, so dying before a call or before a commit
    leaves what dying at the deed before it leaves; so does the answer to a question. A process that is
    really killed has a transaction open before a commit, and is to be ended there, too.
    """
    if os.environ.get("EVERY_POINT"):
        return list(range(len(points)))
    deeds = {
        at: point
        for at, point in enumerate(points)
        if at == 0
        or point.endswith("after-commit")
        or (point.endswith("reply lost") and " GET " not in point)
    }
    return _first_and_last(deeds)


def _first_and_last(points: dict[int, str]) -> list[int]:
    kinds = {at: re.sub(r"[0-9a-f-]*[0-9][0-9a-f-]*", "#", point) for at, point in points.items()}
    last = {kind: at for at, kind in kinds.items()}
    first = {kind: at for at, kind in reversed(kinds.items())}
    return sorted({*first.values(), *last.values()})


def stocked(folder: Path) -> tuple[Path, Sealer]:
    """Write a stocked warehouse's database, to be copied for each point; give its folder and key."""
    sealer = Sealer([Sealer.new_key()])
    warehouse = Warehouse.open(f"sqlite:///{folder / 'warehouse.db'}", sealer=sealer, clock=ManualClock(NOW))
    load_seed(warehouse, warehouse_seed())
    warehouse.close()
    return folder, sealer


@contextlib.asynccontextmanager
async def doomed_stage(
    folder: Path, prepared: tuple[Path, Sealer], doom: Doom, *, orders: int
) -> AsyncIterator[Stage]:
    """Open a stage whose every call and commit is a point."""
    source, sealer = prepared
    folder.mkdir()
    shutil.copy(source / "warehouse.db", folder / "warehouse.db")
    clock = ManualClock(NOW)
    world = World(3, clock=clock, quota="documented")
    world.populate(orders, [("US", 1)])
    # A warehouse that refuses no double, so that only our own care prevents them.
    warehouse = Warehouse.open(
        f"sqlite:///{folder / 'warehouse.db'}",
        sealer=sealer,
        clock=clock,
        switches=Switches(duplicate_scope=DuplicateScope.NONE),
    )
    database = migrated_file(migrate, folder / "ledger.db")
    # The schema is there before the first run; opening is no point of an import.
    ledger = await SqlLedger.open(database, sealer=sealer)
    stage = Stage(
        clock,
        world,
        warehouse,
        ledger,
        database,
        folder,
        doom.wrap("amazon"),
        doom.wrap("warehouse"),
        workers=1,
    )
    try:
        yield stage
    finally:
        await ledger.close()
        warehouse.close()


async def die(
    stage: Stage, doom: Doom, sealer: Sealer, act: Callable[[SqlLedger], Awaitable[object]]
) -> None:
    """Act with a ledger of one's own until the point of death, if it comes."""
    ledger = None
    try:
        ledger = await doom.ledger(stage.database, sealer)
        await act(ledger)
    except BaseExceptionGroup as group:
        if group.split(Crash)[1] is not None:
            raise
    except Crash:
        pass
    finally:
        if ledger is not None:
            await ledger.close()
