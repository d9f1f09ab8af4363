"""What the console asks of the rest of the installation: only Prefect and the accounts' blocks can do it."""

from dataclasses import dataclass
from typing import Protocol

from dockwire.model.ids import ConnectionSlug


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that was asked for."""

    name: str
    url: str
    """Its page in Prefect; empty where nobody serves Prefect's pages."""


class Desk(Protocol):
    """The acts that the ledger alone cannot carry out.

    Every method may raise a ``DockwireError`` that says who acts next; nothing was done then.
    """

    async def start(self, flow: str, connection: ConnectionSlug) -> StartedRun:
        """Ask for a run of one of a connection's flows, for instance ``order-import``; return without waiting."""
        ...

    async def pause(self, connection: ConnectionSlug) -> None:
        """Stop the connection's schedules; runs under way go on."""
        ...

    async def resume(self, connection: ConnectionSlug) -> None:
        """Let the connection's schedules run again."""
        ...

    async def paused(self) -> dict[str, set[str]]:
        """Return the flows whose schedules are stopped, by connection."""
        ...
