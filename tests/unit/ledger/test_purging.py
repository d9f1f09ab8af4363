"""What a purge takes from the ledger, what it leaves, and what happens to purged orders afterwards."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, select

from dockwire.ledger import SqlLedger
from dockwire.ledger.overrides import write_overrides
from dockwire.ledger.rows import Scribe
from dockwire.ledger.tables import metadata, orders
from dockwire.model.hold import Ruling
from dockwire.model.order import Address, Order, OrderStatus
from dockwire.model.override import AddressCorrection, Overrides
from dockwire.model.parcel import ParcelState
from dockwire.model.purge import PurgeBatch, PurgePolicy, PurgeRule
from dockwire.model.record import ChainKind, FactKind, OrderState, Problem, Verdict
from dockwire.model.warehouse import Routing
from dockwire.sealing import Sealer
from tests import builders
from tests.builders import NOW, connection, line, malformed
from tests.forensics import named, readable
from tests.unit.ledger.acts import ACCOUNT, ACME, begin, claim, kinds, number, read, state_of
from tests.unit.ledger.shipments import created, due, parcel, record, states, store

POLICY = PurgePolicy(timedelta(days=30), timedelta(days=90))
SOON = NOW + timedelta(days=31)
LATE = NOW + timedelta(days=92)
PERSONAL = (
    "Ann Example",
    "1 Sample Street",
    "Apt 2",
    "Springfield",
    "POSTALCODE",
    "555 0100",
    "GIFTWORDS",
    "BADNAME",
)
GIFT = (line(gift_message="GIFTWORDS"),)


def address(**overrides: Any) -> Address:
    """Return an address of words that nothing else has: five digits are in a random key now and then."""
    return builders.address(**{"postal_code": "POSTALCODE"} | overrides)


def order(**overrides: Any) -> Order:
    return builders.order(**{"address": address()} | overrides)


async def purge(ledger: SqlLedger, now: datetime = SOON, *, limit: int = 200, **more: Any) -> PurgeBatch:
    """Purge to the end."""
    total = PurgeBatch()
    after: int | None = 0
    while after is not None:
        batch = await ledger.purge_orders(POLICY, now=now, by="test", after=after, limit=limit, **more)
        total.add(batch)
        after = batch.next_after
    await ledger.purge_rest(POLICY, now=now)
    return total


async def shipped(ledger: SqlLedger, warehouse_order: int = 7) -> None:
    """Create an order, ship it, and let Amazon show it."""
    await created(ledger, warehouse_order, order(lines=GIFT))
    await store(ledger, warehouse_order, parcel())
    (known,) = await due(ledger)
    await record(ledger, known, ParcelState.VISIBLE, taken=True)


def everything_sealed(url: str, sealer: Sealer) -> str:
    """Return all that any sealed value of the database says."""
    engine = create_engine(url)
    said = []
    with engine.connect() as link:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name == "sealed" or column.name.endswith("_sealed"):
                    said += [str(sealer.open(value)) for value in link.scalars(select(column)) if value]
    engine.dispose()
    return "\n".join(said)


async def test_a_shipped_order_is_purged_after_its_days_with_an_audit_row(ledger: SqlLedger) -> None:
    await shipped(ledger)
    assert (await purge(ledger, NOW + timedelta(days=29))).orders == 0
    assert (await purge(ledger, dry_run=True)).purged == {("acme-us", PurgeRule.SHIPPED): 1}
    assert (await purge(ledger)).purged == {("acme-us", PurgeRule.SHIPPED): 1}
    assert (await purge(ledger)).orders == 0
    *_, fact = await ledger.order_facts(order().order_id)
    assert (fact.kind, fact.at) == (FactKind.ORDER_PURGED, SOON)
    assert fact.detail == {"rule": "shipped", "counted_from": NOW.isoformat(), "by": "test"}
    assert await ledger.kept() == []
    # What people and later runs need is still there.
    (row,) = await ledger.find_orders(order().order_id)
    assert (row.state, row.warehouse_order_id) == (OrderState.CREATED, 7)
    assert await states(ledger, order().order_id) == [("15", ParcelState.VISIBLE)]
    found = await ledger.find_placed(ACME, [order().order_id])
    assert found[order().order_id].order.address == Address(state="IL", country="US")


async def test_a_purged_order_that_is_read_again_is_neither_news_nor_stored_again(
    database_url: str,
) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    await shipped(ledger)
    await purge(ledger)
    moved = address(name="Ann Example", lines=("9 Other Road",), state="NV")
    for again in (order(lines=GIFT), order(lines=GIFT, address=None), order(lines=GIFT, address=moved)):
        await read(ledger, again, kind=ChainKind.SWEEP)
        await read(ledger, replace(again, updated=SOON))
        assert await ledger.due_orders(ACME, now=SOON) == []
    # Amazon's news are taken, its personal data is not.
    await read(ledger, order(lines=GIFT, updated=SOON, status=OrderStatus.SHIPPED))
    (known,) = await ledger.due_orders(ACME, now=SOON)
    assert known.order.status is OrderStatus.SHIPPED
    assert known.placed_as is not None
    assert known.placed_as.address == known.order.address == Address(state="IL", country="US")
    await ledger.close()
    said = everything_sealed(database_url, sealer)
    assert [word for word in (*PERSONAL, "9 Other Road") if word in said] == []


async def test_a_corrected_address_goes_with_amazons(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    await shipped(ledger)
    decided = Overrides(
        ship_method=Routing("UPS", "03", "UPSN"),
        address=AddressCorrection(address(name="Cora Corrected"), instead_of=address()),
    )
    write = partial(write_overrides, row_id=1, wanted=decided, scribe=Scribe(sealer, b""), by="ann", now=NOW)
    await ledger._database.write("decide", write)
    assert "Cora Corrected" in everything_sealed(database_url, sealer)
    await purge(ledger)
    await ledger.close()
    said = everything_sealed(database_url, sealer)
    assert [word for word in (*PERSONAL, "Cora Corrected") if word in said] == []
    assert "UPSN" in said


async def test_a_decision_made_before_a_purge_does_not_bring_an_address_back(ledger: SqlLedger) -> None:
    await read(ledger, order())
    corrected = Overrides(address=AddressCorrection(address(name="Cora Corrected"), instead_of=address()))
    before = Ruling(order().order_id, 1, corrected, OrderState.NEW, (), {})
    await purge(ledger, LATE)
    assert not await ledger.record_ruling(ACME, before, by="ann", now=LATE)
    (waiting,) = await ledger.waiting_orders(order().order_id)
    assert waiting.overrides.address is None
    skip = replace(before, overrides=Overrides(skip="late"), state=OrderState.SKIPPED)
    assert await ledger.record_ruling(ACME, skip, by="ann", now=LATE)


async def test_a_purge_does_not_read_and_sort_all_orders_for_each_batch(sqlite_url: str) -> None:
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([Sealer.new_key()]))
    found: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.startswith("SELECT orders.id"):
            found.append((statement, parameters))

    event.listen(ledger._database._engine, "before_cursor_execute", note)
    await ledger.purge_orders(POLICY, now=SOON, by="test")
    ((statement, parameters),) = found
    plan = await ledger._database.read(
        lambda link: [
            row.detail for row in link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    )
    await ledger.close()
    assert plan == ["SEARCH orders USING INDEX ix_orders_purged (purged=? AND id>?)"]


async def test_a_shipment_of_a_purged_order_can_still_be_corrected(ledger: SqlLedger) -> None:
    await shipped(ledger)
    await purge(ledger)
    assert await store(ledger, 7, parcel(tracking="1Z6")) == 1
    (known,) = await due(ledger)
    assert (known.parcel.tracking, known.changed, known.order.order_id) == ("1Z6", True, order().order_id)


async def test_open_orders_are_purged_late_and_people_are_told(ledger: SqlLedger) -> None:
    held, open_one, fresh = order(), order(order_id=number(2)), order(order_id=number(3))
    await created(ledger, 7, open_one)
    await read(ledger, held, bad=(malformed(raw='{"name": "BADNAME"}'),))
    (known,) = await ledger.due_orders(ACME, now=NOW)
    verdict = Verdict(held.order_id, known.version, OrderState.HELD, (Problem("unmapped_sku", "x"),))
    await ledger.record_verdicts(ACME, [verdict], now=NOW)
    await read(ledger, fresh)
    # Its time alone moves: that too is a sign of life.
    await read(ledger, replace(fresh, updated=LATE))
    assert (await purge(ledger, SOON)).orders == 0
    assert (await purge(ledger, LATE, limit=1)).purged == {("acme-us", PurgeRule.OPEN_TOO_LONG): 3}
    told = [fact for fact in await ledger.untold_facts(ACME.slug) if fact.kind is FactKind.OPEN_ORDER_PURGED]
    assert {fact.order_id for fact in told} == {held.order_id, open_one.order_id, malformed().order_id}
    assert [each.orders for each in await ledger.kept()] == [1]
    # The held one stays held, so that it is looked at; without its address it cannot be created.
    assert await state_of(ledger, held.order_id) is OrderState.HELD
    due_again = {each.order.order_id: each for each in await ledger.due_orders(ACME, now=LATE)}
    assert due_again[held.order_id].purged == LATE
    # Read again as it was, it stays without; changed and still to ship, it comes back whole.
    await read(ledger, replace(held, updated=LATE))
    assert (await ledger.due_orders(ACME, now=LATE))[0].order.address == Address(state="IL", country="US")
    changed = replace(held, updated=LATE, service_level="EXPEDITED")
    await read(ledger, changed)
    back = (await ledger.due_orders(ACME, now=LATE))[0]
    assert (back.order, back.purged) == (changed, None)


async def test_an_unreadable_order_leaves_nothing_and_is_known_again(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    bad = malformed(raw='{"name": "BADNAME"}')
    await read(ledger, bad=(bad,))
    await purge(ledger, LATE)
    await read(ledger, bad=(bad,))
    assert await kinds(ledger, bad.order_id) == [FactKind.ORDER_QUARANTINED, FactKind.OPEN_ORDER_PURGED]
    await read(ledger, bad=(malformed(raw='{"name": "BADNAME", "more": 1}'),))
    await ledger.store_order(ACCOUNT, order(order_id=bad.order_id, status=OrderStatus.SHIPPED), now=LATE)
    assert await state_of(ledger, bad.order_id) is OrderState.NEW
    await ledger.close()
    said = everything_sealed(database_url, sealer)
    assert [word for word in PERSONAL if word in said] == []


async def test_an_order_that_is_being_created_and_one_of_no_connection(ledger: SqlLedger) -> None:
    elsewhere = order(order_id=number(2), marketplace_id=connection(marketplace_code="CA").marketplace.id)
    await read(ledger, order(), elsewhere)
    await claim(ledger, order())
    assert (await purge(ledger, SOON)).purged == {("", PurgeRule.NOT_OURS): 1}
    *_, fact = await ledger.order_facts(elsewhere.order_id)
    assert fact.connection == ACME.slug
    assert (await purge(ledger, LATE)).purged == {("acme-us", PurgeRule.OPEN_TOO_LONG): 1}
    # Settled later it is held, not sent to nowhere.
    (doubt,) = await ledger.in_doubt(ACME)
    assert await ledger.reclaim(doubt, ACME, now=LATE)
    assert [known.purged for known in await ledger.due_orders(ACME, now=LATE)] == [LATE]


async def test_a_page_chain_that_nobody_goes_on_with_is_forgotten(ledger: SqlLedger) -> None:
    await begin(ledger)
    await purge(ledger, NOW + timedelta(days=29))
    assert (await ledger.harvest_state(ACCOUNT)).chain is not None
    before = (await ledger.harvest_state(ACCOUNT)).watermarks
    await purge(ledger, SOON)
    after = await ledger.harvest_state(ACCOUNT)
    assert (after.chain, after.watermarks) == (None, before)


async def test_a_purge_stopped_in_the_middle_keeps_whole_batches_only(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    commits: list[str] = []

    def stop(moment: str) -> None:
        commits.append(moment)
        if commits.count("purge_orders:before-commit") == 2:
            commits.clear()
            raise RuntimeError("killed")

    ledger = await SqlLedger.open(database_url, sealer=sealer, on_commit=stop)
    await ledger.register(ACME, now=NOW)
    ids = [number(n) for n in range(5)]
    await read(ledger, *(order(order_id=each, status=OrderStatus.CANCELLED) for each in ids))
    with pytest.raises(RuntimeError, match="killed"):
        await purge(ledger, SOON, limit=2)
    done = [each for each in ids if FactKind.ORDER_PURGED in await kinds(ledger, each)]
    engine = create_engine(database_url)
    with engine.connect() as link:
        blank = set(link.scalars(select(orders.c.amazon_order_id).where(orders.c.purged.is_not(None))))
    engine.dispose()
    assert set(done) == blank
    assert len(done) == 2
    assert (await purge(ledger, SOON)).orders == 3
    assert [(await kinds(ledger, each)).count(FactKind.ORDER_PURGED) for each in ids] == [1] * 5
    await ledger.close()


def careless(ledger: SqlLedger) -> None:
    """Let SQLite leave what it deletes in the file: some builds overwrite it by themselves, others do not."""
    engine = ledger._database._engine
    event.listen(engine, "connect", lambda link, _: link.execute("PRAGMA secure_delete=OFF"))
    engine.dispose()


async def test_with_the_key_in_hand_no_byte_of_the_files_says_who_bought(
    sqlite_url: str, tmp_path: Path
) -> None:
    key = Sealer.new_key()
    ledger = await SqlLedger.open(sqlite_url, sealer=Sealer([key]))
    careless(ledger)
    await ledger.register(ACME, now=NOW)
    await shipped(ledger)
    # Large enough to leave whole pages free.
    long = line(gift_message="LONGWORDS " * 5000)
    await read(
        ledger,
        order(
            order_id=number(2), status=OrderStatus.CANCELLED, lines=(long,), address=address(name="Bob Other")
        ),
    )
    await read(ledger, bad=(malformed(raw='{"name": "BADNAME"}'),))
    everybody = (*PERSONAL, "Bob Other", "LONGWORDS")
    assert named(everybody, readable(tmp_path, key)) == list(everybody)
    await purge(ledger, LATE)
    assert named(everybody, readable(tmp_path, key)), "what is overwritten is not gone yet"
    assert await ledger.scrub()
    said = readable(tmp_path, key)
    assert b"SKU-1" in said, "the search still opens what stays"
    assert named(everybody, said) == []
    await ledger.close()
