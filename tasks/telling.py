"""What every flow does when it ends: our own errors become its state, a failure is recorded and told."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from prefect.client.schemas.objects import State
from prefect.states import Failed

from dockwire.errors import DockwireError, Unexpected
from dockwire.services.notices import record_failure
from tasks.notify import send_mail
from tasks.opening import Run

R = TypeVar("R")


async def told(
    opened: AbstractAsyncContextManager[Run[Any]],
    work: Callable[[Run[Any]], Awaitable[R]],
    *,
    flow: str,
    publish: Callable[[], Awaitable[None]],
) -> R | State:
    """Open a run and carry out its work; a failed run still shows and tells what it did before.

    Returns what ``work`` returns, or a failed state whose message never quotes an order.
    """
    try:
        async with opened as run:
            return await _worked(run, work, flow=flow, publish=publish)
    except DockwireError as error:
        return Failed(message=str(error))
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        return Failed(message=str(Unexpected.from_error(error)))


async def _worked(
    run: Run[Any],
    work: Callable[[Run[Any]], Awaitable[R]],
    *,
    flow: str,
    publish: Callable[[], Awaitable[None]],
) -> R | State:
    try:
        return await work(run)
    except DockwireError as error:
        await record_failure(run.desk, flow=flow, error=error)
        return Failed(message=str(error))
    finally:
        await publish()
        await send_mail(run)
