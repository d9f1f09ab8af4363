"""The ledger's and the embedded warehouse's databases, only read: reachable, schema, clock, keys."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

import dockwire.ledger.migrate as ledger_schema
import dockwire.warehouse.migrate as warehouse_schema
from deployments.checking import clocks
from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.clock import Clock
from dockwire.ledger.seeing import database_now
from dockwire.ledger.tables import keys, orders, outbox
from dockwire.sealing import Sealer, SealError
from dockwire.warehouse.tables import orders as warehouse_orders

_SECONDS = 10
_SAMPLES = 20
STUCK = timedelta(hours=1)
"""A mail that could not be sent is tried again after minutes; so long it does not wait by itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """One database: how it is called, how its address is set, which migrations and sealed columns it has."""

    name: str
    variable: str
    url: str
    migrations: Path
    version_table: str
    sealed: tuple[sa.Column[str], ...]


def ledger_place(url: str) -> Place:
    """Return the ledger's database."""
    folder = Path(ledger_schema.__file__).parent / "migrations"
    sealed = (keys.c.sealed, orders.c.sealed)
    return Place("ledger", "DOCKWIRE_LEDGER_URL", url, folder, ledger_schema.VERSION_TABLE, sealed)


def warehouse_place(url: str) -> Place:
    """Return the embedded warehouse's database."""
    folder = Path(warehouse_schema.__file__).parent / "migrations"
    sealed = (warehouse_orders.c.sealed,)
    return Place(
        "embedded warehouse", "DOCKWIRE_WAREHOUSE_URL", url, folder, warehouse_schema.VERSION_TABLE, sealed
    )


async def look(place: Place, judge: Callable[[sa.Connection], Finding]) -> Finding:
    """Judge a database by reading it; one that cannot be read is a finding too.

    Nothing is made, migrated or locked. A SQLite file that is not there yet is no fault.
    """
    return await anyio.to_thread.run_sync(partial(_look, place, judge), abandon_on_cancel=True)


def _look(place: Place, judge: Callable[[sa.Connection], Finding]) -> Finding:
    try:
        with _opened(place.url) as link:
            return judge(link)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, _Foreign):
        return wrong(
            f"{place.variable} is no usable address",
            "write sqlite:///file or postgresql+psycopg://user:password@host/database",
        )
    except _NotThere as error:
        return untold(f"{error} is not there yet", "the first command that needs it makes it")
    except (DBAPIError, OSError) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        return wrong(
            f"the database of the {place.name} does not answer ({kind})",
            f"look whether it runs, whether {place.variable} is right and whether this user may read it",
        )


class _NotThere(Exception):
    """A SQLite file that no command has made yet."""


class _Foreign(Exception):
    """Another kind of database."""


@contextmanager
def _opened(url: str) -> Iterator[sa.Connection]:
    engine = _engine(url)
    try:
        with engine.connect() as link:
            yield link
    finally:
        engine.dispose()


def _engine(url: str) -> sa.Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        file = Path(address.database or "")
        if not file.exists():
            raise _NotThere(str(file))
        return sa.create_engine("sqlite://", creator=partial(_read_only, file), poolclass=sa.NullPool)
    if address.get_backend_name() != "postgresql":
        raise _Foreign
    options = f"-c default_transaction_read_only=on -c statement_timeout={_SECONDS * 1000}"
    return sa.create_engine(
        address,
        connect_args={"connect_timeout": _SECONDS, "options": options},
        poolclass=sa.NullPool,
        hide_parameters=True,
    )


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, timeout=_SECONDS)


def schema(place: Place) -> Callable[[sa.Connection], Finding]:
    """Return the judge of the schema's version."""

    def judge(link: sa.Connection) -> Finding:
        context = MigrationContext.configure(link, opts={"version_table": place.version_table})
        return judge_schema(context.get_current_revision(), _revisions(place.migrations))

    return judge


def has_tables(link: sa.Connection) -> Finding:
    """Tell whether anything has been made in a database."""
    if sa.inspect(link).get_table_names():
        return fine("it has tables")
    return untold("it answers and is empty", "the first command that needs it makes the tables")


def _revisions(folder: Path) -> list[str]:
    """Return all versions, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def judge_schema(there: str | None, known: list[str]) -> Finding:
    """Judge the version that a database has against those this dockwire knows, the newest first."""
    if there == known[0]:
        return fine(f"it answers, and its schema is the newest ({there})")
    if there is None:
        return untold("it answers and is empty", "the first command that needs it makes the tables")
    if there in known:
        return untold(
            f"it answers, and its schema is {there}; this dockwire has {known[0]}",
            "back it up; the next command brings it up to date",
        )
    return wrong(
        f"its schema is {there}, which this dockwire does not know: a later one has been at work",
        "use that version of dockwire, or a later one",
    )


def sealed_values(place: Place, sealer: Sealer) -> Callable[[sa.Connection], Finding]:
    """Return the judge of whether sealed values open: the oldest and newest ones of each column."""

    def judge(link: sa.Connection) -> Finding:
        values = [value for column in place.sealed for value in _ends(link, column)]
        try:
            for value in values:
                sealer.open(value)
        except SealError:
            return wrong(
                f"the keys do not open what is sealed in the {place.name}: they are not those it was written with",
                "put the key it was written with back into DOCKWIRE_ENCRYPTION_KEYS, after the newest one, or the "
                "key file back from your backup",
            )
        return (
            fine(f"the keys open what was looked at ({len(values)} values)")
            if values
            else fine("nothing is sealed yet")
        )

    return judge


def _ends(link: sa.Connection, column: sa.Column[str]) -> list[str]:
    table = column.table
    if not sa.inspect(link).has_table(str(table.description)):
        return []
    key = next(iter(table.primary_key.columns))
    query = sa.select(column).where(column != "").limit(_SAMPLES)
    return [value for order in (key.asc(), key.desc()) for value in link.scalars(query.order_by(order))]


def clock_of(clock: Clock) -> Callable[[sa.Connection], Finding]:
    """Return the judge of a database server's clock."""

    def judge(link: sa.Connection) -> Finding:
        before = clock.now()
        told = database_now(link)
        if told is None:
            return fine("a file has no clock of its own")
        return clocks.judge({"the database": clocks.apart(told, before, clock.now())})

    return judge


def mail_waiting(now: datetime) -> Callable[[sa.Connection], Finding]:
    """Return the judge of mail that nobody could send."""

    def judge(link: sa.Connection) -> Finding:
        if not sa.inspect(link).has_table(outbox.name):
            return fine("no mail waits")
        old = (outbox.c.sent.is_(None), outbox.c.posted < now - STUCK)
        query = sa.select(
            sa.func.count(), sa.func.min(outbox.c.posted), sa.func.max(outbox.c.attempts)
        ).where(*old)
        count, oldest, attempts = link.execute(query).one()
        if not count:
            return fine("no mail waits longer than an hour")
        last = link.scalar(
            sa.select(outbox.c.last_error).where(*old, outbox.c.last_error.is_not(None)).limit(1)
        )
        return judge_mail(count, now - oldest, tried=bool(attempts), why=last or "")

    return judge


def judge_mail(count: int, age: timedelta, *, tried: bool, why: str) -> Finding:
    """Judge mails that wait longer than they should."""
    told = f"{count} mails wait, the oldest since {age.total_seconds() / 3600:.0f} hours"
    if tried:
        return wrong(
            f"{told}: {why or 'they were not taken'}",
            "put the mail server right ('dockwire connection check')",
        )
    return wrong(
        f"{told}, and nobody has tried to send them: no mail server is named, or nothing runs",
        "name a mail server in the connections file, and see that 'dockwire up' or a worker runs",
    )
