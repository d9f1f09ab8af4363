"""The demo's input: what the warehouse stores, and three connections."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dockwire.simulators.amazon import catalogue
from dockwire.warehouse.work import CLOSING_ROLE, RECOMMENDED_ROLES

MARKETPLACES = {"harbour-us": "US", "harbour-ca": "CA", "hafen-de": "DE"}
"""The demo's connections: one seller on two marketplaces, another one on a third."""

STOCKED = ("harbour-ca", "harbour-us")
"""The connections that offer the warehouse's stock; they share it, so one has a fixed share."""

_MERCHANTS = {"Harbour Goods": 1, "Hafen Waren": 2}
_FACILITY = "Dock One"
_KIT, _KIT_IN_WAREHOUSE = "MUG/SET/4", "KIT-MUGS-4"
_DEACTIVATED = "BLANKET-WOOL"
_STOCK = 500

_WAREHOUSE_SECRET = "a-secret-for-the-demo-only"  # noqa: S105 - opens nothing but the demo's warehouse


def write_seed(path: Path) -> None:
    """Write the warehouse's customers, items, a kit, a deactivated item and its opening stock."""
    seed = {
        "facilities": [{"id": 1, "name": _FACILITY, "time_zone": "America/Los_Angeles"}],
        "customers": [
            {"id": number, "name": name, "facilities": [_FACILITY]} for name, number in _MERCHANTS.items()
        ],
        "credentials": [
            {
                "client_id": "dockwire",
                "client_secret": _WAREHOUSE_SECRET,
                "user_login": "dockwire",
                "roles": [*RECOMMENDED_ROLES, CLOSING_ROLE],
            }
        ],
        "carriers": [
            {
                "name": "UPS",
                "scac_code": "UPSN",
                "services": [{"code": code} for code in ("01", "02", "03", "12")],
            },
            {"name": "Amazon Buy", "scac_code": "AMZN", "services": [{"code": "PRIME"}]},
        ],
        "price_rules": [
            {
                "customer": merchant,
                "label": "Pick and pack",
                "charge_type": 8,
                "price": "1.85",
                "automatic": True,
            }
            for merchant in _MERCHANTS
        ],
        "items": [item for merchant in _MERCHANTS for item in _items(merchant)],
        "receipts": [
            {
                "customer": merchant,
                "facility": _FACILITY,
                "reference": "opening",
                "sku": product.sku,
                "qty": _STOCK,
            }
            for merchant in _MERCHANTS
            for product in catalogue()
            if product.sku != _KIT
        ],
    }
    path.write_text(json.dumps(seed, ensure_ascii=False, indent=1), encoding="utf-8")


def _items(merchant: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for product in catalogue():
        row: dict[str, Any] = {"customer": merchant, "sku": product.sku, "description": product.title}
        if product.sku == _KIT:
            row |= {"sku": _KIT_IN_WAREHOUSE, "kit": [{"sku": "MUG-WHITE-350", "qty": 4}]}
        if product.sku == _DEACTIVATED:
            row["active"] = False
        rows.append(row)
    return rows


def secrets_of(amazon: dict[str, Any]) -> dict[str, str]:
    """Return the environment variables that the connections file names."""
    tokens = {
        f"DEMO_REFRESH_TOKEN_{seller['region']}": seller["refresh_token"] for seller in amazon["sellers"]
    }
    return tokens | {
        "DEMO_CLIENT_SECRET": amazon["client_secret"],
        "DEMO_WAREHOUSE_SECRET": _WAREHOUSE_SECRET,
    }


def write_connections(path: Path, *, amazon: dict[str, Any], warehouse_url: str, mail_port: int) -> None:
    """Write the file that ``dockwire apply`` takes; secrets are named, not written."""
    sellers = {seller["region"]: seller["id"] for seller in amazon["sellers"]}
    parts = [_seller(amazon, "harbour", "NA", sellers["NA"]), _seller(amazon, "hafen", "EU", sellers["EU"])]
    parts.append(f"""
[warehouses.dock]
base_url = "{warehouse_url}"
client_id = "dockwire"
client_secret = {{ env = "DEMO_WAREHOUSE_SECRET" }}
user_login = "dockwire"

[mail.folder]
smtp_server = "127.0.0.1"
smtp_type = "INSECURE"
smtp_port = {mail_port}
""")
    parts += [_connection(slug, code) for slug, code in MARKETPLACES.items()]
    path.write_text("".join(parts), encoding="utf-8")


def _seller(amazon: dict[str, Any], name: str, region: str, seller_id: str) -> str:
    return f"""
[sellers.{name}]
application_id = "{amazon["application_id"]}"
client_id = "{amazon["client_id"]}"
client_secret = {{ env = "DEMO_CLIENT_SECRET" }}
refresh_token = {{ env = "DEMO_REFRESH_TOKEN_{region}" }}
seller_id = "{seller_id}"
region = "{region}"
endpoint = "{amazon["url"]}"
token_url = "{amazon["token_url"]}"
"""


_STOCK_RULES = {
    "harbour-us": """stock_sync = true
stock_first_run_dry = false
stock = { default = { buffer = 5 } }
""",
    "harbour-ca": """stock_sync = true
stock_first_run_dry = false
stock = { default = { fixed_share = 60, buffer = 2 } }
""",
}
"""A buffer for both: they sell the same goods, and Amazon goes on selling between two runs."""


def _since() -> str:
    return f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"


def _connection(slug: str, code: str) -> str:
    merchant = slug.split("-", maxsplit=1)[0]
    customer = 1 if merchant == "harbour" else 2
    return f"""
[connections.{slug}]
seller = "{merchant}"
warehouse = "dock"
mail = "folder"
mail_from = "dockwire@demo.example"
marketplace = "{code}"
customer_id = {customer}
facility_id = 1
import_since = {_since()}
sku_map = {{ "{_KIT}" = "{_KIT_IN_WAREHOUSE}" }}
{_STOCK_RULES.get(slug, "")}prime_ship_method = {{ carrier = "Amazon Buy", service = "PRIME", scac = "AMZN" }}

[connections.{slug}.ship_methods]
STANDARD = {{ carrier = "UPS", service = "03", scac = "UPSN" }}
FREE_ECONOMY = {{ carrier = "UPS", service = "03", scac = "UPSN" }}
EXPEDITED = {{ carrier = "UPS", service = "12", scac = "UPSN" }}
SECOND_DAY = {{ carrier = "UPS", service = "02", scac = "UPSN" }}
NEXT_DAY = {{ carrier = "UPS", service = "01", scac = "UPSN" }}
PRIORITY = {{ carrier = "UPS", service = "02", scac = "UPSN" }}

[connections.{slug}.contacts]
orders_created = ["clerk@{merchant}.example"]
orders_held = ["engineer@dock.example", "owner@{merchant}.example"]
shipments_refused = ["clerk@{merchant}.example"]
run_failed = ["engineer@dock.example"]
stock_refused = ["owner@{merchant}.example"]
"""
