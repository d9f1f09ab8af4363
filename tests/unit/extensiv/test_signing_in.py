"""Tokens against a warehouse that asks for them: one for many calls, renewed, and refusals told apart."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from dockwire.clock import ManualClock
from dockwire.errors import AccessDenied, NotFound, Outdated, RemoteError, Unavailable, WrongCredentials
from dockwire.extensiv import WarehouseCredentials
from dockwire.model.ids import WarehouseOrderId
from dockwire.warehouse import Switches, Warehouse, load_seed
from tests.unit.extensiv.stock import ACME, EVERYTHING, VIEWER, draft, noting, opened, rules
from tests.unit.warehouse.houses import CREDENTIALS, open_house

TOKEN = "/AuthServer/api/Token"


@pytest.fixture
def guarded(house: Warehouse) -> Warehouse:
    """Give a warehouse that somebody may sign in to."""
    load_seed(house, CREDENTIALS)
    return house


def clock_of(house: Warehouse) -> ManualClock:
    assert isinstance(house.clock, ManualClock)
    return house.clock


async def test_many_calls_share_one_token_until_shortly_before_its_end(guarded: Warehouse) -> None:
    app = noting(guarded, guarded=True)
    async with opened(app, credentials=EVERYTHING, clock=clock_of(guarded)) as client:
        await asyncio.gather(*(client.find_order(f"R-{n}", ACME) for n in range(20)))
        assert app.count(TOKEN) == 1
        clock_of(guarded).advance(3600 - 60)
        await client.find_order("R-1", ACME)
        assert app.count(TOKEN) == 2
    assert app.count("GET /orders") == 21


async def test_a_token_refused_is_replaced_once_and_the_call_sent_again(guarded: Warehouse) -> None:
    faults = rules(
        {"method": "POST", "path": "/orders$", "nth": 1, "effect": {"kind": "status", "status": 401}}
    )
    app = noting(guarded, faults, guarded=True)
    async with opened(app, credentials=EVERYTHING) as client:
        placed = await client.create_order(draft())
        assert (await client.get_order(placed.order_id)) == placed
    assert (app.count(TOKEN), app.count("POST /orders")) == (2, 2)


async def test_a_token_refused_again_is_told_and_not_asked_for_without_end(guarded: Warehouse) -> None:
    faults = rules({"path": "/orders$", "effect": {"kind": "status", "status": 401}})
    app = noting(guarded, faults, guarded=True)
    async with opened(app, credentials=EVERYTHING) as client:
        with pytest.raises(AccessDenied, match="does not accept the token"):
            await client.create_order(draft())
    assert (app.count(TOKEN), app.count("POST /orders")) == (2, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(EVERYTHING, client_secret=SecretStr("hush-hush")),
        replace(EVERYTHING, client_id="nobody"),
        replace(EVERYTHING, user_login="somebody else"),
        replace(EVERYTHING, user_login=""),
    ],
)
async def test_a_wrong_credential_is_told_and_what_to_check(
    guarded: Warehouse, wrong: WarehouseCredentials
) -> None:
    app = noting(guarded, guarded=True)
    async with opened(app, credentials=wrong) as client:
        with pytest.raises(
            WrongCredentials, match="check client_id, client_secret and the user login"
        ) as caught:
            await client.customers()
    assert "hush" not in str(caught.value)
    assert (app.count(TOKEN), app.count("GET")) == (1, 0)


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [
        (EVERYTHING, {"user_login": "integration"}),
        (replace(EVERYTHING, user_login_id=7), {"user_login_id": 7}),
        (replace(EVERYTHING, tpl="{1-2}"), {"user_login": "integration", "tpl": "{1-2}"}),
    ],
)
async def test_the_login_goes_by_name_or_by_number_never_both(
    guarded: Warehouse, credentials: WarehouseCredentials, sent: dict[str, Any]
) -> None:
    app = noting(guarded, guarded=True)
    bodies: list[bytes] = []

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        async def heard() -> Any:
            message = await receive()
            if scope["path"] == TOKEN:
                bodies.append(message.get("body", b""))
            return message

        await app(scope, heard, send)

    async with opened(listening, credentials=credentials) as client:
        assert await client.customers()
    assert [json.loads(body) for body in bodies if body] == [{"grant_type": "client_credentials", **sent}]


@pytest.mark.parametrize(
    "effect",
    [
        "html_success",
        "empty_success",
        "cut",
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 404},
    ],
    ids=str,
)
async def test_a_token_endpoint_that_does_not_answer_is_no_wrong_credential(
    guarded: Warehouse, effect: Any
) -> None:
    app = noting(guarded, rules({"path": TOKEN, "effect": effect}), guarded=True)
    async with opened(app, credentials=EVERYTHING) as client:
        with pytest.raises(Unavailable):
            await client.customers()
    assert (app.count(TOKEN), app.count("GET")) == (3, 0)


async def test_a_missing_role_is_told_by_its_name(guarded: Warehouse) -> None:
    async with opened(noting(guarded, guarded=True), credentials=VIEWER) as client:
        with pytest.raises(AccessDenied, match="OrderWrite"):
            await client.create_order(draft())


@pytest.mark.parametrize("explained", [False, True])
async def test_the_status_alone_tells_refusals_apart(sqlite_url: str, explained: bool) -> None:
    house = open_house(sqlite_url, switches=Switches(refusals_explained=explained))
    kinds: list[type[RemoteError]] = []
    async with opened(noting(house)) as client:
        placed = await client.create_order(draft())
        await client.hold_order(placed, "reason")
        for order in (placed, replace(placed, order_id=WarehouseOrderId(99))):
            with pytest.raises(RemoteError) as caught:
                await client.cancel_order(order, "reason")
            kinds.append(type(caught.value))
    async with opened(noting(house, guarded=True)) as client:
        with pytest.raises(AccessDenied):
            await client.customers()
    assert kinds == [Outdated, NotFound]
    house.close()
