"""Serving the planned deployments in this process, and those of connections that come later."""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.runner import Runner

from deployments.approvals import refusals
from deployments.automations import apply_automations
from deployments.deploying import Change, Step, carry_out, plan_deploy
from deployments.plan import when
from deployments.registry import registered
from deployments.stored_blocks import StoredConnections, read_connections
from dockwire.errors import SettingsError

log = logging.getLogger("dockwire.serving")

_POLLS_PER_LOOK = 3
"""Connections change seldom: they are looked at more rarely than runs that are due."""

Rows = list[dict[str, str]]


async def serve(*, limit: int, announce: Callable[[Rows], None], tell: Callable[[str], None]) -> None:
    """Run what the deployments' schedules ask for, at most ``limit`` runs at once, until cancelled.

    ``announce`` is called once all are registered, with each one's name and when it runs. A connection that is
    stored, changed or removed later, or gets its seller's consent, is followed without a restart, and ``tell`` is
    called with what became of its deployments. ``tell`` also names the connections that wait for consent, or for
    the 3PL's approval.

    Raises:
        SettingsError: no connection is stored, or one cannot be read.
        ConsentNeeded: all stored connections wait for their seller's consent.
    """
    _leave_at_ctrl_c()
    runner = _Runner(name="dockwire", limit=limit, pause_on_shutdown=False)
    stored, steps = await _begun(runner)
    refused = await refusals(stored.ready)
    for sentence in (*stored.waiting.values(), *refused.values()):
        tell(sentence)
    for ask in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ask) is not signal.SIG_IGN:
            signal.signal(ask, runner.handle_sigterm)
    announce([{"deployment": each.name, "runs": when(each.wanted)} for each in steps if each.wanted])
    following = asyncio.create_task(_follow(runner, stored, refused, tell))
    try:
        await runner.start()
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


def go_deaf() -> None:
    """Ignore what asks to end from now on: what is left to do takes seconds, and asking again makes it no faster."""
    for ask in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ask, signal.SIG_IGN)


def _leave_at_ctrl_c() -> None:
    """Cancel this task at the first Ctrl-C; asyncio lets a second one break into the winding up."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def leave(*_: object) -> None:
        go_deaf()
        loop.call_soon_threadsafe(task.cancel)

    signal.signal(signal.SIGINT, leave)


async def _begun(runner: "_Runner") -> tuple[StoredConnections, list[Step]]:
    """Make the deployments of what is stored, which may change while it is read."""
    while True:
        stored = await read_connections()
        if not stored.ready and not stored.waiting:
            raise SettingsError("no connection is stored; 'dockwire apply FILE' stores some")
        stored.refuse_if_all_wait()
        steps = await _registered_by(runner, stored)
        if steps is not None:
            return stored, steps


async def _follow(
    runner: "_Runner", known: StoredConnections, refused: dict[str, str], tell: Callable[[str], None]
) -> None:
    """Do what ``dockwire deploy`` does whenever the stored connections differ from before."""
    while True:
        await asyncio.sleep(_POLLS_PER_LOOK * runner.query_seconds)
        try:
            stored = await read_connections()
            if stored == known:
                continue
            steps = await _registered_by(runner, stored)
            if steps is None:
                continue
            for step in steps:
                if step.change is not Change.UNCHANGED:
                    tell(f"{step.change}: {step.name}")
            for name in stored.waiting.keys() - known.waiting.keys():
                tell(stored.waiting[name])
            before, refused = refused, await refusals(stored.ready)
            for name in refused.keys() - before.keys():
                tell(refused[name])
            known = stored
        except Exception as error:  # noqa: BLE001 - what is served goes on, and the next look tries again
            why = str(error) if isinstance(error, SettingsError) else type(error).__name__
            log.warning("the stored connections could not be followed: %s; trying again", why)


async def brought_in_line(stored: StoredConnections) -> list[Step] | None:
    """Make the deployments what these connections want; None, with nothing done, where others are stored by now.

    A connection that is being removed loses its block before its deployments: those that are missing then must not
    be made anew.
    """
    steps = await plan_deploy(stored)
    if await read_connections() != stored:
        return None
    await carry_out(steps)
    await apply_automations(stored.ready)
    return steps


async def _registered_by(runner: "_Runner", stored: StoredConnections) -> list[Step] | None:
    """Bring the deployments in line, and let the runner look for their runs."""
    steps = await brought_in_line(stored)
    if steps is None:
        return None
    known = await registered()
    for step in steps:
        if step.wanted is not None and step.name in known:
            runner.look_for(known[step.name].deployment.id, step.wanted.name)
    return steps


class _Runner(Runner):
    """Ends at SIGTERM as at Ctrl-C: Prefect 3.8 calls its own asynchronous stop there without awaiting it."""

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - Prefect's signature
        """Leave; runs under way are finished by the next run of their connection."""
        # asyncio ends the loop in order then; an exception from here would end it at any point.
        signal.raise_signal(signal.SIGINT)

    def look_for(self, deployment: UUID, name: str) -> None:
        """Look for runs of a registered deployment too, from the next poll on.

        Prefect's own ``aadd_deployment`` registers it anew each time, which costs four calls.
        """
        self._deployment_registry.register_deployment(deployment, name)
