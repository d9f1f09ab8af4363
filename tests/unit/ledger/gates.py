"""Holding one of two processes back just before it commits."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from dockwire.ledger import SqlLedger

T = TypeVar("T")

_WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


class Gate:
    """Holds a process back just before a commit, until another one waits for its locks."""

    def __init__(self, url: str) -> None:
        self.at = ""
        self.reached = threading.Event()
        self._url = url.replace("+psycopg", "")

    def __call__(self, point: str) -> None:
        """Pass every commit but the one named."""
        if point != self.at:
            return
        self.reached.set()
        with psycopg.connect(self._url, autocommit=True) as link:
            while link.execute(_WAITING).fetchone() == (0,):
                pass


@dataclass(frozen=True, slots=True)
class Two:
    """Two processes on one PostgreSQL."""

    first: SqlLedger
    second: SqlLedger
    gate: Gate
    """Of the first."""

    async def at_once(
        self, method: str, mine: Coroutine[Any, Any, T], yours: Coroutine[Any, Any, T]
    ) -> tuple[T, T]:
        """Let the first begin, the second wait for its locks, and return what each of them got."""
        self.gate.at = f"{method}:before-commit"
        begun = asyncio.create_task(mine)
        await asyncio.to_thread(self.gate.reached.wait)
        second = await yours
        return await begun, second
