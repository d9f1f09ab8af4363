"""The warehouse's database: SQLite in one file or PostgreSQL, with one transaction per operation."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from dockwire.resealing import scrub_file

T = TypeVar("T")

_TRIES = 4
_READ_ONLY = "warehouse_read_only"
_FOR_OTHERS = {"40001", "40P01", "55P03"}
"""PostgreSQL's codes for work undone for another's sake: no serial order, a deadlock, a lock not had."""


class UnusableDatabase(Exception):
    """The database address is wrong or nothing answers there; the text holds no password."""


class Database:
    """Runs each piece of work as one transaction in the calling thread."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is opened yet, but a SQLite file's folder is made.

        Raises:
            UnusableDatabase: the address cannot be understood or names another kind of database.
        """
        self._engine = _engine(url)
        self.name = self._engine.url.render_as_string(hide_password=True)
        # SQLite lets one transaction write at a time, and its own way of waiting is to sleep and try
        # again; threads of one process wait better for each other here.
        sqlite = self._engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = Lock() if sqlite else nullcontext()
        # A transaction of SQLite sees one state by itself.
        self._reading = {_READ_ONLY: True} if sqlite else {"isolation_level": "REPEATABLE READ"}

    def write(self, work: Callable[[Connection], T]) -> T:
        """Carry out ``work`` and commit it whole, or leave nothing of it.

        Work that the database undid for another transaction's sake is repeated, and so is work that
        met a unique constraint: the second time it finds what the other transaction wrote.

        Raises:
            UnusableDatabase: the database does not answer.
        """
        for attempt in range(_TRIES):
            try:
                with self._turn, self._engine.begin() as link:
                    return work(link)
            except DBAPIError as error:
                if attempt == _TRIES - 1 or not _worth_repeating(error):
                    raise self._told(error) from None
        raise AssertionError("the loop returns or raises")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Carry out ``work``, which writes nothing, on one state of the data.

        Raises:
            UnusableDatabase: the database does not answer.
        """
        try:
            with self._engine.connect() as link:
                link.execution_options(**self._reading)
                with link.begin():
                    return work(link)
        except DBAPIError as error:
            raise self._told(error) from None

    def reading_engine(self) -> Engine:
        """Return what connects for reading in any thread; it is closed with this database."""
        # SQLite's own refusal to write is the connection's, which others use; there the begin only takes no lock.
        sqlite = self._engine.dialect.name == "sqlite"
        return self._engine.execution_options(**{_READ_ONLY if sqlite else "postgresql_readonly": True})

    def scrub(self) -> bool:
        """Write a SQLite file anew, so that nothing overwritten is left in its free space or its journal.

        False: somebody reads or writes all the time, and some is left until the next time. Nothing is done
        on PostgreSQL, whose own VACUUM does it.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        with self._turn:
            return scrub_file(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _told(self, error: DBAPIError) -> Exception:
        if isinstance(error, IntegrityError):
            return error
        return UnusableDatabase(f"{self.name} does not answer ({type(error.orig).__name__})")


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            return _sqlite(url, address.database or "")
        if address.get_backend_name() == "postgresql":
            return create_engine(
                address, pool_pre_ping=True, pool_size=8, max_overflow=32, hide_parameters=True
            )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise UnusableDatabase(f"the warehouse's database address cannot be used: {error}") from None
    raise UnusableDatabase(
        f"the warehouse cannot keep its data in {address.get_backend_name()}; use sqlite:///file or "
        "postgresql+psycopg://user:password@host/database"
    )


def _sqlite(url: str, file: str) -> Engine:
    if file in {"", ":memory:"}:
        raise UnusableDatabase("the warehouse's data lasts, so SQLite needs a file: sqlite:///path/to/file")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableDatabase(f"the folder {Path(file).parent} cannot be made: {error.strerror}") from None
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=32,
        connect_args={"timeout": 0, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _: object) -> None:
    # The driver would begin its transactions too late; ours are begun below.
    connection.isolation_level = None
    # SQLite does not wait properly for others who turn a new file to WAL at the same moment. It need
    # not: the mode is the file's, and counts for this connection whoever sets it.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode=WAL")
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(link: Connection) -> None:
    # A transaction that reads first and writes later could not wait for the lock: take it at once.
    link.exec_driver_sql("BEGIN" if link.get_execution_options().get(_READ_ONLY) else "BEGIN IMMEDIATE")


def _worth_repeating(error: DBAPIError) -> bool:
    """Whether the work was undone for a reason that beginning again may cure."""
    # The texts of errors are in the server's language, their codes are not.
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in _FOR_OTHERS
