"""Carrying out checks: those that do not need each other at once, each bounded in time, always all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from deployments.checking.finding import Finding, fine, of_error, untold, wrong
from dockwire.errors import DockwireError, Unexpected

PATIENCE = 30.0
"""Seconds that a check may take."""

Attempt = Callable[[], Awaitable[Finding | str]]
"""A sentence alone means that all is well; one of our own errors is told as one."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to try."""

    what: str
    attempt: Attempt
    after: str = ""
    """The check that has to succeed before this one makes sense."""
    seconds: float = PATIENCE


async def carry_out(checks: Sequence[Check], *, at_most: float | None = None) -> list[Finding]:
    """Return a finding for each check, in their order; a check stands behind those it needs.

    ``at_most`` shortens the time of every check.
    """
    tasks: dict[str, asyncio.Task[Finding]] = {}
    async with asyncio.TaskGroup() as group:
        for check in checks:
            needed = tasks[check.after] if check.after else None
            seconds = min(check.seconds, at_most or check.seconds)
            tasks[check.what] = group.create_task(_in_turn(check, needed, seconds))
    return [task.result() for task in tasks.values()]


async def _in_turn(check: Check, needed: asyncio.Task[Finding] | None, seconds: float) -> Finding:
    if needed is not None and (await asyncio.shield(needed)).ok is not True:
        return replace(untold(f"not tried: {check.after!r} comes first"), what=check.what)
    return replace(await try_one(check.attempt, seconds), what=check.what)


async def try_one(attempt: Attempt, seconds: float) -> Finding:
    """Return what an attempt finds within its time, whatever goes wrong meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            found = await attempt()
    except TimeoutError:
        return wrong(
            f"no answer within {seconds:.0f} s",
            "look whether the address is right and the other side runs, then check again",
        )
    except DockwireError as error:
        return of_error(error)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide what the others found
        return wrong(str(Unexpected.from_error(error)), "report it, with this line")
    return fine(found) if isinstance(found, str) else found
