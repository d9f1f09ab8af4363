"""What the services need of the warehouse."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from dockwire.model.charge import Charge
from dockwire.model.ids import CustomerId, FacilityId, WarehouseOrderId
from dockwire.model.shipping import Carrier, ShipOrder, UnreadableOrder
from dockwire.model.stock_rows import StockItem, StockRow, UnreadableRow
from dockwire.model.warehouse import Item, OrderDraft, Party, PlacedOrder, Routing


class Warehouse(Protocol):
    """The 3PL Warehouse Manager, hosted or embedded. Every call may raise ``RemoteError``."""

    async def create_order(self, draft: OrderDraft) -> PlacedOrder:
        """Create one order.

        Raises:
            Duplicate: the reference is taken.
            Unanswered: the outcome is unknown; look it up before trying again.
            Refused: the warehouse will not take it; nothing was created.
            Throttled, Unavailable: certainly nothing was created.
        """
        ...

    async def find_order(self, reference: str, customer_id: CustomerId) -> PlacedOrder | None:
        """Return the order with exactly this reference, cancelled ones only if there is no other."""
        ...

    async def find_orders(self, references: Sequence[str], customer_id: CustomerId) -> dict[str, PlacedOrder]:
        """Return the orders that carry one of these references, in as few calls as the page size allows."""
        ...

    async def get_order(self, order_id: WarehouseOrderId) -> PlacedOrder:
        """Return one order as it is now, with its ETag."""
        ...

    async def cancel_order(self, order: PlacedOrder, reason: str) -> None:
        """Cancel an open order; raises ``Refused`` when it is closed and ``Outdated`` when it moved."""
        ...

    async def hold_order(self, order: PlacedOrder, reason: str) -> None:
        """Put an open order on hold; raises ``Refused`` when that is not possible any more."""
        ...

    async def release_order(self, order: PlacedOrder) -> None:
        """Take a held order off hold; raises ``Refused`` when that is not possible."""
        ...

    async def ship_order(self, order_id: WarehouseOrderId) -> ShipOrder:
        """Return one order with lines, packages, routing and charges, as it is now."""
        ...

    async def route_order(self, order: ShipOrder, routing: Routing, tracking: str) -> ShipOrder:
        """Set routing and tracking number; return the order as it is then.

        Raises:
            Outdated: it changed since it was read.
            Refused: it is closed or cancelled, or the warehouse does not know the carrier.
        """
        ...

    async def close_order(
        self, order: ShipOrder, tracking: str, charges: Sequence[Charge], *, at: datetime
    ) -> None:
        """Close an order and add charges in one call; what became of it is seen by reading the order.

        Raises:
            Outdated: it changed since it was read, perhaps by this very call.
            Refused: it is closed, cancelled, on hold or short of stock.
            Unanswered, Unavailable: the outcome is unknown.
        """
        ...

    async def carriers(self) -> list[Carrier]:
        """Return the carriers that orders may travel by, with their services."""
        ...

    def moved_orders(
        self, customer_id: CustomerId, since: datetime
    ) -> AsyncIterator[ShipOrder | UnreadableOrder]:
        """Yield a customer's orders that changed at or after ``since``, by number, whatever their status.

        An order that cannot be read stands among them, unless it certainly is not closed.
        """
        ...

    async def customers(self) -> list[Party]:
        """Return the customers the credential may see."""
        ...

    async def facilities(self, customer_id: CustomerId) -> list[Party]:
        """Return the facilities that serve a customer."""
        ...

    async def items(self, customer_id: CustomerId) -> list[Item]:
        """Return all items of a customer, inactive ones too."""
        ...

    async def stock(
        self, customer_id: CustomerId, facility_id: FacilityId
    ) -> tuple[list[StockRow | UnreadableRow], list[StockItem | UnreadableRow]]:
        """Return a customer's stock in a facility, and all of the customer's items, unreadable rows among them."""
        ...
