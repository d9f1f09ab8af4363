"""What is tried for one connection, and in which order it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

import httpx

from blocks import MarketplaceConnection
from deployments.checking import agreements, amazon, clocks, schedules, warehouse
from deployments.checking.bench import Bench, opened_bench
from deployments.checking.board import Check, carry_out
from deployments.checking.finding import Finding, untold
from deployments.checking.items import items
from deployments.checking.mail import mail, trial_mail
from dockwire.access import EMBEDDED
from dockwire.clock import Clock
from dockwire.model.connection import Connection
from dockwire.model.marketplaces import Region
from dockwire.ports import SellerAccount, Warehouse
from dockwire.settings import Settings

_AT_ONCE = 8
_LONG = 120.0
"""Seconds for readings that go through everything a customer has."""


async def check_all(
    blocks: Mapping[str, MarketplaceConnection],
    *,
    settings: Settings,
    clock: Clock,
    send_mail: str = "",
    prefect: bool = True,
    server: bool = True,
    at_most: float | None = None,
) -> dict[str, list[Finding]]:
    """Return what was found for each connection, in the order given; a seller account is asked once.

    Args:
        send_mail: the address that a trial mail goes to.
        prefect: whether there is a Prefect to look for deployments in, if only in this process.
        server: whether a Prefect server runs, so that scheduled runs ought to be begun.
        at_most: shortens the time of every check, in seconds.
    """
    places = asyncio.Semaphore(_AT_ONCE)
    async with opened_bench(settings, clock) as bench:

        async def one(slug: str) -> list[Finding]:
            async with places:
                subject = Subject(slug, blocks[slug], bench, send_mail)
                checks = subject.checks(prefect=prefect, server=prefect and server)
                return await carry_out(checks, at_most=at_most)

        found = await asyncio.gather(*map(one, blocks))
    return dict(zip(blocks, found, strict=True))


class Subject:
    """One connection on the bench."""

    def __init__(self, slug: str, block: MarketplaceConnection, bench: Bench, send_mail: str = "") -> None:
        self._slug = slug
        self._block = block
        self._bench = bench
        self._send_mail = send_mail

    def checks(self, *, prefect: bool, server: bool) -> list[Check]:
        """Return everything that is tried; sign-ins come before what needs them."""
        checks = [
            Check("settings", self._settings),
            Check("ledger", self._ledger),
            Check("amazon sign-in", self._amazon, after="settings"),
            Check("amazon", self._marketplace, after="amazon sign-in"),
            Check("personal data", self._personal_data, after="amazon"),
        ]
        if self._block.stock_sync:
            checks += [
                Check("amazon listings", self._of_amazon(amazon.listings), after="amazon"),
                Check("amazon feeds", self._feeds, after="amazon"),
            ]
        checks += [
            Check("warehouse sign-in", self._warehouse_sign_in, after="settings"),
            Check("warehouse", self._of_warehouse(warehouse.place), after="warehouse sign-in"),
            Check("warehouse orders", self._of_warehouse(warehouse.orders_read), after="warehouse sign-in"),
            Check(
                "items",
                self._of_warehouse(partial(items, ledger=self._bench.ledger)),
                after="warehouse",
                seconds=_LONG,
            ),
            Check("ship methods", self._of_warehouse(warehouse.ship_methods), after="warehouse sign-in"),
        ]
        if self._block.stock_sync:
            stock = self._of_warehouse(warehouse.stock_read)
            checks += [Check("warehouse stock", stock, after="warehouse", seconds=_LONG)]
        checks += [
            Check("closing", self._closing, after="settings"),
            Check("clock", self._clock, after="settings"),
            Check("mail", self._mail, after="settings"),
        ]
        if self._block.terms:
            checks += [Check("terms", self._terms, after="settings")]
        if self._block.needs_approval:
            checks += [Check("approval", self._approval, after="settings")]
        if prefect:
            checks += [Check("deployments", self._deployments, after="settings")]
        if server:
            checks += [Check("runs", self._runs, after="deployments")]
        return checks

    @property
    def _connection(self) -> Connection:
        return self._block.connection(self._slug)

    async def _settings(self) -> str:
        self._block.connection(self._slug)
        self._block.warehouse.access(self._block.warehouse_name)
        return "the block is complete"

    async def _ledger(self) -> Finding:
        return self._bench.ledger_found

    async def _amazon(self) -> Finding:
        access = self._block.seller_account.access()

        async def elsewhere() -> Region | None:
            others = amazon.others(access)
            return await amazon.first_that_answers(
                [(region, partial(self._bench.standings, there)) for region, there in others]
            )

        return await amazon.signed_in(access, partial(self._bench.standings, access), elsewhere)

    async def _marketplace(self) -> Finding:
        standings = await self._bench.standings(self._block.seller_account.access())
        return amazon.participation(standings, self._connection)

    async def _personal_data(self) -> Finding:
        ledger, connection = self._bench.ledger, self._connection
        if ledger is None:
            return untold("not tried: 'ledger' comes first")
        known = await ledger.newest_open_orders(connection.account, limit=amazon.LOOKED_AT)
        return await amazon.personal_data(await self._seller(), connection, known)

    async def _feeds(self) -> Finding:
        return await amazon.feeds(await self._seller())

    async def _closing(self) -> Finding:
        return warehouse.closing(self._block.warehouse.access(self._block.warehouse_name))

    async def _warehouse_sign_in(self) -> Finding:
        access = self._block.warehouse.access(self._block.warehouse_name)
        return await warehouse.signed_in(await self._warehouse(), access)

    async def _mail(self) -> Finding:
        clock, connection = self._bench.clock, self._connection
        trial = trial_mail(connection, self._send_mail, clock) if self._send_mail else None
        return await mail(self._block, connection, trial, clock)

    async def _terms(self) -> Finding:
        return await agreements.terms(self._bench.ledger, self._connection)

    async def _approval(self) -> Finding:
        return await agreements.approval(self._bench.ledger, self._connection)

    async def _deployments(self) -> Finding:
        refusal = await agreements.refusal(self._bench.ledger, self._connection)
        return await schedules.deployed(self._connection, refusal=refusal)

    async def _runs(self) -> Finding:
        return await schedules.in_time(self._connection, self._bench.clock)

    async def _clock(self) -> Finding:
        asked: dict[str, Awaitable[timedelta | None]] = {
            "Amazon": self._told_by(self._block.seller_account.endpoint or self._connection.region.endpoint)
        }
        if self._block.warehouse.base_url != EMBEDDED:
            asked["the warehouse"] = self._told_by(self._block.warehouse.base_url)
        if self._bench.ledger is not None:
            asked["the ledger's database"] = self._database()
        told = await asyncio.gather(*asked.values())
        return clocks.judge(dict(zip(asked, told, strict=True)))

    async def _told_by(self, url: str) -> timedelta | None:
        try:
            return await clocks.told_by(url, self._bench.clock)
        except httpx.HTTPError:
            # That it does not answer is told by the check that needs an answer.
            return None

    async def _database(self) -> timedelta | None:
        assert self._bench.ledger is not None
        before = self._bench.clock.now()
        told = await self._bench.ledger.database_now()
        return None if told is None else clocks.apart(told, before, self._bench.clock.now())

    async def _seller(self) -> SellerAccount:
        return await self._bench.seller(self._block.seller_account.access())

    async def _warehouse(self) -> Warehouse:
        return await self._bench.warehouse(self._block.warehouse.access(self._block.warehouse_name))

    def _of_amazon(
        self, look: Callable[[SellerAccount, Connection], Awaitable[Finding | str]]
    ) -> Callable[[], Awaitable[Finding | str]]:
        async def attempt() -> Finding | str:
            return await look(await self._seller(), self._connection)

        return attempt

    def _of_warehouse(
        self, look: Callable[[Warehouse, Connection], Awaitable[Finding | str]]
    ) -> Callable[[], Awaitable[Finding | str]]:
        async def attempt() -> Finding | str:
            return await look(await self._warehouse(), self._connection)

        return attempt
