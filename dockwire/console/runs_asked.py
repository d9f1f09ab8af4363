"""Runs that somebody asked for at the console: named by flow, connection and Prefect's id, by which they are found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import anyio.to_thread
from starlette.requests import Request

from dockwire.console.desk import StartedRun
from dockwire.console.parts import RUN_STARTED, Parts
from dockwire.errors import DockwireError
from dockwire.model.ids import ConnectionSlug

_RUN = re.compile(r": run (\S+)\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is told of a run that was asked for, or not."""

    told: str
    url: str = ""
    """Its page in Prefect; empty where there is none."""

    def __str__(self) -> str:
        """Return it without the link."""
        return self.told


async def note_run(
    parts: Parts, request: Request, flow: str, connection: ConnectionSlug, run: StartedRun
) -> None:
    """Write into the audit trail which run was asked for: its name will be another one once it has begun."""
    await parts.audit(
        request, RUN_STARTED, connection=connection, detail=f"{flow} of {connection}: run {run.id}"
    )


def run_in(detail: str) -> str:
    """Return the run that a row of the audit trail is about; empty where it names none by its id."""
    found = _RUN.search(detail)
    return found[1] if found else ""


async def pages_of_runs(parts: Parts, runs: Iterable[str]) -> dict[str, str]:
    """Return the pages of runs by their ids, where somebody serves them."""
    wanted = list(dict.fromkeys(run for run in runs if run))
    try:
        # In a thread: the first time Prefect is imported for it.
        pages = await anyio.to_thread.run_sync(lambda: [parts.desk.run_page(run) for run in wanted])
    except DockwireError:
        return {}
    return {run: page for run, page in zip(wanted, pages, strict=True) if page}
