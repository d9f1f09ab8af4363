"""Tokens, roles, and what a credential may see."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dockwire.clock import ManualClock
from dockwire.warehouse import Switches, Warehouse, load_seed
from tests.unit.warehouse.houses import CREDENTIALS, ORDERS, open_house, order, visiting

TOKEN = "/AuthServer/api/Token"
GRANT = {"grant_type": "client_credentials", "user_login": "integration"}


@pytest.fixture
async def gate(house: Warehouse) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that nobody lets in without a token."""
    load_seed(house, CREDENTIALS)
    async with visiting(house, control=False) as visitor:
        yield visitor


async def sign_in(gate: httpx.AsyncClient, client: str, secret: str, login: str) -> dict[str, str]:
    """Return the header that a credential's token makes."""
    body = {"grant_type": "client_credentials", "user_login": login}
    reply = await gate.post(TOKEN, auth=(client, secret), json=body)
    assert reply.status_code == 200, reply.text
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


async def test_a_token_opens_the_door_for_an_hour_of_the_clock(
    gate: httpx.AsyncClient, house: Warehouse
) -> None:
    reply = await gate.post(TOKEN, auth=("all", "s1"), json=GRANT)
    answer = reply.json()
    token = answer.pop("access_token")
    assert answer == {"token_type": "Bearer", "expires_in": 3600, "refresh_token": None, "scope": None}
    header = {"Authorization": f"Bearer {token}"}
    assert isinstance(house.clock, ManualClock)
    house.clock.advance(3599)
    assert (await gate.get("/orders", headers=header)).status_code == 200
    house.clock.advance(1)
    reply = await gate.get("/orders", headers=header)
    assert (reply.status_code, reply.content) == (401, b"")


async def test_how_long_a_token_is_good_is_a_switch(database_url: str) -> None:
    house = open_house(database_url, switches=Switches(token_seconds=1800))
    load_seed(house, CREDENTIALS)
    async with visiting(house, control=False) as gate:
        answer = (await gate.post(TOKEN, auth=("all", "s1"), json=GRANT)).json()
        assert answer["expires_in"] == 1800
        header = {"Authorization": f"Bearer {answer['access_token']}"}
        assert isinstance(house.clock, ManualClock)
        house.clock.advance(1799)
        assert (await gate.get("/orders", headers=header)).status_code == 200
        house.clock.advance(1)
        assert (await gate.get("/orders", headers=header)).status_code == 401
    house.close()


@pytest.mark.parametrize("explained", [False, True])
async def test_refusals_without_a_documented_body_have_one_only_by_a_switch(
    database_url: str, explained: bool
) -> None:
    house = open_house(database_url, switches=Switches(refusals_explained=explained))
    async with visiting(house) as client:
        await client.post("/orders", json=order("R-1"))
        replies = [
            await client.get("/orders/99"),
            await client.post("/orders/1/completer", headers={"If-Match": '"old"'}),
            await client.post("/orders/1/completer"),
        ]
    async with visiting(house, control=False) as gate:
        replies.append(await gate.get("/orders"))
    assert [reply.status_code for reply in replies] == [404, 412, 428, 401]
    codes = [reply.json()["ErrorCode"] if reply.content else None for reply in replies]
    known = ["DoesNotExist", "PreconditionFailed", "PreconditionRequired", "Unauthorized"]
    assert codes == (known if explained else [None] * 4)
    house.close()


@pytest.mark.parametrize(
    "header",
    [{}, {"Authorization": "Bearer nix"}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}],
)
async def test_without_a_good_token_every_door_is_shut(
    gate: httpx.AsyncClient, header: dict[str, str]
) -> None:
    for method, path in (
        ("GET", "/orders"),
        ("POST", "/orders"),
        ("GET", "/customers"),
        ("GET", "/orders/1"),
    ):
        assert (await gate.request(method, path, headers=header)).status_code == 401


@pytest.mark.parametrize("auth", [("all", "s2"), ("nobody", "s1"), ("", ""), ("a\x00b", "s1")])
async def test_an_unknown_client_is_told_so_in_the_vendors_words(
    gate: httpx.AsyncClient, auth: tuple[str, str]
) -> None:
    reply = await gate.post(TOKEN, auth=auth, json=GRANT)
    assert reply.status_code == 401
    assert reply.json() == {"Message": "invalid_client: client not registered"}


async def test_a_client_is_named_by_basic_authorization_only(gate: httpx.AsyncClient) -> None:
    for header in ({}, {"Authorization": "Basic %%%"}, {"Authorization": "Bearer x"}):
        assert (await gate.post(TOKEN, headers=header, json=GRANT)).status_code == 401
    assert (await gate.get(TOKEN)).status_code == 405


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_type": "password"},
        {"grant_type": None},
        {"user_login": None},
        {"user_login_id": 7},
        {"user_login": "somebody else"},
        {"user_login": None, "user_login_id": 8},
    ],
)
async def test_a_request_for_a_token_has_to_be_right(
    gate: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    assert (await gate.post(TOKEN, auth=("all", "s1"), json=GRANT | changes)).status_code == 400


async def test_the_login_may_be_given_by_number_and_the_guid_is_ignored(gate: httpx.AsyncClient) -> None:
    body = {"grant_type": "client_credentials", "user_login_id": "7", "tpl": "{1-2}"}
    assert (await gate.post(TOKEN, auth=("all", "s1"), json=body)).status_code == 200


async def test_a_missing_role_is_refused(gate: httpx.AsyncClient) -> None:
    viewer = await sign_in(gate, "viewer", "s3", "viewer")
    assert (await gate.get("/orders", headers=viewer)).status_code == 200
    for method, path, role in (
        ("POST", "/orders", "OrderWrite"),
        ("GET", "/customers/11/items", "ItemView"),
        ("POST", "/orders/1/completer", "OrderEdit"),
        ("POST", "/inventory/receivers", "ReceiverEdit"),
        ("POST", "/inventory/receivers/1/confirmer", "ReceiverEdit"),
        ("GET", "/inventory/receivers", "ReceiverView"),
        ("GET", "/inventory/stocksummaries", "InventoryDetailView"),
        ("GET", "/inventory", "InventoryDetailView"),
        ("GET", "/inventory/adjustments/1", "InventoryDetailView"),
        ("POST", "/inventory/adjustments", "InventoryEdit"),
        ("POST", "/inventory/adjustmentreverser/1", "InventoryEdit"),
    ):
        body = order("R-1") if method == "POST" else None
        reply = await gate.request(method, path, headers=viewer, json=body)
        assert (reply.status_code, reply.json()["ErrorCode"]) == (403, "RoleDenied"), path
        assert role in reply.json()["Hint"]


async def test_a_credential_of_one_customer_sees_nothing_of_others(gate: httpx.AsyncClient) -> None:
    everybody = await sign_in(gate, "all", "s1", "integration")
    acme = await sign_in(gate, "acme", "s2", "acme-only")
    theirs = await gate.post("/orders", json=order("R-1", customerIdentifier={"id": 12}), headers=everybody)
    mine = await gate.post("/orders", json=order("R-1"), headers=acme)
    assert mine.json()["readOnly"]["createdByIdentifier"] == {"name": "acme-only"}
    hidden = theirs.json()["readOnly"]["orderId"]

    listed = (await gate.get("/orders", headers=acme)).json()["_embedded"][ORDERS]
    assert [entry["readOnly"]["customerIdentifier"]["id"] for entry in listed] == [11]
    for path in (f"/orders/{hidden}", "/customers/12", "/customers/12/items", "/customers/12/itemaliases"):
        assert (await gate.get(path, headers=acme)).status_code == 404, path
    match = {"If-Match": theirs.headers["ETag"]}
    cancel = await gate.post(f"/orders/{hidden}/canceler", json={"reason": "x"}, headers=acme | match)
    assert cancel.status_code == 404
    hold = await gate.put(
        "/orders/orderholder?holdReason=x", json={"orderIdentifiers": [{"id": hidden}]}, headers=acme
    )
    assert hold.json()["heldOrderIds"] == []
    create = await gate.post("/orders", json=order("R-2", customerIdentifier={"id": 12}), headers=acme)
    assert create.json()["ErrorCode"] == "DoesNotExist"
    stock = (await gate.get("/inventory/stocksummaries", headers=acme)).json()
    assert {row["itemIdentifier"]["id"] for row in stock["summaries"]} == {1, 2}
    details = await gate.get("/inventory/stockdetails?customerid=12&facilityid=3", headers=acme)
    assert details.json()["totalResults"] == 0
    inventory = (await gate.get("/inventory", headers=acme)).json()["_embedded"]["item"]
    assert {row["customerIdentifier"]["id"] for row in inventory} == {11}
    for path in ("/inventory/receivers/2", "/inventory/adjustments/1"):
        assert (await gate.get(path, headers=acme)).status_code == 404, path
    facilities = await gate.get("/properties/facilities?customerId=12", headers=acme)
    assert facilities.json()["totalResults"] == 0


async def test_expired_tokens_are_forgotten(house: Warehouse, gate: httpx.AsyncClient) -> None:
    assert isinstance(house.clock, ManualClock)
    await sign_in(gate, "all", "s1", "integration")
    house.clock.advance(4000)
    await sign_in(gate, "all", "s1", "integration")
    tokens = house._database.read(lambda link: link.exec_driver_sql("SELECT * FROM tokens").all())
    assert len(tokens) == 1
