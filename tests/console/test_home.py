"""Home: the numbers of the day, checked against what the ledger was told, and the orders behind each."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, select

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.ledger.happenings import happened, to_whom
from dockwire.ledger.tables import orders
from dockwire.model.console import Role
from dockwire.model.day import Happening, Span
from dockwire.model.ids import AmazonOrderId, WarehouseOrderId
from dockwire.model.parcel import ParcelState
from dockwire.model.record import (
    Chain,
    ChainKind,
    Claim,
    ClosingState,
    Created,
    OrderState,
    Problem,
    Verdict,
)
from dockwire.sealing import Sealer
from tests.builders import NOW, order, page
from tests.console.orders import SCRIPT
from tests.console.town import opened_town
from tests.unit.ledger.acts import ACCOUNT, ACME, WINDOW, number
from tests.unit.ledger.shipments import as_placed, outcome, parcel, plan

MIDNIGHT = NOW.replace(hour=0)
MOMENT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
NO_ITEM = Problem("unmapped_sku", f"no item for {SCRIPT}", Fixer.CLERK)
NO_METHOD = Problem("unmapped_ship_method", "no method", Fixer.ENGINEER)


async def come(ledger: SqlLedger, n: int, at: datetime) -> None:
    """Read an order in at a moment."""
    await ledger.lease_harvest(ACCOUNT, owner="me", now=at, seconds=60)
    await ledger.start_chain(ACCOUNT, Chain(ChainKind.HARVEST, WINDOW), owner="me", now=at)
    known = page(order(order_id=number(n)))
    await ledger.store_page(ACCOUNT, known, window=WINDOW, owner="me", now=at, lease_seconds=60)


async def hold(ledger: SqlLedger, n: int, at: datetime, reason: Problem) -> None:
    (known,) = [each for each in await ledger.due_orders(ACME, now=at) if each.order.order_id == number(n)]
    verdict = Verdict(number(n), known.version, OrderState.HELD, (reason,))
    await ledger.record_verdicts(ACME, [verdict], now=at)


async def create(ledger: SqlLedger, n: int, at: datetime) -> None:
    (known,) = [each for each in await ledger.due_orders(ACME, now=at) if each.order.order_id == number(n)]
    placed = as_placed(known.order, n)
    claim = Claim(number(n), known.version, placed.reference)
    await ledger.claim(ACME, [claim], owner="me", now=at, seconds=60)
    await ledger.record_outcomes(ACME, [Created(number(n), placed)], owner="me", now=at)


async def close(ledger: SqlLedger, n: int, at: datetime, state: ClosingState = ClosingState.CLOSED) -> None:
    (closing,) = await ledger.begin_submission(
        ACME, plan(n, token=f"t{n}{state}", order_id=number(n)), now=at
    )
    for each in (ClosingState.CLOSING, state):
        await ledger.record_closing(ACME, replace(closing, state=each), now=at)


async def ship(ledger: SqlLedger, n: int, at: datetime, *references: str) -> None:
    """Meet an order closed, with packages."""
    listed = [parcel(each, tracking=f"1Z{each}") for each in references]
    await ledger.store_parcels(ACME, [(WarehouseOrderId(n), listed)], now=at)


async def answer(ledger: SqlLedger, n: int, at: datetime, state: ParcelState) -> None:
    for known in await ledger.due_parcels(ACME, now=at):
        if known.order.order_id == number(n):
            await ledger.record_parcels(ACME, [outcome(known, state, problem=NO_METHOD)], now=at)


async def three_days(ledger: SqlLedger) -> None:
    """Live through the day before yesterday's last moment, yesterday, and today until now."""
    await ledger.register(ACME, now=NOW - 20 * DAY)
    await come(ledger, 9, MIDNIGHT - 13 * DAY - MOMENT)
    await come(ledger, 8, MIDNIGHT - 13 * DAY)
    await come(ledger, 1, MIDNIGHT - DAY)
    await hold(ledger, 1, MIDNIGHT - DAY + HOUR, NO_ITEM)
    await hold(ledger, 1, MIDNIGHT - DAY + 10 * HOUR, NO_METHOD)
    await come(ledger, 2, MIDNIGHT - MOMENT)
    await hold(ledger, 2, MIDNIGHT - MOMENT, NO_ITEM)
    await create(ledger, 8, MIDNIGHT - MOMENT)
    await ship(ledger, 8, MIDNIGHT - MOMENT, "81")
    await come(ledger, 3, MIDNIGHT)
    await create(ledger, 3, MIDNIGHT)
    await create(ledger, 2, MIDNIGHT + HOUR - MOMENT)
    await close(ledger, 2, MIDNIGHT + HOUR)
    await ship(ledger, 2, MIDNIGHT + 2 * HOUR, "21", "22")
    await ship(ledger, 3, MIDNIGHT + 2 * HOUR, "31", "32")
    await answer(ledger, 2, MIDNIGHT + 3 * HOUR, ParcelState.ACCEPTED)
    await answer(ledger, 3, MIDNIGHT + 3 * HOUR, ParcelState.REFUSED)
    await come(ledger, 4, MIDNIGHT + 3 * HOUR)
    await create(ledger, 4, MIDNIGHT + 4 * HOUR)
    await close(ledger, 4, MIDNIGHT + 5 * HOUR, ClosingState.REFUSED)


WANTED = {
    ("In from Amazon", "today"): {3, 4},
    ("In from Amazon", "yesterday"): {1, 2},
    ("In from Amazon", "yesterday by this time"): {1},
    ("In from Amazon", "Tue 20 Oct 2026"): {8},
    ("Created", "today"): {2, 3, 4},
    ("Created", "00:00"): {2, 3},
    ("Created", "04:00"): {4},
    ("Created", "yesterday"): {8},
    ("Created", "yesterday by this time"): set(),
    ("Shipped", "today"): {2, 3},
    ("Shipped", "01:00"): {2},
    ("Shipped", "02:00"): {3},
    ("Shipped", "yesterday"): {8},
    ("Confirmed", "today"): {2},
    ("Confirmed", "yesterday"): set(),
    ("Held", "today"): set(),
    ("Held", "yesterday"): {1, 2},
    ("Held", "yesterday by this time"): {1},
    ("Refused", "today"): {3, 4},
    ("Refused", "yesterday"): set(),
}
LINK = r'<a href="([^"]*)" aria-label="([^"]*), ([^",]*): (\d+) orders">\s*\4\s*</a>'


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_each_number_of_the_day_leads_to_the_orders_that_it_counts(
    request: pytest.FixtureRequest, kind: str
) -> None:
    town = await opened_town(request.getfixturevalue(f"{kind}_url"))
    await three_days(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    home = (await browser.get("/")).text
    numbers = {
        (name, when): (unescape(link), int(count)) for link, name, when, count in re.findall(LINK, home)
    }
    for (name, when), wanted in WANTED.items():
        # A table shows a zero without a link.
        link, count = numbers[name, when]
        assert count == len(wanted), (name, when)
        found = (await browser.get(link)).text
        shown = {AmazonOrderId(each) for each in re.findall(r">\s*(111-\d{7}-0000001)\s*<", found)}
        assert shown == {number(n) for n in wanted}, (name, when)
    assert not any(when.startswith("Mon 19 Oct") for _, when in numbers)
    assert SCRIPT not in home
    await browser.aclose()
    await town.ledger.close()


async def test_what_is_over_is_counted_once_and_what_goes_on_anew(sqlite_url: str) -> None:
    town = await opened_town(sqlite_url)
    await three_days(town.ledger)
    browser = await town.signed_in(Role.VIEWER)

    async def seen(when: str) -> str:
        found = re.search(f'"In from Amazon, {when}: (\\d+) orders"', (await browser.get("/")).text)
        assert found, when
        return found[1]

    assert await seen("today") == "2"
    await come(town.ledger, 5, NOW)
    assert (await seen("today"), await seen("09:00")) == ("3", "1")
    town.clock.advance(19 * 3600)
    await browser.aclose()
    browser = await town.signed_in(Role.VIEWER)
    assert (await seen("today"), await seen("yesterday"), await seen("yesterday by this time")) == (
        "0",
        "3",
        "2",
    )
    await browser.aclose()
    await town.ledger.close()


async def test_a_shipped_order_that_is_opened_again_counts_once(sqlite_url: str) -> None:
    town = await opened_town(sqlite_url)
    await town.ledger.register(ACME, now=NOW - 20 * DAY)
    await come(town.ledger, 2, MIDNIGHT)
    await create(town.ledger, 2, MIDNIGHT)
    await close(town.ledger, 2, MIDNIGHT)
    await ship(town.ledger, 2, MIDNIGHT, "21")
    (closing,) = await town.ledger.submission(ACME, "t2closed")
    await town.ledger.reopen_closing(ACME, closing, now=NOW)
    span = Span(MIDNIGHT, NOW)
    with town.ledger.reading_sessions()() as session:
        found = session.scalars(select(orders.c.id).where(to_whom(Happening.SHIPPED, span))).all()
        assert (happened(session, span)[Happening.SHIPPED], len(found)) == (1, 1)
    await town.ledger.close()


async def test_what_waits_and_is_refused_leads_to_the_same_list(sqlite_url: str) -> None:
    town = await opened_town(sqlite_url)
    await three_days(town.ledger)
    browser = await town.signed_in(Role.VIEWER)
    home = re.sub(r"\s+", " ", (await browser.get("/")).text)
    for path, condition, count, wanted in (
        ("/orders/list", "connection__in=acme-us AND state__in=held,on_hold,to_stop", "1", {1}),
        ("/orders/list", "connection__in=acme-us AND state__in=refused", "2", {3}),
        ("/holds/list", "code__in=unmapped_ship_method", "1", {1}),
        ("/stock/list", "connection__in=acme-us AND state__in=refused", "0", set()),
    ):
        address = (
            f"{path}?filter={condition}".replace("=", "%3D")
            .replace(",", "%2C")
            .replace("filter%3D", "filter=")
            .replace(" ", "+")
        )
        assert re.search(rf'{re.escape(address)}"[^>]*>{count}</a>', home), condition
        found = (await browser.get(address)).text
        shown = set(re.findall(r">\s*(111-\d{7}-0000001)\s*<", found))
        assert shown == {number(n) for n in wanted}, condition
    # One order may have several packages.
    assert 'aria-label="Packages of acme-us that Amazon refused: 2; leads to their orders"' in home
    assert home.count(">23 h<") == 2
    await browser.aclose()
    await town.ledger.close()


async def test_a_day_is_counted_and_found_by_indexes_alone(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    seen: list[tuple[str, Any]] = []

    def note(_link: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        seen.append((statement, values))

    span = Span(MIDNIGHT, NOW)
    with ledger.reading_sessions()() as session:
        event.listen(session.get_bind(), "before_cursor_execute", note)
        assert set(happened(session, span).values()) == {0}
        for what in Happening:
            assert session.execute(select(orders.c.id).where(to_whom(what, span))).all() == []
        plans = [
            row[-1]
            for statement, values in tuple(seen)
            if "SELECT" in statement
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert any("ix_events_at" in step for step in plans)
    assert not [step for step in plans if re.search(r"SCAN (orders|events|parcels|closings)", step)]
    await ledger.close()
