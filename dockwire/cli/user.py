"""``dockwire user``: who may sign in to the console, and as what."""

import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from dockwire.cli import say
from dockwire.cli.at_ledger import with_ledger
from dockwire.clock import SystemClock
from dockwire.console.users import Users
from dockwire.model.console import Role, User

app = typer.Typer(no_args_is_help=True, help="Users of the console.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the user.")]
AsRole = Annotated[Role, typer.Option("--role", help="What the user may do.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin", help="Read the password from the standard input, not from the keyboard."
    ),
]


@app.command()
@say.plainly
def add(name: Name, role: AsRole, password_stdin: FromStdin = False, as_json: Json = False) -> None:
    """Add a user; the password is asked for twice."""
    password = _password(from_stdin=password_stdin)
    user = _with_users(lambda users: users.add(name, role, password))
    if as_json:
        say.data(_row(user))
    else:
        say.line(f"{user.name} may sign in as {user.role}")


@app.command("list")
@say.plainly
def list_users(as_json: Json = False) -> None:
    """List all users."""
    rows = [_row(user) for user in _with_users(lambda users: users.all())]
    if as_json:
        say.data(rows)
    elif rows:
        say.table(rows)
    else:
        say.line("no users; 'dockwire user add NAME --role engineer' adds one")


@app.command()
@say.plainly
def password(name: Name, password_stdin: FromStdin = False, as_json: Json = False) -> None:
    """Change a user's password; the user has to sign in again everywhere."""
    new = _password(from_stdin=password_stdin)
    _with_users(lambda users: users.change_password(name, new))
    _tell({"changed": name}, f"{name} has another password, and has to sign in again", as_json=as_json)


@app.command()
@say.plainly
def role(name: Name, to: Annotated[Role, typer.Argument(metavar="ROLE")], as_json: Json = False) -> None:
    """Change what a user may do; the user has to sign in again everywhere."""
    _with_users(lambda users: users.change_role(name, to))
    _tell(
        {"changed": name, "role": to.value}, f"{name} is {to} now, and has to sign in again", as_json=as_json
    )


@app.command()
@say.plainly
def remove(name: Name, as_json: Json = False) -> None:
    """Remove a user, whose sessions end at once; what the user did stays in the audit trail."""
    _with_users(lambda users: users.remove(name))
    _tell({"removed": name}, f"{name} cannot sign in any more", as_json=as_json)


def _with_users(work: Callable[[Users], Awaitable[Any]]) -> Any:
    by = f"command line: {getpass.getuser()}"[:100]
    return with_ledger(lambda ledger: work(Users(ledger, SystemClock(), by=by)))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        say.fail("nobody can be asked for the password here: give it with --password-stdin", say.MISUSED)
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _tell(data: dict[str, str], line: str, *, as_json: bool) -> None:
    if as_json:
        say.data(data)
    else:
        say.line(line)


def _row(user: User) -> dict[str, str]:
    return {
        "user": user.name,
        "role": user.role.value,
        "since": f"{user.created:%Y-%m-%d %H:%M}",
        "changed": f"{user.changed:%Y-%m-%d %H:%M}",
    }
