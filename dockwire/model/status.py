"""Where each connection stands: its runs, what waits, and what that means for people."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dockwire.errors import Fixer
from dockwire.model.connection import AccountKey
from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import FactKind, OrderState


class RunOutcome(StrEnum):
    """How a run of a flow ended."""

    COMPLETED = "completed"
    NOTHING_TO_DO = "nothing_to_do"
    """It ended well and changed nothing."""
    FAILED = "failed"


IMPORT = "order-import"
"""The flow that reads Amazon's orders."""

GOOD_OUTCOMES = (RunOutcome.COMPLETED, RunOutcome.NOTHING_TO_DO)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a flow."""

    connection: ConnectionSlug
    flow: str
    run: str
    """Prefect's id of the flow run; a retry of it takes its place."""
    started: datetime
    ended: datetime | None = None
    """None: it is under way, or it ended without being able to say so."""
    outcome: RunOutcome | None = None
    sentence: str = ""
    """What it said at its end; never personal data."""
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowRuns:
    """A connection's runs of one flow."""

    last: RunRecord
    good: RunRecord | None = None
    """The last one that ended well; it may be the same."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A quota bucket as the ledger keeps it."""

    operation: str
    arrival: float
    """Theoretical arrival time of the next call in the steady stream, seconds since 1970."""
    rate: float | None
    """Tokens per second, as Amazon announced them."""


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """What is left of Amazon's quota for one operation of a seller account."""

    operation: str
    left: float
    """Calls that may be made at once."""
    burst: int
    """As many as are saved up at most."""


@dataclass(frozen=True, slots=True)
class ConsentEnds:
    """How long a seller's consent and the application's client secret are good for, where known."""

    expires: datetime | None = None
    secret_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many of a kind wait, the first of them since a moment."""

    count: int = 0
    since: datetime | None = None
    fixers: tuple[Fixer, ...] = ()
    """Who can end that, where it is known of each."""


@dataclass(frozen=True, slots=True)
class ShipBy:
    """Orders that Amazon waits for and that are to ship within a day, or should have."""

    due: int = 0
    """To ship within a day, the late ones among them."""
    late: int = 0
    """The time to ship is over."""
    not_in_warehouse: int = 0
    """Those of ``due`` that the warehouse does not have yet."""
    fixers: tuple[Fixer, ...] = ()
    """Who has to act before these get there; nobody where the next import brings them."""


class Level(StrEnum):
    """What a connection asks of people."""

    FINE = "fine"
    LOOK = "look"
    """Something is unusual and may pass by itself."""
    ACT = "act"
    """Something stays as it is until a person acts."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a connection is not fine."""

    level: Level
    code: str
    sentence: str
    fixer: Fixer
    others: tuple[Fixer, ...] = ()
    """Who else has to, for others of what it counts."""

    @property
    def who(self) -> str:
        """All of them, in words."""
        return ", ".join((self.fixer, *self.others))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger tells of one connection at one moment; counts, no orders."""

    connection: ConnectionSlug
    account: AccountKey | None
    """None where it is not known yet: the seller has not consented, and the connection has not run."""
    at: datetime
    registered: datetime
    """When its first run began; for one that has not run, when it was deployed."""
    stock_sync: bool = False
    watermark: datetime | None = None
    runs: dict[str, FlowRuns] = field(default_factory=dict)
    """By name of the flow."""
    orders: dict[OrderState, int] = field(default_factory=dict)
    """Orders that are not in the warehouse and may get there, by state; states without orders are left out."""
    holds: Waiting = Waiting()
    """Orders that wait for a person, those on hold in the warehouse or to be stopped there among them."""
    ship_by: ShipBy = ShipBy()
    shipments: Waiting = Waiting()
    """Packages of closed orders that Amazon was not told of, or did not answer."""
    shipments_refused: int = 0
    refused_for: tuple[Fixer, ...] = ()
    """Who can mend the refused ones."""
    quantities_under_way: int = 0
    quantities_refused: int = 0
    mails: Waiting = Waiting()
    buckets: tuple[Bucket, ...] = ()
    consent: ConsentEnds | None = None
    terms_wanted: str = ""
    """Why the 3PL's terms have to be accepted; empty where they are."""
    approval_wanted: str = ""
    """Why the connection may not run before the 3PL approves it; empty where it may."""
    never_ran: Reason | None = None
    """Why a stored connection has not run; None for one that has."""

    @property
    def reads_first(self) -> bool:
        """Whether orders from before the connection was known are still to be read, by an import that began.

        Where reading has come to says nothing then: it begins at the connection's first day, which may be years ago.
        """
        imports = self.runs.get(IMPORT)
        return imports is not None and imports.good is None and self._behind_its_beginning

    @property
    def lag(self) -> timedelta | None:
        """How far Amazon's orders have been read behind the present; None before the first reading ended."""
        imports = self.runs.get(IMPORT)
        unread = (imports is None or imports.good is None) and self._behind_its_beginning
        return None if unread or self.watermark is None else self.at - self.watermark

    @property
    def _behind_its_beginning(self) -> bool:
        return self.watermark is None or self.watermark < self.registered

    @property
    def orders_waiting(self) -> int:
        """Orders that are not in the warehouse and may get there."""
        return sum(self.orders.values())


@dataclass(frozen=True, slots=True)
class Status:
    """One connection as people see it."""

    standing: Standing
    level: Level
    reasons: tuple[Reason, ...] = ()
    """The gravest first."""
    quotas: tuple[QuotaLeft, ...] = ()
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All connections at one moment, and how often what happened to them."""

    at: datetime
    connections: tuple[Status, ...]
    facts: dict[tuple[ConnectionSlug, FactKind], int]
