"""The orders of the world: bodies in Amazon's own JSON shape, indexed by the times searches use.

A body is kept exactly as a full getOrder answer would show it, unknown members included; what a
particular caller may see of it is decided elsewhere, on the way out.
"""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

JsonObject = dict[str, Any]
"""A JSON object whose members are checked against Amazon's model by the contract tests."""

TimeField = Literal["created", "updated"]
"""The two times a search may select and page by."""

Position = tuple[datetime, str]
"""Place of an order in an index: its time, then its key, so that equal times have an order too."""

_LAST_KEY = "\U0010ffff"


@dataclass(slots=True, eq=False)
class Order:
    """One order of one seller.

    ``key`` is the Amazon order id, or a made-up name for a replayed order that lacks one.
    ``replayed`` orders came from outside and are shown as they came: the rules by which Amazon
    blanks members of the orders it lives through itself, and forgets old ones, are not applied again.
    """

    key: str
    seller_id: str
    marketplace_id: str | None
    body: JsonObject
    created: datetime
    updated: datetime
    replayed: bool = False

    def position(self, field: TimeField) -> Position:
        """Place of this order in the index over ``field``."""
        return (self.created if field == "created" else self.updated, self.key)


class OrderBook:
    """All orders, by key and, for each seller, in order of creation and of last update."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str], Order] = {}
        self._indexes: dict[tuple[str, TimeField], list[Position]] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def put(self, order: Order) -> None:
        """Add an order, or replace the one of the same seller and key."""
        self.drop(order.seller_id, order.key)
        self._orders[order.seller_id, order.key] = order
        for field in ("created", "updated"):
            bisect.insort(self._index(order.seller_id, field), order.position(field))

    def drop(self, seller_id: str, key: str) -> None:
        """Forget an order, if it is there."""
        order = self._orders.pop((seller_id, key), None)
        if order is not None:
            for field in ("created", "updated"):
                self._unindex(order, field)

    def find(self, seller_id: str, key: str) -> Order | None:
        """Return a seller's order; another seller's is as good as none."""
        return self._orders.get((seller_id, key))

    def touch(self, order: Order, moment: datetime) -> None:
        """Move an order's last update to ``moment``."""
        self._unindex(order, "updated")
        order.updated = moment
        bisect.insort(self._index(order.seller_id, "updated"), order.position("updated"))

    def between(
        self,
        seller_id: str,
        field: TimeField,
        after: datetime,
        before: datetime,
        *,
        cursor: Position | None = None,
        newest_first: bool = False,
    ) -> Iterator[Order]:
        """Yield a seller's orders with ``after <= time <= before``, beyond ``cursor`` if given."""
        index = self._index(seller_id, field)
        low = bisect.bisect_left(index, (after, ""))
        high = bisect.bisect_right(index, (before, _LAST_KEY))
        if cursor is not None and newest_first:
            high = min(high, bisect.bisect_left(index, cursor))
        elif cursor is not None:
            low = max(low, bisect.bisect_right(index, cursor))
        chosen = index[low:high]
        for _, key in reversed(chosen) if newest_first else chosen:
            yield self._orders[seller_id, key]

    def _index(self, seller_id: str, field: TimeField) -> list[Position]:
        return self._indexes.setdefault((seller_id, field), [])

    def _unindex(self, order: Order, field: TimeField) -> None:
        index = self._index(order.seller_id, field)
        del index[bisect.bisect_left(index, order.position(field))]
