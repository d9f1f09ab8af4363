"""What the ledger's tests about offers do over and over."""

from datetime import datetime, timedelta
from typing import Any

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.listing import Listing
from dockwire.model.record import Fact, FactKind, Problem
from dockwire.model.stock import Offer, Offered, StockDecision, Withheld
from dockwire.model.stock_book import (
    Decided,
    LedgerOffer,
    Look,
    OfferState,
    Sending,
    SendOutcome,
)
from tests.builders import NOW
from tests.unit.ledger.acts import ACME

LATER = NOW + timedelta(hours=1)
NO = Problem("stock_refused", "Amazon does not take it.", Fixer.MERCHANT)


def listing(sku: str = "A", quantity: int | None = 5, **more: Any) -> Listing:
    """Return a listing that the merchant ships."""
    return Listing(sku, (Offer(sku, quantity=quantity),), **more)


async def listed(ledger: SqlLedger, **quantities: int | None) -> None:
    """Begin rows as reading listings does."""
    looks = [Look(listing(sku, quantity)) for sku, quantity in quantities.items()]
    await ledger.record_looks(ACME, looks, now=NOW)


def decided(sku: str, quantity: int | None, *, why: str = "stock") -> Decided:
    decision: StockDecision = Withheld(sku, NO) if quantity is None else Offered(sku, quantity)
    return Decided(decision, f"{sku}: {why}", {"why": why})


async def want(ledger: SqlLedger, *, as_of: datetime = NOW, **quantities: int | None) -> int:
    decisions = [decided(sku, quantity) for sku, quantity in quantities.items()]
    return await ledger.record_decisions(ACME, decisions, as_of=as_of)


async def offer(ledger: SqlLedger, sku: str = "A") -> LedgerOffer:
    (known,) = await ledger.offers(ACME.slug, [sku])
    return known


async def due(ledger: SqlLedger, *, now: datetime = NOW, limit: int = 100) -> list[str]:
    found = await ledger.due_offers(ACME, now=now, limit=limit)
    assert limit < 100 or len(found) == await ledger.count_due(ACME, now=now)
    return [known.sku for known in found]


async def begin(ledger: SqlLedger, *offers: LedgerOffer, now: datetime = NOW) -> list[Sending]:
    """Write down that offers are sent, to be due again an hour later."""
    return await ledger.begin_sends(ACME, offers, now=now, not_before=now + timedelta(hours=1))


async def sent(ledger: SqlLedger, sku: str = "A", *, now: datetime = NOW) -> Sending:
    (sending,) = await begin(ledger, await offer(ledger, sku), now=now)
    return sending


def outcome(sending: Sending, state: OfferState, problem: Problem | None = None, **more: Any) -> SendOutcome:
    return SendOutcome(sending.sku, sending.version, state, problem, **more)


async def record(ledger: SqlLedger, sending: Sending, state: OfferState, *args: Any, **more: Any) -> None:
    await ledger.record_sends(ACME, [outcome(sending, state, *args, **more)], now=NOW)


async def stock_facts(ledger: SqlLedger) -> list[Fact]:
    told = await ledger.untold_facts(ACME.slug)
    return [
        fact
        for fact in told
        if fact.kind in {FactKind.STOCK_REFUSED, FactKind.STOCK_DIFFERS, FactKind.STOCK_WITHHELD}
    ]
