"""Stock as the warehouse tells it: rows by SKU, qualifier and facility, and what items are put together of."""

from dataclasses import dataclass, field
from decimal import Decimal

from dockwire.model.ids import FacilityId


@dataclass(frozen=True, slots=True)
class StockRow:
    """What there is of one item, in one condition, in one building; in the item's own unit."""

    item_id: int
    sku: str
    """Exactly as the warehouse spells it, with its spaces and letter case."""
    qualifier: str
    """The condition (``damaged``, ...); empty for ordinary goods."""
    facility_id: FacilityId
    available: Decimal
    """Not taken by orders and not on hold; below zero where the warehouse promised more than it has."""
    on_hold: Decimal
    ordered_not_allocated: Decimal | None
    """Ordered by open orders that have not taken it yet; None when the warehouse was not asked or does not say."""
    number: int = field(default=0, compare=False)
    """Its place in the list, from 1: errors name it. 0 where there was no list."""


@dataclass(frozen=True, slots=True)
class KitPart:
    """So much of an item in one kit, or behind one alias."""

    sku: str
    qualifier: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class StockItem:
    """An item of a customer; one with ``parts`` is a kit, which has no stock of its own."""

    item_id: int
    sku: str
    active: bool
    parts: tuple[KitPart, ...] = ()
    unit: str = ""
    """What the warehouse counts it in; empty when it does not say."""


@dataclass(frozen=True, slots=True)
class ItemAlias:
    """Another name for one item or several together."""

    sku: str
    active: bool
    parts: tuple[KitPart, ...]


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that cannot be used: its number in the list (from 1), its SKU if that is certain, and why."""

    number: int
    sku: str
    problem: str
    """Names of members and what is wrong with them; never a value."""

    def __str__(self) -> str:
        """Return the row for people."""
        return f"row {self.number} ({self.sku or 'SKU unknown'}): {self.problem}"
