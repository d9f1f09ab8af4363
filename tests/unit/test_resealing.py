"""Keys are changed under running databases, and dropping one too early is noticed at the start."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from dockwire.clock import ManualClock
from dockwire.keys import KeyFile
from dockwire.ledger import SqlLedger
from dockwire.ledger.tables import metadata as ledger_metadata
from dockwire.resealing import sealed_columns
from dockwire.sealing import Sealer, SealError, fingerprint
from dockwire.warehouse import PersonalData, Warehouse, load_seed
from dockwire.warehouse.tables import metadata as warehouse_metadata
from dockwire.warehouse.tables import orders
from dockwire.warehouse.work import IN_PROCESS
from tests.builders import NOW, malformed, order
from tests.unit.ledger.acts import ACME, begin, claim, number, read
from tests.unit.warehouse.houses import SEED, START, line, tamper
from tests.unit.warehouse.houses import order as warehouse_order

OLD, NEW = Sealer.new_key(), Sealer.new_key()


async def lived_in(url: str) -> None:
    """Fill every sealed column of a ledger with the old key."""
    ledger = await SqlLedger.open(url, sealer=Sealer([OLD]))
    await ledger.register(ACME, now=NOW)
    await read(ledger, order(), order(order_id=number(2)), bad=(malformed(),))
    await claim(ledger, order())
    await begin(ledger)
    await ledger.close()


def test_every_column_with_personal_data_is_known() -> None:
    """A new one has to be thought of in the purge (docs/personal-data.md lists them)."""
    found = [f"{each.table.name}.{each.name}" for each in sealed_columns(ledger_metadata)]
    assert sorted(found) == [
        "harvests.chain_sealed",
        "keys.sealed",
        "order_overrides.sealed",
        "orders.placed_sealed",
        "orders.sealed",
    ]
    found = [f"{each.table.name}.{each.name}" for each in sealed_columns(warehouse_metadata)]
    assert sorted(found) == ["order_items.sealed", "orders.sealed"]


async def test_a_ledger_is_sealed_anew_and_then_needs_the_new_key_only(database_url: str) -> None:
    await lived_in(database_url)
    both = await SqlLedger.open(database_url, sealer=Sealer([NEW, OLD]))
    assert await both.count_keys() == {fingerprint(OLD): 6}
    told: list[tuple[str, int]] = []
    assert await both.rotate_seals(lambda column, done: told.append((column, done))) == 6
    assert ("orders.sealed", 3) in told
    assert await both.rotate_seals() == 0
    assert await both.count_keys() == {fingerprint(NEW): 6}
    await both.close()
    alone = await SqlLedger.open(database_url, sealer=Sealer([NEW]))
    assert [known.order for known in await alone.due_orders(ACME, now=NOW)] == [order(order_id=number(2))]
    assert (await alone.harvest_state(ACME.account)).chain is not None
    await alone.close()


async def test_a_key_dropped_too_early_is_missed_at_the_start_by_its_name(database_url: str) -> None:
    await lived_in(database_url)
    ledger = await SqlLedger.open(database_url, sealer=Sealer([NEW, OLD]))
    await ledger.close()
    # The digest key alone opens; one order does not.
    for keys in ([NEW], [Sealer.new_key()]):
        with pytest.raises(SealError, match=fingerprint(OLD)) as caught:
            await SqlLedger.open(database_url, sealer=Sealer(keys))
        assert not any(key in str(caught.value) for key in (OLD, *keys))


async def test_a_missing_key_that_seals_nothing_is_no_trouble(database_url: str) -> None:
    await lived_in(database_url)
    for keys in ([NEW, OLD], [OLD]):
        ledger = await SqlLedger.open(database_url, sealer=Sealer(keys))
        assert await ledger.count_keys() == {fingerprint(OLD): 6}
        await ledger.close()


async def test_a_rotation_that_was_stopped_goes_on(database_url: str) -> None:
    await lived_in(database_url)
    commits: list[str] = []

    def stop(moment: str) -> None:
        commits.append(moment)
        if commits.count("rotate_seals:after-commit") == 2:
            raise RuntimeError("killed")

    stopped = await SqlLedger.open(database_url, sealer=Sealer([NEW, OLD]), on_commit=stop)
    with pytest.raises(RuntimeError, match="killed"):
        await stopped.rotate_seals()
    await stopped.close()
    again = await SqlLedger.open(database_url, sealer=Sealer([NEW, OLD]))
    counts = await again.count_keys()
    assert set(counts) == {fingerprint(OLD), fingerprint(NEW)}
    assert await again.rotate_seals() == counts[fingerprint(OLD)]
    await again.close()


async def test_a_run_under_way_reads_and_writes_on_while_the_key_file_changes(
    database_url: str, tmp_path: Path
) -> None:
    file = KeyFile(tmp_path)
    running = await SqlLedger.open(database_url, sealer=Sealer(file.keys))
    await running.register(ACME, now=NOW)
    await read(running, order())
    (old,) = Sealer(file.keys()).fingerprints
    new = file.add_newest()
    other = await SqlLedger.open(database_url, sealer=Sealer(KeyFile(tmp_path).keys))
    await other.rotate_seals()
    assert len(await running.due_orders(ACME, now=NOW)) == 1
    await read(running, order(order_id=number(2)))
    assert set(await other.count_keys()) == {new}
    file.drop(old)
    assert Sealer(file.keys()).fingerprints == [new]
    assert len(await running.due_orders(ACME, now=NOW)) == 2
    await running.close()
    await other.close()


def test_a_value_that_changes_meanwhile_is_left_as_it_is(postgresql_url: str) -> None:
    house = furnished(postgresql_url, OLD)
    both = PersonalData.open(postgresql_url, sealer=Sealer([NEW, OLD]))
    done: list[str] = []
    newer = Sealer([NEW]).seal({"shipTo": {"name": "Somebody Else"}})

    def meanwhile(_link: object, _cursor: object, statement: str, *_: object) -> None:
        # Another process writes between the reading and the writing of this batch.
        if statement.startswith("UPDATE orders SET sealed") and not done:
            done.append(statement)
            tamper(house, update(orders).values(sealed=newer))

    engine = both._database._engine
    event.listen(engine, "before_cursor_execute", meanwhile)
    assert both.reseal(lambda _column, _done: None) == 1, "the line, not the order"
    assert done
    stored = house.read(IN_PROCESS, lambda work: work.link.scalar(select(orders.c.sealed)))
    assert stored == newer
    both.close()
    house.close()


def furnished(url: str, key: str) -> Warehouse:
    house = Warehouse.open(url, sealer=Sealer([key]), clock=ManualClock(START))
    load_seed(house, SEED)
    house.create_order(IN_PROCESS, warehouse_order("R-1", line("MUG", notes="fragile")))
    return house


def test_a_warehouse_is_sealed_anew_and_then_needs_the_new_key_only(database_url: str) -> None:
    furnished(database_url, OLD).close()
    with pytest.raises(SealError, match=fingerprint(OLD)):
        PersonalData.open(database_url, sealer=Sealer([NEW]))
    both = PersonalData.open(database_url, sealer=Sealer([NEW, OLD]))
    assert both.reseal(lambda _column, _done: None) == 2
    assert both.count_keys() == {fingerprint(NEW): 2}
    both.close()
    house = Warehouse.open(database_url, sealer=Sealer([NEW]), clock=ManualClock(START + timedelta(days=1)))
    shown, _ = house.order(IN_PROCESS, 1)
    assert shown["shipTo"]["name"] == "Ann Example"
    house.close()
