"""Ship-and-close requests in the ledger: fixed once, told once, and never undone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dockwire.ledger import SqlLedger
from dockwire.model.parcel import ParcelState
from dockwire.model.record import Closing, ClosingClaim, ClosingState, FactKind
from dockwire.sealing import Sealer
from tests.builders import CA, NOW, connection, order
from tests.unit.ledger.acts import ACME, kinds, number, read
from tests.unit.ledger.shipments import LATER, UPS, charge, claimed, created, due, parcel, plan, record, store
from tests.unit.ledger.test_standings import plans, statements

CANADA = connection(slug="acme-ca", marketplace_code="CA")
ELSEWHERE = connection(warehouse="other")


async def begun(ledger: SqlLedger) -> Closing:
    """Begin a request for one order, with a charge."""
    await created(ledger, 7)
    (closing,) = await ledger.begin_submission(ACME, plan(7, charges=(charge(),)), now=NOW)
    return closing


async def test_a_request_comes_back_as_it_was_begun(ledger: SqlLedger) -> None:
    for n in (3, 1, 2):
        await created(ledger, n, order(order_id=number(n)))
    charges = (charge("0.10"), charge("33.3333", 'Señor "Box" 箱'))
    await ledger.begin_submission(ACME, plan(3, 1, 2, charges=charges), now=NOW)
    stored = await ledger.submission(ACME, "t")
    assert [(closing.handle, closing.order_id, closing.tracking) for closing in stored] == [
        (str(n), number(n), f"1Z{n}") for n in (3, 1, 2)
    ]
    first = stored[0]
    assert (first.routing, first.charges, first.before, first.total) == (UPS, charges, None, None)
    assert [str(each.price_per_unit) for each in first.charges] == ["0.10", "33.3333"]
    assert {closing.state for closing in stored} == {ClosingState.PLANNED}


async def test_the_same_request_again_stays_as_it_was_begun(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSING), now=NOW)
    again = await ledger.begin_submission(ACME, plan(7, charges=(charge("99"),)), now=LATER)
    assert again == [replace(closing, state=ClosingState.CLOSING)]


async def test_another_request_for_the_same_order_is_another_one(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    other = await ledger.begin_submission(ACME, plan(7, token="u"), now=NOW)
    assert [each.charges for each in other] == [()]
    assert await ledger.submission(ACME, "t") == [closing]
    assert await ledger.submission(ACME, "v") == []


async def test_a_request_of_another_connection_is_not_this_ones(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    await ledger.register(CANADA, now=NOW)
    assert await ledger.submission(CANADA, "t") == []
    await ledger.record_closing(CANADA, replace(closing, state=ClosingState.CLOSED), now=NOW)
    assert await ledger.submission(ACME, "t") == [closing]


async def test_an_order_is_closed_once_and_stays_closed(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    seen = (charge("1", "Earlier"),)
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSING, before=seen), now=NOW)
    (closing,) = await ledger.submission(ACME, "t")
    assert (closing.state, closing.before) == (ClosingState.CLOSING, seen)
    assert FactKind.ORDER_CLOSED not in await kinds(ledger, closing.order_id)
    closed = replace(closing, state=ClosingState.CLOSED, total=Decimal("8.20"))
    for late in (closed, replace(closing, state=ClosingState.REFUSED, sentence="No."), closing, closed):
        await ledger.record_closing(ACME, late, now=LATER)
    assert await ledger.submission(ACME, "t") == [closed]
    facts = [fact for fact in await ledger.order_facts(closing.order_id) if fact.at == LATER]
    assert [fact.kind for fact in facts] == [FactKind.ORDER_CLOSED]
    assert facts[0].detail == {
        "warehouse_order": "7",
        "carrier": "UPS",
        "service": "03",
        "tracking": "1Z7",
        "charges_added": "5.00",
        "charges_total": "8.20",
    }


async def test_a_refused_order_is_told_and_may_be_closed_later(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    refused = replace(closing, state=ClosingState.REFUSED, sentence="The order is on hold.")
    await ledger.record_closing(ACME, refused, now=NOW)
    (told,) = [fact for fact in await ledger.untold_facts(ACME.slug) if fact.kind is FactKind.CLOSE_REFUSED]
    assert (told.detail["reason"], told.detail["fixer"]) == ("The order is on hold.", "clerk")
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=NOW)
    (closing,) = await ledger.submission(ACME, "t")
    assert (closing.state, closing.sentence) == (ClosingState.CLOSED, "")
    # What went well needs no mail.
    assert FactKind.ORDER_CLOSED not in {fact.kind for fact in await ledger.untold_facts(ACME.slug)}


async def test_only_the_charges_of_closed_orders_count(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    await created(ledger, 8, order(order_id=number(8)))
    (other,) = await ledger.begin_submission(ACME, plan(8, token="u", charges=(charge("9"),)), now=NOW)
    (again,) = await ledger.begin_submission(ACME, plan(7, token="v", charges=(charge("0.05"),)), now=NOW)
    assert await ledger.charged(ACME.slug) == {}
    closing = await claimed(ledger, closing)
    await ledger.record_closing(ACME, replace(closing, state=ClosingState.REFUSED), now=NOW)
    again = await claimed(ledger, again)
    for each, state in (
        (closing, ClosingState.CLOSED),
        (again, ClosingState.CLOSED),
        (other, ClosingState.REFUSED),
    ):
        await ledger.record_closing(ACME, replace(each, state=state), now=NOW)
    assert await ledger.charged(ACME.slug) == {closing.order_id: Decimal("5.10")}
    assert await ledger.charged(CANADA.slug) == {}


async def test_an_order_is_found_by_each_of_its_names(ledger: SqlLedger) -> None:
    order_id = await created(ledger, 7)
    reference = f"REF-{order_id}"
    found = await ledger.find_placed(ACME, [order_id, reference, "7", "07", "8", "9" * 30, "٧", ""])
    assert set(found) == {order_id, reference, "7"}
    assert {known.placed.order_id for known in found.values() if known.placed} == {7}
    assert found["7"].order == order()


async def test_any_number_of_orders_is_found(ledger: SqlLedger) -> None:
    order_id = await created(ledger, 7)
    handles = [f"no-{n}" for n in range(1100)]
    assert set(await ledger.find_placed(ACME, [*handles, order_id])) == {order_id}
    assert await ledger.find_placed(ACME, []) == {}


async def test_orders_that_the_connection_has_not_created_are_not_found(ledger: SqlLedger) -> None:
    await read(ledger, order())
    await ledger.register(CANADA, now=NOW)
    theirs = order(order_id=number(2), marketplace_id=CA)
    await created(ledger, 8, theirs, which=CANADA)
    assert await ledger.find_placed(ACME, [order().order_id, theirs.order_id, "8"]) == {}


async def test_a_number_means_an_order_of_the_warehouse_the_connection_uses(ledger: SqlLedger) -> None:
    # A connection moved to another warehouse, which counts its orders from the beginning.
    await read(ledger, order(order_id=number(0)))
    old = await created(ledger, 7)
    await ledger.register(ELSEWHERE, now=NOW)
    assert await ledger.find_placed(ELSEWHERE, [old, "7"]) == {}
    new = await created(ledger, 7, order(order_id=number(0)), which=ELSEWHERE)
    found = await ledger.find_placed(ELSEWHERE, ["7"])
    assert [known.order.order_id for known in found.values()] == [new]
    (closing,) = await ledger.begin_submission(ELSEWHERE, plan(7), now=NOW)
    assert closing.order_id == new


async def test_an_order_under_way_is_another_requests_until_its_claim_is_old(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    (other,) = await ledger.begin_submission(ACME, plan(7, token="u"), now=NOW)
    mine = await claimed(ledger, closing, (charge("1"),))
    assert await ledger.submission(ACME, "t") == [mine]
    # The same request goes on with what it claimed, and another one waits.
    await claimed(ledger, mine, (charge("2"),), now=NOW + timedelta(seconds=30))
    for seconds, answer in ((89, ClosingClaim.BUSY), (91, ClosingClaim.OURS)):
        late = NOW + timedelta(seconds=seconds)
        assert await ledger.claim_closing(ACME, replace(other, before=()), now=late, seconds=60) is answer
    (given_up,) = await ledger.submission(ACME, "t")
    assert (given_up.state, given_up.before) == (ClosingState.PLANNED, (charge("2"),))
    assert "Another request took the order over" in given_up.sentence
    # Its run, if there still is one, cannot book the order a second time.
    await ledger.record_closing(ACME, replace(mine, state=ClosingState.CLOSED), now=LATER)
    assert await ledger.submission(ACME, "t") == [given_up]


async def test_a_claim_on_what_another_run_of_the_request_moved_is_refused(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    closed = replace(await claimed(ledger, closing), state=ClosingState.CLOSED)
    await ledger.record_closing(ACME, closed, now=NOW)
    assert await ledger.claim_closing(ACME, closing, now=NOW, seconds=60) is ClosingClaim.MOVED
    assert await ledger.submission(ACME, "t") == [closed]


async def test_an_order_opened_again_counts_as_planned_and_keeps_what_was_seen_on_it(
    ledger: SqlLedger,
) -> None:
    closing = await begun(ledger)
    await ledger.reopen_closing(ACME, closing, now=NOW)
    assert await ledger.submission(ACME, "t") == [closing]
    mine = await claimed(ledger, closing, (charge("1"),))
    await ledger.record_closing(ACME, replace(mine, state=ClosingState.CLOSED, total=Decimal(6)), now=NOW)
    await ledger.reopen_closing(ACME, mine, now=NOW)
    (opened,) = await ledger.submission(ACME, "t")
    assert (opened.state, opened.before, opened.total) == (ClosingState.PLANNED, (charge("1"),), None)
    assert await ledger.charged(ACME.slug) == {}


async def test_what_other_requests_did_to_an_order_is_known(ledger: SqlLedger) -> None:
    closing = await begun(ledger)
    ids = [closing.order_id]
    assert await ledger.earlier_closings(ACME, ids, token="u") == {}
    mine = await claimed(ledger, closing)
    assert await ledger.earlier_closings(ACME, ids, token="u") == {closing.order_id: [mine]}
    assert await ledger.earlier_closings(ACME, ids, token="t") == {}
    assert await ledger.earlier_closings(CANADA, ids, token="u") == {}
    await ledger.record_closing(ACME, replace(mine, state=ClosingState.REFUSED), now=NOW)
    assert await ledger.earlier_closings(ACME, ids, token="u") == {}


async def test_only_parcels_that_amazon_took_are_corrections(ledger: SqlLedger) -> None:
    order_id = await created(ledger, 7)
    await store(ledger, 7, parcel("15"), parcel("16"))
    assert await ledger.taken_references(ACME, [order_id]) == {}
    first = (await due(ledger))[0]
    await record(ledger, first, ParcelState.ACCEPTED, taken=True)
    # It counts even when its newest content is not sent yet.
    await store(ledger, 7, parcel("15", tracking="1Z6"), parcel("16"))
    assert await ledger.taken_references(ACME, [order_id]) == {order_id: frozenset({"15"})}
    assert await ledger.taken_references(CANADA, [order_id]) == {}


class Stopped(Exception):
    """A process that ends where a test wants it to."""


async def test_a_closing_and_its_fact_are_written_together_or_not_at_all(database_url: str) -> None:
    def stop(point: str) -> None:
        if point == "record_closing:before-commit":
            raise Stopped

    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]), on_commit=stop)
    await ledger.register(ACME, now=NOW)
    closing = await begun(ledger)
    with pytest.raises(Stopped):
        await ledger.record_closing(ACME, replace(closing, state=ClosingState.CLOSED), now=NOW)
    assert await ledger.submission(ACME, "t") == [closing]
    assert await kinds(ledger, closing.order_id) == [FactKind.ORDER_CREATED]
    await ledger.close()


async def test_orders_are_found_by_any_of_their_names_without_reading_the_connections_others(
    sqlite_url: str,
) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(ACME, now=NOW)
    with statements(ledger) as asked:
        assert await ledger.find_placed(ACME, ["111-0000001-0000001", "DW-1", "4711"]) == {}
    steps = [step for step in await plans(ledger, asked) if " orders" in step]
    named = ("(amazon_order_id=?)", "(reference=?)", "(warehouse_order_id=?)")
    assert all(any(step.endswith(name) for step in steps) for name in named), steps
    assert [step for step in steps if "connection=?" in step or step.startswith("SCAN orders")] == []
    await ledger.close()
