"""An invented day of two connections, for pictures of the console: the same orders on the same clock every time."""

from dataclasses import replace
from datetime import timedelta

from dockwire.decisions.health import FLOWS
from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.ids import AmazonOrderId
from dockwire.model.order import Order, Program, Window
from dockwire.model.parcel import ParcelState
from dockwire.model.record import OrderState, Problem, Verdict
from dockwire.model.status import RunOutcome, RunRecord
from dockwire.model.warehouse import Item
from tests.builders import CA, NOW, US, connection, line, order
from tests.console.town import Town
from tests.unit.ledger.acts import ACME, read
from tests.unit.ledger.shipments import created, outcome, parcel, store
from tests.unit.ledger.stocks import decided, listed

CANADA = connection(slug="acme-ca", marketplace_code="CA")
_SKUS = ("MUG-BLUE", "MUG-WHITE", "TOWEL-L", "TOWEL-XL", "LAMP-OAK", "RUG-140")
_CARRIERS = (("UPS", "1Z999AA1{:010d}"), ("USPS", "94001{:017d}"), ("FedEx", "{:012d}"))
_HOLDS = (
    Problem("unmapped_sku", "No item of the warehouse has the SKU LAMP-OAK-2.", Fixer.CLERK),
    Problem("address_incomplete", "The address is incomplete: the street is missing.", Fixer.MERCHANT),
    Problem("ship_method_missing", "Nothing says how service NEXT_DAY is shipped.", Fixer.ENGINEER),
)
_REFUSED = Problem("tracking_refused", "Amazon does not take this tracking number.", Fixer.CLERK)


async def a_days_work(town: Town) -> None:
    """Leave orders of every kind in the ledger: shipped, to ship, refused, held and new, and some stock."""
    ledger = town.ledger
    await ledger.register(ACME, now=NOW)
    await ledger.register(CANADA, now=NOW)
    await ledger.store_items(ACME.warehouse, ACME.customer_id, [Item(sku) for sku in _SKUS], now=NOW)
    for number in range(1, 19):
        known = _order(number)
        await created(ledger, 7000 + number, known, which=CANADA if known.marketplace_id == CA else ACME)
    await _ship(ledger, range(1, 11))
    await _hold(ledger)
    await read(ledger, *(_order(number) for number in range(30, 33)))
    await _stock(ledger)
    for which in (ACME, CANADA):
        for place, flow in enumerate(FLOWS):
            began = RunRecord(
                which.slug, flow, f"{flow}-{which.slug}", NOW + timedelta(hours=3, minutes=20 + place)
            )
            await ledger.begin_run(began)
            at, done = began.started + timedelta(seconds=40), RunOutcome.NOTHING_TO_DO
            await ledger.end_run(
                replace(began, ended=at, outcome=done, sentence="everything is done", counts={})
            )
    town.clock.advance(4 * 3600)


def _order(number: int, **more: object) -> Order:
    sku = _SKUS[number % len(_SKUS)]
    lines = [line(sku=sku, quantity_ordered=number % 3 + 1, quantity_open=number % 3 + 1)]
    if number % 4 == 0:
        lines.append(line(item_id="10000000000002", sku=_SKUS[(number + 2) % len(_SKUS)]))
    fields: dict[str, object] = {
        "order_id": AmazonOrderId(
            f"1{number % 9 + 1:02d}-{4_100_000 + number * 7_919:07d}-{1_200_000 + number * 31_337:07d}"
        ),
        "marketplace_id": CA if number % 5 == 0 else US,
        "lines": tuple(lines),
        "programs": frozenset({Program.PRIME}) if number % 6 == 0 else frozenset(),
        "service_level": "EXPEDITED" if number % 7 == 0 else "STANDARD",
        "ship_by": Window(NOW, NOW + timedelta(hours=5 + (number * 7) % 61)),
    }
    return order(**fields | more)


async def _ship(ledger: SqlLedger, numbers: range) -> None:
    """Give orders their packages; Amazon shows some, has yet to answer for one, and refuses another."""
    for number in numbers:
        which = CANADA if number % 5 == 0 else ACME
        carrier, pattern = _CARRIERS[number % len(_CARRIERS)]
        sent = parcel(str(number), carrier_code=carrier, tracking=pattern.format(number * 7_654_321))
        await store(ledger, 7000 + number, sent, which=which)
    for which in (ACME, CANADA):
        waiting = await ledger.due_parcels(which, now=NOW)
        for known in waiting[:-2]:
            await ledger.record_parcels(which, [outcome(known, ParcelState.VISIBLE)], now=NOW)
    refused = outcome(waiting[-1], ParcelState.REFUSED, problem=_REFUSED)
    await ledger.record_parcels(CANADA, [refused], now=NOW)


async def _hold(ledger: SqlLedger) -> None:
    await read(
        ledger,
        _order(21, lines=(line(sku="LAMP-OAK-2"),)),
        _order(22),
        _order(23, service_level="NEXT_DAY"),
        _order(24, lines=(line(sku="LAMP-OAK-2"),)),
    )
    new = await ledger.due_orders(ACME, now=NOW)
    reasons = {21: _HOLDS[0], 22: _HOLDS[1], 23: _HOLDS[2], 24: _HOLDS[0]}
    for number, reason in reasons.items():
        version = next(each.version for each in new if each.order.order_id == _order(number).order_id)
        verdict = Verdict(_order(number).order_id, version, OrderState.HELD, (reason,))
        await ledger.record_verdicts(ACME, [verdict], now=NOW + timedelta(minutes=number * 9 - 180))


async def _stock(ledger: SqlLedger) -> None:
    await listed(ledger, **dict.fromkeys(_SKUS, 24))
    told = [
        decided(
            sku,
            None if sku == "RUG-140" else 24 - place * 3,
            why=f"{24 - place * 3} in the warehouse, none reserved",
        )
        for place, sku in enumerate(_SKUS)
    ]
    await ledger.record_decisions(ACME, told, as_of=NOW)
