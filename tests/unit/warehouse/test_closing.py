"""Closing one order, and opening it again: what it takes, what changes, what is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dockwire.clock import ManualClock
from dockwire.faults import FaultRules, Faults
from dockwire.warehouse import Switches, Warehouse, load_seed
from tests.unit.warehouse.closings import act, billing, charge, charged, close, look, refusal
from tests.unit.warehouse.houses import (
    CREDENTIALS,
    SEED,
    START,
    available,
    create,
    line,
    number,
    open_house,
    order,
    visiting,
)


async def test_a_closed_order_has_shipped_and_is_left_alone(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 3))
    reply = await close(client, created, trackingNumber="1Z9", doorNumber="7", recalcAutoCharges=False)
    assert (reply.status_code, reply.content) == (204, b"")
    now = await look(client, created)
    shown = now["readOnly"]
    assert (shown["status"], shown["isClosed"], shown["processDate"]) == (1, True, "2026-11-02T09:00:00")
    assert now["routingInfo"] == {"trackingNumber": "1Z9", "doorNumber": "7"}
    assert now["etag"] != created["etag"]
    for method, action, body in (
        ("POST", "confirmer", {}),
        ("POST", "canceler", {"reason": "x"}),
        ("PUT", "routing", {"carrier": "UPS"}),
        ("POST", "packages", {}),
        ("PUT", "allocator", {}),
        ("PUT", "", order("R-1")),
    ):
        refused = (
            await act(client, now, action, body, method=method)
            if action
            else await client.put(f"/orders/{number(now)}", json=body, headers={"If-Match": now["etag"]})
        )
        assert refusal(refused) == (403, "OrderConfirmed"), action
    assert await look(client, created) == now


async def test_closing_keeps_the_routing_and_completes(client: httpx.AsyncClient) -> None:
    routing = {"carrier": "UPS", "mode": "03", "trackingNumber": "old", "doorNumber": "7"}
    created = await create(client, "R-1", routingInfo=routing, deferNotification=True)
    assert (await act(client, created, "allocator", {}, method="PUT")).status_code == 204
    assert (await close(client, await look(client, created), trackingNumber="new")).status_code == 204
    now = await look(client, created)
    assert now["routingInfo"] == routing | {"trackingNumber": "new"}
    assert now["readOnly"]["deferNotification"] is False


async def test_closing_lets_the_goods_go(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("SET", 2))
    await create(client, "R-2", line("MUG", 1))
    assert (await close(client, created)).status_code == 204
    rows = (await client.get("/inventory/stocksummaries?rql=facilityId==3")).json()["summaries"]
    mug, tea = (row for row in rows if row["itemIdentifier"]["id"] in {1, 2})
    assert (mug["totalReceived"], mug["allocated"], mug["available"], mug["onHand"]) == (10, 5, 5, 6)
    assert (tea["totalReceived"], tea["allocated"], tea["available"], tea["onHand"]) == (4, 2, 2, 2)
    assert await available(client) == {"MUG": 5, "TEA": 2}


async def test_who_polls_for_closed_orders_finds_them(house: Warehouse, client: httpx.AsyncClient) -> None:
    assert isinstance(house.clock, ManualClock)
    first, second = await create(client, "R-1"), await create(client, "R-2")
    await create(client, "R-3")
    house.clock.advance(3600)
    assert (await close(client, second)).status_code == 204
    house.clock.advance(60)
    assert (await close(client, first, trackingNumber="1Z")).status_code == 204
    wanted = "ReadOnly.lastModifiedDate=ge=2026-11-02T10:00:00;readonly.isclosed==true"
    for sort, references in (("", ["R-2", "R-1"]), ("-", ["R-1", "R-2"])):
        query = {"rql": wanted, "sort": f"{sort}ReadOnly.lastModifiedDate", "detail": "Packages"}
        reply = await client.get("/orders", params=query)
        (found,) = reply.json()["_embedded"].values()
        assert [each["referenceNum"] for each in found] == references
    assert found[0]["readOnly"]["packages"] == []


async def test_closing_needs_the_present_etag(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1")
    for action in ("confirmer", "unconfirmer"):
        url = f"/orders/{number(created)}/{action}"
        assert (await client.post(url, json={})).status_code == 428
        assert (await client.post(url, json={}, headers={"If-Match": '"old"'})).status_code == 412
        missing = await client.post(f"/orders/99/{action}", json={}, headers={"If-Match": '"old"'})
        assert missing.status_code == 404


async def test_closing_needs_a_role_of_its_own(house: Warehouse) -> None:
    roles = ["OrderView", "OrderWrite", "OrderConfirm"]
    closer = {"client_id": "closer", "client_secret": "s9", "user_login": "closer", "roles": roles}
    load_seed(house, {"credentials": [CREDENTIALS["credentials"][0], closer]})
    async with visiting(house, control=True) as client:
        created = await house_order(house)
        for name, secret, login, closes, routes in (
            ("all", "s1", "integration", 403, 200),
            ("closer", "s9", "closer", 412, 403),
        ):
            grant = {"grant_type": "client_credentials", "user_login": login}
            reply = await client.post("/AuthServer/api/Token", auth=(name, secret), json=grant)
            client.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
            assert (await act(client, created, "routing", {}, method="PUT")).status_code == routes
            assert (await close(client, created)).status_code == closes
            for action in ("confirmer", "unconfirmer"):
                named = {"orderIdentifiers": [{"id": 99}]}
                many = await client.post(f"/orders/{action}", json=named)
                assert many.status_code == (403 if closes == 403 else 400)
            assert (await act(client, created, "unconfirmer")).status_code == closes


async def house_order(house: Warehouse) -> dict[str, Any]:
    """Return an order that was made past any credential."""
    async with visiting(house) as client:
        return await create(client, "R-1")


async def test_what_forbids_closing_is_told_in_a_fixed_order(
    house: Warehouse, client: httpx.AsyncClient
) -> None:
    load_seed(house, {"facilities": [SEED["facilities"][0] | {"last_close": START - timedelta(days=2)}]})
    short = await create(client, "R-1", line("MUG", 11))
    tomorrow, long_ago = "2026-11-03T09:00:00", "2026-10-01T09:00:00"
    assert refusal(await close(client, short, confirmDate=tomorrow)) == (403, "NotFullyAllocated")
    held = {"orderIdentifiers": [{"id": number(short)}]}
    await client.put("/orders/orderholder?holdReason=x", json=held)
    assert refusal(await close(client, await look(client, short))) == (403, "InUse")
    await client.put("/orders/orderholder?release=true", json=held)
    await act(client, await look(client, short), "canceler", {"reason": "x"})
    assert refusal(await close(client, await look(client, short))) == (403, "OrderCanceled")
    full = await create(client, "R-2", line("MUG", 10))
    bad = billing(charge(0.001))
    assert refusal(await close(client, full, confirmDate=tomorrow, **bad)) == (403, "DateInFuture")
    assert refusal(await close(client, full, confirmDate=long_ago, **bad)) == (403, "DateBeforeFreeze")
    assert refusal(await close(client, full, **bad)) == (400, "ValueNotSupported")
    assert await look(client, full) == full


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"confirmDate": "soon"}, "confirmDate"),
        ({"invoiceCreationInfo": {"setInvoiceDate": True}}, "invoiceCreationInfo"),
        ({"recalcAutoCharges": "yes"}, "recalcAutoCharges"),
        ({"trackingNumber": "x" * 256}, "trackingNumber"),
        (billing({"chargeType": 7, "subtotal": 1}), "billing.billingCharges[0].chargeType"),
        (billing({"chargeType": 8, "subtotal": 1}), "billing.billingCharges[0].chargeType"),
        (billing({"subtotal": 1}), "billing.billingCharges[0].chargeType"),
        (billing({"chargeType": 5, "details": []}), "billing.billingCharges[0].subtotal"),
        (billing(charge(1) | {"subtotal": 2}), "billing.billingCharges[0].subtotal"),
        (billing(charge(1), charge(0.005)), "billing.billingCharges[1].subtotal"),
        (billing(charge(10**9, units=2)), "billing.billingCharges[0].subtotal"),
        (billing(charge(1, units=-1)), "billing.billingCharges[0].details[0].numUnits"),
        (billing(charge(1, label=" ")), "billing.billingCharges[0].details[0].chargeLabel"),
    ],
)
async def test_a_request_that_cannot_be_meant_closes_nothing(
    client: httpx.AsyncClient, body: dict[str, Any], member: str
) -> None:
    created = await create(client, "R-1")
    reply = await close(client, created, **body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["Properties"][0]["Name"] == member
    assert await look(client, created) == created


async def test_a_date_without_offset_means_the_earlier_reading(database_url: str) -> None:
    # Half past one, for the first time of that night in Los Angeles, which comes again an hour later.
    house = open_house(database_url, start=datetime(2026, 11, 1, 8, 45, tzinfo=UTC))
    async with visiting(house) as client:
        created = await create(client, "R-1")
        assert refusal(await close(client, created, confirmDate="2026-11-01T01:50:00")) == (
            403,
            "DateInFuture",
        )
        assert (await close(client, created, confirmDate="2026-11-01T01:40:00")).status_code == 204
        assert (await look(client, created))["readOnly"]["processDate"] == "2026-11-01T01:40:00"
    house.close()


async def test_of_two_who_close_at_once_one_finds_the_order_changed(client: httpx.AsyncClient) -> None:
    created = await create(client, "R-1", line("MUG", 4))
    replies = await asyncio.gather(*(close(client, created, **billing(charge())) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [204, 412, 412, 412]
    assert charged(await look(client, created)) == [("Relabel", 7, False)]


async def test_of_closing_and_cancelling_at_once_one_is_carried_out(client: httpx.AsyncClient) -> None:
    created = [await create(client, f"R-{n}") for n in range(4)]
    acts = [close(client, each) for each in created]
    acts += [act(client, each, "canceler", {"reason": "x"}) for each in created]
    replies = await asyncio.gather(*acts)
    for each, confirmed, cancelled in zip(created, replies[:4], replies[4:], strict=True):
        codes = {confirmed.status_code: 1, cancelled.status_code: 2}
        assert set(codes) == {204, 412}
        assert (await look(client, each))["readOnly"]["status"] == codes[204]


async def test_a_lost_reply_leaves_one_set_of_charges(house: Warehouse) -> None:
    rules = FaultRules.model_validate({"rules": [{"path": "/confirmer$", "nth": 1, "effect": "lost_reply"}]})
    async with visiting(house, embedded=True, around=lambda api: Faults(api, rules)) as client:
        created = await create(client, "R-1")
        with pytest.raises(httpx.RemoteProtocolError):
            await close(client, created, **billing(charge()))
        assert (await close(client, created, **billing(charge()))).status_code == 412
        now = await look(client, created)
        assert refusal(await close(client, now, **billing(charge()))) == (403, "OrderConfirmed")
        assert charged(await look(client, created)) == [("Relabel", 7, False)]


async def test_an_order_without_lines_cannot_be_closed(database_url: str) -> None:
    house = open_house(database_url, switches=Switches.model_validate({"missing_lines": "delete"}))
    async with visiting(house) as client:
        created = await create(client, "R-1")
        body = order("R-1") | {"orderItems": []}
        reply = await client.put(
            f"/orders/{number(created)}", json=body, headers={"If-Match": created["etag"]}
        )
        assert reply.status_code == 200
        assert refusal(await close(client, await look(client, created))) == (403, "NotFullyAllocated")
    house.close()


async def test_a_closed_order_is_refused_with_the_code_that_the_switch_says(database_url: str) -> None:
    house = open_house(
        database_url, switches=Switches.model_validate({"confirmed_again": "AlreadyCompleted"})
    )
    async with visiting(house) as client:
        created = await create(client, "R-1")
        assert (await close(client, created)).status_code == 204
        assert refusal(await close(client, await look(client, created))) == (403, "AlreadyCompleted")
    house.close()


async def test_an_order_that_is_opened_again_keeps_goods_tracking_and_charges(
    client: httpx.AsyncClient,
) -> None:
    created = await create(client, "R-1", line("MUG", 2))
    assert refusal(await act(client, created, "unconfirmer")) == (403, "OrderNotConfirmed")
    await close(client, created, trackingNumber="1Z", **billing(charge()))
    closed = await look(client, created)
    assert (await act(client, closed, "unconfirmer")).status_code == 204
    now = await look(client, created)
    shown = now["readOnly"]
    assert (shown["status"], shown["isClosed"], shown["processDate"]) == (0, False, None)
    assert shown["fullyAllocated"] is True
    assert now["routingInfo"]["trackingNumber"] == "1Z"
    assert charged(now) == [("Relabel", 7, False)]
    assert await available(client) == {"MUG": 8, "TEA": 4}
    assert (await act(client, now, "canceler", {"reason": "x"})).status_code == 204
    cancelled = await look(client, created)
    assert refusal(await act(client, cancelled, "unconfirmer")) == (403, "OrderCanceled")
    assert await available(client) == {"MUG": 10, "TEA": 4}


async def test_an_order_that_is_opened_again_loses_its_charges_where_the_switch_says_so(
    database_url: str,
) -> None:
    house = open_house(database_url, switches=Switches(reopening_keeps_charges=False))
    async with visiting(house) as client:
        created = await create(client, "R-1")
        await close(client, created, **billing(charge()))
        assert (await act(client, await look(client, created), "unconfirmer")).status_code == 204
        assert charged(await look(client, created)) == []
    house.close()
