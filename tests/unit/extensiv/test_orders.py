"""Creating, cancelling and holding orders in a real warehouse."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dockwire.errors import Duplicate, NotFound, Outdated, Refused, Unanswered, Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.ids import CustomerId, FacilityId, WarehouseOrderId
from dockwire.model.warehouse import PlacedStatus
from dockwire.warehouse import Warehouse
from dockwire.warehouse.state import read_state
from dockwire.warehouse.work import IN_PROCESS
from tests.builders import address
from tests.unit.extensiv.stock import ACME, Noting, draft, line, noting, opened, rules

AWKWARD = "R+1/2 (3),4%5;6'7\"8 ü*&=?#"


def orders(house: Warehouse) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.read(IN_PROCESS, read_state)["orders"]
    return found


async def test_an_order_is_created_and_described(client: WarehouseClient, house: Warehouse) -> None:
    placed = await client.create_order(draft("R-1"))
    assert (placed.reference, placed.customer_id, placed.status) == ("R-1", ACME, PlacedStatus.OPEN)
    assert placed.fully_allocated
    assert not placed.on_hold
    assert placed.etag
    assert placed == await client.get_order(placed.order_id)
    assert [order["orderId"] for order in orders(house)] == [placed.order_id]


async def test_everything_of_a_draft_arrives(client: WarehouseClient) -> None:
    given = draft(
        AWKWARD,
        ship_to=address(
            name="Zoë Müller 山田",
            company="Ünïcode & Söhne",
            lines=("1 Straße", "c/o Łukasz", "東京"),
            district="Mitte",
        ),
        lines=(line("TEA", "2", notes="Gift: ❤"), line("MUG", "1.5")),
        po_number="PO 1",
        notes="Handle ❤ with care",
        shipping_notes="Gate 5",
        earliest_ship=datetime(2026, 11, 3, 7, 30, tzinfo=UTC),
        ship_by=datetime(2026, 7, 1, 12, tzinfo=UTC),
        saved=(("AmazonOrderId", "111-0000001-0000001"), ("Empty", "")),
    )
    placed = await client.create_order(given)
    # The client keeps little of an order, so the whole is read past it.
    reply = await client._client.get(f"/orders/{placed.order_id}", params={"detail": "All"})
    whole = reply.json()
    ship_to = whole["shipTo"]
    assert (ship_to["name"], ship_to["companyName"]) == ("Zoë Müller 山田", "Ünïcode & Söhne")
    assert [
        part
        for part in ("1 Straße", "c/o Łukasz", "東京", "Mitte")
        if part in ship_to["address1"] + ship_to["address2"]
    ] == ["1 Straße", "c/o Łukasz", "東京", "Mitte"]
    assert (whole["referenceNum"], whole["poNum"], whole["notes"], whole["shippingNotes"]) == (
        AWKWARD,
        "PO 1",
        "Handle ❤ with care",
        "Gate 5",
    )
    # Half past seven in UTC is still the evening before in Los Angeles; July has summer time.
    assert (whole["earliestShipDate"], whole["shipCancelDate"]) == (
        "2026-11-02T23:30:00",
        "2026-07-01T05:00:00",
    )
    assert whole["savedElements"] == [{"name": "AmazonOrderId", "value": "111-0000001-0000001"}]
    lines = whole["_embedded"]["http://api.3plCentral.com/rels/orders/item"]
    assert [(each["itemIdentifier"]["sku"], each["qty"], each["externalId"]) for each in lines] == [
        ("TEA", 2, "77"),
        ("MUG", 1.5, "77"),
    ]


async def test_an_address_without_postal_code_or_city_is_taken_where_there_are_none(
    client: WarehouseClient,
) -> None:
    placed = await client.create_order(
        draft(ship_to=address(postal_code="", city="", state="", country="AE"))
    )
    reply = await client._client.get(f"/orders/{placed.order_id}", params={"detail": "All"})
    assert (reply.json()["shipTo"]["zip"], reply.json()["shipTo"]["city"]) == ("00000", "AE")


async def test_a_reference_is_taken_once(client: WarehouseClient, app: Noting) -> None:
    await client.create_order(draft("R-1"))
    with pytest.raises(Duplicate, match=r"createOrder, status 400, code Duplicate"):
        await client.create_order(draft("R-1"))
    assert app.count("POST /orders") == 2


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        ({"customer_id": CustomerId(99)}, "customer"),
        ({"facility_id": FacilityId(99)}, "facility"),
        ({"lines": (line("NO-SUCH"),)}, "(?i)item|sku"),
        ({"ship_to": address(city="", lines=())}, "(?i)address1|city"),
    ],
)
async def test_what_the_warehouse_cannot_take_is_refused_and_named(
    client: WarehouseClient, overrides: dict[str, Any], named: str
) -> None:
    with pytest.raises(Refused, match=named) as caught:
        await client.create_order(draft(**overrides))
    assert type(caught.value) is Refused
    assert "Ann" not in str(caught.value)
    assert "Sample Street" not in str(caught.value)


LOST: list[Any] = [
    "lost_reply",
    "cut",
    "html_success",
    "empty_success",
    {"kind": "status", "status": 500, "text": "Oops"},
]


@pytest.mark.parametrize("effect", LOST, ids=str)
async def test_a_create_without_an_answer_is_sent_once_and_in_doubt(house: Warehouse, effect: Any) -> None:
    app = noting(house, rules({"method": "POST", "path": "/orders$", "nth": 1, "effect": effect}))
    async with opened(app) as client:
        with pytest.raises(Unanswered):
            await client.create_order(draft())
        assert app.count("POST /orders") == 1
        found = await client.find_order("R-1", ACME)
    assert (found is not None) == (effect == "lost_reply")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"referenceNum": "R-1"},
        {"referenceNum": "R-1", "readOnly": {"orderId": 1, "status": 7, "customerIdentifier": {"id": 11}}},
    ],
    ids=str,
)
async def test_a_create_answered_in_another_shape_is_in_doubt(house: Warehouse, body: Any) -> None:
    answer = {"kind": "status", "status": 201, "json_body": body}
    async with opened(noting(house, rules({"path": "/orders$", "effect": answer}))) as client:
        with pytest.raises(Unanswered):
            await client.create_order(draft())


async def test_a_throttled_create_is_sent_again(house: Warehouse) -> None:
    app = noting(house, rules({"path": "/orders$", "first": 2, "effect": {"kind": "status", "status": 429}}))
    async with opened(app) as client:
        await client.create_order(draft())
    assert app.count("POST /orders") == 3
    assert len(orders(house)) == 1


async def test_an_order_is_cancelled_and_a_second_time_changes_nothing(client: WarehouseClient) -> None:
    placed = await client.create_order(draft())
    await client.cancel_order(placed, "the buyer cancelled")
    assert (await client.get_order(placed.order_id)).status is PlacedStatus.CANCELLED
    await client.cancel_order(placed, "the buyer cancelled")
    await client.cancel_order(replace(placed, etag=""), "the buyer cancelled")


@pytest.mark.parametrize("effect", ["lost_reply", "cut", {"kind": "status", "status": 503}], ids=str)
async def test_a_cancel_without_an_answer_is_repeated_and_holds(house: Warehouse, effect: Any) -> None:
    async with opened(noting(house, rules({"path": "canceler$", "nth": 1, "effect": effect}))) as client:
        placed = await client.create_order(draft())
        await client.cancel_order(placed, "reason")
        assert (await client.get_order(placed.order_id)).status is PlacedStatus.CANCELLED


@pytest.mark.parametrize("effect", ["html_success", "empty_success"])
@pytest.mark.parametrize("change", ["cancel", "hold"])
async def test_a_proxys_page_cancels_and_holds_nothing(house: Warehouse, effect: str, change: str) -> None:
    async with opened(noting(house, rules({"path": "canceler$|orderholder$", "effect": effect}))) as client:
        placed = await client.create_order(draft())
        act = client.cancel_order if change == "cancel" else client.hold_order
        with pytest.raises(Unavailable):
            await act(placed, "reason")


async def test_a_changed_order_is_not_cancelled_unseen(client: WarehouseClient) -> None:
    placed = await client.create_order(draft())
    await client.hold_order(placed, "address in doubt")
    with pytest.raises(Outdated):
        await client.cancel_order(placed, "reason")
    with pytest.raises(Refused) as caught:
        await client.cancel_order(await client.get_order(placed.order_id), "reason")
    assert type(caught.value) is Refused


async def test_an_order_on_hold_may_be_held_again(client: WarehouseClient) -> None:
    placed = await client.create_order(draft())
    for _ in range(2):
        await client.hold_order(placed, "address in doubt + more; ü")
    assert (await client.get_order(placed.order_id)).on_hold


async def test_an_order_that_is_gone_cannot_be_held(client: WarehouseClient) -> None:
    placed = await client.create_order(draft())
    await client.cancel_order(placed, "reason")
    with pytest.raises(Refused, match="did not put the order on hold"):
        await client.hold_order(placed, "reason")


async def test_a_hold_answered_without_a_body_is_believed_when_the_order_shows_it(house: Warehouse) -> None:
    async with opened(noting(house)) as client:
        placed = await client.create_order(draft())
        await client.hold_order(placed, "reason")
    faults = rules({"path": "orderholder$", "effect": {"kind": "status", "status": 204}})
    async with opened(noting(house, faults)) as client:
        await client.hold_order(placed, "reason")


async def test_no_such_order_is_not_found(client: WarehouseClient) -> None:
    for number in (99, 2**40):
        with pytest.raises(NotFound):
            await client.get_order(WarehouseOrderId(number))
    await_placed = await client.create_order(draft())
    with pytest.raises(NotFound):
        await client.cancel_order(replace(await_placed, order_id=WarehouseOrderId(99)), "reason")
