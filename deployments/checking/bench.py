"""What the checks of one command share: the ledger, and one look at each seller account."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from deployments.checking.board import PATIENCE
from deployments.checking.databases import has_tables, ledger_place, look, schema
from deployments.checking.files import present_keys
from deployments.checking.finding import Finding, fine, of_error, wrong
from dockwire.access import AmazonAccess, WarehouseAccess
from dockwire.bootstrap import opened_seller, opened_warehouse
from dockwire.clock import Clock
from dockwire.errors import DockwireError, SettingsError
from dockwire.ledger import SqlLedger
from dockwire.pacing import MemoryQuotaStore
from dockwire.ports import Participation, QuotaStore, SellerAccount, Warehouse
from dockwire.sealing import Sealer, SealError
from dockwire.settings import Settings

T = TypeVar("T")

_QUOTA_SECONDS = 5.0
"""A check tells that the quota is used up instead of waiting minutes for it."""
_CONNECT_SECONDS = 10


@dataclass
class Bench:
    """Opened by :func:`opened_bench`; ``ledger`` is None when the database cannot be used as it is."""

    settings: Settings
    clock: Clock
    stack: AsyncExitStack
    ledger: SqlLedger | None
    ledger_found: Finding
    quotas: QuotaStore
    _asked: dict[Any, asyncio.Task[Any]] = field(default_factory=dict)

    async def seller(self, access: AmazonAccess) -> SellerAccount:
        """Return the client of a seller account, the same for all its connections."""
        return await self._once(
            ("seller", access),
            lambda: self.stack.enter_async_context(
                opened_seller(access, quotas=self.quotas, settings=self.settings, clock=self.clock)
            ),
        )

    async def standings(self, access: AmazonAccess) -> Sequence[Participation]:
        """Return the marketplaces of a seller account, asked for once."""
        seller = await self.seller(access)
        return await self._once(("standings", access), seller.participations)

    async def warehouse(self, access: WarehouseAccess) -> Warehouse:
        """Return the client of a warehouse account, the same for all its connections."""
        return await self._once(
            ("warehouse", access),
            lambda: self.stack.enter_async_context(
                opened_warehouse(access, settings=self.settings, clock=self.clock)
            ),
        )

    async def _once(self, key: object, ask: Callable[[], Awaitable[T]]) -> T:
        """Share one asking among all who want it; whoever gives up does not stop it for the others."""
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(ask())
        shared: asyncio.Task[T] = self._asked[key]
        return await asyncio.shield(shared)

    async def give_up(self) -> None:
        """End what is still being asked, when nobody waits any more."""
        left = [task for task in self._asked.values() if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)


@asynccontextmanager
async def opened_bench(settings: Settings, clock: Clock) -> AsyncIterator[Bench]:
    """Open what checks share. Without a usable ledger the checks of everything else still go on."""
    settings = _hurried(settings)
    async with AsyncExitStack() as stack:
        ledger, found = await _ledger(stack, settings)
        bench = Bench(settings, clock, stack, ledger, found, ledger or MemoryQuotaStore())
        try:
            yield bench
        finally:
            await bench.give_up()


async def _ledger(stack: AsyncExitStack, settings: Settings) -> tuple[SqlLedger | None, Finding]:
    """Open the ledger if it is up to date: opening it makes, migrates and notes what is missing.

    In the place of one that has nothing in it yet stands an empty one that goes with the bench.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            there = await look(place := ledger_place(settings.ledger_database), has_tables)
            if there.ok is None:
                return await _open(stack, _nothing_yet(stack), Sealer([Sealer.new_key()])), there
            found = await look(place, schema(place)) if there.ok else there
            if not found.ok:
                return None, found
            ledger = await _open(stack, settings.ledger_database, present_keys(settings))
    except TimeoutError:
        return None, wrong(
            "the ledger's database did not answer in time", "look whether it runs and what it waits for"
        )
    except DockwireError as error:
        return None, of_error(error)
    return ledger, fine("the database answers")


def _nothing_yet(stack: AsyncExitStack) -> str:
    folder = stack.enter_context(TemporaryDirectory(prefix="dockwire-check-"))
    return f"sqlite:///{Path(folder) / 'ledger.db'}"


async def _open(stack: AsyncExitStack, url: str, sealer: Sealer) -> SqlLedger:
    try:
        ledger = await SqlLedger.open(url, sealer=sealer)
    except SealError as error:
        raise SettingsError(str(error)) from None
    stack.push_async_callback(ledger.close)
    return ledger


def _hurried(settings: Settings) -> Settings:
    """Return the settings with short waits."""
    changes: dict[str, Any] = {"quota_wait_seconds": min(settings.quota_wait_seconds, _QUOTA_SECONDS)}
    for name in ("ledger_url", "warehouse_url"):
        changes[name] = impatient(getattr(settings, name))
    return settings.model_copy(update=changes)


def impatient(url: str) -> str:
    """Return a database address that gives up a server which does not answer; any other as it is."""
    try:
        address = make_url(url) if url else None
        if (
            address is None
            or address.get_backend_name() != "postgresql"
            or "connect_timeout" in address.query
        ):
            return url
    except ArgumentError:
        return url
    patient = address.update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})
    return patient.render_as_string(hide_password=False)
