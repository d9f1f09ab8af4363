"""Beside the offers: marks, siblings, waiting orders, the course over time, rules and aliases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.hold import Ruling
from dockwire.model.ids import AmazonItemId, CustomerId
from dockwire.model.override import Overrides
from dockwire.model.record import OrderState
from dockwire.model.stock_book import StockMarks, StockPoint, Waiting
from dockwire.model.stock_rules import StockRule
from tests.builders import CA, NOW, connection, line, malformed, order
from tests.unit.ledger.acts import ACME, claim, number, read, state_of
from tests.unit.ledger.shipments import created

CANADA = connection(slug="acme-ca", marketplace_code="CA")
ELSEWHERE = connection(slug="elsewhere", seller_id="A2", warehouse="second")
NEIGHBOUR = connection(slug="neighbour", seller_id="A3", customer_id=2)


async def test_marks_are_remembered_member_by_member(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    assert await ledger.stock_marks(ACME) == StockMarks()
    moments = [NOW + timedelta(minutes=n) for n in range(5)]
    await ledger.move_stock_marks(ACME, StockMarks(*moments))
    assert await ledger.stock_marks(ACME) == StockMarks(*moments)
    await ledger.move_stock_marks(ACME, StockMarks(changes_read=NOW))
    assert await ledger.stock_marks(ACME) == StockMarks(changes_read=NOW)
    assert await ledger.stock_marks(CANADA) == StockMarks()


async def test_siblings_sell_stock_of_the_same_warehouse_customer(ledger: SqlLedger) -> None:
    for each in (NEIGHBOUR, ELSEWHERE, CANADA):
        await ledger.register(each, now=NOW)
    changed = ACME.model_copy(update={"stock_sync": True})
    assert await ledger.stock_siblings(changed) == [CANADA, changed]
    assert await ledger.stock_siblings(CANADA) == [CANADA, ACME]
    assert await ledger.stock_siblings(NEIGHBOUR) == [NEIGHBOUR]


async def test_orders_that_are_not_in_the_warehouse_wait_with_their_open_units(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    two = (line(quantity_ordered=5, quantity_open=3), line(item_id=AmazonItemId("2"), sku="B"))
    await created(ledger, 7, order(order_id=number(7)))
    nameless = (line(sku=None), line(item_id=AmazonItemId("2"), quantity_open=0))
    await read(
        ledger,
        order(order_id=number(2), lines=two),
        order(order_id=number(3)),
        order(order_id=number(4), lines=nameless),
        order(order_id=number(5), marketplace_id=CA),
        bad=(malformed(),),
    )
    await claim(ledger, order(order_id=number(3)))
    assert await state_of(ledger, number(3)) is OrderState.CLAIMED
    mine = {(ACME.slug, "SKU-1"): 5, (ACME.slug, "B"): 2}
    assert await ledger.waiting_units([ACME.slug]) == Waiting(mine, unreadable=1)
    both = mine | {(CANADA.slug, "SKU-1"): 2}
    assert await ledger.waiting_units([ACME.slug, CANADA.slug]) == Waiting(both, unreadable=1)
    assert await ledger.waiting_units([]) == Waiting()


async def test_a_line_whose_item_a_person_named_waits_under_that_item_and_a_skipped_order_not_at_all(
    ledger: SqlLedger,
) -> None:
    two = (line(quantity_ordered=5, quantity_open=3), line(item_id=AmazonItemId("2"), sku="B"))
    await read(ledger, order(order_id=number(1), lines=two), order(order_id=number(2)))
    await read(ledger, bad=(malformed(order_id=number(2)),))
    for n, decided in ((1, Overrides(skus={two[0].item_id: "ITEM"})), (2, Overrides(skip="by hand"))):
        row = (await ledger.waiting_orders(number(n)))[0].row
        ruling = Ruling(number(n), row.version, decided, row.state, row.problems, {})
        assert await ledger.record_ruling(ACME, ruling, by="anna", now=NOW)
    assert await ledger.waiting_units([ACME.slug]) == Waiting({(ACME.slug, "B"): 2}, {"ITEM": 3})


@pytest.mark.parametrize("available", ["0.1", "1234567.000001", "3"])
async def test_the_course_keeps_exact_units(ledger: SqlLedger, available: str) -> None:
    points = [StockPoint(NOW + timedelta(hours=n), 2, Decimal(available), 2**31) for n in range(3)]
    for point in [*points, points[0]]:
        await ledger.add_stock_point(ACME, point)
    found = await ledger.stock_points(ACME.slug, since=NOW + timedelta(hours=1))
    assert found == points[1:]
    assert all(isinstance(point.available, Decimal) for point in found)


async def test_a_table_of_rules_takes_the_place_of_the_old_one(ledger: SqlLedger) -> None:
    rules = {f"S{n}": StockRule(buffer=n) for n in range(1_100)}
    await ledger.replace_stock_rules(ACME.slug, rules)
    assert await ledger.stock_rules(ACME.slug) == rules
    other = {"a": StockRule(percent=Decimal("12.5"), paused=False), "A": StockRule(excluded=True)}
    await ledger.replace_stock_rules(ACME.slug, other)
    assert await ledger.stock_rules(ACME.slug) == other
    await ledger.replace_stock_rules(ACME.slug, {})
    assert await ledger.stock_rules(ACME.slug) == {}


async def test_aliases_belong_to_a_warehouse_customer(ledger: SqlLedger) -> None:
    await ledger.replace_aliases("main", CustomerId(1), {"A": "W-1", "a": "W-2"})
    await ledger.replace_aliases("main", CustomerId(2), {"A": "W-3"})
    await ledger.replace_aliases("main", CustomerId(1), {"a": "W-4"})
    assert await ledger.aliases("main", CustomerId(1)) == {"a": "W-4"}
    assert await ledger.aliases("main", CustomerId(2)) == {"A": "W-3"}
    assert await ledger.aliases("second", CustomerId(1)) == {}
