"""The database behind the ledger: threads, transactions, and errors people can act on."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from dockwire.errors import LedgerUnavailable, SettingsError
from dockwire.resealing import scrub_file

T = TypeVar("T")
CommitHook = Callable[[str], None]

_TRIES = 4
_READ_ONLY = "dockwire_read_only"
_FOR_OTHERS = {"40001", "40P01", "55P03"}
"""PostgreSQL's codes for work undone for another's sake: no serial order, a deadlock, a lock not had."""

_CANCELED = "57014"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """Runs each piece of work as one transaction in a worker thread.

    ``on_commit`` is told ``<name>:before-commit`` and ``<name>:after-commit`` around every commit of
    a writing transaction, in the worker thread: a place to watch, and where tests stop the process.
    """

    def __init__(self, url: str, *, on_commit: CommitHook | None = None) -> None:
        """Prepare the engine; nothing is opened yet.

        Raises:
            SettingsError: the address cannot be understood or names another kind of database.
        """
        self._engine = _engine(url)
        self.name = self._engine.url.render_as_string(hide_password=True)
        self._on_commit = on_commit or (lambda _: None)
        # SQLite lets one transaction write at a time; more threads would only wait for each other.
        threads = 1 if self.is_sqlite else 4
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="ledger")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    async def write(self, name: str, work: Callable[[Connection], T]) -> T:
        """Carry out ``work`` in one committed transaction.

        Work is repeated when the database rolled it back for another transaction's sake.

        Raises:
            LedgerUnavailable: the database does not answer; nothing was kept, or, when it went away
                during the commit itself, perhaps all of it: every write can be repeated.
        """
        return await self._in_thread(lambda: self._repeated(name, work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Carry out ``work``, which writes nothing.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return await self._in_thread(lambda: self._read(work))

    def reading_sessions(self) -> sessionmaker[Session]:
        """Return what makes ORM sessions for reading in any thread; what is flushed with one is an error.

        On PostgreSQL a statement of theirs ends after 30 seconds: nobody waits longer for a page.
        """
        # SQLite's own refusal to write is the connection's, which others use; there the begin only takes no lock.
        options: dict[str, Any] = {_READ_ONLY: True}
        if not self.is_sqlite:
            options["postgresql_readonly"] = True
        made = sessionmaker(
            self._engine.execution_options(**options), autoflush=False, expire_on_commit=False
        )
        event.listen(made, "after_begin", _limit)
        return made

    async def scrub(self) -> bool:
        """Write a SQLite file anew, so that nothing overwritten is left in its free space or its journal.

        False: somebody reads or writes all the time, and some is left until the next time. PostgreSQL's own
        VACUUM does it there; nothing is done here.

        Raises:
            LedgerUnavailable: the database does not answer.
        """
        return not self.is_sqlite or await self._in_thread(self._scrub)

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""
        await self._in_thread(self._engine.dispose)
        self._threads.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _repeated(self, name: str, work: Callable[[Connection], T]) -> T:
        for attempt in range(_TRIES):
            try:
                return self._write(name, work)
            except DBAPIError as error:
                if attempt == _TRIES - 1 or not _rolled_back_for_others(error):
                    raise self._unavailable(error) from None
        raise AssertionError("the loop returns or raises")

    def _write(self, name: str, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            with connection.begin():
                result = work(connection)
                self._on_commit(f"{name}:before-commit")
            self._on_commit(f"{name}:after-commit")
            return result

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                connection.execution_options(**{_READ_ONLY: True})
                with connection.begin():
                    return work(connection)
        except DBAPIError as error:
            raise self._unavailable(error) from None

    def _scrub(self) -> bool:
        return scrub_file(self._engine)

    def _unavailable(self, error: DBAPIError) -> Exception:
        if isinstance(error, IntegrityError):
            return error
        return LedgerUnavailable(
            f"the ledger database {self.name} does not answer ({type(error.orig).__name__}); check that it "
            "runs, that DOCKWIRE_LEDGER_URL is right and that its folder can be written"
        )


def took_too_long(error: Exception) -> bool:
    """Whether PostgreSQL ended a statement that took too long, or an administrator did."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == _CANCELED


def _limit(_session: Session, _transaction: object, link: Connection) -> None:
    if link.dialect.name == "postgresql":
        link.exec_driver_sql("SET LOCAL statement_timeout = '30s'")


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() not in {"sqlite", "postgresql"}:
            raise SettingsError(
                f"DOCKWIRE_LEDGER_URL: {address.get_backend_name()} is not supported; "
                "use sqlite:///file or postgresql+psycopg://user:password@host/database"
            )
        if address.get_backend_name() == "sqlite":
            return _sqlite(address.database or "", url)
        # Parameters stay out of error texts: they may hold what must not be logged.
        return create_engine(address, pool_pre_ping=True, pool_size=4, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingsError(f"DOCKWIRE_LEDGER_URL is not a usable database address: {error}") from None


def _sqlite(file: str, url: str) -> Engine:
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the ledger's folder {Path(file).parent} cannot be made: {error.strerror}"
        ) from None
    engine = create_engine(url, connect_args={"timeout": 0, "check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        # The driver's own transactions begin too late; ours are begun below.
        connection.isolation_level = None
        # SQLite does not wait properly for others who turn a new file to WAL at the same moment. It need
        # not: the mode is the file's, and counts for this connection whoever sets it.
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")
        for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later cannot wait for a lock; take it at once.
        deferred = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")

    return engine


def _rolled_back_for_others(error: DBAPIError) -> bool:
    """Whether the transaction was undone for a reason that repeating it may cure."""
    if isinstance(error, IntegrityError):
        # Two processes inserting the same row: the second time it is found.
        return True
    if error.connection_invalidated:
        # The connection was stale before the work began, or the server restarted: every piece of
        # work is repeatable, so beginning again on a new connection is safe.
        return True
    # The texts of errors are in the server's language, their codes are not.
    if getattr(error.orig, "sqlstate", None) in _FOR_OTHERS:
        return True
    # The low byte is the kind; what stands above it is where it happened.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _BUSY
