"""What persons decided about single orders, and the orders that wait for such a decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dockwire.model.ids import AmazonItemId, AmazonOrderId, ConnectionSlug
from dockwire.model.order import Address
from dockwire.model.warehouse import Routing

SKIPPED_BY_PERSON = "skipped_by_person"
"""Code of an order that a person took away from the warehouse."""

HELD_BY_PERSON = "held_by_person"
"""Code of an order that a person stopped."""

ON_HOLD_THERE = "on_hold_in_warehouse"
"""Code of an order that dockwire put on hold in the warehouse."""

TO_BE_HELD = "to_be_held"
"""Code of an order that a person wants put on hold in the warehouse, where the next import does it."""

TO_BE_CANCELLED = "to_be_cancelled"
"""Code of an order that a person wants cancelled in the warehouse, where the next import does it."""

TO_BE_RELEASED = "to_be_released"
"""Code of an order that a person released, and the next import takes off hold in the warehouse."""

NOT_CANCELLED = "not_cancelled"
"""Code of an order that a person wants cancelled, which the warehouse refused."""

WAITS_THERE = (ON_HOLD_THERE, TO_BE_HELD, TO_BE_CANCELLED, TO_BE_RELEASED, NOT_CANCELLED)
"""The codes of orders that are in the warehouse and not to be shipped."""

REFERENCE_TAKEN = "reference_taken"
"""Code of an order whose warehouse reference another one has."""

REFERENCE_CANCELLED = "reference_cancelled"
"""Code of an order that the warehouse has cancelled under its reference."""


class OverrideKind(StrEnum):
    """What a person can decide about one order."""

    SHIP_METHOD = "ship_method"
    SKUS = "skus"
    ADDRESS = "address"
    RELEASE = "release"
    SKIP = "skip"
    HOLD = "hold"
    CANCEL = "cancel"
    """The warehouse order is to be cancelled; gone once it is, or was closed before. Refused, it stops the closing."""
    CANCEL_UNDONE = "cancel_undone"
    """A cancellation was taken back, perhaps too late; gone once the warehouse was asked."""
    ON_HOLD = "on_hold"
    """Nobody's decision: dockwire put the warehouse order on hold, and did not release it since."""
    LIFTED = "lifted"
    """Nobody's decision: dockwire takes a hold off in the warehouse to cancel the order, and puts it back if refused."""
    RELEASE_THERE = "release_there"
    """The warehouse order is to be released; gone once that was tried."""
    ASK_AGAIN = "ask_again"
    """Amazon is to be asked for the order again; gone once it has answered."""


@dataclass(frozen=True, slots=True)
class AddressCorrection:
    """An address that counts as long as Amazon's is the one it was made for."""

    address: Address
    instead_of: Address | None
    """Amazon's address at the time; None: there was none."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that persons decided about one order; what Amazon says stays beside it."""

    ship_method: Routing | None = None
    skus: Mapping[AmazonItemId, str] = field(default_factory=dict)
    """Warehouse SKU by Amazon's item id: of these lines only, and before every map."""
    address: AddressCorrection | None = field(default=None, repr=False)
    released: frozenset[str] = frozenset()
    """Keys of what a person looked at and lets pass, see ``decisions.holding.wanted_looks``."""
    skip: str | None = None
    """Why the warehouse does not ship it."""
    hold: str | None = None
    """Why a person stopped it. Of an order in the warehouse: not yet put on hold there."""
    cancel: str | None = None
    """Why its warehouse order is to be cancelled; it is not closed meanwhile."""
    cancel_undone: bool = False
    """Its cancellation was taken back, and the warehouse was not asked since whether that came too late."""
    on_hold: str | None = None
    """Why dockwire put its warehouse order on hold, until dockwire releases it; it is not closed meanwhile."""
    lifted: bool = False
    """It was on hold in the warehouse, and may be off hold since dockwire tried to cancel it; it is not closed meanwhile."""
    release_there: bool = False
    """Its warehouse order is to be released, until that was tried."""
    ask_again: bool = False


NO_OVERRIDES = Overrides()


@dataclass(frozen=True, slots=True)
class OverrideNote:
    """Who overrode what, and when; not with what."""

    kind: OverrideKind
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldCount:
    """Orders that wait for the same reason."""

    code: str
    orders: int
    oldest: datetime
    """Since when the first of them waits."""


@dataclass(frozen=True, slots=True)
class HoldSelection:
    """Which waiting orders are meant: those that fit everything that is given."""

    connection: ConnectionSlug | None = None
    codes: tuple[str, ...] = ()
    """At least one of these reasons."""
    since: datetime | None = None
    """Waiting since this moment or longer."""
    order_ids: tuple[AmazonOrderId, ...] = ()
