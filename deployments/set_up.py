"""``dockwire apply``, ``deploy``, ``worker`` and what stops, resumes and removes connections."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.at_hand import beside_prefect
from dockwire.cli import say
from dockwire.decisions.consent import consent_needed, consent_newer
from dockwire.errors import SettingsError
from dockwire.settings import read_settings

if TYPE_CHECKING:
    from deployments.applying import Step

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Plan = Annotated[bool, typer.Option("--plan", help="Only show what would change.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="CONNECTION", help="Names of connections.")]
Everyone = Annotated[bool, typer.Option("--all", help="All connections.")]


@say.plainly
def apply(
    file: Annotated[
        Path, typer.Argument(help="TOML file of applications, sellers, warehouses, mail and connections.")
    ],
    plan: Plan = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Also remove what is stored and not in this file.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Store the connections of a file as Prefect blocks, after showing what changes; repeating it changes nothing."""
    from deployments.applying import Change, carry_out, connections, overruled, plan_apply, waiting
    from deployments.approvals import refusals
    from deployments.connections_file import ConnectionsFile

    content = ConnectionsFile(file)

    async def work() -> "tuple[list[Step], list[str]]":
        steps = await plan_apply(content)
        unapproved = await refusals(connections(steps))
        _tell_blocks(steps, list(unapproved), plan=plan, remove=remove, as_json=as_json)
        if not plan:
            await carry_out(steps, remove=remove)
        return steps, list(unapproved.values())

    steps, unapproved = beside_prefect(work)
    if as_json:
        return
    for name in overruled(steps):
        say.line(consent_newer(name))
    for name in waiting(steps):
        say.line(consent_needed(name))
    for sentence in unapproved:
        say.line(sentence)
    changes = {step.change for step in steps}
    if plan:
        say.line("nothing was changed: this is the plan")
    if Change.UNNAMED in changes:
        say.line(_KEPT_HISTORY if remove else "'--remove' removes what is not in this file")
    if changes & {Change.ADDED, Change.CHANGED} and not plan:
        say.line("'dockwire deploy' makes their deployments; a running 'dockwire up' takes them up by itself")


def _tell_blocks(
    steps: "list[Step]", unapproved: list[str], *, plan: bool, remove: bool, as_json: bool
) -> None:
    from deployments.applying import Change, overruled, waiting

    words = [
        (
            "removed" if remove and step.change is Change.UNNAMED else step.change.value,
            step.place,
            step.fields,
        )
        for step in steps
    ]
    if as_json:
        changes = [{"what": place, "change": word, "fields": fields} for word, place, fields in words]
        told = {"waiting": waiting(steps), "overruled": overruled(steps), "unapproved": unapproved}
        say.data({"applied": not plan, "changes": changes} | told)
    else:
        _show(words, quiet=Change.UNCHANGED)


@say.plainly
def deploy(
    plan: Plan = False,
    pool: Annotated[
        str, typer.Option(metavar="NAME", help="Work pool whose workers run them; made when missing.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Make one deployment per stored connection and flow, after showing what changes; remove those not wanted."""
    from deployments.approvals import refusals
    from deployments.automations import apply_automations, plan_automations
    from deployments.deploying import Change, carry_out, plan_deploy
    from deployments.stored_blocks import read_connections

    def tell(changes: list[tuple[str, str, dict[str, Any]]]) -> None:
        if as_json:
            told = [{"what": what, "change": change, "fields": fields} for change, what, fields in changes]
            say.data({"deployed": not plan, "changes": told})
        else:
            _show(changes, quiet=Change.UNCHANGED)

    async def work() -> None:
        stored = await read_connections()
        for sentence in (*stored.waiting.values(), *(await refusals(stored.ready)).values()):
            say.aside(sentence)
        stored.refuse_if_all_wait()
        steps = await plan_deploy(stored, pool=pool or None)
        if not stored.ready and all(step.change is not Change.REMOVED for step in steps):
            raise SettingsError("no connection is stored; 'dockwire apply FILE' stores some")
        watching = await plan_automations(stored.ready)
        tell(
            [(each.change.value, each.name, each.fields) for each in steps]
            + [(each.change.value, f"automation {each.name!r}", {}) for each in watching]
        )
        if not plan:
            await carry_out(steps, pool=pool or None)
            await apply_automations(stored.ready)

    beside_prefect(work)
    if not as_json:
        say.line("nothing was changed: this is the plan" if plan else _how_they_run(pool))


def _how_they_run(pool: str) -> str:
    return f"'dockwire worker --pool {pool}' runs them" if pool else "'dockwire up' runs them"


@say.plainly
def worker(
    pool: Annotated[str, typer.Option(metavar="NAME", help="Work pool of type process; made when missing.")],
    limit: Annotated[int, typer.Option(min=1, help="How many runs are under way at once.")] = 4,
) -> None:
    """Run the deployments of a work pool on this machine, until Ctrl-C; 'dockwire deploy --pool' fills the pool."""
    if "PREFECT_API_URL" not in os.environ:
        say.fail(
            "PREFECT_API_URL is not set, and no 'dockwire up' runs here: a worker needs a Prefect server"
        )
    # Free slots are filled at each look only: every ten seconds, four slots start 24 runs a minute at most.
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "2")
    # Each run gets a folder of its own, and a relative name would lead into it.
    os.environ["DOCKWIRE_STATE_DIR"] = str(read_settings().state_dir.absolute())
    prefect = [sys.executable, "-m", "prefect", "worker", "start", "--type", "process"]
    sys.stdout.flush()
    # In this process's place: whoever supervises it ends the worker itself, and not only its parent.
    os.execv(sys.executable, [*prefect, "--pool", pool, "--limit", str(limit)])  # noqa: S606 - our own command


@say.plainly
def pause(names: Names = None, everyone: Everyone = False, as_json: Json = False) -> None:
    """Stop the schedules of connections; runs under way go on, and runs started by hand still work."""
    _switch(names or [], everyone=everyone, on=False, as_json=as_json)


@say.plainly
def resume(names: Names = None, everyone: Everyone = False, as_json: Json = False) -> None:
    """Let the schedules of connections run again; not of one that waits for the 3PL's approval."""
    _switch(names or [], everyone=everyone, on=True, as_json=as_json)


def _switch(names: list[str], *, everyone: bool, on: bool, as_json: bool) -> None:
    from deployments.approvals import refuse_unapproved, stored_refusals
    from deployments.registry import of_connection
    from deployments.registry import pause as stop
    from deployments.registry import resume as start

    if everyone == bool(names):
        say.fail("name connections, or give --all", say.MISUSED)

    async def work() -> tuple[list[str], dict[str, str]]:
        found = [each for each in await of_connection(*names) if each.scheduled]
        without = set(names) - {each.deployment.name for each in found}
        if without or not found:
            raise SettingsError(
                f"no scheduled deployment of {', '.join(sorted(without)) or 'any connection'}; 'dockwire connection list' "
                "shows the stored connections, 'dockwire deploy' makes their deployments"
            )
        if on and not everyone:
            await refuse_unapproved(names)
        left = await stored_refusals() if on else {}
        switched = [each for each in found if each.deployment.name not in left]
        await (start if on else stop)(switched)
        return sorted(each.name for each in switched), left

    done, left = beside_prefect(work)
    for sentence in left.values():
        say.aside(sentence)
    if as_json:
        say.data({"paused": not on, "deployments": done} | ({"unapproved": sorted(left)} if on else {}))
    else:
        say.line(f"{'running again' if on else 'paused'}: {', '.join(done) or 'nothing'}")


@say.plainly
def remove(
    name: Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a connection with its deployments, schedules and triggers; its orders stay in the ledger."""
    from deployments.removing import remove_connection, what_goes

    goes = beside_prefect(lambda: what_goes(name))
    if not yes:
        if as_json or not sys.stdin.isatty():
            say.fail("'--yes' is needed where nobody can be asked", say.MISUSED)
        say.line(f"{name} goes, with {', '.join(goes) or 'no deployments'}. {_KEPT_HISTORY}.")
        typer.confirm("Remove it?", abort=True)
    beside_prefect(lambda: remove_connection(name))
    if as_json:
        say.data({"removed": name, "deployments": goes})
    else:
        say.line(f"removed: {', '.join([f'connections.{name}', *goes])}")
        say.line(_KEPT_HISTORY)


_KEPT_HISTORY = (
    "the ledger keeps the orders and the history of a removed connection; the same name takes them up again"
)


def _show(changes: list[tuple[str, str, dict[str, Any]]], *, quiet: str) -> None:
    """Print changes, each with its fields; those of the kind ``quiet`` are only counted."""
    told = [change for change in changes if change[0] != quiet]
    for word, what, fields in told:
        say.line(f"{word:<16}  {what}")
        for name, how in fields.items():
            say.line(f"{'':<16}    {name}: {how}")
    if len(changes) > len(told):
        say.line(f"{quiet:<16}  {len(changes) - len(told)}")
