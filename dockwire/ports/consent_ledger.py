"""What the ledger remembers about consents, states on their way, and what was told of their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dockwire.model.connection import AccountKey
from dockwire.model.consent import Consent, IssuedState, UsedState
from dockwire.model.record import Fact


@dataclass(frozen=True, slots=True)
class Announcement:
    """The end of something is near: the fact that tells a connection's people so."""

    fact: Fact
    expires: datetime
    threshold: int
    """Days before the end; smaller ones are told after greater ones, never the other way round."""


class ConsentLedger(Protocol):
    """What the ledger remembers about consents."""

    async def issue_state(self, state: IssuedState) -> None:
        """Remember a state that goes to Amazon; those that ended long ago are forgotten."""
        ...

    async def use_state(self, digest: str, *, seller: str, session: str = "", now: datetime) -> UsedState:
        """Use a state up, if it is this seller's and session's, in time and unused; say what it was.

        One transaction: of two who bring the same state only one gets ``OURS``.
        """
        ...

    async def record_consent(self, consent: Consent) -> None:
        """Record a consent; it replaces an earlier one of the same account."""
        ...

    async def consent(self, account: AccountKey) -> Consent | None:
        """Return the consent of an account as far as one is recorded."""
        ...

    async def consents(self) -> list[Consent]:
        """Return all recorded consents by their seller's block name."""
        ...

    async def announce(self, announcements: Sequence[Announcement]) -> list[Fact]:
        """Write the facts whose threshold was not announced yet, in one transaction; return those.

        A connection is told once of each kind, end and threshold; a renewed end is another one.
        """
        ...
