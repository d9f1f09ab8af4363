"""The rules between stock and offer: a connection's defaults, and what single SKUs do otherwise."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from dockwire.model.stock import MOST_UNITS

Units = Annotated[int, Field(ge=0, le=MOST_UNITS, strict=True)]

PIECES = frozenset({"each", "ea", "piece", "pieces", "pc", "pcs", "unit", "units"})
"""Names of a single piece, in small letters, as Amazon counts."""


def _in_small_letters(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in names)


Names = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")]
"""Kept in order, so that the same names are always written the same."""


class SameStock(StrEnum):
    """What several Amazon SKUs of one connection do that draw on one warehouse SKU."""

    DIVIDE = "divide"
    """Each gets a part; together they never offer more than there is."""
    WHOLE = "whole"
    """Each gets everything; a buffer has to cover what sells at the same moment."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StockRule(_Frozen):
    """What is done to one quantity; None leaves it to the connection's defaults, or undone."""

    buffer: Units | None = None
    """Units held back."""
    percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] | None = None
    """How much of the rest is offered; a part of a unit is not."""
    minimum: Units | None = None
    """With fewer than this left, none is offered."""
    maximum: Units | None = None
    """Never more than this is offered."""
    fixed_share: Units | None = None
    """Units of the stock that are this connection's: it gets no more, and its siblings none of them."""
    paused: bool | None = None
    """True offers none."""
    excluded: bool | None = None
    """True leaves what Amazon has as it is."""


class StockRules(_Frozen):
    """All stock rules of a connection."""

    default: StockRule = StockRule()
    by_sku: dict[str, StockRule] = {}
    """By Amazon SKU: what it says wins over the default, member by member."""
    qualifiers: Names = Field(default=frozenset({""}), min_length=1)
    """Which stock of a SKU counts. Orders take the plain one, which is the empty qualifier."""
    units: Annotated[Names, AfterValidator(_in_small_letters)] = PIECES
    """Names of the warehouse's units that are one unit at Amazon; letter case does not matter."""
    same_stock: SameStock = SameStock.DIVIDE

    def rule(self, sku: str) -> StockRule:
        """Return what holds for one Amazon SKU."""
        own = self.by_sku.get(sku)
        return self.default if own is None else self.default.model_copy(update=_said(own))


def _said(rule: StockRule) -> dict[str, object]:
    return {name: value for name, value in rule if value is not None}
