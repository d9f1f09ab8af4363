"""What reading a listing again and again comes to, with the ledger in between."""

from datetime import datetime, timedelta

from dockwire.decisions.stock.reading_back import judge
from dockwire.ledger import SqlLedger
from dockwire.model.record import FactKind
from dockwire.model.stock_book import OfferState
from tests.builders import NOW
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.stocks import LATER, NO, due, listed, listing, offer, record, sent, stock_facts, want


async def shown(ledger: SqlLedger, quantity: int | None, *, now: datetime) -> None:
    """Read that Amazon shows a quantity."""
    look = judge(await offer(ledger), listing("A", quantity), now=now)
    await ledger.record_looks(ACME, [look], now=now)


async def accepted(ledger: SqlLedger, *, now: datetime) -> None:
    await record(ledger, await sent(ledger, now=now), OfferState.ACCEPTED, not_before=now)


async def test_a_refused_offer_goes_by_what_amazon_shows(ledger: SqlLedger) -> None:
    await listed(ledger, A=10)
    await want(ledger, A=5)
    await record(ledger, await sent(ledger), OfferState.REFUSED, NO, not_before=LATER)
    await want(ledger, A=10, as_of=NOW + timedelta(hours=2))
    # Somebody raises it by hand; what is wanted is what the ledger knew last.
    await shown(ledger, 50, now=NOW + timedelta(hours=3))
    known = await offer(ledger)
    assert (known.quantity, known.state) == (50, OfferState.REFUSED)
    assert await due(ledger, now=NOW + timedelta(hours=30)) == ["A"]


async def test_a_listing_that_never_shows_a_quantity_is_told_once(ledger: SqlLedger) -> None:
    await listed(ledger, A=None)
    await want(ledger, A=5)
    for hour in range(0, 24, 2):
        await accepted(ledger, now=NOW + timedelta(hours=hour))
        await shown(ledger, None, now=NOW + timedelta(hours=hour + 1))
    (fact,) = await stock_facts(ledger)
    assert fact.kind is FactKind.STOCK_DIFFERS
    assert "shows no quantity" in fact.detail["reason"]


async def test_sales_make_no_news_of_a_quantity_that_is_never_applied(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=20)
    for turn, quantity in enumerate((5, 5, 4, 4, 3, 3, 3)):
        await accepted(ledger, now=NOW + timedelta(hours=2 * turn))
        await shown(ledger, quantity, now=NOW + timedelta(hours=2 * turn + 1))
    assert len(await stock_facts(ledger)) == 1
    await accepted(ledger, now=NOW + timedelta(hours=20))
    await shown(ledger, 19, now=NOW + timedelta(hours=21))
    assert (await offer(ledger)).problem is None


async def test_a_raised_quantity_that_was_sold_from_is_no_news(ledger: SqlLedger) -> None:
    await listed(ledger, A=5)
    await want(ledger, A=6)
    await accepted(ledger, now=NOW)
    # Applied, and one was sold: it shows what it showed before.
    await shown(ledger, 5, now=NOW + timedelta(hours=1))
    assert await stock_facts(ledger) == []
