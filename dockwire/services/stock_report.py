"""What an inventory-sync run did, in numbers and SKU by SKU."""

from dataclasses import dataclass, field, replace

from dockwire.model.record import Problem


@dataclass(frozen=True, slots=True)
class StockLine:
    """One quantity of a run's report."""

    sku: str
    before: int | None
    """What Amazon had, as far as known."""
    quantity: int
    state: str
    why: str = ""
    """The decision as one sentence, or Amazon's reason for not taking it."""


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One SKU whose listing was not as it was known to be."""

    sku: str
    known: int | None
    shown: int | None
    what: str


@dataclass(slots=True)
class StockReport:
    """What a run, or one step of it, did. Reports add up."""

    listings: set[str] = field(default_factory=set)
    """SKUs of the listings that searches showed."""
    unreadable: set[str] = field(default_factory=set)
    """SKUs, or places, of listings that are there and cannot be read."""
    gone: set[str] = field(default_factory=set)
    """SKUs that Amazon does not list any more."""
    skus: int = 0
    """Offers that a quantity was decided for."""
    withheld: int = 0
    """Offers that get none: Amazon keeps what it has."""
    withheld_on_sale: int = 0
    """Those of them that Amazon may be selling though nobody chose that: they can be oversold."""
    differences: int = 0
    """Decided quantities that are not the ones Amazon has."""
    sent: int = 0
    """Accepted by Amazon one by one."""
    in_feed: int = 0
    """Handed over in a feed; what became of them is read later."""
    from_feeds: int = 0
    """Messages of earlier feeds that Amazon took."""
    refused: int = 0
    unknown: int = 0
    """Sent without an answer; looked at and sent again by the next run."""
    already_there: int = 0
    """Found at Amazon as wanted when they were about to be sent."""
    verified: int = 0
    """Seen at Amazon as they were sent."""
    not_applied: int = 0
    """Accepted, and not seen after the time Amazon takes."""
    drifted: int = 0
    """Offered at more than was known."""
    left: int = 0
    """Due, and left to the next run."""
    rows: dict[str, StockLine] = field(default_factory=dict)
    drift: list[DriftLine] = field(default_factory=list)
    unmatched: dict[str, Problem] = field(default_factory=dict)
    """Amazon SKUs that get no quantity, and why."""
    on_sale: dict[str, int | None] = field(default_factory=dict)
    """Those of them that are counted as on sale, with what Amazon has; None when nobody knows."""
    not_at_amazon: tuple[str, ...] = ()
    """Active items of the warehouse that no Amazon SKU stands for."""
    notes: tuple[Problem, ...] = ()
    dry: bool = False
    """True when nothing was sent on purpose."""
    more: bool = False
    """Whether another batch may follow."""

    def add(self, other: "StockReport") -> None:
        """Count another step's work in."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _SETS.values():
            getattr(self, name).update(getattr(other, name))
        for sku, line in other.rows.items():
            self.row(line if line.why or sku not in self.rows else replace(line, why=self.rows[sku].why))
        self.drift.extend(other.drift)
        self.unmatched.update(other.unmatched)
        self.on_sale.update(other.on_sale)
        self.not_at_amazon = other.not_at_amazon or self.not_at_amazon
        self.notes += other.notes
        self.dry = self.dry or other.dry

    def row(self, line: StockLine) -> None:
        """List a SKU, in the place of what was listed of it before."""
        self.rows[line.sku] = line

    def numbers(self) -> dict[str, int]:
        """Return the counts by name; a listing that several steps read counts once."""
        listings = {name: len(getattr(self, skus)) for name, skus in _SETS.items()}
        return listings | {name: getattr(self, name) for name in _COUNTED}


_SETS = {"listings_read": "listings", "listings_unreadable": "unreadable", "listings_gone": "gone"}
_LISTED = {"rows", "drift", "unmatched", "on_sale", "not_at_amazon", "notes", "dry", "more", *_SETS.values()}
_COUNTED = tuple(name for name in StockReport.__dataclass_fields__ if name not in _LISTED)
