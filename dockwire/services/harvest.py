"""Reading a seller account: page by page into the ledger, shared by sibling connections."""

import logging
from datetime import datetime, timedelta

from dockwire.clock import Clock
from dockwire.decisions.catching_up import CatchUp, checked_since
from dockwire.decisions.harvesting import HarvestPolicy, next_chain, outlived, shorter
from dockwire.errors import PageTokenExpired, Unfinished
from dockwire.model.connection import AccountKey, Connection
from dockwire.model.record import Chain, ChainKind, HarvestState, PageCounts
from dockwire.ports import Ledger, SellerAccount

log = logging.getLogger(__name__)

_LEASE_SECONDS = 240.0
"""Longer than the wait for one search token (179 s), so that waiting does not lose the lease."""

_LOOK_AGAIN_SECONDS = 2.0

_MOST_RESTARTS = 3
"""A token refused more often than this within one run is a fault that somebody should see."""


class Harvest:
    """Makes sure that an account's orders are fresh, one page per call.

    All progress is in the ledger: any call may be the last of a dying process, and the next call,
    here or in another process, goes on from the stored page.
    """

    def __init__(
        self,
        account: AccountKey,
        *,
        seller: SellerAccount,
        ledger: Ledger,
        clock: Clock,
        owner: str,
        policy: HarvestPolicy,
        wait: timedelta = timedelta(minutes=15),
    ) -> None:
        self._account = account
        self._seller = seller
        self._ledger = ledger
        self._clock = clock
        self._owner = owner
        self._policy = policy
        self._wait = wait
        self._restarts = 0
        self._until: datetime | None = None
        self._again: CatchUp | None = None

    async def read_again(self, connection: Connection, since: datetime) -> None:
        """Let the following pages begin with what one marketplace's orders changed since a moment.

        No watermark moves for it. What is left of it when the run dies is not gone on with: asked for again, it
        begins again, and finds what it has stored already.

        Raises:
            SettingsError: the moment is out of bounds.
        """
        now = await self._seller.amazon_now()
        since = checked_since(since, connection, now=now, most=self._policy.catch_up)
        state = await self._ledger.harvest_state(self._account)
        until = min(now - self._policy.settle, state.watermarks[connection.marketplace.id])
        self._again = CatchUp(connection.marketplace.id, since, since, until)

    @property
    def policy(self) -> HarvestPolicy:
        """How the account is read."""
        return self._policy

    async def read_page(self, *, refresh: bool = False) -> PageCounts:
        """Read and store the next page; ``last`` is true when nothing is left to read.

        ``refresh`` asks for a harvest even when the last one is recent.

        Raises:
            RemoteError: Amazon did not answer with a page; the chain stays where it was.
            LeaseLost: another run took over.
            Unfinished: another run reads the account all the time, and something was to be read again.
        """
        state = await self._lease()
        if state is None and self._again is not None and not self._again.done:
            raise Unfinished(f"account={self._account} is being read by another run; nothing was read again")
        if state is None:
            return PageCounts(last=True)
        chain = await self._chain(state, refresh=refresh)
        if chain is None:
            await self._ledger.release_harvest(self._account, owner=self._owner)
            return PageCounts(last=True)
        counts = await self._read(chain, state)
        if counts.last and self._again is not None:
            self._again = self._again.after(chain)
        log.info(
            "page stored account=%s kind=%s received=%d new=%d changed=%d malformed=%d",
            self._account, chain.kind, counts.received, counts.new, counts.changed, counts.malformed,
        )  # fmt: skip
        # The end of one window is not the end of the reading: older windows or a sweep may follow.
        return PageCounts(counts.received, counts.new, counts.changed, counts.malformed)

    async def release(self) -> None:
        """Let sibling connections read; safe to call at any time."""
        await self._ledger.release_harvest(self._account, owner=self._owner)

    async def _lease(self) -> HarvestState | None:
        """Return the state once the lease is ours, or None when another run has done the reading."""
        give_up = self._clock.now() + self._wait
        told = False
        while True:
            now = self._clock.now()
            state = await self._ledger.lease_harvest(
                self._account, owner=self._owner, now=now, seconds=_LEASE_SECONDS
            )
            if state is not None:
                return state
            if now >= give_up:
                log.warning("account=%s is still being read by another run; going on", self._account)
                return None
            if not told:
                log.info("account=%s is being read by another run; waiting", self._account)
                told = True
            await self._clock.sleep(_LOOK_AGAIN_SECONDS)

    async def _chain(self, state: HarvestState, *, refresh: bool) -> Chain | None:
        """Return the chain under way, or start the next one."""
        now = self._clock.now()
        if state.chain is not None:
            if not outlived(state.chain, now=now, policy=self._policy):
                return state.chain
            log.warning("account=%s: the page chain outlived its token; cutting the window", self._account)
            span = shorter(state, self._policy)
            await self._ledger.drop_chain(self._account, owner=self._owner, span_seconds=span)
            return await self._chain(await self._ledger.harvest_state(self._account), refresh=refresh)
        chain: Chain | None
        if self._again is not None and not self._again.done:
            chain = Chain(ChainKind.CATCH_UP, self._again.window(state.span_seconds, self._policy))
        else:
            # Fixed for the run: every call takes time, and reading up to the present would never end.
            self._until = self._until or await self._seller.amazon_now()
            chain = next_chain(state, now=self._until, policy=self._policy, refresh=refresh)
        if chain is not None:
            await self._ledger.start_chain(self._account, chain, owner=self._owner, now=now)
        return chain

    async def _read(self, chain: Chain, state: HarvestState) -> PageCounts:
        try:
            page = await self._seller.search_orders(chain.window, chain.next_token)
        except PageTokenExpired:
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise
            # The window starts again; what was stored is recognised and costs nothing but calls.
            span = shorter(state, self._policy) if chain.pages > 1 else state.span_seconds
            await self._ledger.drop_chain(self._account, owner=self._owner, span_seconds=span)
            log.warning("account=%s: page token refused; the window starts again", self._account)
            return PageCounts()
        return await self._ledger.store_page(
            self._account,
            page,
            window=chain.window,
            owner=self._owner,
            now=self._clock.now(),
            lease_seconds=_LEASE_SECONDS,
        )
