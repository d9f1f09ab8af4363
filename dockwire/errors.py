"""Everything that can go wrong, and who acts next.

The tree (an error's ``action`` says what the caller does, its ``fixer`` who can end the problem)::

    DockwireError
    |-- SettingsError            hold   engineer   a setting, file or block is wrong
    |   `-- WrongFields          hold   engineer   the same, and it is known which fields
    |-- MissingRole              hold   engineer   Amazon sends no personal data to this application
    |-- ConsentNeeded            hold   merchant   no seller has authorised the application for this account yet
    |-- ApprovalNeeded           hold   clerk      the 3PL has not let this connection run, or declined it
    |-- ConsentFailed            fail   engineer   the seller's consent could not be taken over; begin again
    |-- Unsendable               hold   clerk      a parcel has a value that Amazon's feed cannot carry
    |-- LedgerUnavailable        retry  engineer   the database does not answer
    |-- LeaseLost                retry  nobody     another run took over; this one stops
    |-- Unfinished               retry  nobody     part of a batch is left for the next attempt
    |-- PurgeIncomplete          fail   engineer   a database was not purged; the others were
    |-- Unexpected               retry  engineer   a bug of ours, told without the data it met
    |-- MailNotSent              retry  engineer   the mail server did not take a mail; it stays in the outbox
    `-- RemoteError                                a remote system's answer, or the lack of one
        |-- Throttled            retry  nobody     429; wait at least ``retry_after``
        |-- Unavailable          retry  nobody     5xx, HTML, no connection: nothing was written
        |-- Unanswered           retry  nobody     a write was sent and its outcome is unknown
        |-- AccessDenied         hold   engineer   the credential works but may not do this
        |   |-- WrongCredentials hold   engineer   client id, secret or login refused
        |   `-- ConsentRevoked   hold   merchant   the seller has to authorise the application again
        `-- Refused              fail   engineer   a 4xx the same request will meet again
            |-- NotFound         fail   engineer
            |-- Duplicate        fail   nobody     the reference exists: look it up and adopt it
            |-- Outdated         fail   nobody     412: read again, decide again
            `-- PageTokenExpired fail   nobody     restart the window

Messages never carry personal data or secrets.
"""

import traceback
from enum import StrEnum
from pathlib import Path


class Action(StrEnum):
    """What the caller does about an error."""

    RETRY = "retry"
    HOLD = "hold"
    FAIL = "fail"


class Fixer(StrEnum):
    """Who can end a problem."""

    NOBODY = "nobody"
    ENGINEER = "engineer"
    CLERK = "clerk"
    MERCHANT = "merchant"
    AMAZON = "amazon"


class DockwireError(Exception):
    """The root: a message for people, an action for code."""

    action = Action.FAIL
    fixer = Fixer.ENGINEER

    @property
    def code(self) -> str:
        """The class name in snake case, for ledgers, logs and JSON."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class SettingsError(DockwireError):
    """A setting, a file or a stored block is wrong; the message names it and says what to do."""

    action = Action.HOLD


class WrongFields(SettingsError):
    """Fields of a setting or block do not hold what they should.

    Attributes:
        faults: For each, the way to the field and what is wrong with it; an empty way means the whole.
    """

    def __init__(self, message: str, faults: tuple[tuple[tuple[str | int, ...], str], ...]) -> None:
        """Say what is wrong, and keep it by field."""
        super().__init__(message)
        self.faults = faults


class MissingRole(DockwireError):
    """Amazon answers, but without the personal data that shipping needs."""

    action = Action.HOLD


class ConsentNeeded(DockwireError):
    """A seller account waits for its seller's consent; the message names the command that asks for it."""

    action = Action.HOLD
    fixer = Fixer.MERCHANT


class ApprovalNeeded(DockwireError):
    """A connection may not run before the 3PL approves it; the message says where that is done."""

    action = Action.HOLD
    fixer = Fixer.CLERK


class ConsentFailed(DockwireError):
    """What came back from the consent page cannot be used; nothing was stored.

    ``fixer`` is who acts next: the engineer, who begins again, or the merchant, who has to sign in otherwise.
    ``spent`` says whether the link is used up; until it is, the right redirect may still come.
    """

    def __init__(self, message: str, *, fixer: Fixer = Fixer.ENGINEER, spent: bool = True) -> None:
        """Say what is wrong and who acts next."""
        super().__init__(message)
        self.fixer = fixer
        self.spent = spent


class Unsendable(DockwireError):
    """A parcel cannot be put into a feed; the message names order and field. Nothing was sent."""

    action = Action.HOLD
    fixer = Fixer.CLERK


class LedgerUnavailable(DockwireError):
    """The ledger's database does not answer; nothing of the current step was kept."""

    action = Action.RETRY


class LeaseLost(DockwireError):
    """Another run holds what this one was working on; this one stops without writing."""

    action = Action.RETRY
    fixer = Fixer.NOBODY


class Unfinished(DockwireError):
    """A batch was carried out in part; what is left can be done by repeating the step."""

    action = Action.RETRY
    fixer = Fixer.NOBODY


class PurgeIncomplete(DockwireError):
    """Personal data of some databases was not deleted; the message says of each why. The others were purged."""


class Unexpected(DockwireError):
    """An error nobody planned for: its type and place, never its text, which may quote an order."""

    action = Action.RETRY

    @classmethod
    def from_error(cls, error: BaseException) -> "Unexpected":
        """Return what may be told about ``error``: its type and where it was raised."""
        frames = traceback.extract_tb(error.__traceback__)
        place = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames[-4:]))
        return cls(
            f"unexpected {type(error).__name__} at {place}; this is a bug in dockwire, please report it"
        )


class MailNotSent(DockwireError):
    """The mail server took a mail for nobody; ``server`` tells whether it would take no other either.

    ``answer`` is what it said itself. That may quote addresses: it belongs into no log, and so not into the message.
    """

    action = Action.RETRY

    def __init__(self, message: str, *, server: bool, answer: str = "") -> None:
        self.server = server
        self.answer = answer
        super().__init__(message)

    @property
    def told(self) -> str:
        """All of it, for a person's eyes and the outbox."""
        return f"{self}: {self.answer}" if self.answer else str(self)


class RemoteError(DockwireError):
    """A remote system refused, failed or stayed silent."""

    def __init__(
        self,
        message: str,
        *,
        system: str,
        operation: str,
        status: int | None = None,
        vendor_code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.system = system
        self.operation = operation
        self.status = status
        self.vendor_code = vendor_code
        self.request_id = request_id
        super().__init__(message)

    def __str__(self) -> str:
        """Return the message followed by the handles that the vendor's support asks for."""
        facts = [f"{self.system} {self.operation}"]
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.vendor_code:
            facts.append(f"code {self.vendor_code}")
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        return f"{super().__str__()} ({', '.join(facts)})"


class Throttled(RemoteError):
    """The remote system asks us to slow down; ``retry_after`` is in seconds."""

    action = Action.RETRY
    fixer = Fixer.NOBODY
    retry_after: float = 1.0


class Unavailable(RemoteError):
    """The remote system did not do it, and may do so later: 5xx on a read, HTML, no connection."""

    action = Action.RETRY
    fixer = Fixer.NOBODY


class Unanswered(RemoteError):
    """A write was sent and no usable answer came back: look before sending it again."""

    action = Action.RETRY
    fixer = Fixer.NOBODY


class AccessDenied(RemoteError):
    """The credential is valid but lacks the right, or belongs to another region or customer."""

    action = Action.HOLD


class WrongCredentials(AccessDenied):
    """The remote system does not know this client id, secret or login."""


class ConsentRevoked(AccessDenied):
    """The seller revoked, or never gave, the authorisation behind the refresh token."""

    fixer = Fixer.MERCHANT


class Refused(RemoteError):
    """The remote system understood the request and will refuse it again."""


class NotFound(Refused):
    """There is no such thing, or it belongs to somebody else."""


class Duplicate(Refused):
    """The warehouse already has an order with this reference."""

    fixer = Fixer.NOBODY


class Outdated(Refused):
    """What we wanted to change has changed meanwhile (412)."""

    fixer = Fixer.NOBODY


class PageTokenExpired(Refused):
    """The page token is older than a day or does not fit the parameters: restart the window."""

    fixer = Fixer.NOBODY
