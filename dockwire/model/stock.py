"""Offers as Amazon shows them, what is decided about their quantities, and why."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dockwire.model.ids import ConnectionSlug
from dockwire.model.record import Problem

MOST_UNITS = 2**31 - 1
"""More than this is a slip, not stock. Amazon's model of a listing names no greatest quantity; it fits 32 bits."""

DEFAULT_CHANNEL = "DEFAULT"
"""Amazon's ``fulfillmentChannelCode`` of what the merchant ships."""

AMAZON_CHANNELS = "AMAZON_"
"""How the codes of what Amazon ships begin."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One fulfilment channel of one listing at Amazon."""

    sku: str
    channel: str = DEFAULT_CHANNEL
    quantity: int | None = None
    """What Amazon last accepted or was read back to have; None when nobody knows."""
    handling_days: int | None = None
    """The listing's own handling time, where it has one."""
    always_available: bool = False
    """Amazon sells it without counting (``is_inventory_available``) and takes no quantity."""


class StepKind(StrEnum):
    """What changed a number on its way from the warehouse to Amazon, in the order of the rules."""

    AVAILABLE = "available"
    ORDERED = "ordered"
    TO_IMPORT = "to_import"
    PROMISED = "promised"
    SHORT = "short"
    FIXED_SHARE = "fixed_share"
    BESIDE = "beside"
    INACTIVE = "inactive"
    PART_UNIT = "part_unit"
    KITS = "kits"
    PAUSED = "paused"
    BUFFER = "buffer"
    PERCENT = "percent"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: the changes of all steps add up to the result."""

    kind: StepKind
    change: Decimal
    setting: Decimal | None = None
    """The rule's own number: 5 of "maximum 5"."""
    about: str = ""
    """Which sibling, component or neighbours the step is about."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is of one warehouse SKU for one offer."""

    sku: str
    per_unit: Decimal
    """How much of it one offered unit takes: 1, except in kits."""
    steps: tuple[Step, ...]

    @property
    def left(self) -> Decimal:
        """Units of the warehouse SKU that the offer may count on; never negative."""
        return sum((step.change for step in self.steps), Decimal(0))


@dataclass(frozen=True, slots=True)
class Offered:
    """The quantity that an Amazon SKU is to be offered at, and how it came about.

    For a plain item the changes of ``supplies`` and ``steps`` add up to ``quantity``; for a kit those of
    ``steps`` do, whose first says how many kits the scarcest component makes.
    """

    sku: str
    quantity: int
    supplies: tuple[Supply, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """An Amazon SKU that gets no quantity: what Amazon has stays as it is."""

    sku: str
    reason: Problem


StockDecision = Offered | Withheld


@dataclass(frozen=True, slots=True)
class StockChange:
    """One quantity to be sent."""

    sku: str
    quantity: int
    before: int | None
    """What Amazon had, as far as known."""


Promises = dict[ConnectionSlug, dict[str, Decimal]]
"""Fixed shares of the sibling connections on the same stock: units by warehouse SKU, kits by their parts."""
