"""Parcels as Amazon is told about them, and how far each has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dockwire.model.ids import AmazonItemId, AmazonOrderId
from dockwire.model.order import Order
from dockwire.model.record import Problem


@dataclass(frozen=True, slots=True)
class ParcelItem:
    """So many units of an Amazon line."""

    item_id: AmazonItemId
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """One package of one order, in Amazon's terms."""

    reference: str
    """Amazon's ``packageReferenceId``: digits, the same for ever, so that sending again edits."""
    carrier_code: str
    carrier_name: str
    """Needed with the code ``Other`` only."""
    service: str
    tracking: str
    shipped: datetime
    items: tuple[ParcelItem, ...]


class ParcelState(StrEnum):
    """How far a parcel has come."""

    TO_SEND = "to_send"
    """Amazon has not been told, or not of its newest content."""
    SENT = "sent"
    """Amazon was told and did not answer, or it travels in a feed: nobody knows yet."""
    ACCEPTED = "accepted"
    """Amazon took it; not seen in the order yet."""
    VISIBLE = "visible"
    """Seen in Amazon's order as it was sent."""
    REFUSED = "refused"
    """Amazon will not take it as it is; a person has to act."""
    NOT_NEEDED = "not_needed"
    """Amazon knows of the shipment by itself, or wants to know nothing."""


@dataclass(frozen=True, slots=True)
class LedgerParcel:
    """A parcel with its state and the Amazon order it belongs to."""

    id: int
    order: Order
    parcel: Parcel
    digest: str
    """Of the content; tells it from an earlier or later one."""
    state: ParcelState
    version: int
    """Moves with every change of the row; a write names the version it read."""
    changed: bool
    """Amazon took another content before, or may have: a correction."""
    attempts: int
    problem: Problem | None
    sent: datetime | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored of closed warehouse orders."""

    orders: int
    """Orders with something new for Amazon."""
    parcels: int
    """Parcels that are new, or have other content than before."""


@dataclass(frozen=True, slots=True)
class ParcelOutcome:
    """What became of a parcel."""

    id: int
    version: int
    digest: str
    """Of the content that Amazon was told of."""
    order_id: AmazonOrderId
    state: ParcelState
    problem: Problem | None = None
    not_before: datetime | None = None
    taken: bool = False
    """Amazon took the content as it stands."""


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One line of a parcel list, for people."""

    reference: str
    state: ParcelState
    carrier: str
    service: str
    tracking: str
    problem: str
    fixer: str
    attempts: int
    feed: str = ""
    """Amazon's number of the feed it travels in."""
