"""Orders that wait for somebody, as people see them, and what a person's decision does to one."""

from dataclasses import dataclass, field
from datetime import datetime

from dockwire.model.ids import AmazonOrderId, ConnectionSlug, WarehouseOrderId
from dockwire.model.override import OverrideNote, Overrides
from dockwire.model.record import LedgerOrder, OrderState, Problem


@dataclass(frozen=True, slots=True)
class OpenHold:
    """One reason why an order waits."""

    problem: Problem
    since: datetime


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One order of the list: no personal data."""

    order_id: AmazonOrderId
    connection: ConnectionSlug | None
    """None: the order's marketplace has no connection."""
    state: OrderState
    version: int
    holds: tuple[OpenHold, ...]
    ship_by: datetime | None
    not_before: datetime | None
    """When a failed or unreadable order is tried again."""
    warehouse_order_id: WarehouseOrderId | None
    skipped: bool
    """A person decided that the warehouse does not ship it."""
    notes: tuple[OverrideNote, ...] = ()

    @property
    def since(self) -> datetime | None:
        """Since when it waits: the age of its oldest reason."""
        return min((hold.since for hold in self.holds), default=None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Its reasons without their age."""
        return tuple(hold.problem for hold in self.holds)


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """One order with everything a person's decision needs to know."""

    row: HoldRow
    known: LedgerOrder | None = field(repr=False)
    """None: it cannot be read."""
    overrides: Overrides = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided about one order, and where that puts it."""

    order_id: AmazonOrderId
    version: int
    """Of the order as it was when the person decided."""
    overrides: Overrides = field(repr=False)
    state: OrderState
    problems: tuple[Problem, ...]
    detail: dict[str, str]
    """For the audit trail: never personal data."""
    aliases: dict[str, str] = field(default_factory=dict)
    """New entries of the customer's alias table."""
    replaced: dict[str, str] = field(default_factory=dict)
    """What these aliases were when the person decided; those that did not exist are left out."""
