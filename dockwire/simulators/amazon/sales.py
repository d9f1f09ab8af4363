"""Units that orders take from the offered quantity, and what goes beyond it.

Orders placed before the world began are history: the quantities it starts with have them off already.
Whatever came in later takes its units at once, paid or not. Nobody has documented whether cancelled
units are offered again; that is a switch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dockwire.simulators.amazon.listing_book import ListingBook
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.members import is_whole
from dockwire.simulators.amazon.orders import JsonObject, Order
from dockwire.simulators.amazon.packages import fulfillment_of, lines


@dataclass(slots=True, eq=False)
class Sale:
    """One line of an order: ``taken`` units were offered when it came in, ``returned`` are so again."""

    seller_id: str
    marketplace_id: str
    sku: str
    order_id: str
    item_id: str
    time: datetime
    units: int
    taken: int
    returned: int = 0

    @property
    def oversold(self) -> int:
        """Units that were sold though nobody offered them."""
        return self.units - self.taken


class SalesBook:
    """All sales, in the order in which they came in."""

    def __init__(self, listings: ListingBook, began: datetime) -> None:
        self._listings, self._began = listings, began
        self._sales: dict[tuple[str, str], list[Sale]] = {}

    def __iter__(self) -> Iterator[Sale]:
        for own in self._sales.values():
            yield from own

    def of(self, order: Order) -> list[Sale]:
        """Return what an order took; nothing for one of Amazon's own, of history, or of no listing."""
        return self._sales.get((order.seller_id, order.key), [])

    def add(self, order: Order) -> None:
        """Let an order that comes in take its units, never more than are offered."""
        key = (order.seller_id, order.key)
        if key in self._sales or order.created < self._began or _is_nobodys(order.body):
            return
        self._sales[key] = []
        for item_id, line in lines(order.body).items():
            listing = self._listing(order, line)
            offered = listing.offered() if listing is not None else None
            units = line.get("quantityOrdered", 0)
            if listing is None or offered is None or not is_whole(units) or units < 1:
                continue
            taken = min(offered, units)
            listing.offer(offered - taken)
            place = listing.marketplace_id
            sale = Sale(order.seller_id, place, listing.sku, order.key, item_id, order.created, units, taken)
            self._sales[key].append(sale)

    def give_back(self, order: Order) -> None:
        """Offer again what an order took and no longer wants."""
        for sale in self.of(order):
            wanted = _wanted(order.body, sale.item_id)
            free = max(0, sale.taken - sale.returned - wanted)
            listing = self._listings.find(sale.seller_id, sale.marketplace_id, sale.sku)
            offered = listing.offered() if listing is not None else None
            if listing is not None and offered is not None and free:
                listing.offer(offered + free)
                sale.returned += free

    def _listing(self, order: Order, line: JsonObject) -> Listing | None:
        # Orders from outside may be malformed, and from nowhere.
        product = line.get("product")
        sku = product.get("sellerSku") if isinstance(product, dict) else None
        if order.marketplace_id is None or not isinstance(sku, str):
            return None
        return self._listings.find(order.seller_id, order.marketplace_id, sku)


def _is_nobodys(body: JsonObject) -> bool:
    known = fulfillment_of(body)
    return known.get("fulfilledBy") == "AMAZON" or known.get("fulfillmentStatus") == "CANCELLED"


def _wanted(body: JsonObject, item_id: str) -> int:
    line = lines(body).get(item_id, {})
    cancelled = fulfillment_of(body).get("fulfillmentStatus") == "CANCELLED"
    wanted = fulfillment_of(line).get("quantityFulfilled", 0) if cancelled else line.get("quantityOrdered", 0)
    return wanted if isinstance(wanted, int) else 0
