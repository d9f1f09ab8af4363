"""Around the operations: the clock's Date, plain 500s, the journal, /_sim, and a real server."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from dockwire.clock import ManualClock, SystemClock
from dockwire.faults import FaultRules, Faults, fault_route
from dockwire.sealing import Sealer
from dockwire.warehouse import Warehouse, build_app, load_seed
from dockwire.warehouse.resources import Listing
from dockwire.warehouse.web.shapes import show
from tests.servers import serve
from tests.unit.warehouse.closings import act, billing, charge, line_ids
from tests.unit.warehouse.houses import (
    CREDENTIALS,
    HAL,
    KEY,
    SEED,
    START,
    create,
    line,
    noting_statements,
    order,
    receipt,
    visiting,
)


async def test_answers_carry_the_date_of_the_warehouse_clock(
    client: httpx.AsyncClient, house: Warehouse
) -> None:
    assert isinstance(house.clock, ManualClock)
    house.clock.advance(86_400)
    for path in ("/orders", "/orders/99", "/nowhere"):
        reply = await client.get(path)
        assert parsedate_to_datetime(reply.headers["Date"]) == START + timedelta(days=1)
        assert reply.headers.get_list("Date") == [reply.headers["Date"]]


async def test_what_the_warehouse_does_not_do_is_not_there(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    for method, path in (
        ("POST", f"/orders/{created['readOnly']['orderId']}/transferrer"),
        ("GET", "/properties/palletTypes"),
        ("GET", "/orders/"),
        ("GET", "/_sim/state"),
        ("GET", "/"),
    ):
        reply = await client.request(method, path)
        assert (reply.status_code, reply.json()["ErrorCode"]) == (404, "DoesNotExist"), path
    assert (await client.delete("/orders")).status_code == 405


async def test_a_failure_is_a_plain_500_and_tells_nothing_personal(
    house: Warehouse, client: httpx.AsyncClient, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    # Opened later it would miss the key that the order is sealed with.
    stranger = Warehouse.open(database_url, sealer=Sealer([Sealer.new_key()]), clock=house.clock)
    await create(client, "R-1")
    with caplog.at_level(logging.INFO):
        async with visiting(stranger, embedded=True, control=True) as visitor:
            reply = await visitor.get("/orders/1")
            journal = (await visitor.get("/_sim/requests")).json()
    assert (reply.status_code, reply.headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert [(entry["operation"], entry["status"]) for entry in journal] == [("GET /orders/{order_id}", 500)]
    (record,) = [record for record in caplog.records if record.name.startswith("dockwire")]
    assert record.getMessage().startswith("unexpected SealError at sealing.py:")
    assert record.exc_info is None
    stranger.close()


async def test_problems_name_members_and_never_what_is_personal(client: httpx.AsyncClient) -> None:
    body = order("R-1")
    for name in ("name", "address1", "zip", "phoneNumber", "emailAddress", "city"):
        secret = "Secret" * 60
        reply = await client.post("/orders", json=body | {"shipTo": body["shipTo"] | {name: secret}})
        assert reply.json()["Properties"] == [{"Name": f"shipTo.{name}", "Value": None}]
        assert "Secret" not in reply.text


async def test_the_state_shows_orders_and_stock_and_nobodys_address(house: Warehouse) -> None:
    async with visiting(house, embedded=True, control=True) as client:
        saved = [{"name": "item", "value": "4711"}]
        await create(
            client, "R-1", line("MUG", "2.5", savedElements=saved), savedElements=saved, notes="gift"
        )
        await client.put("/orders/orderholder?holdReason=x", json={"orderIdentifiers": [{"id": 1}]})
        reply = await client.get("/_sim/state")
    state = reply.json()
    assert state["orders"] == [
        {
            "orderId": 1,
            "referenceNum": "R-1",
            "customerId": 11,
            "facilityId": 3,
            "status": 0,
            "onHold": True,
            "fullyAllocated": True,
            "items": [{"sku": "MUG", "qty": 2.5, "savedElements": saved}],
            "savedElements": saved,
            "tracking": "",
            "routing": {"carrier": "", "mode": "", "scacCode": ""},
            "packages": [],
            "charges": [],
            "chargesTotal": 0,
        }
    ]
    assert [(row["sku"], row["received"], row["allocated"]) for row in state["stock"]] == [
        ("MUG", 10, 2.5),
        ("TEA", 4, 0),
        ("MUG", 5, 0),
    ]
    for text in ("Ann", "Sample", "97477", "555", "example.net", "gift"):
        assert text not in reply.text


async def test_stock_is_moved_without_a_token_and_as_the_warehouse_itself(house: Warehouse) -> None:
    parties = {"customerIdentifier": {"id": 11}, "facilityIdentifier": {"id": 3}}
    async with visiting(house, control=True) as client:
        received = await client.post("/_sim/receive", json=receipt(line("TEA", 5)))
        assert (received.status_code, received.json()["readOnly"]["status"]) == (201, 1)
        change = parties | {"reason": "x", "adjustmentItems": [line("MUG", "-1.5")]}
        assert (await client.post("/_sim/adjust", json=change)).status_code == 201
        goods = {"receiveItemIdentifiers": [{"id": 2}], "reason": "recalled"}
        held = await client.post("/_sim/quarantine", json=goods)
        assert held.json()["heldReceiveItemIds"] == [2]
        stock = (await client.get("/_sim/state")).json()["stock"]
        refused = await client.post("/_sim/adjust", json={})
        assert (refused.status_code, refused.json()["ErrorCode"]) == (400, "Required")
        assert (await client.post("/_sim/receive", content=b"{")).status_code == 400
    assert [(row["sku"], row["received"], row["adjusted"], row["onHold"]) for row in stock] == [
        ("MUG", 10, -1.5, False),
        ("TEA", 4, 0, True),
        ("MUG", 5, 0, False),
        ("TEA", 5, 0, False),
    ]


def test_a_thing_with_two_lists_keeps_both() -> None:
    thing = {"a": Listing("rel/a", [{"x": 1}]), "b": Listing("rel/b", [])}
    assert show(thing, hal=True) == {"_embedded": {"rel/a": [{"x": 1}], "rel/b": []}}
    assert show(thing, hal=False) == {"A": [{"X": 1}], "B": []}


async def test_the_journal_tells_operations_without_queries(house: Warehouse) -> None:
    async with visiting(house, control=True) as client:
        load_seed(house, CREDENTIALS)
        await client.get("/orders?rql=referencenum==secret")
        grant = {"grant_type": "client_credentials", "user_login": "integration"}
        await client.post("/AuthServer/api/Token", auth=("all", "s1"), json=grant)
        await client.get("/nowhere")
        reply = await client.get("/_sim/requests")
    assert [(entry["operation"], entry["path"], entry["status"]) for entry in reply.json()] == [
        ("GET /orders", "/orders", 401),
        ("POST /AuthServer/api/Token", "/AuthServer/api/Token", 200),
        ("GET (unknown)", "/nowhere", 404),
    ]
    assert reply.json()[0]["time"] == START.isoformat()
    assert reply.json()[0]["throttled"] is False
    assert "secret" not in reply.text


async def test_the_clock_can_be_wound(house: Warehouse, database_url: str) -> None:
    async with visiting(house, embedded=True, control=True) as client:
        reply = await client.post("/_sim/clock", json={"advance_seconds": 1.5})
        assert reply.json() == {"now": (START + timedelta(seconds=1.5)).isoformat()}
        for body in (b"", b"[]", b'{"advance_seconds": -1}', b'{"advance_seconds": true}'):
            assert (await client.post("/_sim/clock", content=body)).status_code == 400
    real = Warehouse.open(database_url, sealer=Sealer([KEY]), clock=SystemClock())
    async with visiting(real, embedded=True, control=True) as client:
        reply = await client.post("/_sim/clock", json={"advance_seconds": 86_400})
        ahead = datetime.fromisoformat(reply.json()["now"]) - datetime.now(UTC)
        assert timedelta(hours=23, minutes=59) < ahead <= timedelta(days=1)
    real.close()


def test_a_real_server_answers_with_one_date(house: Warehouse) -> None:
    load_seed(house, CREDENTIALS)
    with serve(build_app(house)) as url, httpx.Client(base_url=url, headers=HAL, timeout=60) as client:
        grant = {"grant_type": "client_credentials", "user_login": "integration"}
        reply = client.post("/AuthServer/api/Token", auth=("all", "s1"), json=grant)
        client.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
        reply = client.post("/orders", json=order("R-1"))
        assert reply.status_code == 201
        assert reply.headers.get_list("Date") == ["Mon, 02 Nov 2026 17:00:00 GMT"]
        canceler = f"/orders/{reply.json()['readOnly']['orderId']}/canceler"
        match = {"If-Match": reply.headers["ETag"]}
        assert client.post(canceler, json={"reason": "x"}, headers=match).status_code == 204
        assert client.get("/orders").json()["totalResults"] == 1


async def test_an_order_costs_no_more_the_more_there_are(house: Warehouse, client: httpx.AsyncClient) -> None:
    load_seed(house, {"receipts": [SEED["receipts"][0] | {"reference": "IN-99", "qty": 1000}]})
    costs = []
    for n in range(20):
        with noting_statements(house) as sent:
            await create(client, f"R-{n}", line("MUG", 1), line("TEA", 1))
            await client.get("/orders?detail=All&itemdetail=All")
        costs.append(len(sent))
    # The fifth order takes the last tea: one place less to take from.
    assert set(costs[:4]) == {costs[0]}
    assert max(costs) == costs[0]


async def test_what_stands_around_the_api_is_journaled_as_the_client_saw_it(house: Warehouse) -> None:
    refusal = {"path": "/orders$", "nth": 1, "effect": {"kind": "status", "status": 429}}
    lost = {"path": "/orders$", "nth": 2, "effect": "lost_reply"}
    rules = FaultRules.model_validate({"rules": [refusal, lost, {"path": "_sim", "effect": "cut"}]})
    options: dict[str, Any] = {"embedded": True, "control": True, "more_control": [fault_route(rules)]}
    async with visiting(house, around=lambda api: Faults(api, rules), **options) as client:
        assert (await client.post("/orders", json=order("R-1"))).status_code == 429
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("/orders", json=order("R-1"))
        assert (await client.post("/orders", json=order("R-1"))).json()["ErrorCode"] == "Duplicate"
        journal = (await client.get("/_sim/requests")).json()
        assert (await client.get("/_sim/faults")).json()["rules"][1]["fired"] == 1
    assert [(entry["status"], entry["throttled"]) for entry in journal] == [
        (429, True),
        (0, False),
        (400, False),
    ]


async def test_a_reset_forgets_orders_and_keeps_stock_and_parties(house: Warehouse) -> None:
    async with visiting(house, embedded=True, control=True) as client:
        before = (await client.get("/_sim/state")).json()
        created = await create(client, "R-1", line("SET", 1), line("MUG", 20), **billing(charge()))
        contents = {"packageContents": [{"orderItemId": line_ids(created)[0], "qty": 1}]}
        assert (await act(client, created, "packages", contents)).status_code == 201
        assert (await client.post("/_sim/reset", json={"seed": 7})).json() == {"orders": 0}
        assert (await client.get("/_sim/state")).json() == before
        assert (await client.get("/_sim/requests")).json() == []
        await create(client, "R-1")
