"""What becomes of a seeded order: each story finishes its body and plans its future."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwire.simulators.amazon.drafts import free_of_charge, new_order_id, package, ship
from dockwire.simulators.amazon.life import (
    AddressChange,
    Cancellation,
    CancellationRequest,
    Change,
    PackageSent,
    Planned,
    QuantityChange,
    StatusChange,
)
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.timestamps import timestamp

_CANCEL_REASONS = ("ORDERED_BY_MISTAKE", "FOUND_CHEAPER", "NO_LONGER_NEEDED")


@dataclass(frozen=True, slots=True)
class Plot:
    """An order in the making: its body, the start of its world, and luck."""

    rng: random.Random
    body: JsonObject
    start: datetime

    def between(self, first_hours: float, last_hours: float, change: Change) -> Planned:
        """Plan a change for a moment between two numbers of hours from the start."""
        milliseconds = round(self.rng.uniform(first_hours, last_hours) * 3_600_000)
        return Planned(self.start + timedelta(milliseconds=milliseconds), change)


Story = Callable[[Plot], list[Planned]]
"""Finishes a body and returns what is to happen to the order."""


def nothing_happens(_: Plot) -> list[Planned]:
    """The order stays as it is until the seller acts."""
    return []


def gets_paid(plot: Plot) -> list[Planned]:
    """Pending at first; the payment comes through hours later."""
    return [plot.between(0.5, 12, StatusChange("UNSHIPPED"))]


def is_never_paid(plot: Plot) -> list[Planned]:
    """Pending at first; Amazon cancels when the payment fails."""
    return [plot.between(1, 18, Cancellation("AMAZON", "PAYMENT_NOT_AUTHORIZED"))]


def is_released(plot: Plot) -> list[Planned]:
    """A pre-order: available later, then pending, then paid."""
    plot.body["programs"] = [*plot.body.get("programs", []), "PREORDER"]
    release = plot.between(2, 10, StatusChange("PENDING"))
    return [release, Planned(release.moment + timedelta(hours=2), StatusChange("UNSHIPPED"))]


def has_shipped(plot: Plot) -> list[Planned]:
    """Everything left before the start."""
    ship(plot.rng, plot.body, plot.body["orderItems"], _before(plot))
    return []


def has_shipped_in_part(plot: Plot) -> list[Planned]:
    """The first line left before the start."""
    ship(plot.rng, plot.body, plot.body["orderItems"][:1], _before(plot))
    return []


def ships_in_part(plot: Plot) -> list[Planned]:
    """The seller sends the first line from elsewhere when the order may be in the warehouse already."""
    turn = plot.between(0.3, 20, StatusChange("PARTIALLY_SHIPPED"))
    sent = PackageSent(package(plot.rng, plot.body["orderItems"][:1], turn.moment))
    return [turn, Planned(turn.moment, sent)]


def prints_later(plot: Plot) -> list[Planned]:
    """The shipping label must not be printed before tomorrow."""
    earliest = timestamp(plot.start + timedelta(hours=18))
    plot.body["fulfillment"]["labelPrintingWindow"] = {"earliestDateTime": earliest}
    return []


def has_asked_to_cancel(plot: Plot) -> list[Planned]:
    """The buyer asked to cancel before anybody read the order."""
    CancellationRequest(plot.rng.choice(_CANCEL_REASONS)).apply(plot.body)
    return []


def asks_to_cancel(plot: Plot) -> list[Planned]:
    """The buyer asks to cancel when the order may be in the warehouse already."""
    return [plot.between(0.3, 20, CancellationRequest(plot.rng.choice(_CANCEL_REASONS)))]


def is_cancelled(plot: Plot) -> list[Planned]:
    """Request and execution follow each other; the execution wins over any plan of the seller's."""
    request = plot.between(0.3, 10, CancellationRequest("NO_LONGER_NEEDED"))
    executed = Planned(request.moment + timedelta(hours=1), Cancellation("BUYER", "NO_LONGER_NEEDED"))
    return [request, executed]


def moves(plot: Plot) -> list[Planned]:
    """The buyer corrects the delivery address."""
    number = str(plot.rng.randint(500, 900))
    members = {"addressLine1": f"{number} Corrected Street", "addressLine2": "Rear entrance"}
    return [plot.between(0.3, 20, AddressChange(members))]


def wants_less(plot: Plot) -> list[Planned]:
    """One line is lowered to half; a single unit in a longer order is dropped altogether."""
    item = plot.body["orderItems"][-1]
    change = QuantityChange(item["orderItemId"], item["quantityOrdered"] // 2)
    return [plot.between(0.3, 20, change)]


def replaces_another(plot: Plot) -> list[Planned]:
    """A replacement: an id of its own, no price, a link to the original."""
    free_of_charge(plot.body)
    code = plot.body["recipient"]["deliveryAddress"]["countryCode"] if "recipient" in plot.body else ""
    original = {"orderId": new_order_id(plot.rng, code), "associationType": "REPLACEMENT_ORIGINAL_ID"}
    plot.body["associatedOrders"] = [original]
    return []


def _before(plot: Plot) -> datetime:
    return plot.start - timedelta(hours=1)
