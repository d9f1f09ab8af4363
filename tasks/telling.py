"""What every flow does when it ends: our own errors become its state, a failure is recorded and told."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from dockwire.errors import DockwireError, Unexpected
from dockwire.handles import meant
from dockwire.services import running
from dockwire.services.notices import record_failure
from tasks.notify import send_mail
from tasks.opening import Run

Numbers = Mapping[str, int]
"""What a run counted, by name."""


async def told(
    opened: AbstractAsyncContextManager[Run[Any]],
    work: Callable[[Run[Any]], Awaitable[Numbers | State]],
    *,
    flow: str,
    publish: Callable[[], Awaitable[None]],
    trial: bool = False,
) -> State:
    """Open a run and carry out its work; a failed run still shows and tells what it did before.

    A ``trial`` does nothing of its flow's work, so it leaves nothing in the ledger: it neither stands in the list
    of runs, where the status would take it for the flow's last good run, nor is its failure told.

    Returns a completed state that holds the numbers and says them in one line, the state that ``work``
    returns instead, or a failed state whose message never quotes an order.
    """
    try:
        with meant(run=str(flow_run.id), flow=flow):
            async with opened as run:
                with meant(connection=run.desk.connection.slug):
                    if trial:
                        return await _tried(run, work, publish=publish)
                    return await _noted(run, work, flow=flow, publish=publish)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))


async def _noted(
    run: Run[Any],
    work: Callable[[Run[Any]], Awaitable[Numbers | State]],
    *,
    flow: str,
    publish: Callable[[], Awaitable[None]],
) -> State:
    """Work between the two entries of the ledger's list of runs; then show and tell."""
    noted = await running.begin(run.desk, flow=flow)
    try:
        ended = await _worked(run, work, flow=flow)
        counts = ended.data if isinstance(ended.data, Mapping) else {}
        failed = not ended.is_completed()
        await running.end(run.desk, noted, failed=failed, sentence=ended.message or "", counts=counts)
    except Exception as error:
        told = str(Unexpected.from_error(error))
        await running.end(run.desk, noted, failed=True, sentence=told, counts={})
        raise
    finally:
        await publish()
        await send_mail(run)
    return ended


async def _tried(
    run: Run[Any],
    work: Callable[[Run[Any]], Awaitable[Numbers | State]],
    *,
    publish: Callable[[], Awaitable[None]],
) -> State:
    """Work, then show."""
    try:
        return _ended(await work(run))
    finally:
        await publish()


async def _worked(
    run: Run[Any], work: Callable[[Run[Any]], Awaitable[Numbers | State]], *, flow: str
) -> State:
    try:
        done = await work(run)
    except DockwireError as error:
        await record_failure(run.desk, flow=flow, error=error)
        return Failed(message=str(error))
    return _ended(done)


def _ended(done: Numbers | State) -> State:
    return done if isinstance(done, State) else Completed(message=one_line(done), data=done)


def one_line(numbers: Numbers) -> str:
    """Return the numbers that are not zero as one line for people."""
    told = [f"{count} {what.replace('_', ' ')}" for what, count in numbers.items() if count]
    return ", ".join(told) or "nothing to do"
