"""Orders change while nobody looks: payment comes through, buyers cancel, move, want less.

A change is planned for a moment and carried out when the clock has passed it; the order's last
update is then that moment, not the moment somebody looked.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from dockwire.simulators.amazon.money import money
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.packages import exceeding, put_package


class Change(Protocol):
    """Something that happens to an order."""

    def apply(self, body: JsonObject) -> None:
        """Change the order's full JSON body in place."""
        ...


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The order moves on: a pre-order becomes pending, a pending order is paid."""

    status: str

    def apply(self, body: JsonObject) -> None:
        """Set the fulfilment status."""
        body["fulfillment"]["fulfillmentStatus"] = self.status


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """The buyer asks to cancel; a request only, the status stays (2021 changelog on such requests)."""

    reason: str

    def apply(self, body: JsonObject) -> None:
        """Note the request on every item."""
        for item in body["orderItems"]:
            request = {"requester": "BUYER", "cancelReason": self.reason}
            item.setdefault("cancellation", {})["cancellationRequest"] = request


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The order is cancelled by BUYER, MERCHANT or AMAZON; nothing is left to fulfil."""

    by: str
    reason: str

    def apply(self, body: JsonObject) -> None:
        """Set status and quantities and note the execution on every item."""
        body["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
        for item in body["orderItems"]:
            execution = {"cancelledBy": self.by, "cancelReason": self.reason}
            item.setdefault("cancellation", {})["cancellationExecution"] = execution
            item["fulfillment"]["quantityUnfulfilled"] = 0


@dataclass(frozen=True, slots=True)
class AddressChange:
    """The buyer corrects the delivery address; ``members`` replace those of the same name."""

    members: dict[str, str]

    def apply(self, body: JsonObject) -> None:
        """Write the new members into the delivery address."""
        body.setdefault("recipient", {}).setdefault("deliveryAddress", {}).update(self.members)


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """One line is lowered to ``quantity`` before anything of it has shipped; zero empties the line."""

    order_item_id: str
    quantity: int

    def apply(self, body: JsonObject) -> None:
        """Lower the quantities and scale the line's proceeds with them."""
        item = next(item for item in body["orderItems"] if item["orderItemId"] == self.order_item_id)
        _scale(item, Decimal(self.quantity) / Decimal(item["quantityOrdered"]))
        item["quantityOrdered"] = self.quantity
        item["fulfillment"]["quantityUnfulfilled"] = self.quantity
        add_up(body)


@dataclass(frozen=True, slots=True)
class PackageSent:
    """A package leaves with some of the order, or turns out to be another than was known.

    ``package`` is an ``OrderPackage`` of the model; its reference tells new ones from known ones.
    """

    package: JsonObject

    def apply(self, body: JsonObject) -> None:
        """Count its units as fulfilled, show it among the order's packages, and move the status."""
        put_package(body, self.package)


def may_happen(change: Change, body: JsonObject) -> bool:
    """Say whether a change planned for an order still makes sense.

    Once something has left, buyers can neither cancel nor change the order, and no more can leave
    than is open.
    """
    status = body["fulfillment"]["fulfillmentStatus"]
    if isinstance(change, PackageSent):
        return status not in {"SHIPPED", "CANCELLED"} and not exceeding(body, change.package)
    return status not in {"PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED"}


def add_up(body: JsonObject) -> None:
    """Write an order's grand total as the sum of its items' proceeds."""
    totals = [item["proceeds"]["proceedsTotal"] for item in body["orderItems"]]
    amount = sum((Decimal(total["amount"]) for total in totals), Decimal(0))
    body["proceeds"] = {"grandTotal": money(amount, totals[0]["currencyCode"])}


def _scale(item: JsonObject, factor: Decimal) -> None:
    proceeds = item["proceeds"]
    for breakdown in proceeds["breakdowns"]:
        subtotal = breakdown["subtotal"]
        breakdown["subtotal"] = money(Decimal(subtotal["amount"]) * factor, subtotal["currencyCode"])
    amounts = [Decimal(breakdown["subtotal"]["amount"]) for breakdown in proceeds["breakdowns"]]
    proceeds["proceedsTotal"] = money(sum(amounts, Decimal(0)), proceeds["proceedsTotal"]["currencyCode"])


@dataclass(frozen=True, slots=True)
class Planned:
    """A change and the moment it happens."""

    moment: datetime
    change: Change


class Timeline:
    """Everything that is still to happen, earliest first."""

    def __init__(self) -> None:
        self._counter = itertools.count()
        self._heap: list[tuple[datetime, int, tuple[str, str], Change]] = []

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, seller_id: str, key: str, planned: Planned) -> None:
        """Let ``planned`` happen to the order ``key`` of a seller."""
        heapq.heappush(self._heap, (planned.moment, next(self._counter), (seller_id, key), planned.change))

    def due(self, now: datetime) -> Iterator[tuple[datetime, tuple[str, str], Change]]:
        """Take out and yield what has become due, in the order in which it happens."""
        while self._heap and self._heap[0][0] <= now:
            moment, _, order, change = heapq.heappop(self._heap)
            yield moment, order, change
