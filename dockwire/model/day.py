"""What happened to orders within a span of time, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dockwire.model.record import FactKind


class Happening(StrEnum):
    """What orders are counted by; each counts once in a span, however often it happened to it."""

    SEEN = "seen"
    """Read from Amazon for the first time."""
    CREATED = "created"
    """Came into the warehouse, or was found there."""
    SHIPPED = "shipped"
    """Closed in the warehouse, by a request of ours or as the tracking update met it."""
    CONFIRMED = "confirmed"
    """Amazon took a package of it."""
    HELD = "held"
    """Began to wait for a person, perhaps for another reason than before, or was put on hold in the warehouse."""
    REFUSED = "refused"
    """Amazon did not take a package, or the warehouse did not close it."""


FACTS: Mapping[Happening, frozenset[FactKind]] = {
    Happening.CREATED: frozenset({FactKind.ORDER_CREATED, FactKind.ORDER_ADOPTED}),
    Happening.SHIPPED: frozenset({FactKind.ORDER_CLOSED}),
    Happening.CONFIRMED: frozenset({FactKind.SHIPMENT_CONFIRMED}),
    Happening.HELD: frozenset({FactKind.ORDER_HELD, FactKind.HELD_IN_WAREHOUSE}),
    Happening.REFUSED: frozenset({FactKind.SHIPMENT_REFUSED, FactKind.CLOSE_REFUSED}),
}
"""The facts that tell of each."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: ``begin`` belongs to it, ``end`` does not."""

    begin: datetime
    end: datetime
