"""What the console asks of the rest of the installation: only Prefect and the accounts' blocks can do it."""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from dockwire.model.ids import ConnectionSlug
from dockwire.model.status import Status
from dockwire.services.ship_and_close import ShipAndClose


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that was asked for."""

    name: str
    url: str
    """Its page in Prefect; empty where nobody serves Prefect's pages."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class SeenRun:
    """How far a run has come."""

    name: str
    url: str
    state: str
    """As Prefect names it."""
    ended: bool
    message: str
    """What its state says, line by line; no personal data."""
    parameters: Mapping[str, Any]


class Desk(Protocol):
    """The acts that the ledger alone cannot carry out.

    Every method may raise a ``DockwireError`` that says who acts next; nothing was done then, unless it is
    ``Unanswered``.
    """

    async def start(
        self,
        flow: str,
        connection: ConnectionSlug,
        parameters: Mapping[str, Any] | None = None,
        *,
        once: str = "",
    ) -> StartedRun:
        """Ask for a run of one of a connection's flows, for instance ``order-import``; return without waiting.

        The same ``once`` again, where it is given, asks for no second run and returns the first one.
        """
        ...

    async def run(self, run_id: str) -> SeenRun | None:
        """Return how far a run has come; None when there is none of this id."""
        ...

    def closing(self, connection: ConnectionSlug) -> AbstractAsyncContextManager[ShipAndClose]:
        """Open what looks at a connection's orders before they are closed."""
        ...

    def run_page(self, run: str) -> str:
        """Return the page of a run by Prefect's id of it; empty where nobody serves Prefect's pages."""
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

    async def never_ran(self, known: Collection[ConnectionSlug]) -> list[Status]:
        """Return where the stored connections besides the ``known`` ones stand: they have not run yet."""
        ...
