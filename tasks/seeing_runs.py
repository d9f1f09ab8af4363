"""Which flow runs could not tell of themselves: they crashed, failed without a word, or were not started in time."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort

from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.notice import NotedRun, NoticeKind
from dockwire.model.record import FactKind
from tasks.watching import LATE, OURS, Rounds

AGAIN = "Start it again as it was: it does what is left."
"""What to do about a run that somebody asked for: no schedule repeats it."""
_PREFECT_SAYS = ("Flow run encountered an exception", "Validation of flow parameters failed")
_LOOK_BACK = timedelta(days=2)
_BEGUN_BACK = timedelta(hours=3)
"""A watch that comes after an outage finds in it what began late before it; the next watch is 15 minutes away."""
_SLICE = timedelta(minutes=25)
"""Prefect compares no two times of a run; asked for so short a time, it gives only runs that began 5 minutes late."""
_UNTOUCHED = {"Scheduled", "Late"}
"""States of a run that nobody has tried to start yet; one that waits for its deployment's other run was tried."""
_RUNS = 200


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One run, and what is to be told of it."""

    run: FlowRun
    kind: FactKind
    reason: str
    began: str = ""
    """When somebody did start a late run after all; empty where nobody has."""


@task(name="see-runs", task_run_name="see-runs", cache_policy=NO_CACHE, persist_result=False)
async def see_runs(rounds: Rounds, connections: Iterable[Connection], named: str = "") -> None:
    """Record runs that crashed, that failed without a word, and that were not started in time: each once.

    A failed run tells of itself where it can. One that could not even open its connection or the ledger, and those
    for the whole installation, cannot; they may fail every few minutes, so each flow's are told once a day.

    Args:
        rounds: The watch under way.
        connections: Who can be told.
        named: Prefect's id of a run that is looked at in any case; one that is gone or no id is no trouble.
    """
    known = {connection.slug: connection for connection in connections}
    now = rounds.clock.now()
    async with get_client() as client:
        found = [
            *[_Trouble(run, FactKind.RUN_CRASHED, _why(run)) for run in await _ended(client, now, "CRASHED")],
            *[each async for each in _late(client, now, named)],
            # A trial tells whoever tries.
            *[
                _Trouble(run, FactKind.RUN_FAILED, _said(run))
                for run in await _ended(client, now, "FAILED")
                if run.parameters.get("dry_run") is not True
            ],
        ]
        # A run that never began has no name that says its flow.
        flows = {each: (await client.read_flow(each)).name for each in {one.run.flow_id for one in found}}
    noted = [_noted(each, known, flows[each.run.flow_id]) for each in found]
    fresh = await rounds.ledger.note_runs([each for each in noted if each is not None], now=now)
    rounds.watched.count("runs_in_trouble", fresh)


async def _ended(client: PrefectClient, now: datetime, how: str) -> list[FlowRun]:
    return await _runs(
        client,
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType(how)])),
        end_time=FlowRunFilterEndTime(after_=now - _LOOK_BACK),
    )


async def _late(client: PrefectClient, now: datetime, named: str) -> AsyncIterator[_Trouble]:
    """Yield the runs that nobody started in time, whether somebody has by now or not.

    When nothing serves the deployments, nothing runs the watch either: it comes when the late runs come, and most of
    them are under way, done, or dropped for another one by the time it looks.
    """
    due = FlowRunFilterExpectedStartTime(before_=now - LATE, after_=now - _LOOK_BACK)
    waiting = FlowRunFilterState(name=FlowRunFilterStateName(any_=["Late", "Pending"]))
    found = await _runs(client, state=waiting, expected_start_time=due)
    until = now
    while until > now - _BEGUN_BACK:
        began = FlowRunFilterStartTime(after_=until - _SLICE, before_=until)
        due = FlowRunFilterExpectedStartTime(before_=until - LATE, after_=now - _LOOK_BACK)
        found += await _runs(client, start_time=began, expected_start_time=due)
        until -= _SLICE
    if (run_id := _as_id(named)) is not None:
        found += await _runs(client, id=FlowRunFilterId(any_=[run_id]))
    for run in {each.id: each for each in found}.values():
        if run.expected_start_time is None:
            continue
        waits = run.state is not None and run.state.name == "Late"
        begun = None if waits else _begun(await client.read_flow_run_states(run.id))
        minutes = int(((begun or now) - run.expected_start_time).total_seconds() // 60)
        if timedelta(minutes=minutes) < LATE:
            continue
        if begun is None:
            yield _Trouble(run, FactKind.RUN_LATE, f"It should have started {minutes} minutes ago.")
        else:
            told = f"It was started {minutes} minutes late."
            yield _Trouble(run, FactKind.RUN_LATE, told, begun.isoformat())


def _begun(states: Sequence[State[Any]]) -> datetime | None:
    """Return when somebody first tried to start a run; None where nobody has."""
    return min((each.timestamp for each in states if each.name not in _UNTOUCHED), default=None)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _runs(client: PrefectClient, **wanted: Any) -> list[FlowRun]:
    ours = FlowRunFilter(tags=FlowRunFilterTags(all_=[OURS]), **wanted)
    return await client.read_flow_runs(
        flow_run_filter=ours, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=_RUNS
    )


def _noted(each: _Trouble, known: dict[ConnectionSlug, Connection], flow: str) -> NotedRun | None:
    """Return what is to be noted; None when nobody is there to be told of it."""
    run, kind = each.run, each.kind
    slug, notice = ConnectionSlug(str(run.parameters.get("connection", ""))), NoticeKind(kind.value)
    # A run for the whole installation, or of a connection that cannot tell, is told by the first with somebody to tell.
    told_by = [slug] if slug in known else [one for one in known if known[one].contacts.asked(notice).to]
    if not told_by:
        return None
    whose = f"{flow} of {slug}" if slug and slug not in known else flow
    detail = {"flow": whose, "reason": each.reason, "fixer": "engineer", "run": str(run.id)}
    detail |= {"began": each.began} if each.began else {}
    daily = f"{flow} {slug}"[:40] if kind is FactKind.RUN_FAILED else ""
    return NotedRun(str(run.id), kind, told_by[0], detail, daily)


def _why(run: FlowRun) -> str:
    # What Prefect says of a crash is of the process (an exit code, a signal), but may quote an exception.
    message = (run.state.message or "") if run.state else ""
    code = re.search(r"status code:? (-?\d+)", message)
    ended = f"Its process ended with code {code[1]}." if code else "Its process went away."
    return ended if run.auto_scheduled else f"{ended} {AGAIN}"


def _said(run: FlowRun) -> str:
    """Return what a failed run of ours said; what Prefect says of one may quote its parameters or an exception."""
    message = (run.state.message or "") if run.state else ""
    if not message or message.startswith(_PREFECT_SAYS):
        return "It failed outside dockwire's own steps; its page in Prefect says how."
    return " ".join(message.split())
