"""The flow that tells people what no other run can: of risks, of waiting orders, of runs that went away."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from dockwire.bootstrap import opened_ledger
from dockwire.clock import SystemClock
from dockwire.errors import DockwireError, Unexpected
from dockwire.model.connection import Connection
from dockwire.services.notices import Counter
from dockwire.settings import read_settings
from tasks.opening import quiet_known_errors
from tasks.seeing_runs import see_runs
from tasks.showing_status import show_status
from tasks.telling import one_line
from tasks.watching import (
    Rounds,
    Watched,
    announce_ends,
    kept_apart,
    stored_among,
    watch_connections,
)


@flow(
    name="watch",
    flow_run_name="watch",
    description="Looks after all connections: ship-by times, waiting orders, digests, mails, runs that went away.",
    persist_result=False,
    timeout_seconds=3600,
)
async def watch(flow_run_id: str = "", happened: str = "") -> State:  # noqa: ARG001 - the latter is for readers
    """Watch all connections that the ledger knows and whose block is stored.

    Running it again, retrying it or running it twice at once is safe: everything is told once.

    Args:
        flow_run_id: The run that an automation starts this one for; it is looked at whatever became of it since.
        happened: What became of that run, for whoever reads the list of runs.
    """
    quiet_known_errors()
    watched = Watched()
    try:
        await _watch(watched, flow_run_id)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))
    if watched.troubles:
        told = [f"{slug}: {trouble}" for slug, trouble in watched.troubles.items()]
        return Failed(message="\n".join([f"{one_line(watched.numbers)}; in trouble:", *told]))
    return Completed(message=one_line(watched.numbers), data=watched.numbers)


async def _watch(watched: Watched, named: str) -> None:
    clock, owner = SystemClock(), str(flow_run.id)
    async with opened_ledger(read_settings()) as ledger:

        def counter(connection: Connection) -> Counter:
            return Counter(connection, ledger, clock, owner)

        registered = await ledger.connections()
        blocks = await stored_among(registered, watched)
        rounds = Rounds(ledger, watched, clock, counter)
        stored = [connection for connection in registered if connection.slug in blocks]
        await kept_apart(watched, "Prefect's runs", lambda: see_runs(rounds, stored, named))
        await kept_apart(watched, "consents and secrets", lambda: announce_ends(rounds, stored, blocks))
        await watch_connections(rounds, blocks)
    await show_status(blocks)
