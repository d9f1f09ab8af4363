"""Routing by itself, the carriers it may name, and orders that close as soon as they are tracked."""

from typing import Any

import httpx
import pytest

from dockwire.warehouse import SeedError, Switches, Warehouse, load_seed
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.unit.warehouse.closings import CARRIERS, PRICES, act, look, refusal
from tests.unit.warehouse.houses import SEED, create, line, number, open_house, order, visiting

CARRIER = "http://api.3plCentral.com/rels/properties/carrier"
UPS = {"carrier": "UPS", "mode": "03", "scacCode": "UPSN", "trackingNumber": "1Z1"}


async def route(client: httpx.AsyncClient, known: dict[str, Any], routing: dict[str, Any]) -> httpx.Response:
    """Route an order that is known in the state it was read in."""
    return await act(client, known, "routing", routing, method="PUT")


async def test_routing_is_written_and_read_by_itself(house: Warehouse, client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", asnNumber="A", routingInfo={"account": "77", "doorNumber": "3"})
    reply = await route(client, created, UPS)
    assert reply.status_code == 200, reply.text
    shown = reply.json()
    assert {name: shown[name] for name in UPS} == UPS
    # It is the whole routing: what is left out is gone.
    assert (shown["account"], shown["doorNumber"], shown["pickupDate"]) == (None, None, None)
    again = await client.get(f"/orders/{number(created)}/routing")
    assert (again.json(), again.headers["ETag"]) == (shown, reply.headers["ETag"])
    now = await look(client, created)
    assert (now["etag"], now["routingInfo"], now["asnNumber"]) == (reply.headers["ETag"], UPS, "A")
    assert (await route(client, created, UPS)).status_code == 412
    (state,) = house.read(IN_PROCESS, read_state)["orders"]
    assert (state["tracking"], state["routing"]) == (
        "1Z1",
        {"carrier": "UPS", "mode": "03", "scacCode": "UPSN"},
    )
    assert (await route(client, now, {})).status_code == 200
    assert "routingInfo" not in await look(client, created)


async def test_routing_is_refused_as_any_change(client: httpx.AsyncClient) -> None:
    assert (await client.get("/orders/99/routing")).status_code == 404
    created = await create(client, "R-1")
    assert (await client.put(f"/orders/{number(created)}/routing", json=UPS)).status_code == 428
    assert refusal(await route(client, created, {"carrier": "x" * 256})) == (400, "ValueNotSupported")
    named = {"orderIdentifiers": [{"id": number(created)}]}
    await client.put("/orders/orderholder?holdReason=x", json=named)
    assert refusal(await route(client, await look(client, created), UPS)) == (403, "InUse")
    await client.put("/orders/orderholder?release=true", json=named)
    await act(client, await look(client, created), "canceler", {"reason": "x"})
    assert refusal(await route(client, await look(client, created), UPS)) == (403, "OrderCanceled")


async def test_carriers_are_shown_with_what_counts_for_those_that_say_nothing(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    load_seed(house, CARRIERS)
    shown = (await client.get("/properties/carriers")).json()
    assert shown["defaultBillingCodes"][0] == {"code": "Prepaid", "billingCodeType": 0}
    assert [set(service) for service in shown["defaultShipmentServices"]] == [{"code", "description"}] * 2
    ups, pony, _ = shown["_embedded"][CARRIER]
    assert ups == {
        "name": "UPS",
        "displayName": "UPS",
        "description": "",
        "carrierCode": "",
        "scacCode": "UPSN",
        "active": True,
        "deactivated": False,
        "disallowOnOrder": False,
        "shipmentServices": [
            {"shipEngineId": None, "code": "03", "description": "Ground", "deactivated": False}
        ],
        "billingCodes": [{"code": "FreightCollect", "billingCodeType": 1}],
    }
    assert (pony["active"], pony["deactivated"]) == (False, True)
    plain = (await client.get("/properties/carriers", headers={"Accept": "*/*"})).json()
    assert [carrier["Name"] for carrier in plain["ResourceList"]] == ["UPS", "Pony", "Inbound only"]
    load_seed(house, {"carriers": [CARRIERS["carriers"][0] | {"display_name": "United"}]})
    shown = (await client.get("/properties/carriers")).json()
    assert [carrier["displayName"] for carrier in shown["_embedded"][CARRIER]][:2] == ["United", "Pony"]


async def test_routing_keeps_to_the_list_once_there_is_one(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    created = await create(client, "R-1")
    assert (await route(client, created, {"carrier": "Pony"})).status_code == 200
    load_seed(house, CARRIERS)
    now = await look(client, created)
    for name in ("Pony", "Inbound only", "Rowing boat", "ups"):
        reply = await route(client, now, {"carrier": name})
        assert refusal(reply) == (400, "ValueNotSupported"), name
        assert reply.json()["Properties"] == [{"Name": "carrier", "Value": name}]
        body = order("R-2", routingInfo={"carrier": name})
        assert refusal(await client.post("/orders", json=body)) == (400, "ValueNotSupported"), name
        replaced = await client.put(f"/orders/{number(now)}", json=body, headers={"If-Match": now["etag"]})
        assert refusal(replaced) == (400, "ValueNotSupported"), name
    assert (await route(client, now, {"carrier": "", "mode": "03"})).status_code == 200
    assert (await route(client, await look(client, created), UPS)).status_code == 200


async def test_any_carrier_goes_where_the_switch_says_so(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(known_carriers_only=False))
    load_seed(house, CARRIERS)
    async with visiting(house) as client:
        created = await create(client, "R-1")
        assert (await route(client, created, {"carrier": "Rowing boat"})).status_code == 200
    house.close()


async def test_a_tracking_number_closes_the_orders_of_customers_who_want_that(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    eager = SEED["customers"][0] | {"close_on_tracking": True, "auto_charges_on_confirm": True}
    load_seed(house, {"customers": [eager]} | PRICES)
    routed = await create(client, "R-1")
    assert (await route(client, routed, {"carrier": "UPS"})).status_code == 200
    reply = await route(client, await look(client, routed), UPS)
    now = await look(client, routed)
    assert (reply.status_code, reply.headers["ETag"]) == (200, now["etag"])
    assert (now["readOnly"]["status"], now["routingInfo"]) == (1, UPS)
    assert len(now["billing"]["billingCharges"]) == 2
    packed = await create(client, "R-2")
    reply = await act(client, packed, "packages", {"trackingNumber": "1Z2"})
    assert reply.status_code == 201
    assert (await look(client, packed))["readOnly"]["status"] == 1
    # What cannot be closed keeps its number and stays open.
    short = await create(client, "R-3", line("TEA", 40))
    assert (await route(client, short, UPS)).status_code == 200
    now = await look(client, short)
    assert (now["readOnly"]["status"], now["routingInfo"]) == (0, UPS)


@pytest.mark.parametrize(
    ("table", "row", "told"),
    [
        ("carriers", {"name": ""}, "carriers, row 1, name: "),
        ("carriers", {"name": "X", "id": 1, "services": [{}]}, "carriers, row 1, services.0.code: "),
        ("price_rules", {"customer": "Nix"}, "price_rules, row 1, customer: there is no 'Nix'"),
        ("price_rules", {"charge_type": 9}, "price_rules, row 1, charge_type: "),
        ("price_rules", {"charge_type": 7, "automatic": False}, "price_rules, row 1, (whole): "),
        ("price_rules", {"price": 0.00001}, "price_rules, row 1, price: "),
        ("price_rules", {"id": 9}, "price_rules, row 1, id: is 1 already"),
        ("price_rules", {"label": "New", "id": 2}, "price_rules, row 1, id: belongs to another row"),
        ("customers", SEED["customers"][0] | {"currency_digits": 5}, "customers, row 1, currency_digits: "),
        ("facilities", SEED["facilities"][0] | {"last_close": "2026-11-01T00:00:00"}, "facilities, row 1, "),
    ],
)
def test_an_unusable_row_is_named(house: Warehouse, table: str, row: dict[str, Any], told: str) -> None:
    load_seed(house, PRICES)
    whole = PRICES["price_rules"][0] | row if table == "price_rules" else row
    with pytest.raises(SeedError) as caught:
        load_seed(house, {table: [whole]})
    assert str(caught.value).startswith(told)


def test_a_seed_tells_how_many_prices_and_carriers_it_held(house: Warehouse) -> None:
    for _ in range(2):
        assert load_seed(house, PRICES | CARRIERS) == {"carriers": 3, "price_rules": 5}
