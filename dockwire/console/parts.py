"""What every view of the console works with."""

from dataclasses import dataclass

from starlette.requests import Request

from dockwire.clock import Clock
from dockwire.console.desk import Desk
from dockwire.console.link_settings import NO_LINKS, LinkSettings
from dockwire.ledger import SqlLedger
from dockwire.model.console import Audited, Role, User

EVERYBODY = frozenset(Role)
WORKERS = frozenset({Role.CLERK, Role.ENGINEER})
ENGINEERS = frozenset({Role.ENGINEER})
SHIP_ASKED = "ship_and_close_asked"
"""The act of the audit trail: somebody asked for an order to be closed."""
RUN_STARTED = "run_started"
"""The act of the audit trail: somebody asked for a run; the detail names its flow and Prefect's id of it."""
SHIP_REFUSED = "ship_and_close_refused"
"""The act of the audit trail: somebody asked for it, and nothing was sent; the detail says why."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The ledger, the time, and whoever carries out what the ledger cannot."""

    ledger: SqlLedger
    clock: Clock
    desk: Desk
    links: LinkSettings = NO_LINKS
    """Where orders have pages elsewhere."""

    async def audit(
        self, request: Request, act: str, *, connection: str = "", order_id: str = "", detail: str = ""
    ) -> None:
        """Write down what the signed-in user did or saw; ``detail`` never holds personal data."""
        who = user_of(request)
        row = Audited(self.clock.now(), who.name, who.role, act, connection, order_id, detail)
        await self.ledger.audit(row)


def user_of(request: Request) -> User:
    """Return who is signed in; only requests of signed-in users reach a view."""
    user = request.state.console_user
    assert isinstance(user, User)
    return user


def may(request: Request, roles: frozenset[Role]) -> bool:
    """Say whether the signed-in user has one of these roles."""
    user = getattr(request.state, "console_user", None)
    return isinstance(user, User) and user.role in roles
