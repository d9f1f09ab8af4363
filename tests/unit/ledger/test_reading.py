"""Reading an account: watermarks, leases, chains, and what a sweep tells."""

from datetime import timedelta

import pytest

from dockwire.errors import LeaseLost
from dockwire.ledger import SqlLedger
from dockwire.model.order import OrderPage, SearchWindow
from dockwire.model.record import Chain, ChainKind, FactKind, OrderState, PageCounts, Verdict
from tests.builders import CA, NOW, US, connection, order, page
from tests.unit.ledger.acts import ACCOUNT, ACME, WINDOW, begin, kinds, number, read, state_of


async def store(ledger: SqlLedger, given: OrderPage, window: SearchWindow = WINDOW) -> PageCounts:
    return await ledger.store_page(ACCOUNT, given, window=window, owner="me", now=NOW, lease_seconds=60)


async def test_the_watermark_moves_with_the_last_page_only(ledger: SqlLedger) -> None:
    await begin(ledger)
    more = page(order(), next_token="a+/=")
    await store(ledger, more)
    halfway = await ledger.harvest_state(ACCOUNT)
    assert halfway.watermarks == {US: ACME.import_since}
    assert halfway.chain == Chain(ChainKind.HARVEST, WINDOW, "a+/=", NOW, 1)
    counts = await store(ledger, page(order(order_id=number(2))))
    assert counts.last
    done = await ledger.harvest_state(ACCOUNT)
    assert (done.watermarks, done.chain, done.completed) == ({US: NOW}, None, NOW)


async def test_a_sweep_moves_no_watermark_and_tells_what_was_found_late(ledger: SqlLedger) -> None:
    await read(ledger, order(), kind=ChainKind.SWEEP)
    state = await ledger.harvest_state(ACCOUNT)
    assert (state.watermarks[US], state.swept) == (ACME.import_since, NOW)
    assert await kinds(ledger, order().order_id) == [FactKind.ORDER_FOUND_LATE]


async def test_only_the_owner_of_the_lease_may_store(ledger: SqlLedger) -> None:
    assert await ledger.lease_harvest(ACCOUNT, owner="me", now=NOW, seconds=60)
    assert await ledger.lease_harvest(ACCOUNT, owner="you", now=NOW, seconds=60) is None
    await ledger.start_chain(ACCOUNT, Chain(ChainKind.HARVEST, WINDOW), owner="me", now=NOW)
    later = NOW + timedelta(seconds=61)
    assert await ledger.lease_harvest(ACCOUNT, owner="you", now=later, seconds=60)
    with pytest.raises(LeaseLost):
        await store(ledger, page(order()))
    assert await ledger.find_orders(order().order_id) == []
    await ledger.release_harvest(ACCOUNT, owner="me")
    assert await ledger.lease_harvest(ACCOUNT, owner="me", now=later, seconds=60) is None


async def test_a_page_of_another_window_is_refused_even_from_the_same_run(ledger: SqlLedger) -> None:
    # A run that was taken for dead and started again has the same owner as its successor.
    await begin(ledger)
    await store(ledger, page(order(), next_token="more"))
    newer = SearchWindow((US,), NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    with pytest.raises(LeaseLost):
        await ledger.start_chain(ACCOUNT, Chain(ChainKind.HARVEST, newer), owner="me", now=NOW)
    await ledger.drop_chain(ACCOUNT, owner="me", span_seconds=900)
    await ledger.start_chain(ACCOUNT, Chain(ChainKind.HARVEST, newer), owner="me", now=NOW)
    with pytest.raises(LeaseLost):
        await store(ledger, page(order(order_id=number(2))), window=WINDOW)
    assert (await ledger.harvest_state(ACCOUNT)).watermarks == {US: ACME.import_since}
    assert (await store(ledger, page(), window=newer)).last


async def test_a_sweep_calls_nothing_late_that_the_connection_never_wanted(ledger: SqlLedger) -> None:
    old = order(updated=ACME.import_since - timedelta(hours=1))
    await read(ledger, old, kind=ChainKind.SWEEP)
    assert await kinds(ledger, old.order_id) == []


async def test_an_earlier_first_day_is_read_and_decided_again(ledger: SqlLedger) -> None:
    old = order(updated=ACME.import_since - timedelta(minutes=5))
    await read(ledger, old)
    (due,) = await ledger.due_orders(ACME, now=NOW)
    await ledger.record_verdicts(ACME, [Verdict(old.order_id, due.version, OrderState.SKIPPED)], now=NOW)
    await begin(ledger)
    earlier = connection(import_since=ACME.import_since - timedelta(days=30))
    await ledger.register(earlier, now=NOW)
    # The chain under way would move the watermark past what is to be read now.
    with pytest.raises(LeaseLost):
        await store(ledger, page())
    assert (await ledger.harvest_state(ACCOUNT)).watermarks == {US: earlier.import_since}
    assert [found.order for found in await ledger.due_orders(earlier, now=NOW)] == [old]
    await read(ledger)
    await ledger.register(earlier, now=NOW)
    assert (await ledger.harvest_state(ACCOUNT)).watermarks == {US: NOW}


async def test_a_later_first_day_moves_nothing_back(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await ledger.register(connection(import_since=NOW), now=NOW)
    assert (await ledger.harvest_state(ACCOUNT)).watermarks == {US: NOW}


async def test_a_skipped_order_is_decided_again_when_its_time_stamp_moves_alone(ledger: SqlLedger) -> None:
    # "Last changed before the first day" may be wrong from one moment to the next.
    await read(ledger, order())
    (due,) = await ledger.due_orders(ACME, now=NOW)
    stale = Verdict(order().order_id, due.version, OrderState.SKIPPED)
    await ledger.record_verdicts(ACME, [stale], now=NOW)
    await read(ledger, order(updated=NOW - timedelta(hours=1)))
    (due,) = await ledger.due_orders(ACME, now=NOW)
    await read(ledger, order(updated=NOW))
    late = Verdict(order().order_id, due.version, OrderState.SKIPPED)
    assert await ledger.record_verdicts(ACME, [late], now=NOW) == [], "decided on a time that has passed"
    (due,) = await ledger.due_orders(ACME, now=NOW)
    assert due.order.updated == NOW


async def test_a_marketplace_without_connection_is_no_business_of_the_first_one(ledger: SqlLedger) -> None:
    await read(ledger, order(marketplace_id=CA))
    assert await ledger.due_orders(ACME, now=NOW) == []
    assert await state_of(ledger, order().order_id) is OrderState.NEW
