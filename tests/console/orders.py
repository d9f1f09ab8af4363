"""Orders of every kind for the console's lists."""

from datetime import timedelta

from dockwire.errors import Fixer
from dockwire.ledger import SqlLedger
from dockwire.model.order import Program
from dockwire.model.record import OrderState, Problem, Verdict
from tests.builders import NOW, line, order
from tests.unit.ledger.acts import ACME, number, read
from tests.unit.ledger.shipments import created, parcel, store

FORMULA = "=HYPERLINK(1)"
SCRIPT = "<script>alert(1)</script>"
HELD, SHIPPED, TO_SHIP, NEW = number(1), number(2), number(3), number(4)


async def four_orders(ledger: SqlLedger) -> None:
    """Leave one order held, one shipped by UPS with number 1Z1, one to ship, and a new one of hostile SKUs."""
    await ledger.register(ACME, now=NOW)
    late = order().ship_by
    assert late is not None
    await read(
        ledger,
        order(
            order_id=HELD,
            lines=(line(sku="NOBODY"),),
            programs=frozenset({Program.PRIME}),
            service_level="NEXT_DAY",
        ),
        order(order_id=NEW, lines=(line(sku=FORMULA), line(item_id="2", sku=SCRIPT))),
    )
    held = next(due for due in await ledger.due_orders(ACME, now=NOW) if due.order.order_id == HELD)
    reason = Problem("unmapped_sku", f"no item for {SCRIPT}", Fixer.CLERK)
    await ledger.record_verdicts(ACME, [Verdict(HELD, held.version, OrderState.HELD, (reason,))], now=NOW)
    await created(ledger, 17, order(order_id=SHIPPED))
    await created(ledger, 18, order(order_id=TO_SHIP, updated=NOW - timedelta(hours=1)))
    await store(ledger, 17, parcel())
