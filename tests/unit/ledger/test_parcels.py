"""Parcels in the ledger: one row each, sent until Amazon shows them, corrected without doubling."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.ids import WarehouseOrderId
from dockwire.model.order import Order
from dockwire.model.parcel import LedgerParcel, ParcelState, Stored
from dockwire.model.record import Claim, Created, Fact, FactKind, Problem
from dockwire.sealing import Sealer
from tests.builders import CA, NOW, address, connection, order
from tests.unit.ledger.acts import ACME, kinds, number, read
from tests.unit.ledger.shipments import LATER, as_placed, created, due, parcel, record, states, store

CANADA = connection(slug="acme-ca", marketplace_code="CA")
ELSEWHERE = connection(warehouse="other")
NO_TRACKING = Problem("tracking_missing", "Package 5 has no tracking number.", Fixer.CLERK)
NO_TRACKING_EITHER = Problem("tracking_missing", "Package 6 has no tracking number.", Fixer.CLERK)
PACKED_IN_PART = Problem("packed_in_part", "2 units are in no package.", Fixer.CLERK)
INVALID = Problem("invalid_tracking", "Amazon does not know the carrier.", Fixer.ENGINEER)


async def stored(ledger: SqlLedger, of: Order | None = None) -> LedgerParcel:
    """Store one parcel of one order."""
    await created(ledger, 7, of)
    assert await store(ledger, 7, parcel()) == 1
    (known,) = await due(ledger)
    return known


async def shipping_facts(ledger: SqlLedger) -> list[Fact]:
    facts = await ledger.order_facts(order().order_id)
    return [fact for fact in facts if fact.kind.value.startswith("shipment")]


async def test_a_parcel_comes_back_whole_with_its_order(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    assert (known.parcel, known.order, known.state) == (parcel(), order(), ParcelState.TO_SEND)
    assert (known.changed, known.attempts, known.problem, known.sent) == (False, 0, None, None)


async def test_reading_the_same_parcel_again_changes_nothing(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    assert await store(ledger, 7, parcel()) == 0
    assert await due(ledger) == [known]
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    assert await store(ledger, 7, parcel()) == 0
    assert await states(ledger, order().order_id) == [("15", ParcelState.ACCEPTED)]


async def test_a_corrected_tracking_number_is_sent_again_under_the_same_reference(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    assert await store(ledger, 7, parcel(tracking="1Z6")) == 1
    (again,) = await due(ledger)
    assert (again.id, again.parcel.reference, again.parcel.tracking) == (known.id, "15", "1Z6")
    assert (again.changed, again.attempts) == (True, 0)
    await record(ledger, again, ParcelState.ACCEPTED, taken=True)
    assert [fact.detail["tracking"] for fact in await shipping_facts(ledger)] == ["1Z5", "1Z6"]
    (seen,) = await ledger.accepted_parcels(ACME)
    assert not seen.changed


async def test_a_correction_of_what_amazon_never_took_is_no_correction_to_amazon(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.REFUSED, problem=INVALID)
    await store(ledger, 7, parcel(tracking="1Z6"))
    (again,) = await due(ledger)
    assert (again.state, again.changed, again.problem) == (ParcelState.TO_SEND, False, None)


@pytest.mark.parametrize(("state", "taken"), [(ParcelState.ACCEPTED, True), (ParcelState.SENT, False)])
async def test_old_content_that_reached_amazon_makes_the_new_a_correction(
    ledger: SqlLedger, state: ParcelState, taken: bool
) -> None:
    known = await stored(ledger)
    await store(ledger, 7, parcel(tracking="1Z6"))
    await record(ledger, known, state, taken=taken)
    (again,) = await due(ledger)
    assert (again.state, again.changed, again.parcel.tracking) == (ParcelState.TO_SEND, True, "1Z6")
    assert await shipping_facts(ledger) == []


async def test_old_content_that_overtook_the_new_at_amazon_has_the_new_told_again(ledger: SqlLedger) -> None:
    old = await stored(ledger)
    await store(ledger, 7, parcel(tracking="1Z6"))
    (new,) = await due(ledger)
    await record(ledger, new, ParcelState.ACCEPTED, taken=True)
    assert not await ledger.parcel_stands(old)
    await record(ledger, old, ParcelState.ACCEPTED, taken=True)
    (again,) = await due(ledger)
    assert (again.changed, again.parcel.tracking) == (True, "1Z6")
    # The same content told twice by two runs is nothing to put right.
    await record(ledger, again, ParcelState.ACCEPTED, taken=True)
    await record(ledger, again, ParcelState.ACCEPTED, taken=True)
    assert await due(ledger) == []


async def test_a_correction_of_what_amazon_may_have_is_a_correction(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.SENT)
    await store(ledger, 7, parcel(tracking="1Z6"))
    (again,) = await due(ledger)
    assert again.changed


async def test_a_parcel_without_an_answer_is_sent_again_after_a_while(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.SENT, not_before=LATER)
    assert await due(ledger) == []
    assert await due(ledger, now=LATER - timedelta(seconds=1)) == []
    (again,) = await due(ledger, now=LATER)
    assert (again.state, again.attempts) == (ParcelState.SENT, 1)
    assert await shipping_facts(ledger) == []


async def test_an_accepted_parcel_is_told_once_and_looked_for_until_it_is_seen(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    assert await due(ledger, now=LATER) == []
    (waiting,) = await ledger.accepted_parcels(ACME)
    assert (waiting.state, waiting.sent) == (ParcelState.ACCEPTED, NOW)
    await record(ledger, waiting, ParcelState.VISIBLE, taken=True)
    assert await ledger.accepted_parcels(ACME) == []
    (fact,) = await shipping_facts(ledger)
    assert (fact.kind, fact.connection) == (FactKind.SHIPMENT_CONFIRMED, ACME.slug)
    assert fact.detail == {"package": "15", "carrier": "UPS", "tracking": "1Z5", "service": "03"}


async def test_a_parcel_seen_after_a_lost_answer_is_told_as_well(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.SENT)
    (known,) = await due(ledger)
    await record(ledger, known, ParcelState.VISIBLE, taken=True)
    assert [fact.kind for fact in await shipping_facts(ledger)] == [FactKind.SHIPMENT_CONFIRMED]


async def test_a_parcel_that_amazon_knows_by_itself_needs_nothing(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.NOT_NEEDED, problem=Problem("ship_plus", "Amazon does."))
    assert await due(ledger) == await ledger.accepted_parcels(ACME) == []
    assert await shipping_facts(ledger) == []
    assert await store(ledger, 7, parcel()) == 0
    assert await due(ledger) == []


async def test_a_refusal_is_told_once_and_again_after_a_person_tried(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.REFUSED, problem=INVALID)
    await record(ledger, replace(known, version=known.version + 1), ParcelState.REFUSED, problem=INVALID)
    assert await due(ledger, now=LATER) == []
    (fact,) = await shipping_facts(ledger)
    assert fact.kind is FactKind.SHIPMENT_REFUSED
    assert (fact.detail["code"], fact.detail["reason"], fact.detail["fixer"]) == (
        "invalid_tracking",
        "Amazon does not know the carrier.",
        "engineer",
    )
    assert [told.kind for told in await ledger.untold_facts(ACME.slug)][-1] is FactKind.SHIPMENT_REFUSED
    assert await ledger.retry_parcels(ACME.slug, order().order_id) == 1
    (again,) = await due(ledger)
    assert (again.state, again.attempts, again.problem) == (ParcelState.TO_SEND, 0, None)
    await record(ledger, again, ParcelState.REFUSED, problem=INVALID)
    assert len(await shipping_facts(ledger)) == 2


async def test_a_person_may_retry_what_waits_and_nothing_that_amazon_has(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.TO_SEND, not_before=LATER)
    assert await ledger.retry_parcels(CANADA.slug, order().order_id) == 0
    assert await ledger.retry_parcels(ACME.slug, number(2)) == 0
    assert await ledger.retry_parcels(ACME.slug, order().order_id) == 1
    (known,) = await due(ledger)
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    assert await ledger.retry_parcels(ACME.slug, order().order_id) == 0
    assert await due(ledger, now=LATER) == []


async def test_a_retry_does_not_undo_what_is_under_way(ledger: SqlLedger) -> None:
    # Sent, refused, retried by a person, and only then the answer to another sending comes back.
    known = await stored(ledger)
    await record(ledger, known, ParcelState.REFUSED, problem=INVALID)
    stale = replace(known, version=known.version + 1)
    await ledger.retry_parcels(ACME.slug, order().order_id)
    await record(ledger, stale, ParcelState.REFUSED, problem=INVALID)
    assert len(await due(ledger)) == 1


async def test_every_problem_of_an_order_is_kept_and_told(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    problems = (NO_TRACKING, NO_TRACKING_EITHER, PACKED_IN_PART)
    assert await store(ledger, 7, *problems) == 3
    assert await store(ledger, 7, *problems) == 0
    assert await due(ledger) == []
    rows = await ledger.order_parcels(order().order_id)
    assert [(row.state, row.problem, row.fixer) for row in rows] == [
        (ParcelState.REFUSED, problem.sentence, "clerk") for problem in problems
    ]
    assert [fact.detail["reason"] for fact in await shipping_facts(ledger)] == [
        problem.sentence for problem in problems
    ]
    # There is nothing to send: the warehouse order has to be mended.
    assert await ledger.retry_parcels(ACME.slug, order().order_id) == 0


async def test_a_mended_problem_is_over_and_a_new_one_is_told_anew(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, NO_TRACKING, parcel("16"))
    assert await store(ledger, 7, parcel(), parcel("16")) == 1
    assert dict(await states(ledger, order().order_id)) == {
        "problem-7-0": ParcelState.NOT_NEEDED,
        "15": ParcelState.TO_SEND,
        "16": ParcelState.TO_SEND,
    }
    assert await store(ledger, 7, NO_TRACKING, parcel("16")) == 1
    assert dict(await states(ledger, order().order_id))["problem-7-0"] is ParcelState.REFUSED
    assert len(await shipping_facts(ledger)) == 2


async def test_an_order_packed_anew_is_not_sent_as_it_was_packed_before(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, parcel("27"))
    assert await store(ledger, 7, parcel("15"), parcel("16", tracking="1Z6")) == 2
    assert [known.parcel.reference for known in await due(ledger)] == ["15", "16"]
    assert dict(await states(ledger, order().order_id))["27"] is ParcelState.NOT_NEEDED
    # And back: what was not needed is to be sent after all.
    assert await store(ledger, 7, parcel("27")) == 1
    assert [known.parcel.reference for known in await due(ledger)] == ["27"]


async def test_a_package_packed_anew_edits_the_one_amazon_has(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    for _ in range(2):
        await store(ledger, 7, parcel("16", tracking="1Z6"))
        (again,) = await due(ledger)
        assert (again.parcel.reference, again.parcel.tracking, again.changed) == ("15", "1Z6", True)
    assert await states(ledger, order().order_id) == [("15", ParcelState.TO_SEND)]


async def test_a_package_amazon_has_and_the_order_has_no_longer_is_told_once(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, parcel("15"), parcel("16", tracking="1Z6"), parcel("17", tracking="1Z7"))
    first, second, _ = await due(ledger)
    await record(ledger, first, ParcelState.ACCEPTED, taken=True)
    await record(ledger, second, ParcelState.SENT)
    for _ in range(2):
        await store(ledger, 7, NO_TRACKING)
    assert dict(await states(ledger, order().order_id)) == {
        "15": ParcelState.ACCEPTED,
        "16": ParcelState.REFUSED,
        "17": ParcelState.NOT_NEEDED,
        "problem-7-0": ParcelState.REFUSED,
    }
    told = await kinds(ledger, order().order_id)
    assert told.count(FactKind.CHANGE_NEEDS_PERSON) == 2
    assert await ledger.retry_parcels(ACME.slug, order().order_id) == 0


async def test_a_reopened_order_is_told_of_only_what_amazon_has(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, parcel("15"), parcel("16", tracking="1Z6"), parcel("17", tracking="1Z7"))
    first, second, _ = await due(ledger)
    await record(ledger, first, ParcelState.ACCEPTED, taken=True)
    await record(ledger, second, ParcelState.SENT)
    for _ in range(2):
        await ledger.withdraw_parcels(ACME, [WarehouseOrderId(7), WarehouseOrderId(8)], now=NOW)
    assert await due(ledger) == []
    assert [state for _, state in await states(ledger, order().order_id)] == [
        ParcelState.ACCEPTED,
        ParcelState.REFUSED,
        ParcelState.NOT_NEEDED,
    ]
    facts = [fact for fact in await ledger.order_facts(order().order_id) if "package" in fact.detail]
    assert [fact.detail["code"] for fact in facts if fact.kind is FactKind.CHANGE_NEEDS_PERSON] == [
        "reopened",
        "reopened",
    ]
    # Closed again, it is told again: the same packages.
    await store(ledger, 7, parcel("15"), parcel("16", tracking="1Z6"), parcel("17", tracking="1Z7"))
    assert [(known.parcel.reference, known.changed) for known in await due(ledger)] == [
        ("15", False),
        ("16", False),
        ("17", False),
    ]


async def test_the_parcels_of_orders_that_are_not_ours_are_passed_over(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await read(ledger, order(order_id=number(2)))
    await ledger.register(CANADA, now=NOW)
    await created(ledger, 9, order(order_id=number(3), marketplace_id=CA), which=CANADA)
    found = [(WarehouseOrderId(warehouse_order), [parcel()]) for warehouse_order in (7, 8, 9)]
    assert await ledger.store_parcels(ACME, found, now=NOW) == Stored(orders=1, parcels=1)
    assert [known.order.order_id for known in await due(ledger)] == [order().order_id]
    assert await ledger.due_parcels(CANADA, now=NOW) == []


async def test_a_number_of_another_warehouse_is_another_order(ledger: SqlLedger) -> None:
    # Otherwise the old order would be confirmed at Amazon with a stranger's tracking number.
    old = await created(ledger, 7)
    await ledger.register(ELSEWHERE, now=NOW)
    assert await store(ledger, 7, parcel(), which=ELSEWHERE) == 0
    new = await created(ledger, 7, order(order_id=number(2)), which=ELSEWHERE)
    assert await store(ledger, 7, parcel(), which=ELSEWHERE) == 1
    assert await states(ledger, old) == []
    assert await states(ledger, new) == [("15", ParcelState.TO_SEND)]


async def test_due_parcels_come_in_batches_to_the_end(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, *(parcel(f"1{n}") for n in range(5)))
    seen: list[str] = []
    after = 0
    while batch := await due(ledger, after=after, limit=2):
        assert len(batch) <= 2
        seen += [known.parcel.reference for known in batch]
        after = batch[-1].id
    assert seen == [f"1{n}" for n in range(5)]


async def test_what_amazon_does_not_show_yet_is_read_page_by_page(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await store(ledger, 7, parcel("15"), parcel("16"), parcel("17"))
    for known in await due(ledger):
        await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    first = await ledger.accepted_parcels(ACME, limit=2)
    rest = await ledger.accepted_parcels(ACME, after=first[-1].id)
    assert [known.parcel.reference for known in (*first, *rest)] == ["15", "16", "17"]


async def test_people_see_every_parcel_with_its_order(ledger: SqlLedger) -> None:
    await created(ledger, 7)
    await created(ledger, 8, order(order_id=number(2)))
    await store(ledger, 7, parcel(), PACKED_IN_PART)
    await store(ledger, 8, parcel("16", carrier_code="Other", carrier_name="Harbour Couriers"))
    listed = await ledger.list_parcels(ACME.slug)
    assert [(order_id, row.carrier, row.tracking, row.problem) for order_id, row in listed] == [
        (order().order_id, "UPS", "1Z5", ""),
        (order().order_id, "", "", PACKED_IN_PART.sentence),
        (number(2), "Harbour Couriers", "1Z5", ""),
    ]
    assert len(await ledger.list_parcels(ACME.slug, limit=1)) == 1
    assert await ledger.list_parcels(CANADA.slug) == []
    assert await ledger.parcel_counts(ACME.slug) == {ParcelState.TO_SEND: 2, ParcelState.REFUSED: 1}
    assert await ledger.parcel_counts(CANADA.slug) == {}


async def test_the_mark_of_closed_orders_moves_from_where_the_reading_began(ledger: SqlLedger) -> None:
    await ledger.register(CANADA, now=NOW)
    assert await ledger.shipping_mark(ACME) is None
    await ledger.move_shipping_mark(ACME, NOW, seen=None)
    await ledger.move_shipping_mark(ACME, LATER, seen=NOW)
    assert await ledger.shipping_mark(ACME) == LATER
    # Another run read from NOW on too, and ends later.
    for seen in (None, NOW):
        await ledger.move_shipping_mark(ACME, LATER + timedelta(hours=1), seen=seen)
    assert await ledger.shipping_mark(ACME) == LATER
    assert await ledger.shipping_mark(CANADA) is None


async def adopted(ledger: SqlLedger, known: Order) -> None:
    """Read an order in and find it in the warehouse."""
    await read(ledger, known)
    (found,) = await ledger.due_orders(ACME, now=NOW)
    placed = as_placed(known, 7)
    await ledger.claim(
        ACME, [Claim(known.order_id, found.version, placed.reference)], owner="me", now=NOW, seconds=60
    )
    await ledger.record_outcomes(ACME, [Created(known.order_id, placed, adopted=True)], owner="me", now=NOW)


async def test_an_adopted_order_has_closed_orders_read_again_from_its_first_day(ledger: SqlLedger) -> None:
    # It may have been closed long before it was ours.
    await ledger.move_shipping_mark(ACME, LATER, seen=None)
    await adopted(ledger, order())
    assert await ledger.shipping_mark(ACME) == order().created
    # A reading that was under way meanwhile passed the order over.
    await ledger.move_shipping_mark(ACME, LATER, seen=LATER)
    assert await ledger.shipping_mark(ACME) == order().created


async def test_an_order_adopted_during_the_first_reading_has_everything_read_again(
    ledger: SqlLedger,
) -> None:
    await adopted(ledger, order())
    await ledger.move_shipping_mark(ACME, LATER, seen=None)
    assert await ledger.shipping_mark(ACME) == ACME.import_since


async def test_another_ship_date_alone_is_nothing_to_tell(ledger: SqlLedger) -> None:
    known = await stored(ledger)
    assert await store(ledger, 7, replace(parcel(), shipped=LATER)) == 0
    assert await due(ledger) == [known]


class Stopped(Exception):
    """A process that ends where a test wants it to."""


@pytest.mark.parametrize("method", ["store_parcels", "record_parcels"])
async def test_parcels_and_their_facts_are_written_together_or_not_at_all(
    database_url: str, method: str
) -> None:
    armed: list[str] = []

    def stop(point: str) -> None:
        if point in armed:
            raise Stopped

    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]), on_commit=stop)
    await ledger.register(ACME, now=NOW)
    known = await stored(ledger)
    armed.append(f"{method}:before-commit")
    writing = (
        store(ledger, 7, NO_TRACKING)
        if method == "store_parcels"
        else record(ledger, known, ParcelState.REFUSED, problem=INVALID)
    )
    with pytest.raises(Stopped):
        await writing
    assert await due(ledger) == [known]
    assert await kinds(ledger, order().order_id) == [FactKind.ORDER_CREATED]
    await ledger.close()


async def test_nothing_of_a_buyer_is_readable_beside_a_parcel(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.register(ACME, now=NOW)
    # Five digits come about by chance in keyed digests.
    known = await stored(ledger, order(address=address(postal_code="POSTALCODE")))
    await record(ledger, known, ParcelState.ACCEPTED, taken=True)
    await ledger.close()
    content = b"".join(path.read_bytes() for path in Path(sqlite_url[10:]).parent.iterdir())
    assert b"1Z5" in content
    for secret in (b"Ann Example", b"1 Sample Street", b"POSTALCODE", b"555 0100", b"Springfield"):
        assert secret not in content


async def test_parcels_are_read_with_new_keys_after_rotation(database_url: str) -> None:
    old, new = Sealer.new_key(), Sealer.new_key()
    ledger = await SqlLedger.open(database_url, sealer=Sealer([old]))
    await ledger.register(ACME, now=NOW)
    known = await stored(ledger)
    await ledger.close()
    both = await SqlLedger.open(database_url, sealer=Sealer([new, old]))
    await both.rotate_seals()
    assert len(await both.count_keys()) == 1
    await both.close()
    alone = await SqlLedger.open(database_url, sealer=Sealer([new]))
    assert await due(alone) == [known]
    assert await store(alone, 7, parcel()) == 0
    await alone.close()
