"""A ledger as the first version left it: its own migration, and rows in every table as it wrote them.

Nothing of today's code makes the rows: no table, no shape of an order, no settings of a connection.
"""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, create_engine, text

from dockwire.ledger.migrate import MIGRATIONS
from dockwire.migrating import configuration
from dockwire.sealing import Sealer
from tests.builders import NOW

DIGEST_KEY = b"the digest key of the first version"
US = "ATVPDKIKX0DER"
CREATED, CLAIMED, HELD, WATCHED, UNREADABLE = (f"111-000000{n}-0000001" for n in range(1, 6))
RAW = '{"orderId": "111-0000005-0000001", "name": "Bad Name"}'

SETTINGS = {
    "slug": "acme-us",
    "application_id": "amzn1.sp.solution.test",
    "seller_id": "A1SELLER",
    "marketplace_code": "US",
    "warehouse": "main",
    "customer_id": 1,
    "facility_id": 1,
    "import_since": "2026-10-31T09:00:00Z",
    "sku_map": {},
    "require_sku_map": False,
    "ship_methods": {
        "STANDARD": {"carrier": "UPS", "service": "03", "scac": "UPSN", "account": "", "billing_code": ""}
    },
    "prime_ship_method": None,
    "filters": [],
    "contacts": {
        "orders_created": ["clerk@example.com"],
        "orders_held": ["engineer@example.com"],
        "run_failed": [],
    },
    "on_buyer_cancel": "hold",
    "reference_prefix": "",
    "reference_suffix": "",
}


def order_body(order_id: str, **changes: Any) -> dict[str, Any]:
    """Return an order as the first version sealed it; packages were not known then."""
    body = {
        "order_id": order_id,
        "marketplace_id": US,
        "status": "UNSHIPPED",
        "fulfilled_by": "MERCHANT",
        "created": "2026-11-02T06:00:00Z",
        "updated": "2026-11-02T07:00:00Z",
        "lines": [
            {
                "item_id": "10000000000001",
                "sku": "SKU-1",
                "quantity_ordered": 2,
                "quantity_open": 2,
                "title": "Sample",
                "asin": "B000000001",
                "unit_price": {"amount": "9.99", "currency": "USD"},
                "gift_message": "For Zoe",
                "gift_wrap": "",
                "cancel_requested": False,
                "cancel_reason": "",
            }
        ],
        "service_level": "STANDARD",
        "programs": [],
        "ship_by": {"earliest": "2026-11-02T09:00:00Z", "latest": "2026-11-03T09:00:00Z"},
        "deliver_by": {"earliest": "2026-11-04T09:00:00Z", "latest": "2026-11-06T09:00:00Z"},
        "label_printing": {"earliest": None, "latest": None},
        "address": {
            "name": "Ann Example",
            "company": "",
            "lines": ["1 Sample Street"],
            "city": "Springfield",
            "district": "",
            "state": "IL",
            "postal_code": "62701",
            "country": "US",
            "phone": "+1 555 0100",
            "kind": "",
            "instructions": "",
        },
        "replaces": None,
        "seller_reference": "",
    }
    return body | changes


def make_first_version(url: str, sealer: Sealer) -> dict[str, list[tuple[Any, ...]]]:
    """Make the ledger and return all its rows by table."""
    engine = create_engine(url)
    with engine.begin() as link:
        command.upgrade(configuration(link, MIGRATIONS), "0001")
        rows = _rows(link, sealer)
        for table, entries in rows.items():
            for entry in entries:
                values = ", ".join(f":{name}" for name in entry)
                link.execute(text(f"INSERT INTO {table} ({', '.join(entry)}) VALUES ({values})"), entry)
    engine.dispose()
    return first_columns(url)


def first_columns(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the columns of the first version hold, by table."""
    engine = create_engine(url)
    found = {}
    with engine.connect() as link:
        for table, entries in _rows(link, Sealer([Sealer.new_key()])).items():
            query = text(f"SELECT {', '.join(entries[0])} FROM {table}")
            found[table] = sorted((tuple(row) for row in link.execute(query)), key=str)
    engine.dispose()
    return found


def _rows(link: Connection, sealer: Sealer) -> dict[str, list[dict[str, Any]]]:
    offset = "+00:00" if link.dialect.name == "postgresql" else ""

    def at(hours: float = 0) -> str:
        moment: datetime = NOW + timedelta(hours=hours)
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}{offset}"

    def digest(content: str) -> str:
        return hmac.new(DIGEST_KEY, content.encode(), hashlib.sha256).hexdigest()

    def order_row(number: int, order_id: str, state: str, **more: Any) -> dict[str, Any]:
        body = order_body(order_id)
        return {
            "id": number,
            "account_id": 1,
            "amazon_order_id": order_id,
            "connection": "acme-us",
            "marketplace_id": US,
            "amazon_status": body["status"],
            "amazon_updated": at(-2),
            "service_level": "STANDARD",
            "prime": False,
            "ship_by": at(24),
            "region": "IL, US",
            "sealed": sealer.seal(body),
            "digest": digest(json.dumps(body | {"updated": body["created"]})),
            "bad_digest": None,
            "state": state,
            "version": 3,
            "needs_decision": False,
            "attempts": 1,
            "not_before": None,
            "claim_owner": None,
            "claim_expires": None,
            "warehouse": None,
            "customer_id": None,
            "reference": None,
            "warehouse_order_id": None,
            "placed_sealed": None,
            "first_seen": at(-1),
            **more,
        }

    def in_warehouse(order_id: str, number: int | None) -> dict[str, Any]:
        return {
            "warehouse": "main",
            "customer_id": 1,
            "reference": order_id,
            "warehouse_order_id": number,
            "placed_sealed": sealer.seal(order_body(order_id)),
        }

    window = {
        "marketplaces": [US],
        "updated_after": "2026-11-01T09:00:00Z",
        "updated_before": "2026-11-02T09:00:00Z",
        "statuses": [],
    }
    chain = {"kind": "harvest", "window": window, "next_token": "token", "started": "2026-11-02T09:00:00Z"}
    hold = {"order_id": 3, "sentence": "Amazon SKU 'SKU-1' is not mapped.", "fixer": "engineer"}
    mail = {
        "connection": "acme-us",
        "recipients": '["clerk@example.com"]',
        "subject": "1 order created",
        "text": "text",
        "html": "<p>html</p>",
        "posted": at(),
        "attempts": 0,
        "not_before": at(),
        "last_error": None,
        "lease_owner": None,
        "lease_until": None,
    }
    bad = {
        "amazon_status": "",
        "amazon_updated": f"1970-01-01 00:00:00.000000{offset}",
        "service_level": "",
        "ship_by": None,
        "region": "",
        "sealed": sealer.seal(RAW),
        "digest": digest(RAW),
        "attempts": 0,
        "not_before": at(),
    }
    return {
        "keys": [{"name": "digest", "sealed": sealer.seal(DIGEST_KEY.hex())}],
        "accounts": [
            {"id": 1, "application_id": "amzn1.sp.solution.test", "seller_id": "A1SELLER", "region": "NA"}
        ],
        "connections": [
            {
                "slug": "acme-us",
                "account_id": 1,
                "marketplace_id": US,
                "settings": json.dumps(SETTINGS),
                "registered": at(-48),
            }
        ],
        "watermarks": [{"account_id": 1, "marketplace_id": US, "mark": at(-3)}],
        "harvests": [
            {
                "account_id": 1,
                "owner": "killed",
                "expires": at(-1),
                "chain_sealed": sealer.seal(chain | {"pages": 1}),
                "span_seconds": 43_200,
                "completed": at(-5),
                "swept": at(-20),
            }
        ],
        "orders": [
            order_row(1, CREATED, "created", **in_warehouse(CREATED, 7)),
            order_row(
                2,
                CLAIMED,
                "claimed",
                claim_owner="killed",
                claim_expires=at(-1),
                **in_warehouse(CLAIMED, None),
            ),
            order_row(3, HELD, "held"),
            order_row(4, WATCHED, "watched"),
            order_row(5, UNREADABLE, "quarantined", **bad),
        ],
        "order_lines": [
            {
                "order_id": number,
                "position": 0,
                "amazon_item_id": "10000000000001",
                "sku": "SKU-1",
                "ordered": 2,
                "open": 2,
            }
            for number in (1, 2, 3, 4)
        ],
        "holds": [
            {"id": 1, **hold, "code": "unmapped_ship_method", "since": at(-1), "resolved": at()},
            {"id": 2, **hold, "code": "unmapped_sku", "since": at(-1), "resolved": None},
        ],
        "item_lists": [{"warehouse": "main", "customer_id": 1, "read": at(-1)}],
        "items": [
            {"warehouse": "main", "customer_id": 1, "sku": "SKU-1", "active": True},
            {"warehouse": "main", "customer_id": 1, "sku": "OLD", "active": False},
        ],
        "quota_buckets": [{"key": "bucket", "arrival": NOW.timestamp() + 10.0, "rate": 0.5}],
        "events": [
            {
                "id": number,
                "kind": kind,
                "at": at(-1),
                "connection": "acme-us",
                "amazon_order_id": order_id,
                "detail": json.dumps({"reason": "as told then"}),
                "told": told,
            }
            for number, kind, order_id, told in (
                (1, "order_created", CREATED, True),
                (2, "order_held", HELD, False),
            )
        ],
        "outbox": [
            {"id": 1, "message_id": "<1@x>", "kind": "orders_created", **mail, "sent": at()},
            {"id": 2, "message_id": "<2@x>", "kind": "orders_held", **mail, "sent": None},
        ],
    }
