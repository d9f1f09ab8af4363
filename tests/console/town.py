"""A console on a real ledger: two connections, some orders of every kind, a desk that notes what it is asked for."""

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette

from dockwire.clock import ManualClock
from dockwire.console.app import build_console
from dockwire.console.desk import SeenRun, StartedRun
from dockwire.console.users import Users
from dockwire.decisions.health import FLOWS
from dockwire.errors import DockwireError, SettingsError
from dockwire.ledger import SqlLedger
from dockwire.model.console import Role
from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Status
from dockwire.sealing import Sealer
from dockwire.services.ship_and_close import ShipAndClose
from dockwire.warehouse import WarehouseTables
from tests.builders import NOW

PASSWORD = "correct horse battery"
PREFECT = "http://127.0.0.1:4200"
HOST = "http://127.0.0.1:8092"


@dataclass
class NotingDesk:
    """Does what the console asks for to itself, without Prefect, and keeps it."""

    started: list[tuple[str, str]] = field(default_factory=list)
    stopped: set[ConnectionSlug] = field(default_factory=set)
    trouble: DockwireError | None = None
    """Why it does not pause, resume or tell."""
    lost: DockwireError | None = None
    """Raised in place of the answer to what was asked for."""
    stored: list[Status] = field(default_factory=list)
    """Connections that have not run yet."""
    runs: dict[str, SeenRun] = field(default_factory=dict)
    """What was asked for, by id."""
    opened: Callable[[ConnectionSlug], AbstractAsyncContextManager[ShipAndClose]] | None = None
    """Opens a warehouse, where there is one."""

    async def start(
        self,
        flow: str,
        connection: ConnectionSlug,
        parameters: Mapping[str, Any] | None = None,
        *,
        once: str = "",
    ) -> StartedRun:
        number = once or str(len(self.runs) + 1)
        if number not in self.runs:
            self._try()
            self.started.append((flow, connection))
            # As it comes back from Prefect, which keeps JSON.
            known = json.loads(json.dumps({"connection": connection, **(parameters or {})}))
            name = f"run-{len(self.started)}"
            self.runs[number] = SeenRun(name, f"http://prefect.test/{name}", "Scheduled", False, "", known)
        if self.lost is not None:
            raise self.lost
        return StartedRun(self.runs[number].name, self.run_page(number), number)

    async def run(self, run_id: str) -> SeenRun | None:
        self._try()
        return self.runs.get(run_id)

    @asynccontextmanager
    async def closing(self, connection: ConnectionSlug) -> AsyncIterator[ShipAndClose]:
        self._try()
        if self.opened is None:
            raise SettingsError("no warehouse is open here")
        async with self.opened(connection) as steps:
            yield steps

    def run_page(self, run: str) -> str:
        return f"{PREFECT}/runs/flow-run/{run}"

    async def pause(self, connection: ConnectionSlug) -> None:
        self._try()
        self.stopped.add(connection)

    async def resume(self, connection: ConnectionSlug) -> None:
        self._try()
        self.stopped.discard(connection)

    async def paused(self) -> dict[str, set[str]]:
        self._try()
        return {each: set(FLOWS) for each in self.stopped}

    async def never_ran(self, known: Collection[ConnectionSlug]) -> list[Status]:
        self._try()
        return [each for each in self.stored if each.standing.connection not in known]

    def _try(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@dataclass
class Town:
    """An open ledger and its console."""

    ledger: SqlLedger
    clock: ManualClock
    desk: NotingDesk
    app: Starlette
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.1", host: str = HOST) -> httpx.AsyncClient:
        """Return a browser that nobody signed in with yet."""
        transport = httpx.ASGITransport(self.app, client=(address, 4711))
        client = httpx.AsyncClient(transport=transport, base_url=host, follow_redirects=False)
        self.clients.append(client)
        return client

    async def signed_in(self, role: Role = Role.CLERK, **more: Any) -> httpx.AsyncClient:
        """Return the browser of a user of this role, who is named like it."""
        browser = self.browser(**more)
        answer = await sign_in(browser, role.value)
        assert answer.status_code == 303, answer.text
        return browser

    @property
    def users(self) -> Users:
        return Users(self.ledger, self.clock, by="tests")

    async def trail(self) -> list[tuple[str, str, str]]:
        """Return user, act and order of every audit row."""
        from sqlalchemy import select

        from dockwire.ledger.console_tables import console_audit

        query = select(console_audit).order_by(console_audit.c.id)
        with self.ledger.reading_sessions()() as session:
            return [(row.user, row.act, row.order_id) for row in session.execute(query)]


async def opened_town(url: str, warehouse: WarehouseTables | None = None) -> Town:
    """Open a ledger with one user of each role."""
    ledger = await SqlLedger.open(url, sealer=Sealer([Sealer.new_key()]))
    return await town_on(ledger, ManualClock(NOW), warehouse)


async def town_on(ledger: SqlLedger, clock: ManualClock, warehouse: WarehouseTables | None = None) -> Town:
    """Build a console on an open ledger, with one user of each role."""
    desk = NotingDesk()
    app = await build_console(ledger, desk=desk, clock=clock, warehouse=warehouse)
    town = Town(ledger, clock, desk, app)
    for role in Role:
        await town.users.add(role.value, role, PASSWORD)
    return town


async def sign_in(
    browser: httpx.AsyncClient, name: str, password: str = PASSWORD, **query: str
) -> httpx.Response:
    """Open the sign-in page and send its form."""
    await browser.get("/login")
    token = browser.cookies["starlette_admin_csrftoken"]
    form = {"username": name, "password": password, "csrftoken": token}
    return await browser.post("/login", data=form, params=query)


async def post(browser: httpx.AsyncClient, path: str, **query: Any) -> httpx.Response:
    """Send what the pages' scripts send."""
    headers = {"X-CSRFToken": browser.cookies.get("starlette_admin_csrftoken") or ""}
    data = query.pop("data", None)
    return await browser.post(path, params=query, headers=headers, data=data)
