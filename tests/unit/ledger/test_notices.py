"""What people were told, and what they are to be told: once each, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from dockwire.decisions.ship_by import FORGOTTEN, warning
from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.ledger.tables import metadata
from dockwire.model.hold import Ruling
from dockwire.model.ids import AmazonOrderId
from dockwire.model.notice import Delivery, MailState, NotedRun, ShipByRow
from dockwire.model.order import Order, OrderStatus, Window
from dockwire.model.override import Overrides
from dockwire.model.parcel import ParcelState
from dockwire.model.record import Fact, FactKind, Mail, OrderState, Problem, Verdict
from tests.builders import NOW, malformed, order
from tests.unit.ledger.acts import ACME, kinds, number, read
from tests.unit.ledger.shipments import created, due, parcel, record, store

DAY = timedelta(hours=24)
NO_ENTRY = Problem("sku_unknown", "No entry.", Fixer.ENGINEER)


def by(n: int, hours: float, **overrides: object) -> Order:
    """Return an order that has to ship so many hours from now."""
    return order(order_id=number(n), ship_by=Window(NOW, NOW + timedelta(hours=hours)), **overrides)


async def risks(ledger: SqlLedger, now: datetime = NOW) -> list[ShipByRow]:
    return await ledger.orders_at_risk(ACME.slug, since=now - FORGOTTEN, until=now + DAY, now=now)


async def warn(ledger: SqlLedger, now: datetime = NOW) -> int:
    return await ledger.warn_of_orders(
        ACME.slug, [warning(row, now) for row in await risks(ledger, now)], now=now
    )


async def test_only_orders_that_can_still_ship_are_at_risk(ledger: SqlLedger) -> None:
    await read(
        ledger,
        by(1, 5), by(2, 25), by(3, -2), by(4, -200),
        by(5, 5, status=OrderStatus.CANCELLED), by(6, 5, status=OrderStatus.PENDING),
    )  # fmt: skip
    assert [row.order_id for row in await risks(ledger)] == [number(3), number(1)]
    await created(ledger, 7, by(7, 3))
    await created(ledger, 8, by(8, 4))
    for reference, state in (("7", ParcelState.ACCEPTED), ("8", ParcelState.REFUSED)):
        await store(ledger, int(reference), parcel(reference))
        known = {each.parcel.reference: each for each in await due(ledger)}
        await record(ledger, known[reference], state)
    assert [(row.order_id, row.state) for row in await risks(ledger)] == [
        (number(3), OrderState.NEW),
        (number(8), OrderState.CREATED),
        (number(1), OrderState.NEW),
    ]


async def test_an_order_is_told_once_when_near_once_when_late_and_anew_for_another_time(
    ledger: SqlLedger,
) -> None:
    await read(ledger, by(1, 5))
    assert await warn(ledger) == 1
    assert await risks(ledger) == []
    late = NOW + timedelta(hours=6)
    assert await warn(ledger, late) == 1
    assert await risks(ledger, late) == []
    await read(ledger, replace(by(1, 20), updated=NOW + timedelta(minutes=1)))
    assert await warn(ledger, late) == 1
    near, passed = FactKind.SHIP_BY_NEAR, FactKind.SHIP_BY_PASSED
    assert [kind for kind in await kinds(ledger, number(1)) if kind in {near, passed}] == [near, passed, near]


async def test_two_watches_at_once_tell_each_order_once(both: tuple[SqlLedger, SqlLedger]) -> None:
    first, second = both
    await read(first, by(1, 5), by(2, 6))
    seen = [await risks(ledger) for ledger in both]
    assert seen[0] == seen[1]
    told = [
        await ledger.warn_of_orders(ACME.slug, [warning(row, NOW) for row in rows], now=NOW)
        for ledger, rows in zip(both, seen, strict=True)
    ]
    assert told == [2, 0]
    # One that saw it near, after another has told that it is late, says nothing any more.
    late = NOW + timedelta(hours=7)
    assert await warn(first, late) == 2
    assert await second.warn_of_orders(ACME.slug, [warning(row, NOW) for row in seen[1]], now=late) == 0


async def test_looking_for_orders_at_risk_uses_an_index(ledger: SqlLedger, database_url: str) -> None:
    await read(ledger, by(1, 5))
    engine = sa.create_engine(database_url)
    orders = metadata.tables["orders"]
    query = sa.select(orders.c.id).where(
        orders.c.connection == "acme-us", orders.c.ship_by > NOW - FORGOTTEN, orders.c.ship_by <= NOW + DAY
    )
    with engine.begin() as link:
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        if engine.dialect.name == "postgresql":
            link.exec_driver_sql("SET LOCAL enable_seqscan = off")
        words = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
        plan = " ".join(str(row) for row in link.exec_driver_sql(f"{explain} {words}"))
    engine.dispose()
    # Both lead to the orders of a span of ship-by times; few rows leave the choice open.
    assert "ix_orders_ship_by" in plan or "ix_orders_found" in plan


async def hold(ledger: SqlLedger, *ids: AmazonOrderId, now: datetime) -> None:
    found = {known.order.order_id: known for known in await ledger.due_orders(ACME, now=now)}
    verdicts = [Verdict(each, found[each].version, OrderState.HELD, (NO_ENTRY,)) for each in ids]
    await ledger.record_verdicts(ACME, verdicts, now=now)


async def test_what_waits_is_counted_by_reason_with_the_oldest_first(ledger: SqlLedger) -> None:
    await read(ledger, by(1, 90), by(2, 90), by(3, 90))
    await hold(ledger, number(1), now=NOW - timedelta(days=3))
    await hold(ledger, number(2), now=NOW)
    await created(ledger, 8, by(8, 4))
    await store(ledger, 8, parcel("8"))
    (known,) = await due(ledger)
    await record(
        ledger, known, ParcelState.REFUSED, problem=Problem("carrier", "Amazon says no.", Fixer.CLERK)
    )
    first, second = await ledger.waiting_reasons(ACME.slug)
    assert (first.code, first.orders, first.since, first.example) == (
        "sku_unknown", 2, NOW - timedelta(days=3), number(1),
    )  # fmt: skip
    assert (second.code, second.sentence, second.fixer, second.orders) == (
        "carrier", "Amazon says no.", Fixer.CLERK, 1,
    )  # fmt: skip


async def test_nobody_is_told_of_an_unreadable_order_that_a_person_skipped(ledger: SqlLedger) -> None:
    await read(ledger, by(1, 5))
    await read(ledger, bad=(malformed(order_id=number(1)),))
    (waiting,) = await ledger.waiting_orders(number(1))
    assert len(await risks(ledger)) == len(await ledger.waiting_reasons(ACME.slug)) == 1
    assert (await ledger.standings(now=NOW))[0].orders == {OrderState.QUARANTINED: 1}
    skip = Overrides(skip="shipped by hand")
    row = waiting.row
    ruling = Ruling(number(1), row.version, skip, row.state, row.problems, {})
    assert await ledger.record_ruling(ACME, ruling, by="anna", now=NOW)
    assert (await risks(ledger), await ledger.waiting_reasons(ACME.slug)) == ([], [])
    assert (await ledger.standings(now=NOW))[0].orders == {}


async def test_a_mark_moves_for_one_of_two_and_takes_its_facts_along(
    both: tuple[SqlLedger, SqlLedger],
) -> None:
    fact = Fact(FactKind.HOLDS_WAIT, NOW, ACME.slug, detail={"orders": "1"})
    later = NOW + DAY
    for before, now in ((None, NOW), (NOW, later)):
        moved = [
            await ledger.move_notice_mark(ACME.slug, "holds_digest", [fact], before=before, now=now)
            for ledger in both
        ]
        assert moved == [True, False]
        assert await both[1].notice_mark(ACME.slug, "holds_digest") == now
    assert len(await both[0].untold_facts(ACME.slug)) == 2
    assert await both[0].untold_since(ACME.slug) == {FactKind.HOLDS_WAIT: NOW}


async def test_a_run_is_noted_once_for_each_thing_that_became_of_it(
    both: tuple[SqlLedger, SqlLedger],
) -> None:
    late = NotedRun("r1", FactKind.RUN_LATE, ACME.slug, {"flow": "order-import"})
    crashed = replace(late, kind=FactKind.RUN_CRASHED)
    assert [await ledger.note_runs([late], now=NOW) for ledger in both] == [1, 0]
    assert await both[1].note_runs([late, crashed], now=NOW) == 1
    assert [fact.kind for fact in await both[0].untold_facts(ACME.slug)] == [late.kind, crashed.kind]
    assert await both[0].note_runs([], now=NOW) == 0
    # What fails every quarter of an hour is told once a day.
    failed = [NotedRun(f"f{n}", FactKind.RUN_FAILED, ACME.slug, {}, daily="purge") for n in range(4)]
    told = [await both[n % 2].note_runs(failed[: n + 1], now=NOW + n * DAY / 2) for n in range(4)]
    assert told == [1, 0, 1, 0]
    # A run of last month is forgotten with the next one that is noted: nobody looks so far back.
    other = replace(late, run="r2")
    assert await both[0].note_runs([other], now=NOW + timedelta(days=31)) == 1
    assert await both[0].note_runs([late], now=NOW + timedelta(days=31)) == 1


async def test_thousands_of_facts_become_one_mail(ledger: SqlLedger) -> None:
    for _ in range(3):
        await ledger.note_runs(
            [NotedRun(f"r{n}", FactKind.RUN_LATE, ACME.slug, {}) for n in range(2100)], now=NOW
        )
    facts = await ledger.untold_facts(ACME.slug, limit=10_000, kinds={FactKind.RUN_LATE})
    assert len(facts) == 2100
    mail = Mail("<1@x>", ACME.slug, "run_late", ("a@example.com",), "s", "t", "h")
    ids = [fact.id for fact in facts]
    assert await ledger.post_mail([mail], ids, now=NOW)
    assert not await ledger.post_mail([mail], ids, now=NOW)
    assert await ledger.untold_since(ACME.slug) == {}


async def test_a_refused_address_keeps_no_other_from_its_mail_and_can_be_tried_again(
    ledger: SqlLedger,
) -> None:
    to = ("a@example.com", "b@example.com", "c@example.com")
    await ledger.post_mail([Mail("<1@x>", ACME.slug, "orders_held", to, "s", "t", "h")], [], now=NOW)
    (mail,) = await ledger.take_mail(ACME.slug, owner="me", now=NOW, seconds=60)
    assert mail.left == to
    soon = NOW + timedelta(minutes=5)
    partly = Delivery(later=("b@example.com",), refused=("c@example.com",))
    await ledger.mail_delivered(mail.id, partly, error="not now", now=NOW, not_before=soon)
    (row,) = await ledger.list_mail(states=(MailState.FAILED,))
    assert (row.refused, row.error, row.attempts) == (("c@example.com",), "not now", 1)
    (mail,) = await ledger.take_mail(ACME.slug, owner="me", now=soon, seconds=60)
    assert (mail.left, mail.recipients) == (("b@example.com",), to)
    await ledger.mail_sent(mail.id, now=soon)
    (row,) = await ledger.list_mail(connection=ACME.slug, states=(MailState.REFUSED,))
    assert (row.refused, row.sent) == (("c@example.com",), soon)
    assert await ledger.take_mail(ACME.slug, owner="me", now=soon + DAY, seconds=60) == []
    assert await ledger.retry_mail(mail_id=row.id + 1, now=soon) == 0
    assert await ledger.retry_mail(connection=ACME.slug, now=soon) == 1
    (mail,) = await ledger.take_mail(ACME.slug, owner="me", now=soon, seconds=60)
    assert mail.left == ("c@example.com",)
    await ledger.mail_sent(mail.id, now=soon)


async def test_a_mail_waits_until_it_may_be_sent_and_is_given_back_when_not_tried(ledger: SqlLedger) -> None:
    morning = NOW + timedelta(hours=10)
    mail = Mail("<1@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h", not_before=morning)
    await ledger.post_mail([mail], [], now=NOW)
    assert await ledger.take_mail(ACME.slug, owner="a", now=NOW, seconds=60) == []
    assert [row.state for row in await ledger.list_mail()] == [MailState.WAITING]
    assert len(await ledger.take_mail(ACME.slug, owner="a", now=morning, seconds=60)) == 1
    assert await ledger.take_mail(ACME.slug, owner="b", now=morning, seconds=60) == []
    await ledger.release_mail(ACME.slug, owner="a")
    assert len(await ledger.take_mail(ACME.slug, owner="b", now=morning, seconds=60)) == 1
