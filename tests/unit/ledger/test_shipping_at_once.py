"""Two runs that ship at once: each order is begun, told and sent once, whoever comes first."""

import asyncio
from dataclasses import replace

from dockwire.ledger import SqlLedger
from dockwire.model.hold import Ruling
from dockwire.model.override import Overrides
from dockwire.model.parcel import ParcelState
from dockwire.model.record import ClosingClaim, ClosingState, FactKind, OrderState
from tests.builders import NOW, order
from tests.unit.ledger.acts import ACME, kinds, number
from tests.unit.ledger.gates import Two
from tests.unit.ledger.shipments import (
    LATER,
    charge,
    claimed,
    created,
    due,
    outcome,
    parcel,
    plan,
    record,
    states,
    store,
)

Both = tuple[SqlLedger, SqlLedger]


async def test_a_request_that_two_runs_begin_is_begun_once(two: Two) -> None:
    for n in (1, 2):
        await created(two.first, n, order(order_id=number(n)))
    mine, yours = plan(1, 2, charges=(charge("1"),)), plan(1, 2, charges=(charge("2"),))
    begun = await two.at_once(
        "begin_submission",
        two.first.begin_submission(ACME, mine, now=NOW),
        two.second.begin_submission(ACME, yours, now=NOW),
    )
    assert begun[0] == begun[1]
    assert [closing.charges for closing in begun[1]] == [(charge("1"),)] * 2


async def test_an_order_that_two_runs_closed_is_told_once(two: Two) -> None:
    await created(two.first, 7)
    (closing,) = await two.first.begin_submission(ACME, plan(7), now=NOW)
    closed = replace(await claimed(two.first, closing), state=ClosingState.CLOSED)
    await two.at_once(
        "record_closing",
        two.first.record_closing(ACME, closed, now=NOW),
        two.second.record_closing(ACME, replace(closing, state=ClosingState.REFUSED), now=NOW),
    )
    assert await two.second.submission(ACME, "t") == [closed]
    assert await kinds(two.first, order().order_id) == [FactKind.ORDER_CREATED, FactKind.ORDER_CLOSED]


async def test_of_two_requests_that_claim_an_order_at_once_one_closes_it(two: Two) -> None:
    await created(two.first, 7)
    (one,) = await two.first.begin_submission(ACME, plan(7), now=NOW)
    (other,) = await two.first.begin_submission(ACME, plan(7, token="u"), now=NOW)
    ended = await two.at_once(
        "claim_closing",
        two.first.claim_closing(ACME, replace(one, before=()), now=NOW, seconds=60),
        two.second.claim_closing(ACME, replace(other, before=()), now=NOW, seconds=60),
    )
    assert ended == (ClosingClaim.OURS, ClosingClaim.BUSY)


async def test_a_claim_that_meets_a_persons_stop_is_refused(two: Two) -> None:
    await created(two.first, 7)
    (closing,) = await two.first.begin_submission(ACME, plan(7), now=NOW)
    (known,) = (await two.first.find_placed(ACME, ["7"])).values()
    wish = Ruling(known.order.order_id, known.version, Overrides(cancel="why"), OrderState.CREATED, (), {})
    ended = await two.at_once(
        "record_ruling",
        two.first.record_ruling(ACME, wish, by="anna", now=NOW),
        two.second.claim_closing(ACME, replace(closing, before=()), now=NOW, seconds=60),
    )
    assert ended == (True, ClosingClaim.STOPPED)
    assert await two.second.submission(ACME, "t") == [closing]


async def test_a_parcel_that_two_runs_find_is_stored_once(two: Two) -> None:
    await created(two.first, 7)
    counts = await two.at_once("store_parcels", store(two.first, 7, parcel()), store(two.second, 7, parcel()))
    assert counts == (1, 0)
    assert await states(two.first, order().order_id) == [("15", ParcelState.TO_SEND)]


async def test_the_first_answer_about_a_parcel_counts(two: Two) -> None:
    await created(two.first, 7)
    await store(two.first, 7, parcel())
    (known,) = await due(two.first)
    await two.at_once(
        "record_parcels",
        record(two.first, known, ParcelState.ACCEPTED, taken=True),
        record(two.second, known, ParcelState.REFUSED),
    )
    assert await states(two.second, order().order_id) == [("15", ParcelState.ACCEPTED)]
    assert await kinds(two.first, order().order_id) == [FactKind.ORDER_CREATED, FactKind.SHIPMENT_CONFIRMED]


async def test_an_answer_that_meets_a_correction_does_not_hide_it(two: Two) -> None:
    await created(two.first, 7)
    await store(two.first, 7, parcel())
    (known,) = await due(two.first)
    await two.at_once(
        "store_parcels",
        store(two.first, 7, parcel(tracking="1Z6")),
        record(two.second, known, ParcelState.ACCEPTED, taken=True),
    )
    (again,) = await due(two.first)
    assert (again.state, again.parcel.tracking) == (ParcelState.TO_SEND, "1Z6")


async def test_a_correction_that_meets_an_answer_is_sent_as_a_correction(two: Two) -> None:
    await created(two.first, 7)
    await store(two.first, 7, parcel())
    (known,) = await due(two.first)
    await two.at_once(
        "record_parcels",
        record(two.first, known, ParcelState.ACCEPTED, taken=True),
        store(two.second, 7, parcel(tracking="1Z6")),
    )
    (again,) = await due(two.first)
    assert (again.changed, again.parcel.tracking) == (True, "1Z6")


async def test_two_runs_may_both_set_the_first_mark(two: Two) -> None:
    await two.at_once(
        "move_shipping_mark",
        two.first.move_shipping_mark(ACME, LATER, seen=None),
        two.second.move_shipping_mark(ACME, NOW, seen=None),
    )
    # Either is right: up to there everything was read.
    assert await two.second.shipping_mark(ACME) in {NOW, LATER}


async def test_two_runs_do_a_days_work_without_doubling_any_of_it(both: Both) -> None:
    first, second = both
    numbers = range(1, 9)
    for n in numbers:
        await created(first, n, order(order_id=number(n)))
    begun = await asyncio.gather(
        *(ledger.begin_submission(ACME, plan(*numbers), now=NOW) for ledger in both for _ in range(3))
    )
    assert all(each == begun[0] for each in begun)
    closed = [replace(await claimed(first, closing), state=ClosingState.CLOSED) for closing in begun[0]]
    await asyncio.gather(
        *(ledger.record_closing(ACME, closing, now=NOW) for closing in closed for ledger in both)
    )
    stored = await asyncio.gather(
        *(store(ledger, n, parcel(f"1{n}")) for n in numbers for ledger in both),
    )
    assert sum(stored) == len(numbers)
    known = await due(second)
    answers = [outcome(each, ParcelState.ACCEPTED, taken=True) for each in known]
    await asyncio.gather(
        first.record_parcels(ACME, answers, now=NOW), second.record_parcels(ACME, answers[::-1], now=NOW)
    )
    for n in numbers:
        assert (await kinds(first, number(n)))[1:] == [FactKind.ORDER_CLOSED, FactKind.SHIPMENT_CONFIRMED]
