"""Orders that wait in the ledger: their ages, their numbers, and wishes to ask Amazon again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import create_engine, event, text

from benchmarks.console_orders import filled
from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.hold import Ruling
from dockwire.model.override import SKIPPED_BY_PERSON, HoldCount, HoldSelection, OverrideKind, Overrides
from dockwire.model.record import FactKind, OrderState, Problem, Verdict
from dockwire.model.warehouse import Routing
from dockwire.sealing import Sealer
from tests.builders import NOW, connection, malformed, order
from tests.unit.ledger.acts import ACME, claim, kinds, number, read
from tests.unit.ledger.shipments import created, parcel, store

DAY = timedelta(days=1)
UPS = Overrides(ship_method=Routing("UPS"))


def problem(code: str, words: str = "x") -> Problem:
    return Problem(code, words, Fixer.CLERK)


async def hold(ledger: SqlLedger, n: int, *problems: Problem, days: int) -> None:
    """Record that an order is held for these reasons since, or still after, so many days."""
    due = {found.order.order_id: found for found in await ledger.due_orders(ACME, now=NOW)}
    verdict = Verdict(number(n), due[number(n)].version, OrderState.HELD, problems)
    assert await ledger.record_verdicts(ACME, [verdict], now=NOW + days * DAY) == [number(n)]


async def test_a_reason_that_goes_on_in_other_words_keeps_its_age_and_another_one_begins_anew(
    ledger: SqlLedger,
) -> None:
    await read(ledger, order(order_id=number(1)), order(order_id=number(2)))
    await hold(ledger, 1, problem("refused", "request 1"), days=1)
    await hold(ledger, 2, problem("refused"), days=2)
    await hold(ledger, 1, problem("refused", "request 2"), problem("filtered"), days=5)
    assert await ledger.hold_summary(ACME.slug) == [
        HoldCount("refused", 2, NOW + DAY),
        HoldCount("filtered", 1, NOW + 5 * DAY),
    ]
    rows = await ledger.hold_rows(HoldSelection())
    assert [(row.order_id, row.since) for row in rows] == [(number(1), NOW + DAY), (number(2), NOW + 2 * DAY)]
    older = await ledger.hold_rows(HoldSelection(since=NOW + DAY, codes=("filtered",)))
    assert [row.order_id for row in older] == [number(1)], "its age is that of its oldest reason"


async def test_ended_reasons_and_other_connections_are_not_counted(ledger: SqlLedger) -> None:
    await read(ledger, order(order_id=number(1)), bad=(malformed(),))
    await hold(ledger, 1, problem("filtered"), days=0)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    ended = Verdict(number(1), due.version, OrderState.WATCHED, (problem("pending"),))
    await ledger.record_verdicts(ACME, [ended], now=NOW + DAY)
    assert [count.code for count in await ledger.hold_summary()] == ["unreadable"]
    assert [row.order_id for row in await ledger.hold_rows(HoldSelection(ACME.slug))] == [
        malformed().order_id
    ]
    other = connection(slug="other", seller_id="A2OTHER")
    assert await ledger.hold_summary(other.slug) == []
    assert await ledger.hold_rows(HoldSelection(other.slug)) == []


async def test_a_wish_to_ask_amazon_is_put_off_ended_and_wished_anew(ledger: SqlLedger) -> None:
    await read(ledger, order())
    wish = Ruling(
        order().order_id, 1, Overrides(ask_again=True), OrderState.HELD, (problem("address_missing"),), {}
    )
    assert await ledger.record_ruling(ACME, wish, by="anna", now=NOW)
    assert await ledger.asked_again(ACME, now=NOW) == [order().order_id]
    await ledger.answered(ACME, order().order_id, not_before=NOW + DAY)
    assert await ledger.asked_again(ACME, now=NOW) == []
    again = Ruling(order().order_id, 2, wish.overrides, OrderState.HELD, wish.problems, {})
    assert await ledger.record_ruling(ACME, again, by="ben", now=NOW)
    assert await ledger.asked_again(ACME, now=NOW) == [order().order_id]
    await ledger.answered(ACME, order().order_id)
    assert await ledger.asked_again(ACME, now=NOW + 9 * DAY) == []


async def test_a_decision_keeps_who_made_it_and_never_reaches_an_order_that_is_being_created(
    ledger: SqlLedger,
) -> None:
    await read(ledger, order())
    first = Ruling(order().order_id, 1, UPS, OrderState.NEW, (), {"act": "ship method"})
    assert await ledger.record_ruling(ACME, first, by="anna", now=NOW)
    skipped = Overrides(ship_method=UPS.ship_method, skip="why")
    second = Ruling(order().order_id, 2, skipped, OrderState.SKIPPED, (problem("skipped_by_person"),), {})
    assert await ledger.record_ruling(ACME, second, by="ben", now=NOW + DAY)
    (waiting,) = await ledger.waiting_orders(order().order_id)
    assert waiting.overrides == skipped
    assert [(note.kind, note.by, note.at) for note in waiting.row.notes] == [
        (OverrideKind.SHIP_METHOD, "anna", NOW),
        (OverrideKind.SKIP, "ben", NOW + DAY),
    ]
    back = Ruling(order().order_id, 3, UPS, OrderState.NEW, (), {})
    assert await ledger.record_ruling(ACME, back, by="ben", now=NOW)
    assert await claim(ledger, order()) == [order().order_id]
    before = await kinds(ledger, order().order_id)
    late = Ruling(order().order_id, 5, Overrides(), OrderState.NEW, (), {})
    assert not await ledger.record_ruling(ACME, late, by="ben", now=NOW)
    assert await kinds(ledger, order().order_id) == before


async def test_a_decision_of_before_brings_no_hold_back_that_ended_with_the_closing(
    ledger: SqlLedger,
) -> None:
    order_id = await created(ledger, 7)
    (seen,) = await ledger.waiting_orders(order_id)
    held = FactKind.HELD_IN_WAREHOUSE
    await ledger.record_follow(
        ACME, order_id, version=seen.row.version, fact=held, detail={"reason": "look first"}, now=NOW
    )
    (seen,) = await ledger.waiting_orders(order_id)
    released = replace(seen.overrides, release_there=True)
    ruling = Ruling(order_id, seen.row.version, released, OrderState.CREATED, seen.row.problems, {})
    # Somebody released and closed it in the warehouse meanwhile.
    await store(ledger, 7, parcel())
    assert not await ledger.record_ruling(ACME, ruling, by="kim", now=NOW)
    assert await ledger.hold_rows(HoldSelection()) == []


_WAITED = (
    "INSERT INTO holds (order_id, code, sentence, fixer, since, resolved) "
    "SELECT id, 'filtered', '', 'clerk', first_seen, first_seen FROM orders WHERE state = 'created'"
)


async def test_what_waits_is_found_without_reading_every_order(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    engine = ledger._database._engine
    # Of many orders few wait, nearly all did once, and the database knows.
    filled(engine, 5_000)
    with engine.begin() as link:
        link.execute(text(_WAITED))
        link.execute(text("ANALYZE"))
    asked: list[tuple[str, Any]] = []

    def note(_link: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    for codes in ((), ("filtered",), (SKIPPED_BY_PERSON,)):
        for skipped in (False, True):
            await ledger.hold_rows(HoldSelection(codes=codes), skipped=skipped)
    await ledger.hold_summary()
    event.remove(engine, "before_cursor_execute", note)
    reader = create_engine(sqlite_url)
    with reader.connect() as link:
        steps = [
            row.detail
            for statement, parameters in asked
            for row in link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    reader.dispose()
    assert [step for step in steps if step.startswith("SCAN orders")] == []
    await ledger.close()
