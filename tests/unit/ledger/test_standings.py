"""Where connections stand: every number from real rows, on both databases, in a fixed number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.consent import Consent, ConsentWay
from dockwire.model.ids import ConnectionSlug
from dockwire.model.order import OrderStatus, Window
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingState, FactKind, Mail, NotCreated, OrderState, Problem, Verdict
from dockwire.model.status import ConsentEnds, RunRecord, ShipBy, Standing, Waiting
from dockwire.model.stock_book import OfferState
from tests.builders import CA, NOW, connection, malformed, order
from tests.unit.ledger import shipments, stocks
from tests.unit.ledger.acts import ACCOUNT, ACME, claim, number, read

HELD = Problem("unmapped_sku", "Amazon SKU 'X' is not mapped.", Fixer.ENGINEER)
FAILED = Problem("refused_by_warehouse", "The warehouse refuses it.", Fixer.CLERK)
EARLIER = NOW - timedelta(hours=30)
CANADA = connection(slug="acme-ca", marketplace_code="CA")


async def standing(ledger: SqlLedger, *, now: datetime = NOW) -> Standing:
    (found,) = await ledger.standings(ACME.slug, now=now)
    return found


async def close(ledger: SqlLedger, order_id: int, *, at: datetime) -> None:
    """Close an order by a request, as long as nobody has read its packages."""
    (closing,) = await ledger.begin_submission(ACME, shipments.plan(order_id, order_id=number(1)), now=at)
    closing = await shipments.claimed(ledger, closing)
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=at)


async def hold(ledger: SqlLedger, n: int, *, at: datetime, why: Problem = HELD) -> None:
    due = {found.order.order_id: found.version for found in await ledger.due_orders(ACME, now=NOW)}
    verdict = Verdict(number(n), due[number(n)], OrderState.HELD, (why,))
    assert await ledger.record_verdicts(ACME, [verdict], now=at) == [number(n)]


async def fail(ledger: SqlLedger, n: int) -> None:
    await claim(ledger, order(order_id=number(n)))
    failed = NotCreated(number(n), OrderState.FAILED, (FAILED,), NOW)
    await ledger.record_outcomes(ACME, [failed], owner="me", now=NOW)


async def test_a_connection_that_has_just_begun_has_nothing_waiting(ledger: SqlLedger) -> None:
    assert await ledger.standings(now=NOW) == [
        Standing(ACME.slug, ACCOUNT, NOW, NOW, watermark=ACME.import_since)
    ]
    assert (await standing(ledger)).lag is None, "its first day is not how far it is behind"
    assert await ledger.standings(ConnectionSlug("nobody"), now=NOW) == []
    assert await ledger.consent_of(ACCOUNT) is None


async def test_the_end_of_a_consent_is_part_of_the_standing(ledger: SqlLedger) -> None:
    ends = NOW + timedelta(days=12)
    await ledger.record_consent(
        Consent(ACCOUNT, "acme-na", NOW - timedelta(days=353), ends, ConsentWay.WEBSITE)
    )
    assert (await standing(ledger)).consent == await ledger.consent_of(ACCOUNT) == ConsentEnds(ends)
    for slug, code in ((ACME.slug, "US"), (CANADA.slug, "CA")):
        dated = connection(slug=slug, marketplace_code=code, secret_changed=date(2026, 10, 1))
        await ledger.register(dated, now=NOW)
    secret_ends = datetime(2027, 3, 30, tzinfo=UTC)
    assert (await standing(ledger)).consent == ConsentEnds(ends, secret_ends)


async def test_orders_are_counted_by_state_and_holds_have_the_age_of_the_oldest(ledger: SqlLedger) -> None:
    await read(ledger, *(order(order_id=number(n)) for n in range(1, 6)), bad=(malformed(),))
    await hold(ledger, 1, at=EARLIER)
    await hold(ledger, 2, at=NOW)
    await fail(ledger, 3)
    await claim(ledger, order(order_id=number(4)))
    found = await standing(ledger)
    assert found.orders == {
        OrderState.HELD: 2,
        OrderState.FAILED: 1,
        OrderState.CLAIMED: 1,
        OrderState.NEW: 1,
        OrderState.QUARANTINED: 1,
    }
    assert found.orders_waiting == 6
    assert found.holds == Waiting(2, EARLIER, (HELD.fixer,))
    assert found.lag == timedelta(0)
    assert (await ledger.fact_counts())[ACME.slug, FactKind.ORDER_HELD] == 2
    # A reason that is gone has no age any more.
    await hold(ledger, 1, at=NOW, why=FAILED)
    holds = (await standing(ledger)).holds
    assert (holds.count, holds.since, set(holds.fixers)) == (2, NOW, {HELD.fixer, FAILED.fixer})


async def test_an_order_on_hold_in_the_warehouse_counts_as_held_until_it_is_released(
    ledger: SqlLedger,
) -> None:
    order_id = await shipments.created(ledger, 7)
    detail = {"reason": "The buyer asked to cancel."}
    for fact, held in (
        (FactKind.HELD_IN_WAREHOUSE, Waiting(1, NOW, (Fixer.CLERK,))),
        (FactKind.RELEASED_IN_WAREHOUSE, Waiting()),
    ):
        (known,) = await ledger.waiting_orders(order_id)
        assert await ledger.record_follow(
            ACME, order_id, version=known.row.version, fact=fact, detail=detail, now=NOW
        )
        assert (await standing(ledger)).holds == held


@pytest.mark.parametrize(
    ("latest", "status", "expected"),
    [
        (timedelta(hours=-1), OrderStatus.UNSHIPPED, ShipBy(1, 1, 1)),
        (timedelta(hours=23), OrderStatus.PARTIALLY_SHIPPED, ShipBy(1, 0, 1)),
        (timedelta(hours=25), OrderStatus.UNSHIPPED, ShipBy()),
        (timedelta(hours=1), OrderStatus.SHIPPED, ShipBy()),
        (timedelta(hours=1), OrderStatus.PENDING, ShipBy()),
        (timedelta(hours=1), OrderStatus.CANCELLED, ShipBy()),
        (None, OrderStatus.UNSHIPPED, ShipBy()),
    ],
)
async def test_an_order_is_due_while_amazon_waits_for_it(
    ledger: SqlLedger, latest: timedelta | None, status: OrderStatus, expected: ShipBy
) -> None:
    window = Window(NOW - timedelta(days=1), NOW + latest) if latest is not None else Window()
    await read(ledger, order(status=status, ship_by=window))
    assert (await standing(ledger)).ship_by == expected


async def test_who_has_to_act_before_a_due_order_gets_there(ledger: SqlLedger) -> None:
    soon = Window(NOW, NOW + timedelta(hours=2))
    far = Window(NOW, NOW + timedelta(days=3))
    await read(ledger, *(order(order_id=number(n), ship_by=far if n == 4 else soon) for n in (1, 2, 3, 4)))
    # Nobody has to do anything about orders that no run has looked at yet.
    assert (await standing(ledger)).ship_by == ShipBy(due=3, not_in_warehouse=3)
    await hold(ledger, 1, at=NOW, why=replace(HELD, fixer=Fixer.MERCHANT))
    await hold(ledger, 2, at=NOW, why=replace(HELD, fixer=Fixer.CLERK))
    # This one is not due, and who can end its hold is nobody's concern here.
    await hold(ledger, 4, at=NOW, why=replace(HELD, fixer=Fixer.ENGINEER))
    expected = ShipBy(due=3, not_in_warehouse=3, fixers=(Fixer.CLERK, Fixer.MERCHANT))
    assert set((await standing(ledger)).ship_by.fixers) == set(expected.fixers)
    assert replace((await standing(ledger)).ship_by, fixers=expected.fixers) == expected


async def test_an_order_is_due_until_amazon_took_its_shipment(ledger: SqlLedger) -> None:
    await shipments.created(ledger, 7, order(ship_by=Window(NOW, NOW + timedelta(hours=2))))
    due = ShipBy(due=1, late=0, not_in_warehouse=0)
    assert (await standing(ledger)).ship_by == due
    await close(ledger, 7, at=NOW)
    # Its packages are not read yet, and Amazon is to be told all the same.
    found = await standing(ledger)
    assert (found.ship_by, found.shipments, found.shipments_refused) == (due, Waiting(1, NOW), 0)
    await shipments.store(ledger, 7, shipments.parcel())
    found = await standing(ledger)
    assert (found.ship_by, found.shipments, found.shipments_refused) == (due, Waiting(1, NOW), 0)
    (parcel,) = await shipments.due(ledger)
    await shipments.record(ledger, parcel, ParcelState.REFUSED, problem=FAILED)
    found = await standing(ledger)
    assert (found.ship_by, found.shipments, found.shipments_refused) == (due, Waiting(), 1)
    assert found.refused_for == (Fixer.CLERK,)
    await ledger.retry_parcels(ACME.slug, order().order_id)
    (parcel,) = await shipments.due(ledger)
    await shipments.record(ledger, parcel, ParcelState.ACCEPTED, taken=True)
    found = await standing(ledger)
    assert (found.ship_by, found.shipments, found.shipments_refused) == (ShipBy(), Waiting(), 0)
    assert found.refused_for == ()


async def test_what_a_later_reading_did_not_meet_closed_waits_for_nobody(ledger: SqlLedger) -> None:
    await shipments.created(ledger, 7, order())
    await close(ledger, 7, at=NOW)
    await ledger.move_shipping_mark(ACME, NOW, seen=None)
    assert (await standing(ledger)).shipments == Waiting(1, NOW)
    await ledger.move_shipping_mark(ACME, NOW + timedelta(minutes=1), seen=NOW)
    assert (await standing(ledger)).shipments == Waiting()


async def test_quantities_mails_and_quota_are_what_is_under_way_and_left(ledger: SqlLedger) -> None:
    await stocks.listed(ledger, A=1, B=1, C=1, D=1)
    await stocks.want(ledger, A=5, B=5, C=5)
    for sku, state in (("A", OfferState.SENT), ("B", OfferState.ACCEPTED), ("C", OfferState.REFUSED)):
        await stocks.record(ledger, await stocks.sent(ledger, sku), state)
    mails = [
        Mail(f"<{n}@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h", id=n) for n in (1, 2)
    ]
    await ledger.post_mail(mails[:1], [], now=EARLIER)
    await ledger.post_mail(mails[1:], [], now=NOW)
    await ledger.take(f"{ACCOUNT}/getOrder", rate=0.5, burst=29, now=NOW)
    await ledger.take("another/account/NA/getOrder", rate=0.5, burst=29, now=NOW)
    found = await standing(ledger)
    assert (found.quantities_under_way, found.quantities_refused) == (2, 1)
    assert found.mails == Waiting(2, EARLIER)
    assert [bucket.operation for bucket in found.buckets] == ["getOrder"]
    (oldest, *_) = await ledger.take_mail(ACME.slug, owner="me", now=NOW, seconds=60)
    await ledger.mail_sent(oldest.id, now=NOW)
    assert (await standing(ledger)).mails == Waiting(1, NOW)


async def test_each_connection_has_its_own_numbers(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    await ledger.begin_run(RunRecord(CANADA.slug, "order-import", "r", NOW))
    await ledger.take(f"{ACCOUNT}/getOrder", rate=0.5, burst=29, now=NOW)
    await read(ledger, order(), order(order_id=number(2), marketplace_id=CA))
    await hold(ledger, 1, at=NOW)
    canada, us = await ledger.standings(now=NOW)
    assert (canada.connection, canada.orders, set(canada.runs)) == (
        CANADA.slug,
        {OrderState.NEW: 1},
        {"order-import"},
    )
    assert (us.connection, us.orders, us.runs, us.holds.count) == (ACME.slug, {OrderState.HELD: 1}, {}, 1)
    assert canada.buckets == us.buckets != ()


@contextmanager
def statements(ledger: SqlLedger) -> Iterator[list[tuple[str, Any]]]:
    """Give the reading statements that run inside the block, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    engine = ledger._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def test_hundreds_of_connections_cost_as_many_queries_as_one(ledger: SqlLedger) -> None:
    with statements(ledger) as few:
        await ledger.standings(now=NOW)
    for n in range(200):
        await ledger.register(connection(slug=f"c-{n}", seller_id=f"S{n}"), now=NOW)
    with statements(ledger) as many:
        assert len(await ledger.standings(now=NOW)) == 201
    with statements(ledger) as one:
        await ledger.standings(ACME.slug, now=NOW)
    assert len(few) == len(many) == len(one) == 14


async def plans(ledger: SqlLedger, asked: list[tuple[str, Any]]) -> list[str]:
    """Return the steps in which SQLite would carry out these statements."""

    def explained(link: Any) -> list[str]:
        return [
            row.detail
            for statement, parameters in asked
            for row in link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    return await ledger._database.read(explained)


async def test_nothing_that_grows_is_read_from_end_to_end(sqlite_url: str) -> None:
    from dockwire.sealing import Sealer

    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(ACME, now=NOW)
    with statements(ledger) as asked:
        await ledger.standings(now=NOW)
        await ledger.standings(ACME.slug, now=NOW)
        await ledger.fact_counts()

    steps = await plans(ledger, asked)
    grown = ("orders", "parcels", "closings", "stock_offers", "outbox", "holds")
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in grown] == []
    # Nearly all orders are in the warehouse: those just closed are found among what Amazon waits for.
    closed = [each for each in asked if "min(closings.at)" in each[0]]
    asked[:] = closed
    looked = [step for step in await plans(ledger, asked) if " orders " in step]
    assert len(looked) == len(closed) == 2
    assert all("amazon_status=?" in step for step in looked), looked
    # Runs and facts are counted, from their indexes alone.
    scanned = {step for step in steps if step.startswith(("SCAN runs", "SCAN events"))}
    assert scanned == {
        "SCAN runs USING COVERING INDEX ix_runs_flow",
        "SCAN events USING COVERING INDEX ix_events_kind",
    }
    assert await ledger._database.read(lambda link: link.scalar(text("SELECT count(*) FROM runs"))) == 0
    await ledger.close()
