"""Commands that look into the ledger: open it, work, close it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dockwire.ports import Ledger

T = TypeVar("T")


def with_ledger(work: Callable[[Ledger], Awaitable[T]]) -> T:
    """Carry out ``work`` with the configured ledger."""
    from dockwire.bootstrap import opened_ledger
    from dockwire.settings import read_settings

    async def run() -> T:
        async with opened_ledger(read_settings()) as ledger:
            return await work(ledger)

    return asyncio.run(run())
