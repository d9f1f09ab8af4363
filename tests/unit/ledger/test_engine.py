"""Opening the database and giving way: several processes at once, in any language."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure, UndefinedTable
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import OperationalError

from dockwire.errors import LedgerUnavailable
from dockwire.ledger import SqlLedger
from dockwire.ledger.engine import Database
from dockwire.ledger.tables import connections
from dockwire.sealing import Sealer
from tests.builders import NOW, connection
from tests.unit.ledger.acts import ACME

OPEN = """
import asyncio, sys
from dockwire.ledger import SqlLedger
from dockwire.sealing import Sealer
from tests.builders import NOW, connection

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    ledger = await SqlLedger.open(sys.argv[1], sealer=Sealer([sys.argv[2]]))
    await ledger.register(connection(), now=NOW)
    print(len(await ledger.connections()))
    await ledger.close()

asyncio.run(main())
"""


def test_processes_that_open_a_new_ledger_at_once_all_succeed(database_url: str) -> None:
    key = Sealer.new_key()
    command = [sys.executable, "-c", OPEN, database_url, key]
    processes = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate() for process in processes] == [("1\n", "")] * 3


async def test_many_who_open_a_new_ledger_at_once_all_succeed(database_url: str) -> None:
    sealer = Sealer([Sealer.new_key()])
    ledgers = await asyncio.gather(*(SqlLedger.open(database_url, sealer=sealer) for _ in range(8)))
    await ledgers[0].register(connection(), now=NOW)
    for ledger in ledgers:
        assert await ledger.connections() == [ACME]
        await ledger.close()


async def test_a_file_that_others_hold_while_it_is_opened_is_used_as_it_is(
    sqlite_url: str, tmp_path: Path
) -> None:
    # Turning a file to WAL fails while anybody reads it, or turns it at the same moment.
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    for statement in ("CREATE TABLE theirs (x)", "BEGIN", "SELECT * FROM theirs"):
        other.execute(statement)
    database = Database(sqlite_url)
    count = await database.read(lambda link: link.execute(text("SELECT count(*) FROM theirs")).scalar())
    assert count == 0
    other.close()
    await database.close()


async def test_a_file_is_turned_to_wal_and_waited_for(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    names = ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")

    def pragmas(link: Connection) -> list[object]:
        return [link.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    found = await database.read(pragmas)
    assert found == ["wal", 30000, 2, 1]
    await database.close()


@pytest.mark.parametrize("kind", [DeadlockDetected, SerializationFailure, LockNotAvailable])
async def test_work_that_was_undone_for_others_is_repeated_in_any_language(
    database_url: str, kind: type[Exception]
) -> None:
    answers: list[Exception | None] = [kind("Verklemmung entdeckt"), None]
    database = Database(database_url)

    def work(_: Connection) -> str:
        if (undone := answers.pop(0)) is not None:
            raise OperationalError("UPDATE", {}, undone)
        return "done"

    assert await database.write("work", work) == "done"
    answers.append(UndefinedTable("deadlock_log gibt es nicht"))
    with pytest.raises(LedgerUnavailable, match="UndefinedTable"):
        await database.write("work", work)
    await database.close()


async def test_a_busy_sqlite_file_is_tried_again(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    await database.write("make", lambda link: link.execute(text("CREATE TABLE ours (x)")))
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None, timeout=0, check_same_thread=False)
    tries: list[int] = []

    def work(link: Connection) -> None:
        tries.append(1)
        if len(tries) == 1:
            # The other one tries while we write, and is told what we would be told.
            with pytest.raises(sqlite3.OperationalError) as caught:
                other.execute("BEGIN IMMEDIATE")
            raise OperationalError("BEGIN IMMEDIATE", {}, caught.value)
        link.execute(text("INSERT INTO ours VALUES (1)"))

    await database.write("work", work)
    assert len(tries) == 2
    assert other.execute("SELECT count(*) FROM ours").fetchone() == (1,)
    other.close()
    await database.close()


async def test_of_two_that_wait_for_each_other_one_begins_again(postgresql_url: str) -> None:
    ledger = await SqlLedger.open(postgresql_url, sealer=Sealer([Sealer.new_key()]))
    for slug, code in (("a", "US"), ("b", "CA")):
        await ledger.register(connection(slug=slug, marketplace_code=code), now=NOW)
    both_hold_one = threading.Barrier(2, timeout=30)
    tries: list[str] = []

    def touch(link: Connection, slug: str) -> None:
        link.execute(update(connections).where(connections.c.slug == slug).values(registered=NOW))

    def work(link: Connection, first: str, second: str) -> None:
        tries.append(first)
        touch(link, first)
        if len(tries) <= 2:
            both_hold_one.wait()
        touch(link, second)

    database = Database(postgresql_url)
    await asyncio.gather(
        database.write("one", lambda link: work(link, "a", "b")),
        database.write("other", lambda link: work(link, "b", "a")),
    )
    # Begun again it may meet the other once more.
    assert len(tries) >= 3
    await database.close()
    await ledger.close()
