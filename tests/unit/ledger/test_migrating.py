"""A ledger of the first released schema is brought up to date with everything that is in it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, inspect, text

from dockwire.errors import SettingsError
from dockwire.ledger import SqlLedger
from dockwire.ledger.agreement_tables import agreements, approvals
from dockwire.ledger.console_tables import (
    console_audit,
    console_sessions,
    console_sign_ins,
    console_users,
    console_views,
)
from dockwire.ledger.engine import Database
from dockwire.ledger.migrate import MIGRATIONS, VERSION_TABLE
from dockwire.ledger.notice_tables import mail_refusals, noted_runs, notice_marks, ship_by_warnings
from dockwire.ledger.stock_tables import (
    sku_aliases,
    stock_feed_messages,
    stock_feeds,
    stock_marks,
    stock_offers,
    stock_points,
    stock_rules,
)
from dockwire.ledger.tables import closings, feed_messages, feeds, metadata, parcels, shipping_marks
from dockwire.migrating import configuration
from dockwire.model.ids import AmazonOrderId, CustomerId
from dockwire.model.override import ON_HOLD_THERE, HoldSelection
from dockwire.model.parcel import ParcelState
from dockwire.model.record import FactKind, OrderState, Shipping
from dockwire.model.warehouse import Item
from dockwire.sealing import Sealer
from tests.builders import NOW, US, line, malformed, order
from tests.unit.ledger.acts import ACCOUNT, ACME, read
from tests.unit.ledger.first_schema import (
    CLAIMED,
    CREATED,
    HELD,
    RAW,
    UNREADABLE,
    WATCHED,
    first_columns,
    make_first_version,
)
from tests.unit.ledger.shipments import created, parcel, plan, states, store

GIFT = (line(gift_message="For Zoe"),)
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
        notice_marks,
        ship_by_warnings,
        noted_runs,
        mail_refusals,
        agreements,
        approvals,
        console_users,
        console_sessions,
        console_sign_ins,
        console_audit,
        console_views,
    )
}
SECRET = b"the digest key of the first version"


def known(order_id: str) -> AmazonOrderId:
    return AmazonOrderId(order_id)


async def test_the_first_ledger_is_read_today_with_all_that_is_in_it(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    before = make_first_version(empty_url, sealer)
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    assert first_columns(empty_url) == before

    rows = {row.order_id: row for row in await ledger.list_orders(connection=ACME.slug)}
    assert {order_id: (row.state, row.shipping) for order_id, row in rows.items()} == {
        CREATED: (OrderState.CREATED, Shipping.TO_SHIP),
        CLAIMED: (OrderState.CLAIMED, None),
        HELD: (OrderState.HELD, None),
        WATCHED: (OrderState.WATCHED, None),
        UNREADABLE: (OrderState.QUARANTINED, None),
    }
    assert (rows[known(CREATED)].reference, rows[known(CREATED)].warehouse_order_id) == (CREATED, 7)
    assert [each.code for each in rows[known(HELD)].problems] == ["unmapped_sku"]
    (held,) = await ledger.due_orders(ACME, now=NOW)
    address = order().address
    assert address is not None
    home = replace(address, lines=("1 Sample Street",))
    assert held.order == order(order_id=known(HELD), lines=GIFT, address=home)
    placed = (await ledger.find_placed(ACME, [CREATED]))[CREATED]
    assert placed.placed_as == placed.order == replace(held.order, order_id=known(CREATED))
    assert [each.order_id for each in await ledger.in_doubt(ACME)] == [CLAIMED]
    assert await ledger.quarantined(ACME, now=NOW) == [(UNREADABLE, 0)]

    (connection,) = await ledger.connections()
    assert (connection.slug, connection.marketplace_code) == (ACME.slug, "US")
    assert connection.contacts.orders_held.to == ("engineer@example.com",)
    state = await ledger.harvest_state(ACCOUNT)
    assert state.watermarks == {US: NOW - timedelta(hours=3)}
    assert (state.chain is not None and state.chain.next_token, state.span_seconds) == ("token", 43_200)
    assert (state.completed, state.swept) == (NOW - timedelta(hours=5), NOW - timedelta(hours=20))
    read_at, items = await ledger.known_items("main", CustomerId(1))
    assert read_at == NOW - timedelta(hours=1)
    assert items == {"SKU-1": Item("SKU-1"), "OLD": Item("OLD", active=False)}
    assert [fact.kind for fact in await ledger.order_facts(known(CREATED))] == [FactKind.ORDER_CREATED]
    assert [fact.kind for fact in await ledger.untold_facts(ACME.slug)] == [FactKind.ORDER_HELD]
    mails = await ledger.take_mail(ACME.slug, owner="me", now=NOW, seconds=60)
    assert [(mail.message_id, mail.recipients) for mail in mails] == [("<2@x>", ("clerk@example.com",))]
    assert await ledger.take("bucket", rate=9.0, burst=1, now=NOW) > 0
    await ledger.close()


async def test_the_first_ledger_goes_on_working(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    make_first_version(empty_url, sealer)
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    # The digest key is the same: an unreadable text is known again.
    assert await ledger.lease_harvest(ACCOUNT, owner="me", now=NOW, seconds=60) is not None
    await ledger.drop_chain(ACCOUNT, owner="me", span_seconds=60)
    await read(ledger, bad=(malformed(order_id=known(UNREADABLE), raw=RAW),))
    assert await ledger.order_facts(known(UNREADABLE)) == []
    # Orders know their packages now, so each counts as moved once; it stays the order it was.
    await read(ledger, order(order_id=known(CREATED), lines=GIFT))
    (row,) = await ledger.find_orders(known(CREATED))
    assert (row.state, row.warehouse_order_id) == (OrderState.CREATED, 7)
    (closing,) = await ledger.begin_submission(ACME, plan(7), now=NOW)
    assert closing.order_id == CREATED
    assert await store(ledger, 7, parcel()) == 1
    assert await states(ledger, known(CREATED)) == [("15", ParcelState.TO_SEND)]
    waiting = await ledger.waiting_units([ACME.slug])
    assert set(waiting.units) == {(ACME.slug, "SKU-1")}
    assert waiting.unreadable == 1
    # Its orders have flowed for long, so nobody is told that the first ones are there.
    began = await ledger.notice_mark(ACME.slug, "orders_flowing")
    assert began is not None
    assert began < NOW
    await ledger.close()


async def test_a_ledger_goes_back_to_the_first_version_with_its_orders(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    before = make_first_version(empty_url, sealer)
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    await store(ledger, 7, parcel())
    await ledger.close()
    database = Database(empty_url)
    await database.write("back", lambda link: command.downgrade(configuration(link, MIGRATIONS), "0001"))

    def version(link: Connection) -> object:
        return link.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()

    assert await database.read(version) == "0001"
    await database.close()
    assert first_columns(empty_url) == before


async def test_numbers_of_parcels_from_before_are_found(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    make_first_version(empty_url, sealer)
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    await store(ledger, 7, parcel(tracking="1z 999-aa1"))
    await ledger.close()
    database = Database(empty_url)
    await database.write("back", lambda link: command.downgrade(configuration(link, MIGRATIONS), "0013"))
    await database.close()
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    (used,) = (await ledger.used_numbers(["1Z999AA1"], apart_from=[])).values()
    assert (used.order_id, used.shipped) == (CREATED, NOW)
    await ledger.close()


async def test_what_was_put_on_hold_in_the_warehouse_before_is_listed(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    await ledger.register(ACME, now=NOW)
    order_id = await created(ledger, 7)
    (waiting,) = await ledger.waiting_orders(order_id)
    held, why = FactKind.HELD_IN_WAREHOUSE, {"reason": "look first"}
    version = waiting.row.version
    assert await ledger.record_follow(ACME, order_id, version=version, fact=held, detail=why, now=NOW)
    await ledger.close()
    database = Database(empty_url)
    await database.write("back", lambda link: command.downgrade(configuration(link, MIGRATIONS), "0015"))
    # As earlier versions left it.
    gone = text("DELETE FROM holds WHERE code = 'on_hold_in_warehouse'")
    await database.write("gone", lambda link: link.execute(gone).rowcount)
    await database.close()
    ledger = await SqlLedger.open(empty_url, sealer=sealer)
    (listed,) = await ledger.hold_rows(HoldSelection(codes=(ON_HOLD_THERE,)))
    assert (listed.order_id, listed.since) == (order_id, NOW)
    # It ends as every other does.
    assert await ledger.record_follow(
        ACME, order_id, version=version + 1, fact=FactKind.RELEASED_IN_WAREHOUSE, detail={}, now=NOW
    )
    assert await ledger.hold_rows(HoldSelection(codes=(ON_HOLD_THERE,))) == []
    await ledger.close()


async def test_a_ledger_of_a_later_version_is_left_alone_and_told(empty_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    await (await SqlLedger.open(empty_url, sealer=sealer)).close()
    engine = create_engine(empty_url)
    with engine.begin() as link:
        link.execute(text("UPDATE ledger_schema SET version_num = '9999'"))
    with pytest.raises(SettingsError, match=r"later version of dockwire.* restore the backup"):
        await SqlLedger.open(empty_url, sealer=sealer)
    with engine.connect() as link:
        assert link.scalar(text("SELECT version_num FROM ledger_schema")) == "9999"
    engine.dispose()


async def test_every_table_of_the_first_version_is_filled_here(empty_url: str) -> None:
    filled = make_first_version(empty_url, Sealer([Sealer.new_key()]))
    engine = create_engine(empty_url)
    found = inspect(engine)
    widths = {table: {len(row) for row in rows} for table, rows in filled.items()}
    assert widths == {
        table: {len(found.get_columns(table))} for table in found.get_table_names() if table != VERSION_TABLE
    }
    engine.dispose()


async def test_the_migrations_make_the_tables_that_the_statements_expect(empty_url: str) -> None:
    ledger = await SqlLedger.open(empty_url, sealer=Sealer([Sealer.new_key()]))
    await ledger.close()
    engine = create_engine(empty_url)
    found = inspect(engine)
    assert set(found.get_table_names()) == {*metadata.tables, VERSION_TABLE}
    for name, table in metadata.tables.items():
        assert {(column["name"], bool(column["nullable"])) for column in found.get_columns(name)} == {
            (column.name, bool(column.nullable)) for column in table.columns
        }, name
        indexes = {index["name"] for index in found.get_indexes(name) if not index["unique"]}
        ours = {str(index.name) for index in table.indexes if not index.unique}
        if engine.dialect.name == "sqlite":
            # SQLite finds beginnings with any index.
            ours = {index for index in ours if not index.endswith("_beginning")}
        assert indexes == ours, name
        assert len(found.get_unique_constraints(name)) == len(
            [each for each in table.constraints if type(each).__name__ == "UniqueConstraint"]
        ), name
        assert len(found.get_foreign_keys(name)) == len(table.foreign_key_constraints), name
    engine.dispose()
