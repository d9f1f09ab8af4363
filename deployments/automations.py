"""Prefect automations of dockwire: made, changed and removed by code, like the deployments.

A run that crashes cannot say so, and one that does not start even less; these start the watch, which looks
and tells, through the same outbox as everything else. Without them the watch would see it on its own
schedule: they only make it sooner.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from deployments.deploying import Change
from deployments.plan import SITE
from deployments.registry import WATCHING, all_automations
from dockwire.model.connection import Connection
from dockwire.model.notice import NoticeKind
from flows.watch import watch
from tasks.watching import LATE, OURS, SILENT

_WATCH = f"{watch.name}/{SITE}"
_OF_OURS = {"prefect.resource.id": f"prefect.tag.{OURS}", "prefect.resource.role": "tag"}
_ENDS = {
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled", "Cancelling")
}
_SIGNS = {"prefect.flow-run.heartbeat", "prefect.flow-run.Running", "prefect.flow-run.Pending"}
"""What a run that is under way gives."""
_WAITS = {
    f"prefect.flow-run.{state}"
    for state in (
        "Scheduled", "AwaitingRetry", "AwaitingConcurrencySlot", "Late", "Suspended", "Paused", "Resuming",
    )
}  # fmt: skip
"""How a run stops to be under way without an end: nobody expects a sign of it then."""
_FOR_A_SLOT = "prefect.flow-run.AwaitingConcurrencySlot"
"""Somebody tried to start the run, and another one of its deployment is under way: that is not late."""
_NOT_YET = UUID(int=0)
"""Stands for the watch's deployment before it is registered."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a deploy does with one automation.

    Attributes:
        wanted: What it has to be; None for one that is removed.
        found: What Prefect has; None for one that is created.
    """

    name: str
    change: Change
    wanted: AutomationCore | None = None
    found: Automation | None = None


async def plan_automations(connections: Iterable[Connection]) -> list[Step]:
    """Compare the automations that these connections want with those that the server has; change nothing."""
    async with get_client() as client:
        try:
            watcher = (await client.read_deployment_by_name(_WATCH)).id
        except ObjectNotFound:
            watcher = _NOT_YET
        return list(_compared(automations(watcher, connections), await all_automations(client)))


async def apply_automations(connections: Iterable[Connection]) -> None:
    """Bring the server's automations in line with what these connections want.

    Repeating it changes nothing. The deployments have to be registered already; automations that nobody wants
    are removed.
    """
    async with get_client() as client:
        watcher = await client.read_deployment_by_name(_WATCH)
        for step in _compared(automations(watcher.id, connections), await all_automations(client)):
            await _carry_out(client, step)


async def _carry_out(client: PrefectClient, step: Step) -> None:
    if step.change is Change.CREATED and step.wanted:
        await client.create_automation(step.wanted)
    elif step.change is Change.UPDATED and step.wanted and step.found:
        await client.update_automation(step.found.id, step.wanted)
    elif step.change is Change.REMOVED and step.found:
        await client.delete_automation(step.found.id)


def _compared(wanted: Iterable[AutomationCore], known: Iterable[Automation]) -> Iterator[Step]:
    missing = {each.name: each for each in wanted}
    for each in known:
        if not each.name.startswith(WATCHING):
            continue
        # Two that deploy at once, such as 'up' and a person, make each one twice: Prefect lets names repeat.
        own = missing.pop(each.name, None)
        if own is None:
            yield Step(each.name, Change.REMOVED, found=each)
        else:
            yield Step(each.name, Change.UPDATED if _differs(each, own) else Change.UNCHANGED, own, each)
    for name, own in sorted(missing.items()):
        yield Step(name, Change.CREATED, own)


def automations(watcher: UUID, connections: Iterable[Connection]) -> list[AutomationCore]:
    """Return the automations that these connections want: those somebody is told by, and the one that frees a connection.

    ``watcher`` is the deployment of the watch.
    """
    told = [connection.contacts for connection in connections]
    kinds = {
        kind for kind in (NoticeKind.RUN_CRASHED, NoticeKind.RUN_LATE) if any(c.asked(kind).to for c in told)
    }
    triggers = {
        NoticeKind.RUN_CRASHED: ("a run crashed", _crashed()),
        NoticeKind.RUN_LATE: ("a run does not start", _late()),
    }
    telling = [
        AutomationCore(
            name=WATCHING + triggers[kind][0],
            description="Starts the watch, which tells whoever the contacts name.",
            trigger=triggers[kind][1],
            actions=[_start(watcher, triggers[kind][0])],
        )
        for kind in sorted(kinds)
    ]
    return [*telling, _freeing()]


def _freeing() -> AutomationCore:
    """Ends a run in Prefect's eyes that is silent: as long as it counts, its deployment starts no other."""
    return AutomationCore(
        name=WATCHING + "a run went away",
        description="A run that is under way says so every three minutes; one that is silent has crashed.",
        trigger=EventTrigger(
            match=_run(),
            match_related=ResourceSpecification(_OF_OURS),
            for_each={"prefect.resource.id"},
            after=_SIGNS,
            expect=_SIGNS | _ENDS | _WAITS,
            posture=Posture.Proactive,
            threshold=1,
            within=SILENT,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message="It fell silent: its process went away.",
                force=True,
            )
        ],
    )


def _crashed() -> EventTrigger:
    return EventTrigger(
        match=_run(),
        match_related=ResourceSpecification(_OF_OURS),
        expect={"prefect.flow-run.Crashed"},
        posture=Posture.Reactive,
        threshold=1,
    )


def _late(within: timedelta = LATE) -> EventTrigger:
    """Fires when a late run has neither started nor ended in time; most late runs start a moment later."""
    return EventTrigger(
        match=_run(),
        match_related=ResourceSpecification(_OF_OURS),
        for_each={"prefect.resource.id"},
        after={"prefect.flow-run.Late"},
        expect={_FOR_A_SLOT, "prefect.flow-run.Pending", "prefect.flow-run.Running", *_ENDS},
        posture=Posture.Proactive,
        threshold=1,
        within=within,
    )


def _run() -> ResourceSpecification:
    return ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})


def _start(watcher: UUID, happened: str) -> RunDeployment:
    # A bare template would be turned into JSON first, which Prefect 3.8 cannot do with a run's id.
    run = {"__prefect_kind": "jinja", "template": "{{ flow_run.id }}"}
    return RunDeployment(deployment_id=watcher, parameters={"flow_run_id": run, "happened": happened})


def _differs(there: Automation, wanted: AutomationCore) -> bool:
    """Compare what we set: the server adds defaults and writes lists of one as words."""
    ours, theirs = (each.model_dump(mode="json", exclude={"id"}) for each in (wanted, there))
    for each in (ours, theirs):
        for name in ("match", "match_related", "expect", "after", "for_each"):
            each["trigger"][name] = _plain(each["trigger"].get(name))
        each["trigger"].pop("id", None)
    return any(
        theirs.get(name) != ours[name] for name in ("name", "description", "enabled", "actions")
    ) or any(theirs["trigger"].get(name) != value for name, value in ours["trigger"].items())


def _plain(value: object) -> object:
    """Return sets and one-word lists in one form."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        words = sorted(map(str, value))
        return words[0] if len(words) == 1 else words
    return value
