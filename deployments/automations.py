"""Prefect automations of dockwire: made, changed and removed by code, like the deployments.

A run that crashes cannot say so, and one that does not start even less; these start the watch, which looks
and tells, through the same outbox as everything else. Without them the watch would see it on its own
schedule: they only make it sooner.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from deployments.plan import SITE
from deployments.registry import WATCHING, all_automations
from dockwire.model.connection import Connection
from dockwire.model.notice import NoticeKind
from flows.watch import watch
from tasks.watching import LATE, OURS

_OF_OURS = {"prefect.resource.id": f"prefect.tag.{OURS}", "prefect.resource.role": "tag"}
_ENDS = {
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled", "Cancelling")
}


async def apply_automations(connections: Iterable[Connection]) -> list[str]:
    """Bring the server's automations in line with what these connections want; return their names.

    Repeating it changes nothing. The deployments have to be registered already; automations that nobody wants
    are removed.
    """
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(f"{watch.name}/{SITE}")
        wanted = {each.name: each for each in automations(deployment.id, connections)}
        there: set[str] = set()
        for each in await all_automations(client):
            if not each.name.startswith(WATCHING):
                continue
            # Two that deploy at once, such as 'up' and a person, make each one twice: Prefect lets names repeat.
            if each.name not in wanted or each.name in there:
                await client.delete_automation(each.id)
            elif _differs(each, wanted[each.name]):
                await client.update_automation(each.id, wanted[each.name])
            there.add(each.name)
        for name in wanted.keys() - there:
            await client.create_automation(wanted[name])
    return sorted(wanted)


def automations(watcher: UUID, connections: Iterable[Connection]) -> list[AutomationCore]:
    """Return the automations that these connections want: those somebody is told by.

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
    return [
        AutomationCore(
            name=WATCHING + triggers[kind][0],
            description="Starts the watch, which tells whoever the contacts name.",
            trigger=triggers[kind][1],
            actions=[_start(watcher, triggers[kind][0])],
        )
        for kind in sorted(kinds)
    ]


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
        expect={"prefect.flow-run.Pending", "prefect.flow-run.Running", *_ENDS},
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
