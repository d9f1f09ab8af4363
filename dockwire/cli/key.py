"""``dockwire key``: encryption keys for personal data."""

import asyncio
from collections import Counter
from typing import Annotated

import typer

from dockwire.cli import say
from dockwire.sealing import Sealer

app = typer.Typer(no_args_is_help=True, help="Encryption keys for personal data.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Counts = dict[str, Counter[str]]
"""How many values each key seals, by database."""


@app.callback()
def keys() -> None:
    """Encryption keys for personal data."""


@app.command()
def new() -> None:
    """Print a fresh key for DOCKWIRE_ENCRYPTION_KEYS; keep it where the databases are not."""
    say.line(Sealer.new_key())


@app.command("list")
@say.plainly
def list_keys(as_json: Json = False) -> None:
    """List the configured keys, newest first, by fingerprint, and how many values each still seals."""
    from dockwire.bootstrap import sealer
    from dockwire.cli.key_work import counted
    from dockwire.settings import read_settings

    settings = read_settings()
    counts = asyncio.run(counted(settings))
    rows = [
        {
            "key": name,
            "use": "seals" if place == 0 else ("opens" if _of(counts, name) else "unused"),
            **{database: str(found[name]) for database, found in counts.items()},
        }
        for place, name in enumerate(sealer(settings).fingerprints)
    ]
    if as_json:
        say.data(rows)
    else:
        say.table(rows)


@app.command()
@say.plainly
def rotate(as_json: Json = False) -> None:
    """Seal everything with the newest key; where keys come from the key file, with a fresh one.

    Safe beside running flows, and to stop and repeat.
    """
    from dockwire.cli.key_work import resealed
    from dockwire.settings import read_settings

    settings = read_settings()
    newest, changed, counts, rewritten = asyncio.run(resealed(settings, tell=_tell))
    left = sum(sum(found.values()) - found[newest] for found in counts.values())
    if left:
        say.fail(
            f"{left} values were sealed with an older key while this ran: end what was started before the new "
            "key was there, then repeat 'dockwire key rotate'"
        )
    if as_json:
        say.data({"newest": newest, "sealed_anew": changed, "rewritten": rewritten})
        return
    say.line(f"{changed} values sealed anew; the key {newest} seals everything")
    if not rewritten:
        say.line("a database file was busy: what is overwritten stays in it until the next 'dockwire purge'")
    say.line("'dockwire key list' says which older keys can be dropped")


@app.command()
@say.plainly
def drop(
    name: Annotated[str, typer.Argument(metavar="KEY", help="Fingerprint, as 'dockwire key list' shows it.")],
    as_json: Json = False,
) -> None:
    """Take an older key that seals nothing out of the key file; keep a copy as long as you keep backups."""
    from dockwire.cli.key_work import counted
    from dockwire.keys import KeyFile
    from dockwire.settings import read_settings

    settings = read_settings()
    if settings.encryption_keys:
        say.fail("keys come from DOCKWIRE_ENCRYPTION_KEYS: take it out there", say.MISUSED)
    file = KeyFile(settings.state_dir)
    known = Sealer(file.keys()).fingerprints
    if name not in known:
        say.fail(f"the key file has no key {name}; 'dockwire key list' shows its keys", say.MISUSED)
    if name == known[0]:
        say.fail(f"{name} is the newest key: 'dockwire key rotate' puts a fresh one before it")
    if number := _of(asyncio.run(counted(settings)), name):
        say.fail(f"{number} values are still sealed with {name}: run 'dockwire key rotate' first")
    file.drop(name)
    if as_json:
        say.data({"dropped": name})
    else:
        say.line(f"dropped {name}")


def _of(counts: Counts, name: str) -> int:
    return sum(found[name] for found in counts.values())


def _tell(column: str, done: int) -> None:
    typer.echo(f"dockwire: {column}: {done} looked at", err=True)
