"""Commands whose modules are loaded once somebody asks for them: who asks for one does not wait for all."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command


class OnDemand(TyperGroup):
    """A group some of whose commands are elsewhere; a subclass says which and where."""

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """``module:attribute`` of a function or of a ``typer.Typer``, by the name of the command."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands; nothing is loaded for that."""
        return list(dict.fromkeys([*super().list_commands(ctx), *self.elsewhere]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name, loaded if need be; None when there is none."""
        if cmd_name in self.elsewhere and cmd_name not in self.commands:
            command = _loaded(self.elsewhere[cmd_name])
            command.name = cmd_name
            self.add_command(command)
        return super().get_command(ctx, cmd_name)


def _loaded(place: str) -> Any:
    module, _, attribute = place.partition(":")
    found: typer.Typer | Callable[..., Any] = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_command(found)
    alone = typer.Typer(add_completion=False)
    alone.command()(found)
    return get_command(alone)
