"""Two invented weeks of two connections, for pictures of the console: the same orders on the same clock every time."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from dockwire.decisions.health import FLOWS
from dockwire.decisions.stock.telling import as_json, tell
from dockwire.ledger import SqlLedger
from dockwire.model.status import RunOutcome, RunRecord
from dockwire.model.stock import Offered, Step, StepKind, StockDecision, Supply, Withheld
from dockwire.model.stock_book import Decided, Look, OfferState
from dockwire.model.warehouse import Item
from tests.console.days import LAST_IMPORT, NO_ITEM, live
from tests.console.sales import CANADA, END, SKUS, all_sales
from tests.console.town import Town
from tests.unit.ledger.acts import ACME
from tests.unit.ledger.stocks import listing, outcome

_AVAILABLE = {"MUG-BLUE": 24, "MUG-WHITE": 21, "TOWEL-L": 40, "TOWEL-XL": 8, "LAMP-OAK": 2, "RUG-140": 14}
_AT_AMAZON = {
    "MUG-BLUE": 19,
    "MUG-WHITE": 16,
    "TOWEL-L": 36,
    "TOWEL-XL": 6,
    "LAMP-OAK": 1,
    "RUG-140": 12,
    "LAMP-OAK-2": 5,
}
_BUFFER = 2


async def a_days_work(town: Town) -> None:
    """Live through two weeks: leave orders shipped, to ship, refused, held and new, and some stock."""
    ledger, sales = town.ledger, all_sales()
    begin = sales[0].came - timedelta(days=1)
    await ledger.register(ACME, now=begin)
    await ledger.register(CANADA, now=begin)
    await ledger.store_items(ACME.warehouse, ACME.customer_id, [Item(sku) for sku in SKUS], now=begin)
    await live(ledger, sales)
    await _stock(ledger)
    await _runs(ledger)
    town.clock.advance((END - town.clock.now()).total_seconds())


async def _stock(ledger: SqlLedger) -> None:
    at = END - timedelta(minutes=35)
    looks = [Look(listing(sku, quantity)) for sku, quantity in _AT_AMAZON.items()]
    await ledger.record_looks(ACME, looks, now=at)
    decisions = [_offered(sku, place) for place, sku in enumerate(_AVAILABLE)] + [
        Withheld("LAMP-OAK-2", NO_ITEM)
    ]
    told = [Decided(each, tell(each), as_json(each)) for each in decisions]
    await ledger.record_decisions(ACME, told, as_of=at)
    due = await ledger.due_offers(ACME, now=at, limit=10)
    sent = await ledger.begin_sends(ACME, due, now=at, not_before=END + timedelta(hours=1))
    taken = [outcome(each, OfferState.ACCEPTED) for each in sent[:-1]]
    await ledger.record_sends(ACME, taken, now=at + timedelta(minutes=1))


def _offered(sku: str, place: int) -> StockDecision:
    """Return what is left after what is ordered and the buffer, told as the stock run tells it."""
    steps = [Step(StepKind.AVAILABLE, Decimal(_AVAILABLE[sku]))]
    if ordered := place % 3:
        steps.append(Step(StepKind.ORDERED, Decimal(-ordered)))
    supply = Supply(sku, Decimal(1), tuple(steps))
    buffer = min(supply.left, Decimal(_BUFFER))
    step = Step(StepKind.BUFFER, -buffer, Decimal(_BUFFER))
    return Offered(sku, int(supply.left - buffer), (supply,), (step,))


async def _runs(ledger: SqlLedger) -> None:
    for which in (ACME, CANADA):
        for place, flow in enumerate(FLOWS):
            began = LAST_IMPORT - timedelta(minutes=7 * place)
            run = RunRecord(which.slug, flow, f"{flow}-{which.slug}", began)
            await ledger.begin_run(run)
            ended, done = began + timedelta(seconds=40), RunOutcome.NOTHING_TO_DO
            await ledger.end_run(
                replace(run, ended=ended, outcome=done, sentence="everything is done", counts={})
            )
