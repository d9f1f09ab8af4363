"""The example files of the documentation are complete and fit each other and the simulator."""

import tomllib
from pathlib import Path

from deployments.connections_file import ConnectionsFile
from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.accounts import default_sellers
from dockwire.warehouse import load_seed
from tests.unit.warehouse.houses import open_house

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SECRETS = {
    "ACME_CLIENT_SECRET": "amzn1.oa2-cs.v1.simulated",
    "ACME_REFRESH_TOKEN": "Atzr|simulated-A3SIMNORTHAM01",
    "WMS_CLIENT_SECRET": "wms-trial-secret",
}


def test_the_seed_has_everything_the_simulator_sells_in_stock(sqlite_url: str) -> None:
    seed = tomllib.loads((EXAMPLES / "seed.toml").read_text("utf-8"))
    house = open_house(sqlite_url, seed=False)
    try:
        held = load_seed(house, seed)
    finally:
        house.close()
    skus = {product.sku for product in catalogue()}
    assert (held["items"], held["receipts"]) == (len(skus), len(skus))
    assert {item["sku"] for item in seed["items"]} == {receipt["sku"] for receipt in seed["receipts"]} == skus


def test_the_connections_fit_the_seed_and_the_simulators_credentials() -> None:
    seed = tomllib.loads((EXAMPLES / "seed.toml").read_text("utf-8"))
    written = tomllib.loads((EXAMPLES / "connections.toml").read_text("utf-8"))
    entries = ConnectionsFile(EXAMPLES / "connections.toml").entries(SECRETS)
    assert [entry.place for entry in entries] == ["sellers.acme-na", "warehouses.main", "connections.acme-us"]
    (connection,) = written["connections"].values()
    assert connection["customer_id"] == seed["customers"][0]["id"]
    assert connection["facility_id"] == seed["facilities"][0]["id"]
    (credential,) = seed["credentials"]
    assert credential["client_secret"] == SECRETS["WMS_CLIENT_SECRET"]
    assert written["sellers"]["acme-na"]["seller_id"] in {seller.id for seller in default_sellers().values()}
    offered = {service["code"] for carrier in seed["carriers"] for service in carrier["services"]}
    assert {method["service"] for method in connection["ship_methods"].values()} <= offered
