"""A ledger of an earlier version is brought up to date with everything that is in it."""

from alembic import command
from sqlalchemy import Connection, create_engine, inspect, select, text

from dockwire.ledger import SqlLedger
from dockwire.ledger.consent_tables import announced_ends, consent_states, consents
from dockwire.ledger.engine import Database
from dockwire.ledger.hold_tables import order_overrides
from dockwire.ledger.migrate import VERSION_TABLE, configuration
from dockwire.ledger.rows import Scribe
from dockwire.ledger.run_tables import runs
from dockwire.ledger.stock_tables import (
    sku_aliases,
    stock_feed_messages,
    stock_feeds,
    stock_marks,
    stock_offers,
    stock_points,
    stock_rules,
)
from dockwire.ledger.tables import closings, feed_messages, feeds, keys, metadata, parcels, shipping_marks
from dockwire.model.ids import CustomerId
from dockwire.model.parcel import ParcelState
from dockwire.model.record import Claim, Created, Mail, OrderState
from dockwire.model.warehouse import Item
from dockwire.sealing import Sealer
from tests.builders import NOW, malformed, order
from tests.unit.ledger.acts import ACME, number, read
from tests.unit.ledger.shipments import as_placed, parcel, plan, states, store

NEW = {
    table.name
    for table in (
        closings,
        parcels,
        shipping_marks,
        feeds,
        feed_messages,
        stock_feeds,
        stock_feed_messages,
        stock_offers,
        stock_marks,
        stock_points,
        stock_rules,
        sku_aliases,
        consents,
        consent_states,
        announced_ends,
        order_overrides,
        runs,
    )
}
SECRET = b"the digest key of the first version"


async def first_version(url: str, sealer: Sealer) -> None:
    """Make a ledger of the first version and live a day in it."""
    database = Database(url)
    await database.write("make", lambda link: command.upgrade(configuration(link), "0001"))
    sealed = sealer.seal(SECRET.hex())
    await database.write("key", lambda link: link.execute(keys.insert().values(name="digest", sealed=sealed)))
    ledger = SqlLedger(database, Scribe(sealer, SECRET))
    await ledger.register(ACME, now=NOW)
    await read(ledger, order(), order(order_id=number(2)), order(order_id=number(3)), bad=(malformed(),))
    made = as_placed(order(), 7)
    # Claimed as they were read: what needs a decision is asked of tables that the first version lacks.
    claims = [Claim(order().order_id, 1, made.reference), Claim(number(2), 1, number(2))]
    assert len(await ledger.claim(ACME, claims, owner="me", now=NOW, seconds=60)) == 2
    await ledger.record_outcomes(ACME, [Created(order().order_id, made)], owner="me", now=NOW)
    await ledger.store_items("main", CustomerId(1), [Item("A"), Item("B", active=False)], now=NOW)
    mail = Mail("<1@x>", ACME.slug, "orders_held", ("a@example.com",), "s", "t", "h")
    await ledger.post_mail([mail], [], now=NOW)
    await ledger.take("bucket", rate=0.5, burst=3, now=NOW)
    await ledger.close()


def everything(url: str) -> dict[str, list[str]]:
    """Return every row of every table of the first version."""
    engine = create_engine(url)
    with engine.connect() as link:
        rows = {
            table.name: sorted(str(row) for row in link.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name not in NEW
        }
    engine.dispose()
    return rows


async def test_a_ledger_of_the_first_version_loses_nothing_and_can_ship(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    await first_version(database_url, sealer)
    before = everything(database_url)
    assert all(before.values()), "every table of the first version holds something"
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    assert everything(database_url) == before
    rows = await ledger.list_orders(connection=ACME.slug)
    assert {row.order_id: row.state for row in rows} == {
        order().order_id: OrderState.CREATED,
        number(2): OrderState.CLAIMED,
        number(3): OrderState.NEW,
        malformed().order_id: OrderState.QUARANTINED,
    }
    # The key of the digests is the same, so what is read again has not changed.
    await read(ledger, order(order_id=number(3)))
    assert [known.version for known in await ledger.due_orders(ACME, now=NOW)] == [1]
    (closing,) = await ledger.begin_submission(ACME, plan(7), now=NOW)
    assert closing.order_id == order().order_id
    assert await store(ledger, 7, parcel()) == 1
    assert await states(ledger, order().order_id) == [("15", ParcelState.TO_SEND)]
    await ledger.move_shipping_mark(ACME, NOW, seen=None)
    assert await ledger.shipping_mark(ACME) == NOW
    waiting = await ledger.waiting_units([ACME.slug])
    assert set(waiting.units) == {(ACME.slug, line.sku) for line in order().lines}
    assert waiting.unreadable == 1
    await ledger.close()


async def test_a_ledger_goes_back_to_the_first_version_with_its_orders(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    await first_version(database_url, sealer)
    before = everything(database_url)
    ledger = await SqlLedger.open(database_url, sealer=sealer)
    await store(ledger, 7, parcel())
    await ledger.close()
    database = Database(database_url)
    await database.write("back", lambda link: command.downgrade(configuration(link), "0001"))

    def version(link: Connection) -> object:
        return link.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()

    assert await database.read(version) == "0001"
    await database.close()
    assert everything(database_url) == before


async def test_the_migrations_make_the_tables_that_the_statements_expect(database_url: str) -> None:
    ledger = await SqlLedger.open(database_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.close()
    engine = create_engine(database_url)
    found = inspect(engine)
    assert set(found.get_table_names()) == {*metadata.tables, VERSION_TABLE}
    for name, table in metadata.tables.items():
        assert {(column["name"], bool(column["nullable"])) for column in found.get_columns(name)} == {
            (column.name, bool(column.nullable)) for column in table.columns
        }, name
        indexes = {index["name"] for index in found.get_indexes(name) if not index["unique"]}
        assert indexes == {index.name for index in table.indexes if not index.unique}, name
        assert len(found.get_unique_constraints(name)) == len(
            [each for each in table.constraints if type(each).__name__ == "UniqueConstraint"]
        ), name
        assert len(found.get_foreign_keys(name)) == len(table.foreign_key_constraints), name
    engine.dispose()
