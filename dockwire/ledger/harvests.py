"""The reading of an account: who may read, which chain is under way, up to where it was read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from dockwire.decisions.harvesting import next_span
from dockwire.errors import LeaseLost
from dockwire.ledger.accounts import account_id, first_days
from dockwire.ledger.facts import write_facts
from dockwire.ledger.orders_in import Stored, store_orders
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import harvests, watermarks
from dockwire.model.connection import AccountKey
from dockwire.model.ids import ConnectionSlug, MarketplaceId
from dockwire.model.order import OrderPage, SearchWindow
from dockwire.model.record import Chain, ChainKind, Fact, FactKind, HarvestState, PageCounts


def lease(
    link: Connection, account: AccountKey, *, owner: str, now: datetime, seconds: float, scribe: Scribe
) -> HarvestState | None:
    """Take or renew the lease and return the state, or None while it is somebody else's."""
    number = account_id(link, account)
    taken = link.execute(
        update(harvests)
        .where(harvests.c.account_id == number)
        .where(or_(harvests.c.owner.is_(None), harvests.c.owner == owner, harvests.c.expires <= now))
        .values(owner=owner, expires=now + timedelta(seconds=seconds))
    )
    return _state(link, number, scribe) if taken.rowcount else None


def state(link: Connection, account: AccountKey, scribe: Scribe) -> HarvestState:
    """Return the state as it is."""
    return _state(link, account_id(link, account), scribe)


def start_chain(link: Connection, account: AccountKey, chain: Chain, *, owner: str, scribe: Scribe) -> None:
    """Fix the window of a new chain."""
    number = account_id(link, account)
    row = _owned(link, number, owner)
    if scribe.open_chain(row.chain_sealed) not in (None, chain):
        raise LeaseLost(f"another page chain of {account} is under way already")
    link.execute(
        update(harvests).where(harvests.c.account_id == number).values(chain_sealed=scribe.seal_chain(chain))
    )


def store_page(
    link: Connection,
    account: AccountKey,
    page: OrderPage,
    *,
    window: SearchWindow,
    owner: str,
    now: datetime,
    lease_seconds: float,
    scribe: Scribe,
) -> PageCounts:
    """Store one page and move the chain on."""
    number = account_id(link, account)
    row = _owned(link, number, owner)
    chain = scribe.open_chain(row.chain_sealed)
    # A run that was taken for dead and started again owns the lease twice: the owner tells it only half.
    if chain is None or chain.window != window:
        raise LeaseLost(f"the page chain of {account} was ended by another run")
    stored = store_orders(link, number, page.orders, page.malformed, scribe=scribe, now=now)
    if chain.kind is not ChainKind.HARVEST:
        _tell_late(link, stored, now)
    values: dict[str, Any] = {"expires": now + timedelta(seconds=lease_seconds)}
    if page.next_token is None:
        values |= _end(link, row, chain, now)
    else:
        # The token of each page lives 24 hours; the chain is as old as its first.
        begun = chain.started or now
        moved = Chain(chain.kind, chain.window, page.next_token, begun, chain.pages + 1)
        values["chain_sealed"] = scribe.seal_chain(moved)
    link.execute(update(harvests).where(harvests.c.account_id == number).values(values))
    return PageCounts(
        received=len(page.orders) + len(page.malformed),
        new=stored.new,
        changed=stored.changed,
        malformed=stored.malformed,
        last=page.next_token is None,
    )


def drop_chain(link: Connection, account: AccountKey, *, owner: str, span_seconds: int) -> None:
    """Forget the chain under way."""
    number = account_id(link, account)
    _owned(link, number, owner)
    link.execute(
        update(harvests)
        .where(harvests.c.account_id == number)
        .values(chain_sealed=None, span_seconds=span_seconds)
    )


def release(link: Connection, account: AccountKey, *, owner: str) -> None:
    """Give the lease back if it is ours."""
    number = account_id(link, account)
    link.execute(
        update(harvests)
        .where(harvests.c.account_id == number, harvests.c.owner == owner)
        .values(owner=None, expires=None)
    )


def _owned(link: Connection, number: int, owner: str) -> Row[Any]:
    """Return the row, locked, when the lease is ours.

    An expired lease that nobody else took still counts: taking it over changes the owner.
    """
    row = link.execute(select(harvests).where(harvests.c.account_id == number).with_for_update()).one()
    if row.owner != owner:
        raise LeaseLost("another run reads this seller account now; this one stops without writing")
    return row


def _state(link: Connection, number: int, scribe: Scribe) -> HarvestState:
    row = link.execute(select(harvests).where(harvests.c.account_id == number)).one()
    marks = link.execute(select(watermarks).where(watermarks.c.account_id == number))
    return HarvestState(
        watermarks={MarketplaceId(mark.marketplace_id): mark.mark for mark in marks},
        chain=scribe.open_chain(row.chain_sealed),
        span_seconds=row.span_seconds,
        completed=row.completed,
        swept=row.swept,
    )


def _end(link: Connection, row: Row[Any], chain: Chain, now: datetime) -> dict[str, Any]:
    """Close a chain that was read to the end; only here do watermarks move, and only forward."""
    if chain.kind is ChainKind.SWEEP:
        return {"chain_sealed": None, "swept": now}
    span = next_span(row.span_seconds, chain.pages + 1)
    if chain.kind is ChainKind.CATCH_UP:
        return {"chain_sealed": None, "span_seconds": span}
    link.execute(
        update(watermarks)
        .where(watermarks.c.account_id == row.account_id)
        .where(watermarks.c.marketplace_id.in_(chain.window.marketplaces))
        .where(watermarks.c.mark < chain.window.updated_before)
        .values(mark=chain.window.updated_before)
    )
    return {"chain_sealed": None, "completed": now, "span_seconds": span}


def _tell_late(link: Connection, stored: Stored, now: datetime) -> None:
    reason = {"reason": "No earlier reading of the account had shown this order.", "fixer": "nobody"}
    since = first_days(link, {slug for _, slug in stored.new_orders if slug is not None})
    write_facts(
        link,
        [
            Fact(FactKind.ORDER_FOUND_LATE, now, ConnectionSlug(slug), order.order_id, reason)
            for order, slug in stored.new_orders
            # What lies before a connection's first day was never asked for.
            if slug is not None and order.updated >= since[slug]
        ],
    )
