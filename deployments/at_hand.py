"""Prefect for one command: the configured server, or else what is needed of one, without its noise.

Docs: decision 0015.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import typer

R = TypeVar("R")


def beside_prefect(work: Callable[[], Awaitable[R]]) -> R:
    """Carry out work that stores and reads things in Prefect, and return what it returns.

    Without a configured server its API answers inside this process, on the database that a local server
    uses; that takes a second instead of several, and no port.
    """
    return asyncio.run(_beside(work))


def nothing_is_kept() -> bool:
    """Return whether there is no server, and no database in the state folder that could hold anything."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_API_URL

    if PREFECT_API_URL.value():
        return False
    ours = str(PREFECT_API_DATABASE_CONNECTION_URL.value()).endswith(str(_database()))
    return ours and not _database().exists()


def quiet_run() -> None:
    """Let flows run in this process; the terminal shows a failure once, Prefect's pages show everything.

    Without a configured server Prefect starts a temporary one, because flows need a real one.
    """
    if not _configured():
        _note("no Prefect server is running here: one is started for this command ('dockwire up' keeps one)")
    # Importing the flow has set Prefect's handlers up.
    for handler in logging.getLogger().handlers:
        handler.addFilter(_belongs_on_the_terminal)


async def _beside(work: Callable[[], Awaitable[R]]) -> R:
    if _configured():
        return await work()
    async with _api_in_process():
        return await work()


def _configured() -> bool:
    """Tell whether there is a server to ask; without one, say so when it takes long the first time."""
    from prefect.settings import PREFECT_API_URL

    if nothing_is_kept():
        _note(f"preparing Prefect's database in {_database().parent}; it takes some seconds, this once")
    return bool(PREFECT_API_URL.value())


def _database() -> Path:
    return Path(os.environ["PREFECT_HOME"]) / "prefect.db"


@asynccontextmanager
async def _api_in_process() -> AsyncIterator[None]:
    from prefect.client.orchestration import PrefectClient
    from prefect.context import AsyncClientContext
    from prefect.server.api.server import create_app
    from prefect.settings import PREFECT_API_KEY, temporary_settings

    class Here(AsyncClientContext):
        """Hands the client to everything in Prefect that asks for one."""

        def __init__(self, client: PrefectClient) -> None:
            super(AsyncClientContext, self).__init__(client=client)

    # Loading a block is an event, and for its events Prefect would start a server, unless there is a key.
    with temporary_settings({PREFECT_API_KEY: "in-process"}):
        app = create_app(ephemeral=True)
        client = PrefectClient(app)
        # It would give the application 30 seconds to start, in which a busy machine does not make all tables.
        client.manage_lifespan = False
        async with app.router.lifespan_context(app), Here(client):
            yield


def _note(text: str) -> None:
    typer.echo(f"dockwire: {text}", err=True)


def _belongs_on_the_terminal(record: logging.LogRecord) -> bool:
    """Leave out what the command says itself: why a run failed, and that it needs a server."""
    if record.name.startswith(("prefect.flow_runs", "prefect.task_runs")):
        return record.levelno < logging.ERROR
    # At the end Prefect warns of each event that it still has to send, and then sends it.
    return record.name != "EventsWorker" and "temporary server on" not in record.getMessage()
