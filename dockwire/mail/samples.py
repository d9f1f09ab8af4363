"""Made-up facts of every kind, for looking at mails before there is anything to tell."""

from datetime import datetime, timedelta

from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId
from dockwire.model.notice import RULES, NoticeKind
from dockwire.model.record import Fact, FactKind

_UNKNOWN = "Amazon SKU 'ACME-RED-S' is not an item of the warehouse and has no entry in sku_map."
_RUN = "6a1f7f0e-5f0e-4c60-9d5e-0f6f2a4b9c11"
_SHIP = {"region": "IL, US", "warehouse_order": "10417"}

_DETAILS: dict[FactKind, tuple[dict[str, str], ...]] = {
    FactKind.ORDERS_FLOWING: ({"orders": "12"},),
    FactKind.ORDER_CREATED: (_SHIP, {"region": "CA, US", "warehouse_order": "10418"}),
    FactKind.ORDER_ADOPTED: ({"region": "NY, US", "warehouse_order": "10371"},),
    FactKind.ORDER_HELD: (
        {"reason": _UNKNOWN, "fixer": "engineer", "region": "TX, US"},
        {"reason": "The address has no street line.", "fixer": "merchant", "region": "WA, US"},
    ),
    FactKind.ORDER_FAILED: (
        {"reason": "The warehouse refused it: the item is deactivated.", "fixer": "clerk", "region": "OH, US"},
    ),
    FactKind.ORDER_QUARANTINED: ({"reason": "orderItems.0.quantityOrdered: not a whole number"},),
    FactKind.ORDER_FOUND_LATE: ({"reason": "No reading had shown it before.", "region": "FL, US"},),
    FactKind.CANCELLED_IN_WAREHOUSE: ({"reason": "Amazon cancelled the order.", "warehouse_order": "10399"},),
    FactKind.HELD_IN_WAREHOUSE: (
        {"reason": "The buyer asks to cancel.", "fixer": "merchant", "warehouse_order": "10402"},
    ),
    FactKind.CHANGE_NEEDS_PERSON: (
        {"reason": "Amazon cancelled it after it was closed.", "fixer": "clerk", "warehouse_order": "10377"},
    ),
    FactKind.HOLDS_WAIT: (
        {"code": "sku_unknown", "reason": _UNKNOWN, "fixer": "engineer", "orders": "4", "age": "3 days"},
        {
            "code": "tracking_missing",
            "reason": "Package 5 has no tracking number.",
            "fixer": "clerk",
            "orders": "1",
            "age": "5 hours",
        },
    ),
    FactKind.SHIP_BY_NEAR: (
        _SHIP | {"reason": "It is in the warehouse and not closed: pick, pack and close it.", "fixer": "clerk"},
    ),
    FactKind.SHIP_BY_PASSED: (
        {"reason": "It is held and not in the warehouse: see why.", "fixer": "engineer", "region": "TX, US"},
    ),
    FactKind.CLOSE_REFUSED: (
        {"reason": "The order is on hold in the warehouse.", "fixer": "clerk", "warehouse_order": "10420"},
    ),
    FactKind.SHIPMENT_REFUSED: (
        {
            "reason": "Amazon says: the order is cancelled.",
            "fixer": "merchant",
            "carrier": "UPS",
            "tracking": "1Z999AA10123456784",
        },
    ),
    FactKind.STOCK_REFUSED: (
        {"sku": "ACME-RED-S", "quantity": "8", "reason": "Amazon says: the listing is incomplete.", "fixer": "merchant"},
    ),
    FactKind.STOCK_DIFFERS: (
        {"sku": "ACME-BLUE-M", "quantity": "3", "reason": "Amazon still shows 5.", "fixer": "merchant"},
    ),
    FactKind.STOCK_WITHHELD: (
        {
            "sku": "ACME-GREEN-L",
            "amazon_has": "7",
            "reason": "No item of the warehouse has this name.",
            "fixer": "engineer",
        },
    ),
    FactKind.OPEN_ORDER_PURGED: (
        {
            "rule": "open_too_long",
            "reason": "The buyer's data was deleted because it may not be kept any longer, though the order is not "
            "finished; look it up in Seller Central.",
            "fixer": "merchant",
        },
    ),
    FactKind.CONSENT_EXPIRES: (
        {
            "days": "30",
            "expires": "2026-12-30",
            "reason": "The consent of seller A2EXAMPLE for region NA ends in 30 days, on 2026-12-30; the seller has "
            "to authorise the application again: 'dockwire consent url acme-na --marketplace US' prints the link.",
            "seller": "A2EXAMPLE",
            "region": "NA",
            "fixer": "merchant",
        },
    ),
    FactKind.SECRET_EXPIRES: (
        {
            "days": "7",
            "expires": "2026-12-07",
            "reason": "The client secret of application acme-app ends in 7 days, on 2026-12-07; make a new one in "
            "Amazon's developer console, put it and the day (secret_changed) into the application's table of the "
            "connections file and apply that file. Refresh tokens stay good.",
            "application": "acme-app",
            "fixer": "engineer",
        },
    ),
    FactKind.RUN_FAILED: (
        {
            "flow": "order-import",
            "reason": "The seller has to authorise the application again (amazon searchOrders, status 403).",
            "fixer": "merchant",
        },
    ),
    FactKind.RUN_CRASHED: (
        {"flow": "order-import", "reason": "Its process ended with exit code -9.", "fixer": "engineer", "run": _RUN},
    ),
    FactKind.RUN_LATE: (
        {
            "flow": "tracking-update",
            "reason": "It should have started 34 minutes ago.",
            "fixer": "engineer",
            "run": _RUN,
        },
    ),
}  # fmt: skip
_WITHOUT_ORDER = frozenset().union(
    *(
        RULES[kind].facts
        for kind in NoticeKind
        if kind.startswith(("run_", "stock_", "consent_", "holds_")) or kind is NoticeKind.ORDERS_FLOWING
    )
)


def sample(kind: NoticeKind, connection: Connection, now: datetime) -> list[Fact]:
    """Return made-up facts of one kind of notice, as they would have been recorded just now."""
    facts = [
        (each, detail)
        for each in sorted(RULES[kind].facts, key=list(FactKind).index)
        for detail in _DETAILS[each]
    ]
    return [
        _fact(connection, each, detail, now, number) for number, (each, detail) in enumerate(facts, start=1)
    ]


def _fact(connection: Connection, kind: FactKind, detail: dict[str, str], now: datetime, number: int) -> Fact:
    order_id = None if kind in _WITHOUT_ORDER else AmazonOrderId(f"111-{4_102_938 + number}-0000001")
    return Fact(kind, now, connection.slug, order_id, detail | _times(kind, now, number), id=number)


def _times(kind: FactKind, now: datetime, number: int) -> dict[str, str]:
    if kind is FactKind.SHIP_BY_NEAR:
        return {"ship_by": (now + timedelta(hours=5)).isoformat()}
    if kind is FactKind.SHIP_BY_PASSED:
        return {"ship_by": (now - timedelta(hours=2)).isoformat()}
    if kind is FactKind.HOLDS_WAIT:
        waits = timedelta(days=3) if number == 1 else timedelta(hours=5)
        return {"since": (now - waits).isoformat(), "example": f"111-{4_102_938 + number}-0000001"}
    return {}
