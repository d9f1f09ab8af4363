"""``dockwire key``: encryption keys for personal data."""

import typer

from dockwire.cli import say
from dockwire.sealing import Sealer

app = typer.Typer(no_args_is_help=True, help="Encryption keys for personal data.")


@app.callback()
def keys() -> None:
    """Encryption keys for personal data."""


@app.command()
def new() -> None:
    """Print a fresh key for DOCKWIRE_ENCRYPTION_KEYS; keep it where the databases are not."""
    say.line(Sealer.new_key())
