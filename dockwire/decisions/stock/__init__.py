"""Warehouse stock becomes Amazon quantity: what each SKU is offered at, why, and what has to be sent.

Available stock, less what is ordered, less Amazon's orders that are not in the warehouse yet, less what
siblings were promised; then the connection's rules. More than there is is never offered: what cannot be
told exactly gets no quantity, with the reason and who acts.
"""

from dockwire.decisions.stock.changes import stock_changes
from dockwire.decisions.stock.deciding import decide_stock
from dockwire.decisions.stock.facts import StockFacts, StockPlan
from dockwire.decisions.stock.kits import in_components
from dockwire.decisions.stock.promises import promised
from dockwire.decisions.stock.telling import as_json, tell

__all__ = [
    "StockFacts",
    "StockPlan",
    "as_json",
    "decide_stock",
    "in_components",
    "promised",
    "stock_changes",
    "tell",
]
