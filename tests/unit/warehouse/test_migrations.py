"""A warehouse of an earlier version is brought up to date with everything that is in it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

import dockwire.warehouse
from dockwire.sealing import Sealer
from dockwire.warehouse.database import Database
from dockwire.warehouse.migrate import VERSION_TABLE
from dockwire.warehouse.paging import Parameters
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.closings import charge, close, look
from tests.unit.warehouse.houses import KEY, line, ship_to, visiting
from tests.unit.warehouse.houses import open_house as open_house_now
from tests.unit.warehouse.test_adjustments import adjust
from tests.unit.warehouse.test_receiving import ITEMS

NOW = "2026-11-01 17:00:00"

ROWS: dict[str, list[dict[str, Any]]] = {
    "facilities": [{"id": 3, "name": "Reno", "time_zone": "America/Los_Angeles", "deactivated": False}],
    "customers": [{"id": 11, "name": "Acme", "external_id": "", "order_queue": False, "deactivated": False}],
    "customer_facilities": [{"customer_id": 11, "facility_id": 3, "position": 0}],
    "items": [
        {
            "id": 1,
            "customer_id": 11,
            "sku": "MUG",
            "upc": "",
            "description": "",
            "unit": "Each",
            "deactivated": False,
            "created": NOW,
            "modified": NOW,
        },
        {
            "id": 2,
            "customer_id": 11,
            "sku": "PAIR",
            "upc": "",
            "description": "Two mugs",
            "unit": "Each",
            "deactivated": False,
            "created": NOW,
            "modified": NOW,
        },
    ],
    "kit_components": [{"item_id": 2, "component_id": 1, "position": 0, "qualifier": "", "qty": 20_000}],
    "item_aliases": [
        {"id": 1, "customer_id": 11, "sku": "MUG-ALT", "description": "", "active": True, "item_id": 1}
    ],
    "credentials": [
        {
            "client_id": "wms",
            "secret_hash": "hash",
            "user_login": "integration",
            "user_login_id": 7,
            "roles": '["OrderView"]',
        }
    ],
    "tokens": [{"token_hash": "token", "client_id": "wms", "expires": NOW}],
    "receivers": [
        {"id": 1, "customer_id": 11, "facility_id": 3, "reference": "IN", "version": 1, "created": NOW}
    ],
    "receive_items": [
        {
            "id": 1,
            "receiver_id": 1,
            "customer_id": 11,
            "facility_id": 3,
            "item_id": 1,
            "qualifier": "",
            "lot_number": "",
            "received": 100_000,
            "allocated": 20_000,
            "on_hold": False,
            "created": NOW,
        }
    ],
    "orders": [
        {
            "id": 1,
            "version": 5,
            "customer_id": 11,
            "facility_id": 3,
            "reference": "R-1",
            "reference_claim": "11/R-1",
            "po_number": "",
            "external_id": "",
            "invoice_number": "",
            "status": 0,
            "is_closed": False,
            "deferred": False,
            "fully_allocated": True,
            "on_hold_reason": "",
            "cancel_reason": "",
            "created": NOW,
            "created_by": "x",
            "modified": NOW,
            "modified_by": "x",
            "members": json.dumps({"routingInfo": {"carrier": "UPS"}}),
            "saved_elements": "[]",
            "sealed": Sealer([KEY]).seal({"shipTo": ship_to()}),
        }
    ],
    "order_items": [
        {
            "id": 1,
            "order_id": 1,
            "position": 0,
            "item_id": 1,
            "qualifier": "",
            "qty": 20_000,
            "fully_allocated": True,
            "version": 1,
            "members": "{}",
            "saved_elements": "[]",
            "sealed": "",
        }
    ],
    "allocations": [{"order_item_id": 1, "receive_item_id": 1, "qty": 20_000}],
}


def make_first_version(link: Connection) -> None:
    """Make the tables of the first version, as that version would have filled them."""
    config = Config()
    folder = Path(dockwire.warehouse.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = link
    command.upgrade(config, "0001")
    for table, rows in ROWS.items():
        for row in rows:
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            link.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def first_columns(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the columns that were filled hold, by table."""

    def read(link: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: sorted(
                (tuple(row) for row in link.execute(text(f"SELECT {', '.join(rows[0])} FROM {table}"))),
                key=str,
            )
            for table, rows in ROWS.items()
        }

    return database.read(read)


def test_a_warehouse_of_the_first_version_keeps_every_row_of_every_table(empty_url: str) -> None:
    database = Database(empty_url)
    database.write(make_first_version)
    tables = database.read(lambda link: set(inspect(link).get_table_names()))
    assert tables == {*ROWS, VERSION_TABLE}, "every table of the first version is filled here"
    before = first_columns(database)
    house = open_house_now(empty_url, seed=False)
    assert first_columns(database) == before
    database.close()
    shown, _ = house.order(IN_PROCESS, 1)
    assert shown["shipTo"] == ship_to()
    aliases = house.item_aliases(IN_PROCESS, 11, Parameters({}))
    assert aliases.total == 1
    house.close()


def test_an_order_of_the_first_version_can_be_closed_with_charges(empty_url: str) -> None:
    database = Database(empty_url)
    database.write(make_first_version)
    database.close()
    house = open_house_now(empty_url, seed=False)

    async def live_on() -> None:
        async with visiting(house) as client:
            known = await look(client, 1)
            assert (known["referenceNum"], known["routingInfo"]) == ("R-1", {"carrier": "UPS"})
            assert (known["billing"], known["readOnly"]["packages"]) == ({"billingCharges": []}, [])
            bill = {"billingCharges": [charge("1.25")]}
            assert (await close(client, known, billing=bill)).status_code == 204
            now = await look(client, 1)
            assert now["readOnly"]["status"] == 1
            assert now["billing"]["billingCharges"][0]["subtotal"] == 1.25
            summaries = (await client.get("/inventory/stocksummaries")).json()["summaries"]
            assert [(row["allocated"], row["onHand"]) for row in summaries] == [(2, 8)]
            receiver = (await client.get("/inventory/receivers/1?detail=All")).json()
            assert (receiver["readOnly"]["status"], receiver["arrivalDate"]) == (1, "2026-11-01T09:00:00")
            assert [each["qty"] for each in receiver["_embedded"][ITEMS]] == [10]
            assert (await adjust(client, line("MUG", -8))).status_code == 201
            assert (await adjust(client, line("MUG", -1))).status_code == 400

    asyncio.run(live_on())
    house.close()
