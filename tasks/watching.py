"""What the watch does: see runs that could not tell of themselves, look after every connection, send mail."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.logging import get_run_logger

from blocks import MarketplaceConnection
from dockwire.clock import Clock
from dockwire.errors import DockwireError, MailNotSent, SettingsError, Unexpected
from dockwire.mail.compose import compose
from dockwire.model.connection import Connection
from dockwire.model.ids import ConnectionSlug
from dockwire.model.notice import NotedRun, NoticeKind
from dockwire.model.record import FactKind
from dockwire.ports import Ledger
from dockwire.services.expiries import announce_expiries
from dockwire.services.notices import Counter, post_notices
from dockwire.services.watching import watch_holds, watch_ship_by
from tasks.notify import send_outbox
from tasks.opening import load_block

OURS = "dockwire"
"""The tag of every deployment of ours, and so of its runs."""

LATE = timedelta(minutes=30)
"""Prefect calls a run late after seconds; where runs wait for each other that means nothing yet."""
SILENT = timedelta(minutes=10)
"""A run that gave no sign for so long is gone: Prefect lets it give one every three minutes."""
_PREFECT_SAYS = ("Flow run encountered an exception", "Validation of flow parameters failed")
_LOOK_BACK = timedelta(days=2)
_RUNS = 200


@dataclass
class Watched:
    """What a watch did."""

    numbers: dict[str, int] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    """By connection: what kept it from being watched, or its mails from being sent."""

    def count(self, what: str, number: int) -> None:
        """Add to a number."""
        self.numbers[what] = self.numbers.get(what, 0) + number


@dataclass
class Rounds:
    """One watch under way."""

    ledger: Ledger
    watched: Watched
    clock: Clock
    counter: Callable[[Connection], Counter]
    down: dict[Any, str] = field(default_factory=dict)
    """Mail servers that did not answer in this watch: others wait for them no second time."""


@task(name="see-runs", task_run_name="see-runs", cache_policy=NO_CACHE, persist_result=False)
async def see_runs(rounds: Rounds, connections: Iterable[Connection]) -> None:
    """Record runs that crashed, that failed without a word, and that should have started long ago: each once.

    A failed run tells of itself where it can. One that could not even open its connection or the ledger, and those
    for the whole installation, cannot; they may fail every few minutes, so each flow's are told once a day.
    """
    known = {connection.slug: connection for connection in connections}
    now = rounds.clock.now()
    crashed = await _runs(
        FlowRunFilter(
            tags=FlowRunFilterTags(all_=[OURS]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CRASHED])),
            end_time=FlowRunFilterEndTime(after_=now - _LOOK_BACK),
        )
    )
    late = await _runs(
        FlowRunFilter(
            tags=FlowRunFilterTags(all_=[OURS]),
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Late"])),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=now - LATE, after_=now - _LOOK_BACK),
        )
    )
    failed = await _runs(
        FlowRunFilter(
            tags=FlowRunFilterTags(all_=[OURS]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED])),
            end_time=FlowRunFilterEndTime(after_=now - _LOOK_BACK),
        )
    )
    # A trial tells whoever tries.
    failed = [run for run in failed if run.parameters.get("dry_run") is not True]
    flows = await _flows([*crashed, *late, *failed])
    noted = [_noted(run, FactKind.RUN_CRASHED, _why(run), known, flows) for run in crashed]
    noted += [_noted(run, FactKind.RUN_LATE, _since(run, now), known, flows) for run in late]
    noted += [_noted(run, FactKind.RUN_FAILED, _said(run), known, flows) for run in failed]
    fresh = await rounds.ledger.note_runs([each for each in noted if each is not None], now=now)
    rounds.watched.count("runs_in_trouble", fresh)


async def _runs(wanted: FlowRunFilter) -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs(
            flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=_RUNS
        )


async def _flows(runs: Iterable[FlowRun]) -> dict[UUID, str]:
    """Return the names of these runs' flows: a run that never began has no name that says it."""
    async with get_client() as client:
        return {each: (await client.read_flow(each)).name for each in {run.flow_id for run in runs}}


def _noted(
    run: FlowRun,
    kind: FactKind,
    reason: str,
    known: dict[ConnectionSlug, Connection],
    flows: dict[UUID, str],
) -> NotedRun | None:
    """Return what is to be noted; None when nobody is there to be told of it."""
    slug = ConnectionSlug(str(run.parameters.get("connection", "")))
    notice, flow = NoticeKind(kind.value), flows[run.flow_id]
    # A run for the whole installation, or of a connection that cannot tell, is told by the first with somebody to tell.
    told_by = [slug] if slug in known else [each for each in known if known[each].contacts.asked(notice).to]
    if not told_by:
        return None
    whose = f"{flow} of {slug}" if slug and slug not in known else flow
    detail = {"flow": whose, "reason": reason, "fixer": "engineer", "run": str(run.id)}
    daily = f"{flow} {slug}"[:40] if kind is FactKind.RUN_FAILED else ""
    return NotedRun(str(run.id), kind, told_by[0], detail, daily)


def _why(run: FlowRun) -> str:
    # What Prefect says of a crash is of the process (an exit code, a signal), but may quote an exception.
    message = (run.state.message or "") if run.state else ""
    code = re.search(r"status code:? (-?\d+)", message)
    return f"Its process ended with code {code[1]}." if code else "Its process went away."


def _said(run: FlowRun) -> str:
    """Return what a failed run of ours said; what Prefect says of one may quote its parameters or an exception."""
    message = (run.state.message or "") if run.state else ""
    if not message or message.startswith(_PREFECT_SAYS):
        return "It failed outside dockwire's own steps; its page in Prefect says how."
    return " ".join(message.split())


def _since(run: FlowRun, now: datetime) -> str:
    started = run.expected_start_time
    minutes = int((now - started).total_seconds() // 60) if started else 0
    return f"It should have started {minutes} minutes ago."


@task(name="announce-ends", task_run_name="announce-ends", cache_policy=NO_CACHE, persist_result=False)
async def announce_ends(
    rounds: Rounds, connections: Sequence[Connection], blocks: dict[str, MarketplaceConnection]
) -> None:
    """Record which consents and client secrets end soon: each connection is told once for each threshold."""
    secrets = [secret for block in blocks.values() if (secret := block.seller_account.dated_secret())]
    facts = await announce_expiries(connections, secrets=secrets, ledger=rounds.ledger, clock=rounds.clock)
    rounds.watched.count("ends_announced", len(facts))


@task(
    name="watch-connections", task_run_name="watch-connections", cache_policy=NO_CACHE, persist_result=False
)
async def watch_connections(rounds: Rounds, blocks: dict[str, MarketplaceConnection]) -> None:
    """Look after every connection: what is at risk, what waits, what is to be told; send it."""
    for slug, block in blocks.items():
        await kept_apart(rounds.watched, slug, partial(_watch, rounds, slug, block))


async def _watch(rounds: Rounds, slug: str, block: MarketplaceConnection) -> None:
    desk, watched = rounds.counter(block.connection(slug)), rounds.watched
    watched.count("orders_at_risk", await watch_ship_by(desk))
    watched.count("waiting_reasons", await watch_holds(desk))
    watched.count("mails_posted", await post_notices(desk, compose))
    server = block.mail_server
    place = None if server is None else (str(server.smtp_server), server.smtp_port, server.username)
    if place in rounds.down:
        raise MailNotSent(rounds.down[place], server=True)
    try:
        watched.count("mails_sent", await send_outbox(desk, block))
    except MailNotSent as error:
        rounds.down[place] = str(error)
        raise


async def kept_apart(watched: Watched, slug: str, work: Callable[[], Awaitable[None]]) -> None:
    """Carry out one connection's part; its trouble is noted and stops no other."""
    try:
        await work()
    except DockwireError as error:
        watched.troubles[slug] = str(error)
    except Exception as error:  # noqa: BLE001 - an unknown error's text may quote an order
        watched.troubles[slug] = str(Unexpected.from_error(error))
    if slug in watched.troubles:
        get_run_logger().warning("%s: %s", slug, watched.troubles[slug])


async def stored_among(registered: list[Connection], watched: Watched) -> dict[str, MarketplaceConnection]:
    """Return the blocks of these connections; one that is stored no more is left out."""
    blocks: dict[str, MarketplaceConnection] = {}
    for connection in registered:
        try:
            blocks[connection.slug] = await load_block(connection.slug)
        except SettingsError as error:
            if "there is no connection" not in str(error):
                watched.troubles[connection.slug] = str(error)
    return blocks
