"""A shelf and its offers: a test names only what it is about."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dockwire.decisions.stock import StockFacts, StockPlan, decide_stock
from dockwire.model.ids import ConnectionSlug, FacilityId
from dockwire.model.record import Problem
from dockwire.model.stock import Offer, Offered, Withheld
from dockwire.model.stock_rows import KitPart, StockItem, StockRow, UnreadableRow
from dockwire.model.stock_rules import StockRule, StockRules

HERE = FacilityId(1)
US = ConnectionSlug("acme-us")
CA = ConnectionSlug("acme-ca")


def row(sku: str = "A", available: str = "12", ordered: str | None = "0", **others: Any) -> StockRow:
    """Return row 1: twelve of SKU A in our facility, nothing ordered."""
    fields: dict[str, Any] = {
        "item_id": 1,
        "sku": sku,
        "qualifier": "",
        "facility_id": HERE,
        "available": Decimal(available),
        "on_hold": Decimal(0),
        "ordered_not_allocated": None if ordered is None else Decimal(ordered),
        "number": 1,
    }
    return StockRow(**fields | others)


def item(sku: str, **others: Any) -> StockItem:
    """Return an active item."""
    fields: dict[str, Any] = {"item_id": 1, "active": True} | others
    return StockItem(sku=sku, **fields)


def kit(sku: str, **parts: str) -> StockItem:
    """Return a kit of components by SKU and quantity."""
    return item(sku, parts=tuple(part(name, quantity) for name, quantity in parts.items()))


def part(sku: str, quantity: str = "1", qualifier: str = "") -> KitPart:
    """Return a component of plain stock."""
    return KitPart(sku, qualifier, Decimal(quantity))


def units(**by_sku: str) -> dict[str, Decimal]:
    """Return units by SKU."""
    return {sku: Decimal(count) for sku, count in by_sku.items()}


def rules(by_sku: Mapping[str, StockRule] | None = None, **default: Any) -> StockRules:
    """Return rules with these defaults."""
    return StockRules(default=StockRule(**default), by_sku=dict(by_sku or {}))


def facts(*rows: StockRow | UnreadableRow, **others: Any) -> StockFacts:
    """Return acme-us, which sells every item of these rows by its own name."""
    rows = rows or (row(),)
    items = {each.sku: item(each.sku) for each in rows}
    items |= {each.sku: each for each in others.pop("items", ())}
    fields: dict[str, Any] = {
        "slug": US,
        "facility_id": HERE,
        "items": items,
        "rows": rows,
        "offers": tuple(Offer(sku) for sku in items),
    }
    return StockFacts(**fields | others)


def decide(*rows: StockRow | UnreadableRow, **others: Any) -> StockPlan:
    """Return the plan of such facts."""
    return decide_stock(facts(*rows, **others))


def quantities(plan: StockPlan) -> dict[str, int]:
    """Return the quantity of every SKU that gets one."""
    return {each.sku: each.quantity for each in plan.decisions if isinstance(each, Offered)}


def reasons(plan: StockPlan) -> dict[str, Problem]:
    """Return why the other SKUs get none."""
    return {each.sku: each.reason for each in plan.decisions if isinstance(each, Withheld)}
