"""What the stock decision is given, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dockwire.decisions.sku_names import SkuNames
from dockwire.model.ids import ConnectionSlug, FacilityId
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Promises, StockDecision
from dockwire.model.stock_rows import StockItem, StockRow, UnreadableRow
from dockwire.model.stock_rules import StockRules


@dataclass(frozen=True, slots=True)
class StockFacts:
    """All that a connection's quantities are decided from."""

    slug: ConnectionSlug
    facility_id: FacilityId
    items: Mapping[str, StockItem]
    """The warehouse customer's items by SKU, deactivated ones and kits included."""
    rows: Sequence[StockRow | UnreadableRow]
    """All stock summaries, of whatever facility: a page that is missing here reads as sold out."""
    unreadable_items: Sequence[UnreadableRow] = ()
    """Items of the customer that the warehouse has and nobody could read."""
    offers: Sequence[Offer] = ()
    """All listings of the connection's marketplace."""
    names: SkuNames = field(default_factory=SkuNames)
    rules: StockRules = field(default_factory=StockRules)
    to_import: Mapping[str, Decimal] = field(default_factory=dict)
    """Units of Amazon orders, paid or pending, that are not in the warehouse yet: by warehouse SKU, of all
    connections on this stock. Kits may stand as themselves or as their components."""
    promises: Promises = field(default_factory=dict)
    """What :func:`promised` says of each sibling connection on the same stock."""
    open_orders_allocated: bool = False
    """True when the warehouse allocates every order as it is created: nothing is ordered and not allocated."""


@dataclass(frozen=True, slots=True)
class StockPlan:
    """One decision for each Amazon SKU, and what people should know besides."""

    decisions: tuple[StockDecision, ...]
    """By Amazon SKU."""
    not_at_amazon: tuple[str, ...]
    """Active items of the warehouse that no Amazon SKU stands for, alone or in a kit."""
    rows_without_item: tuple[Problem, ...]
    """Stock rows whose SKU is not certain or not among the customer's items."""
    notes: tuple[Problem, ...] = ()
    """What is odd without keeping a quantity back."""
