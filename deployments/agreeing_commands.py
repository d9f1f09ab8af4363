"""``dockwire connection accept`` and ``dockwire run onboarding``."""

from typing import Annotated, Any

import typer

from deployments.at_hand import beside_prefect
from dockwire.cli import say

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="CONNECTION", help="Name of the connection.")]


@say.plainly
def accept(
    name: Name,
    by: Annotated[str, typer.Option(metavar="PERSON", help="Who accepts; asked for when left out.")] = "",
    as_json: Json = False,
) -> None:
    """Show the 3PL's terms for a connection, and keep who accepted them and when."""
    from deployments.agreeing import accept as keep
    from deployments.agreeing import terms_of

    terms = beside_prefect(lambda: terms_of(name))
    if not as_json:
        show_terms(terms.text)
        if terms.accepted:
            say.line(f"accepted by {terms.accepted.by} on {terms.accepted.at:%Y-%m-%d} as they are")
    who = by or ask_person()
    kept = beside_prefect(lambda: keep(name, terms.text, who))
    if as_json:
        say.data({"connection": name, "sha256": kept.sha256, "accepted_by": kept.by, "accepted": kept.at})
    else:
        say.line(f"{kept.by} accepted the terms for {name} (SHA-256 {kept.sha256})")


def ask_person() -> str:
    """Ask who accepts the terms that were shown."""
    return str(typer.prompt("I accept these terms; my name is", err=True))


def show_terms(text: str) -> None:
    """Print terms, without what a terminal would take for commands."""
    for line in text.splitlines():
        say.line("".join(sign for sign in line if sign.isprintable() or sign == "\t"))
    say.line()


@say.plainly
def run_onboarding(name: Name, as_json: Json = False) -> None:
    """Ask the 3PL in Prefect whether a connection may run; names the run that asks already, if there is one."""
    from deployments.agreeing import ask

    tell_asked(beside_prefect(lambda: ask(name)), as_json=as_json)


def tell_asked(told: dict[str, Any], *, as_json: bool) -> None:
    """Say where the 3PL answers."""
    if as_json:
        say.data(told)
        return
    where = told["page"] or f"run {told['run']} of onboarding/{told['connection']} in Prefect"
    if told["asks"]:
        say.line(f"the 3PL is asked: press Resume at {where}")
    else:
        say.line(
            f"'dockwire up' or a worker looks at the connection first; then the 3PL presses Resume at {where}"
        )
