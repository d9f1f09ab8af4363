"""Orders as the warehouse takes and shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from dockwire.model.ids import AmazonItemId, CustomerId, FacilityId, WarehouseOrderId
from dockwire.model.order import Address


@dataclass(frozen=True, slots=True)
class Routing:
    """How a parcel travels: what Amazon and the warehouse both want to know."""

    carrier: str = ""
    service: str = ""
    """The warehouse calls it ``mode``."""
    scac: str = ""
    account: str = ""
    billing_code: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line to be created, tied to the Amazon line it comes from."""

    sku: str
    quantity: Decimal
    item_id: AmazonItemId
    amazon_sku: str
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """A warehouse order to be created."""

    reference: str
    customer_id: CustomerId
    facility_id: FacilityId
    ship_to: Address
    lines: tuple[DraftLine, ...]
    routing: Routing
    po_number: str = ""
    notes: str = field(default="", repr=False)
    """Printed on the pick ticket; may hold a gift message."""
    shipping_notes: str = field(default="", repr=False)
    earliest_ship: datetime | None = None
    ship_by: datetime | None = None
    deliver_by: datetime | None = None
    saved: tuple[tuple[str, str], ...] = ()
    """Key and value pairs kept with the order (``savedElements``)."""


class PlacedStatus(StrEnum):
    """The warehouse's own life cycle of an order."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order that the warehouse has."""

    order_id: WarehouseOrderId
    reference: str
    customer_id: CustomerId
    status: PlacedStatus
    etag: str = ""
    fully_allocated: bool = False
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item the warehouse stores for a customer."""

    sku: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or a facility: a number and a name to choose from."""

    id: int
    name: str
    active: bool = True
