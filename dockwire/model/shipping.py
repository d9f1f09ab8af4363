"""A warehouse order on its way out: lines, packages, routing and charges as the warehouse shows them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dockwire.model.charge import Charge
from dockwire.model.ids import AmazonItemId, AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.warehouse import PlacedOrder, Routing


@dataclass(frozen=True, slots=True)
class Service:
    """One way a carrier travels, by the code that stands in the order's ``mode``."""

    code: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One entry of the warehouse's carrier list."""

    name: str
    scac: str = ""
    services: tuple[Service, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The service codes it offers."""
        return frozenset(service.code for service in self.services)


@dataclass(frozen=True, slots=True)
class BookedCharge:
    """A charge that stands on an order."""

    charge: Charge
    automatic: bool
    """True when the warehouse's own price rules made it."""


@dataclass(frozen=True, slots=True)
class ShipLine:
    """One line of a warehouse order."""

    line_id: int
    sku: str
    quantity: Decimal
    item_id: AmazonItemId | None
    """Amazon's line it stands for; None for a line that somebody added by hand."""
    allocated: tuple[tuple[int, Decimal], ...] = ()
    """What it took of which goods (receive items): of a kit, those of its parts."""


@dataclass(frozen=True, slots=True)
class PackedLine:
    """So many units of a line in one package."""

    line_id: int
    quantity: Decimal
    goods: int | None = None
    """The receive item they were taken from, where the warehouse notes it."""


@dataclass(frozen=True, slots=True)
class ShippedPackage:
    """One box."""

    package_id: int
    tracking: str
    contents: tuple[PackedLine, ...]


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """A warehouse order with all that closing it and telling Amazon needs."""

    placed: PlacedOrder
    routing: Routing
    tracking: str
    lines: tuple[ShipLine, ...]
    packages: tuple[ShippedPackage, ...] = ()
    charges: tuple[BookedCharge, ...] = ()
    closed: datetime | None = None
    """When it was closed; None while it is open or where the warehouse does not say."""
    modified: datetime | None = None

    @property
    def total(self) -> Decimal:
        """The sum of all charges, automatic ones too."""
        return sum((booked.charge.amount for booked in self.charges), Decimal(0))


@dataclass(frozen=True, slots=True)
class UsedNumber:
    """An order that shipped with a tracking number before."""

    order_id: AmazonOrderId
    connection: ConnectionSlug
    shipped: datetime
    others: int = 0
    """How many more orders shipped with it."""


@dataclass(frozen=True, slots=True)
class UnreadableOrder:
    """A warehouse order of which only the number is certain."""

    order_id: WarehouseOrderId
    members: str
    """Names of the members that cannot be read; never their values."""
