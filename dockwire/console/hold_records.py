"""Open reasons for which orders wait, as objects that the list of holds shows."""

from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import registry

from dockwire.ledger.hold_lists import waits
from dockwire.ledger.on_hold import waits_there
from dockwire.ledger.tables import holds, metadata, orders

_COLUMNS = (
    select(
        holds.c.id,
        holds.c.order_id.label("order_row"),
        holds.c.code,
        holds.c.sentence,
        holds.c.fixer,
        holds.c.since,
        orders.c.amazon_order_id,
        orders.c.connection,
        orders.c.state,
        orders.c.ship_by,
    )
    .join(orders, orders.c.id == holds.c.order_id)
    .where(holds.c.resolved.is_(None))
)
# Each half goes by an index of its own; one condition for both would read every order.
_OPEN = union_all(_COLUMNS.where(waits(skipped=False)), _COLUMNS.where(waits_there())).subquery("open_holds")


class HoldRecord:
    """One reason why an order waits; an order has a row for each of its reasons."""

    id: int
    order_row: int
    """The order's row in the ledger."""
    code: str
    sentence: str
    fixer: str
    since: datetime
    amazon_order_id: str
    connection: str | None
    state: str
    ship_by: datetime | None
    skus: tuple[str, ...] = ()
    page: str = ""
    """Where the order is decided about."""


registry(metadata=metadata).map_imperatively(HoldRecord, _OPEN, primary_key=[_OPEN.c.id])
