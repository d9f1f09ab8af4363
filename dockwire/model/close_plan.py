"""The preview of a ship-and-close request: what would be written for each order, to the cent."""

from dataclasses import dataclass, field
from decimal import Decimal

from dockwire.model.charge import Charge
from dockwire.model.record import Problem
from dockwire.model.shipping import ShipOrder
from dockwire.model.warehouse import Routing


@dataclass(frozen=True, slots=True)
class PlannedClose:
    """What would be written for one order."""

    handle: str
    order: ShipOrder
    routing: Routing
    tracking: str
    charges: tuple[Charge, ...]

    @property
    def added(self) -> Decimal:
        """The sum of the charges to be added."""
        return sum((charge.amount for charge in self.charges), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the order would bear; charges the warehouse calculates while closing come on top."""
        return self.order.total + self.added


@dataclass(frozen=True, slots=True)
class ClosePlan:
    """The preview of a request: either it can be carried out, or ``problems`` says what is in the way."""

    token: str
    currency: str
    orders: tuple[PlannedClose, ...]
    problems: dict[str, tuple[Problem, ...]]
    """By handle; the empty handle stands for the request as a whole."""
    warnings: dict[str, tuple[Problem, ...]]
    left_open: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """By handle: orders of a request that was begun before which cannot be closed now; the others go on."""
    closed_before: frozenset[str] = frozenset()
    """Handles of orders that the same request closed earlier: nothing is left to do for them."""

    @property
    def added(self) -> Decimal:
        """The sum of all charges to be added."""
        return sum((order.added for order in self.orders), Decimal(0))
