"""``dockwire connection add``."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.adding.interview import Interview
from deployments.adding.questions import asking
from deployments.agreeing_commands import tell_asked
from deployments.at_hand import beside_prefect
from dockwire.cli import say
from dockwire.clock import SystemClock
from dockwire.errors import DockwireError
from dockwire.settings import read_settings

if TYPE_CHECKING:
    from deployments.adding.carrying import Added
    from deployments.adding.conversation import Conversation
    from dockwire.services.onboarding import Outlook

Words = Annotated[
    list[str] | None,
    typer.Option("--ship-method", metavar="LEVEL=CARRIER/SERVICE", help="A ship method; may be repeated."),
]
Contacts = Annotated[
    list[str] | None,
    typer.Option("--contact", metavar="KIND=ADDRESS", help="Who gets a kind of mail; may be repeated."),
]


@say.plainly
@asking
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new connection, such as acme-us.")],
    given: Mapping[str, str],
    ship_method: Words = None,
    contact: Contacts = None,
    inventory: Annotated[
        bool | None, typer.Option("--inventory/--no-inventory", help="Warehouse stock becomes Amazon's.")
    ] = None,
    needs_approval: Annotated[
        bool | None,
        typer.Option("--needs-approval/--no-approval", help="Wait for the 3PL's approval in Prefect."),
    ] = None,
    file: Annotated[Path, typer.Option(help="Connections file that gets the new tables.")] = Path(
        "connections.toml"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask at the end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Ask nothing, print JSON.")] = False,
) -> None:
    """Add a connection: asks what no option says, tries both sides, shows what it would import, then stores it all."""
    from deployments.adding.conversation import Wishes

    wishes = Wishes(ship_method or [], contact or [], inventory, needs_approval)
    talk = Interview(given, alone=as_json)
    written: list[Path] = []
    try:
        _add(name, talk, wishes, file, yes=yes, as_json=as_json, written=written)
    except (KeyboardInterrupt, typer.Abort):
        if not written:
            say.fail(f"stopped; nothing was written or stored{_again(talk)}")
        say.fail(
            f"stopped; {file} has the connection: 'dockwire apply {file}' and 'dockwire deploy' do the rest"
        )
    except DockwireError as error:
        if written or not talk.said():
            raise
        say.fail(f"{error}\nnothing was written or stored{_again(talk)}")


def _again(interview: Interview) -> str:
    """Say how the same can be said with fewer answers."""
    said = interview.said()
    return f". To go on from here, give the same command with\n{said}" if said else ""


def _add(
    name: str,
    interview: Interview,
    wishes: Any,
    path: Path,
    *,
    yes: bool,
    as_json: bool,
    written: list[Path],
) -> None:
    from deployments.adding import carrying
    from deployments.adding.conversation import Conversation
    from deployments.adding.draft import Draft, read_text

    draft = Draft(path, read_text(path), beside_prefect(carrying.stored_blocks))
    carrying.refuse_known(draft, name)
    talk = Conversation(
        name,
        draft,
        interview,
        read_settings(),
        SystemClock(),
        _announcer(as_json=as_json),
    )
    talk.hold(wishes)
    steps = carrying.ours(talk.steps(), draft, name, talk.seller_place)
    outlook = _outlook(talk, carrying.block_of(steps, name))
    if not as_json:
        _show(draft.added, outlook)
        if not yes:
            typer.confirm(f"Write this to {path}, store and deploy it?", default=True, abort=True, err=True)
    added = beside_prefect(
        lambda: carrying.carry_out(
            steps, draft, name, accepted=talk.accepted, stored=lambda: written.append(path)
        )
    )
    _tell(talk, path, added, outlook, as_json=as_json)


def _outlook(talk: "Conversation", block: Any) -> "Outlook | None":
    """Return what the first import would bring; None while the seller's consent is still to come."""
    from deployments.adding.looking import look_over

    if block.seller_account.waits:
        return None
    return asyncio.run(look_over(block, talk.name, talk.settings))


def _announcer(*, as_json: bool) -> Any:
    def announce(address: str, ends: datetime) -> None:
        if as_json:
            say.data({"open": address, "ends": f"{ends:%Y-%m-%d %H:%M:%S} UTC"})
        else:
            say.line(f"open {address}")
            say.line(
                f"before {ends:%H:%M:%S} UTC, sign in as the account's primary user and press 'Allow'; Ctrl-C stops"
            )

    return announce


def _show(text: str, outlook: "Outlook | None") -> None:
    say.line()
    say.line(text)
    if outlook is None:
        say.line("what would be imported shows once the seller has consented")
        return
    for trouble in outlook.troubles:
        say.line(trouble)
    from tasks.telling import one_line

    more = "" if outlook.foreseen.complete else ", and there are more"
    say.line(f"the first import: {one_line(outlook.foreseen.numbers())}{more}")
    say.table(outlook.foreseen.rows[:10])


def _tell(
    talk: "Conversation", path: Path, added: "Added", outlook: "Outlook | None", *, as_json: bool
) -> None:
    from deployments.adding.carrying import outlook_data

    if as_json:
        say.data(
            {
                "connection": talk.name,
                "file": str(path),
                "stored": added.blocks,
                "deployments": added.deployments,
                "first_import": outlook_data(outlook) if outlook else None,
                "taken_over": talk.taken_over,
                "left_empty": talk.left_empty,
                "asked": added.asked or None,
            }
        )
        return
    say.line(f"{path} has the connection; stored: {', '.join(added.blocks)}")
    if outlook is None:
        say.line("the seller's consent is still to come: 'dockwire consent url' makes a link to send")
    elif added.asked:
        tell_asked(added.asked, as_json=False)
    else:
        say.line(
            "its first import begins as soon as 'dockwire up' or a worker serves it; everybody among its contacts gets a "
            "mail when orders flow"
        )
