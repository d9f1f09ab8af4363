"""What the ledger remembers of accepted terms and of the 3PL's approval."""

from typing import Protocol

from dockwire.model.agreement import Acceptance, Ruling
from dockwire.model.ids import ConnectionSlug


class AgreementLedger(Protocol):
    """What people agreed to; nothing of it is ever changed or removed, the newest counts."""

    async def accept_terms(self, acceptance: Acceptance) -> None:
        """Remember that terms were accepted; the same person accepting the same terms again changes nothing."""
        ...

    async def acceptance(self, connection: ConnectionSlug) -> Acceptance | None:
        """Return the newest acceptance."""
        ...

    async def rule(self, ruling: Ruling) -> Ruling:
        """Remember an approval or refusal and return it; the same run's second one is the first one again."""
        ...

    async def ruling(self, connection: ConnectionSlug) -> Ruling | None:
        """Return the newest approval or refusal."""
        ...

    async def rulings(self) -> dict[ConnectionSlug, Ruling]:
        """Return the newest approval or refusal of every connection that has one."""
        ...
