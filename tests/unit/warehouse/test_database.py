"""The data lasts: migrations, several processes, restarts, and what is readable in the file."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from psycopg.errors import DeadlockDetected, UndefinedTable
from sqlalchemy import Connection, create_engine, inspect, select, text, update
from sqlalchemy.exc import OperationalError

from dockwire.clock import ManualClock
from dockwire.sealing import Sealer, SealError, fingerprint
from dockwire.warehouse import UnusableDatabase, Warehouse
from dockwire.warehouse import orders as operations
from dockwire.warehouse.database import Database
from dockwire.warehouse.migrate import VERSION_TABLE
from dockwire.warehouse.order_request import read_order
from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.tables import customers, metadata, orders
from dockwire.warehouse.work import IN_PROCESS, Work
from tests.databases import PostgresServer
from tests.unit.warehouse.houses import KEY, START, line, open_house, order, visiting


def test_the_migrations_make_the_tables_that_the_statements_expect(empty_url: str) -> None:
    house = open_house(empty_url)
    engine = create_engine(empty_url)
    found = inspect(engine)
    assert set(found.get_table_names()) == {*metadata.tables, VERSION_TABLE}
    for name, table in metadata.tables.items():
        columns = {column["name"]: column for column in found.get_columns(name)}
        assert {(c, bool(columns[c]["nullable"])) for c in columns} == {
            (column.name, bool(column.nullable)) for column in table.columns
        }, name
        indexes = {index["name"] for index in found.get_indexes(name) if not index["unique"]}
        # SQLite finds beginnings by the index of the column; PostgreSQL has one of its own for them.
        own = "" if engine.dialect.name == "postgresql" else "_by_beginning"
        wanted = {str(index.name) for index in table.indexes}
        assert indexes == {each for each in wanted if not own or not each.endswith(own)}, name
        assert len(found.get_unique_constraints(name)) == len(
            [c for c in table.constraints if type(c).__name__ == "UniqueConstraint"]
        ), name
        assert len(found.get_foreign_keys(name)) == len(table.foreign_key_constraints), name
    engine.dispose()
    house.close()


def test_several_who_open_an_empty_database_at_once_all_succeed(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        houses = list(pool.map(lambda _: open_house(empty_url, seed=False), range(4)))
    assert [house.customers(IN_PROCESS, Parameters({})).total for house in houses] == [0] * 4
    for house in houses:
        house.close()


def test_a_file_that_others_hold_while_it_is_opened_is_used_as_it_is(sqlite_url: str, tmp_path: Path) -> None:
    # Turning a file to WAL fails while anybody reads it, or turns it at the same moment.
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    for statement in ("CREATE TABLE theirs (x)", "BEGIN", "SELECT * FROM theirs"):
        other.execute(statement)
    database = Database(sqlite_url)
    assert database.read(lambda link: link.execute(text("SELECT count(*) FROM theirs")).scalar()) == 0
    other.close()
    database.close()


def test_tables_of_a_later_version_are_left_alone(empty_url: str) -> None:
    open_house(empty_url).close()
    database = Database(empty_url)
    database.write(lambda link: link.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")))
    database.close()
    with pytest.raises(UnusableDatabase, match="made by another version of dockwire"):
        open_house(empty_url)


def test_an_operation_that_reads_sees_one_state(house: Warehouse) -> None:
    def count(work: Work) -> int:
        return len(work.link.execute(select(orders.c.id)).all())

    def twice(work: Work) -> tuple[int, int]:
        first = count(work)
        house.create_order(IN_PROCESS, order("R-1"))
        return first, count(work)

    assert house.read(IN_PROCESS, twice) == (0, 0)
    assert house.read(IN_PROCESS, count) == 1


def test_of_two_that_wait_for_each_other_one_begins_again(postgresql_url: str) -> None:
    house = open_house(postgresql_url)
    both_hold_one = Barrier(2, timeout=30)
    tries: list[int] = []

    def rename(link: Connection, first: int, second: int) -> None:
        tries.append(first)
        link.execute(update(customers).where(customers.c.id == first).values(external_id=f"{first}"))
        if len(tries) <= 2:
            both_hold_one.wait()
        link.execute(update(customers).where(customers.c.id == second).values(external_id=f"{second}"))

    with ThreadPoolExecutor(2) as pool:
        pairs = ((11, 12), (12, 11))
        list(pool.map(lambda pair: house._database.write(lambda link: rename(link, *pair)), pairs))
    # Begun again it may meet the other once more.
    assert len(tries) >= 3
    house.close()


def test_work_that_was_undone_for_others_is_repeated_in_any_language(empty_url: str) -> None:
    answers: list[Exception | None] = [DeadlockDetected("Verklemmung entdeckt"), None]
    database = Database(empty_url)

    def work(_: Connection) -> str:
        if (undone := answers.pop(0)) is not None:
            raise OperationalError("UPDATE", {}, undone)
        return "done"

    assert database.write(work) == "done"
    answers.append(UndefinedTable("deadlock_log gibt es nicht"))
    with pytest.raises(UnusableDatabase, match="UndefinedTable"):
        database.write(work)
    database.close()


def test_what_was_written_is_there_after_reopening(empty_url: str) -> None:
    house = open_house(empty_url)
    created, tag = house.create_order(IN_PROCESS, order("R-1", line("MUG", 2), notes="n"))
    house.close()
    again = open_house(empty_url, seed=False)
    assert again.order(IN_PROCESS, created["readOnly"]["orderId"]) == (created, tag)
    again.close()


def test_two_processes_share_one_warehouse_without_doubling(empty_url: str) -> None:
    houses = [open_house(empty_url) for _ in range(2)]

    async def both() -> list[int]:
        async with visiting(houses[0]) as one, visiting(houses[1]) as other:
            replies = await asyncio.gather(
                *(client.post("/orders", json=order(f"R-{n}")) for n in range(8) for client in (one, other))
            )
            return [reply.status_code for reply in replies]

    assert sorted(asyncio.run(both())) == [201] * 8 + [400] * 8
    for house in houses:
        house.close()


async def test_a_restarted_server_is_found_again(
    postgresql_url: str, postgresql_server: PostgresServer
) -> None:
    house = open_house(postgresql_url)
    async with visiting(house) as client:
        assert (await client.get("/orders")).status_code == 200
        postgresql_server.restart()
        assert (await client.post("/orders", json=order("R-1"))).status_code == 201
    house.close()


def test_nothing_personal_is_readable_in_the_database(empty_url: str, tmp_path: Path) -> None:
    house = open_house(empty_url)
    secret = line("MUG", 1, notes="Grandmas-Gift", fulfillInvNote="Line-Note")
    body = order("R-1", secret, notes="Happy-Birthday", fulfillInvInfo={"fulfillInvGiftMessage": "Kisses"})
    body["soldTo"] = {"name": "Sold-Toner"}
    house.create_order(IN_PROCESS, body)
    house.close()
    content = _everything(empty_url, tmp_path)
    assert "R-1" in content
    for secret_text in (
        "Ann Example",
        "1 Sample",
        "97477",
        "555 0100",
        "ann@example",
        "Grandmas",
        "Line-Note",
    ):
        assert secret_text not in content, secret_text
    for secret_text in ("Happy-Birthday", "Kisses", "Sold-Toner"):
        assert secret_text not in content, secret_text


def _everything(url: str, folder: Path) -> str:
    """Return every value of every table, and the bytes of the files that a SQLite database is in."""
    engine = create_engine(url)
    with engine.connect() as link:
        values = [str(row) for table in metadata.sorted_tables for row in link.execute(select(table))]
    engine.dispose()
    return "\n".join([*values, *(path.read_text("latin-1") for path in folder.iterdir())])


def test_another_key_does_not_open_what_was_sealed(empty_url: str) -> None:
    house = open_house(empty_url)
    house.create_order(IN_PROCESS, order("R-1"))
    house.close()
    with pytest.raises(SealError, match=fingerprint(KEY)):
        Warehouse.open(empty_url, sealer=Sealer([Sealer.new_key()]), clock=ManualClock(START))
    rotated = Warehouse.open(empty_url, sealer=Sealer([Sealer.new_key(), KEY]), clock=ManualClock(START))
    assert rotated.order(IN_PROCESS, 1)[0]["shipTo"]["name"] == "Ann Example"
    rotated.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "cannot be used"),
        ("mysql://x/y", "use sqlite"),
        ("sqlite://", "needs a file"),
        ("sqlite:////dev/null/x/y.db", "cannot be made"),
        ("postgresql+psycopg://user:hush@127.0.0.1:1/none?connect_timeout=2", "does not answer"),
    ],
)
def test_an_unusable_address_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(UnusableDatabase, match=told) as caught:
        Warehouse.open(url, sealer=Sealer([KEY]), clock=ManualClock(START))
    assert "hush" not in str(caught.value)


def test_an_operation_that_fails_half_way_leaves_nothing(house: Warehouse) -> None:
    request = read_order(order("R-1"), switches=house.switches, zone=house.zone)

    def interrupted(work: Work) -> None:
        operations.create(work, request)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.write(IN_PROCESS, interrupted)
    assert house.read(IN_PROCESS, lambda work: work.link.execute(select(orders)).all()) == []
