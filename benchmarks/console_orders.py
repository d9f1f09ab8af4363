"""Orders by the hundred thousand for the console's benchmark, written past every service: they are only looked at."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, insert, text

from dockwire.ledger.tables import accounts, closings, connections, holds, order_lines, orders, parcels
from tests.builders import NOW, US

SELLERS, SKUS = 4, 5_000
_CARRIERS = ("UPS", "USPS", "FedEx")
_AT_ONCE = 5_000
# State of the order, state of its parcel, share in a hundred.
_KINDS = (
    ("created", "visible", 88), ("created", None, 4), ("created", "to_send", 2), ("created", "refused", 1),
    ("held", None, 2), ("failed", None, 1), ("new", None, 1), ("cancelled", None, 1),
)  # fmt: skip


def filled(engine: Engine, count: int) -> None:
    """Write so many orders of four sellers, most of them shipped and confirmed, over sixty days."""
    dice = random.Random(1)  # noqa: S311 - the same orders in every run
    with engine.begin() as link:
        for number in range(1, SELLERS + 1):
            account = {
                "id": 1000 + number,
                "application_id": "app",
                "seller_id": f"S{number}",
                "region": "NA",
            }
            link.execute(insert(accounts).values(account))
            connection = {"slug": f"seller-{number}", "account_id": account["id"], "marketplace_id": US}
            link.execute(insert(connections).values(connection | {"settings": "{}", "registered": NOW}))
    for begin in range(0, count, _AT_ONCE):
        rows: dict[Any, list[dict[str, Any]]] = {
            orders: [],
            order_lines: [],
            parcels: [],
            holds: [],
            closings: [],
        }
        for number in range(begin, min(begin + _AT_ONCE, count)):
            for table, row in _rows(dice, number + 1):
                rows[table].append(row)
        with engine.begin() as link:
            for table, some in rows.items():
                if some:
                    link.execute(insert(table), some)
    # PostgreSQL keeps statistics by itself; SQLite has none unless somebody asks for them, and dockwire does not.
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(text("ANALYZE"))


def _rows(dice: random.Random, number: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    state, parcel, _ = dice.choices(_KINDS, [share for *_, share in _KINDS])[0]
    seller, seen = number % SELLERS + 1, NOW - timedelta(minutes=number * 0.4)
    waits = state in ("new", "held", "failed") or (state == "created" and parcel != "visible")
    ship_by = NOW + timedelta(hours=dice.randint(-12, 72)) if waits else seen + timedelta(days=2)
    warehouse = {
        "warehouse": "main",
        "customer_id": seller,
        "reference": f"R{number}",
        "warehouse_order_id": number,
    }
    yield orders, {
        "id": number, "account_id": 1000 + seller, "amazon_order_id": f"111-{number:07d}-0000001",
        "connection": f"seller-{seller}", "marketplace_id": US, "amazon_status": "UNSHIPPED" if waits else "SHIPPED",
        "amazon_updated": seen, "service_level": dice.choice(("STANDARD", "EXPEDITED")), "prime": number % 10 == 0,
        "ship_by": ship_by, "region": "IL, US", "sealed": "x" * 1_500, "digest": "d" * 64, "state": state, "version": 1,
        "needs_decision": False, "first_seen": seen,
        **(warehouse if state == "created" else dict.fromkeys(warehouse)),
    }  # fmt: skip
    for position in range(1 + (number % 3 == 0)):
        sku = f"SKU-{dice.randrange(SKUS):05d}"
        yield order_lines, {
            "order_id": number, "position": position, "amazon_item_id": str(number * 10 + position), "sku": sku,
            "ordered": 1, "open": 1,
        }  # fmt: skip
    if parcel:
        yield parcels, {
            "connection": f"seller-{seller}", "order_id": number, "reference": "1", "content": "{}",
            "carrier": dice.choice(_CARRIERS), "tracking": f"1Z{number:08d}", "tracking_key": f"1Z{number:08d}", "digest": "d" * 64, "state": parcel,
            "first_seen": seen, "version": 1,
        }  # fmt: skip
        yield closings, {
            "connection": f"seller-{seller}", "token": f"t{number}", "position": 0, "handle": f"{number}", "order_id": number,
            "warehouse_order_id": number, "routing": "{}", "tracking": f"1Z{number:08d}", "tracking_key": f"1Z{number:08d}", "charges": "[]", "before": "null",
            "state": "closed", "sentence": "", "at": seen,
        }  # fmt: skip
    if state in ("held", "failed"):
        yield holds, {
            "order_id": number, "code": "unmapped_sku", "sentence": "no item for this SKU", "fixer": "clerk",
            "since": seen, "resolved": None,
        }  # fmt: skip
