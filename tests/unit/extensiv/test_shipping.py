"""Routing and packing orders in a real warehouse: what stands on them is read back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dockwire.errors import Outdated, Refused, RemoteError, Unavailable
from dockwire.extensiv import WarehouseClient
from dockwire.model.ids import AmazonItemId, WarehouseOrderId
from dockwire.model.shipping import Carrier, PackedLine, Service, ShipOrder, ShippedPackage
from dockwire.model.warehouse import PlacedStatus, Routing
from dockwire.warehouse import Warehouse, load_seed
from tests.unit.extensiv.orders_out import UPS, cancelled, closed, gone_already, held, made, meanwhile, send
from tests.unit.extensiv.stock import Noting, line, noting, opened, rules
from tests.unit.extensiv.test_answers import deaf_to_accept
from tests.unit.warehouse.closings import CARRIERS, PRICES


@pytest.fixture(autouse=True)
def _priced(house: Warehouse) -> None:
    load_seed(house, PRICES)
    load_seed(house, CARRIERS)


async def test_an_order_is_shown_with_all_that_shipping_needs(client: WarehouseClient) -> None:
    order = await made(client, lines=(line("TEA", "2"), line("MUG", item_id=AmazonItemId("78"))))
    assert [(each.sku, each.quantity, each.item_id) for each in order.lines] == [
        ("TEA", Decimal(2), AmazonItemId("77")),
        ("MUG", Decimal(1), AmazonItemId("78")),
    ]
    assert (order.routing, order.tracking, order.packages, order.charges) == (Routing(), "", (), ())
    assert order.placed.status is PlacedStatus.OPEN
    assert order.closed is None
    assert order.total == Decimal(0)
    assert order.placed.etag


async def test_routing_is_set_and_shown(client: WarehouseClient) -> None:
    order = await made(client)
    routed = await client.route_order(order, UPS, "1Z1")
    assert (routed.routing, routed.tracking) == (UPS, "1Z1")
    assert routed.placed.etag != order.placed.etag
    assert routed == await client.ship_order(order.placed.order_id)


async def test_routing_keeps_what_else_stands_there(client: WarehouseClient) -> None:
    order = await made(client)
    await send(client, "PUT", "routing", order, {"account": "77", "doorNumber": "3", "trackingNumber": "old"})
    routed = await client.route_order(await client.ship_order(order.placed.order_id), UPS, "1Z1")
    assert (routed.routing.carrier, routed.routing.account, routed.tracking) == ("UPS", "77", "1Z1")
    reply = await client._client.get(f"/orders/{order.placed.order_id}/routing")
    assert reply.json()["doorNumber"] == "3"


async def test_an_order_routed_already_is_not_written(client: WarehouseClient, app: Noting) -> None:
    routed = await client.route_order(await made(client), UPS, "1Z1")
    app.seen.clear()
    assert await client.route_order(routed, UPS, "1Z1") == routed
    assert app.seen == []


async def test_routing_an_order_that_changes_meanwhile_is_refused(house: Warehouse) -> None:
    async with opened(noting(house)) as clerk:
        order = await made(clerk)

        async def change() -> None:
            await send(clerk, "PUT", "routing", order, {"doorNumber": "9"})

        async with opened(meanwhile(noting(house), "PUT", "/routing", change)) as client:
            with pytest.raises(Outdated, match="warehouse order 1: it changed meanwhile"):
                await client.route_order(order, UPS, "1Z1")
        assert (await clerk.ship_order(order.placed.order_id)).tracking == ""


async def test_routing_that_somebody_set_before_ours_is_read_is_not_replaced(house: Warehouse) -> None:
    async with opened(noting(house)) as clerk:
        order = await made(clerk)

        async def change() -> None:
            await send(clerk, "PUT", "routing", order, {"carrier": "UPS", "trackingNumber": "1Z9"})

        async with opened(meanwhile(noting(house), "GET", "/routing", change)) as client:
            with pytest.raises(Outdated, match="warehouse order 1: its routing changed meanwhile"):
                await client.route_order(order, UPS, "1Z1")
        assert (await clerk.ship_order(order.placed.order_id)).tracking == "1Z9"


async def test_a_lost_answer_to_routing_is_outdated_and_then_done(house: Warehouse) -> None:
    app = noting(house, rules({"method": "PUT", "path": "/routing$", "nth": 1, "effect": "lost_reply"}))
    async with opened(app) as client:
        order = await made(client)
        with pytest.raises(Outdated):
            await client.route_order(order, UPS, "1Z1")
        order = await client.ship_order(order.placed.order_id)
        assert (await client.route_order(order, UPS, "1Z1")).routing == UPS
    assert app.count("PUT") == 2


BLANK: list[Any] = [
    ("html_success", Unavailable, "the answer is not the warehouse's"),
    ("empty_success", Unavailable, "the answer is not the warehouse's"),
    ({"kind": "status", "status": 500, "text": "Oops"}, Unavailable, "the server failed"),
    ({"kind": "status", "status": 204}, Refused, "did not set carrier, service or tracking number"),
    ({"kind": "status", "status": 200, "json_body": {}}, Refused, "did not set carrier"),
]


@pytest.mark.parametrize(("effect", "kind", "told"), BLANK, ids=str)
async def test_an_order_is_not_taken_for_routed_without_its_routing(
    house: Warehouse, effect: Any, kind: type[RemoteError], told: str
) -> None:
    # Closed like this it would travel by nobody knows what, and Amazon would refuse the parcel.
    async with opened(
        noting(house, rules({"method": "PUT", "path": "/routing$", "effect": effect}))
    ) as client:
        order = await made(client)
        with pytest.raises(kind, match=f"warehouse order 1: .*{told}") as caught:
            await client.route_order(order, UPS, "1Z1")
        assert type(caught.value) is kind
        assert (await client.ship_order(order.placed.order_id)).routing == Routing()


@pytest.mark.parametrize("path", ["/orders/1$", "/orders/1/routing$"])
@pytest.mark.parametrize(
    "effect", ["html_success", "empty_success", {"kind": "status", "status": 200, "json_body": [1]}], ids=str
)
async def test_an_order_that_cannot_be_read_is_told_by_its_number(
    house: Warehouse, path: str, effect: Any
) -> None:
    async with opened(noting(house)) as client:
        order = await made(client)
    async with opened(noting(house, rules({"method": "GET", "path": path, "effect": effect}))) as client:
        with pytest.raises(Unavailable, match="warehouse order 1: "):
            await client.route_order(order, UPS, "1Z1")


@pytest.mark.parametrize("prepared", [held, cancelled, gone_already])
async def test_what_stands_in_the_way_of_routing_is_told_with_the_order(
    client: WarehouseClient, house: Warehouse, prepared: Any
) -> None:
    order = await prepared(client, house)
    with pytest.raises(Refused, match="warehouse order 1: ") as caught:
        await client.route_order(order, UPS, "1Z2")
    assert type(caught.value) is Refused
    assert await client.ship_order(order.placed.order_id) == order


@pytest.mark.parametrize("name", ["Nobody", "Pony", "Inbound only"])
async def test_a_carrier_that_is_not_for_orders_is_refused(client: WarehouseClient, name: str) -> None:
    with pytest.raises(Refused, match=r"warehouse order 1: .*carrier"):
        await client.route_order(await made(client), replace(UPS, carrier=name), "1Z1")


async def pack(
    client: WarehouseClient, order: ShipOrder, tracking: str, *contents: tuple[int, str]
) -> ShipOrder:
    body = {
        "trackingNumber": tracking,
        "packageContents": [{"orderItemId": line_id, "qty": qty} for line_id, qty in contents],
    }
    await send(client, "POST", "packages", order, body)
    return await client.ship_order(order.placed.order_id)


@pytest.mark.parametrize("shape", [noting, lambda house: deaf_to_accept(noting(house))])
async def test_packages_are_shown_with_what_is_in_them(house: Warehouse, shape: Any) -> None:
    async with opened(shape(house)) as client:
        order = await made(client, lines=(line("MUG", "3"), line("TEA", "1")))
        mug, tea = (each.line_id for each in order.lines)
        order = await pack(client, order, "1Z1", (mug, "2"))
        order = await pack(client, order, "1Z2", (mug, "1"), (tea, "1"))
        order = await pack(client, order, "")
        order = await client.route_order(order, UPS, "")
        after = await closed(client, house, order)
    assert [(package.tracking, package.contents) for package in after.packages] == [
        ("1Z1", (PackedLine(mug, Decimal(2)),)),
        ("1Z2", (PackedLine(mug, Decimal(1)), PackedLine(tea, Decimal(1)))),
        ("", ()),
    ]
    assert len({package.package_id for package in after.packages}) == 3
    automatic = {booked.charge.label: booked.charge.amount for booked in after.charges}
    assert automatic["Box"] == Decimal("2.40")


ODD_ORDER: dict[str, Any] = {
    "referenceNum": "R-1",
    "readOnly": {
        "orderId": 1,
        "status": 1,
        "customerIdentifier": {"id": 11},
        "packages": [
            {
                "packageId": 5,
                "trackingNumber": None,
                "_embedded": {
                    "http://api.3plCentral.com/rels/orders/packagecontent": [{"orderItemId": 3, "qty": 1.5}]
                },
            },
            {"packageId": 6, "trackingNumber": 12, "packageContents": None},
        ],
    },
    "routingInfo": None,
    "billing": {
        "billingCharges": [
            {"chargeType": 3, "subtotal": 7.25, "details": []},
            {"chargeType": 1, "subtotal": 0.5, "details": None},
            {
                "chargeType": 8,
                "subtotal": 1.1,
                "details": [{"chargeLabel": "Pick", "numUnits": None, "systemGenerated": True}],
            },
            {"chargeType": 5, "subtotal": 0, "details": [{"chargeLabel": "Free", "chargePerUnit": 0}]},
        ]
    },
}


async def test_an_order_in_another_shape_is_understood_as_far_as_it_goes(house: Warehouse) -> None:
    answer = {"kind": "status", "status": 200, "json_body": ODD_ORDER}
    async with opened(noting(house, rules({"path": "/orders/1$", "effect": answer}))) as client:
        order = await client.ship_order(WarehouseOrderId(1))
    assert order.packages == (
        ShippedPackage(5, "", (PackedLine(3, Decimal("1.5")),)),
        ShippedPackage(6, "12", ()),
    )
    # What a charge comes to is its subtotal where its rows name no price.
    assert [(each.charge.label, each.charge.amount, each.automatic) for each in order.charges] == [
        ("", Decimal("7.25"), False),
        ("", Decimal("0.5"), False),
        ("Pick", Decimal("1.1"), True),
        ("Free", Decimal(0), False),
    ]
    assert order.total == Decimal("8.85")


async def test_carriers_are_listed_with_the_services_orders_may_use(house: Warehouse) -> None:
    answer = {
        "totalResults": 4,
        "defaultShipmentServices": [{"code": "STD", "description": "Standard"}],
        "_embedded": {
            "http://api.3plCentral.com/rels/properties/carrier": [
                {
                    "name": "UPS",
                    "scacCode": "UPSN",
                    "shipmentServices": [{"code": "03", "deactivated": None}],
                },
                {"name": "Own", "scacCode": None, "shipmentServices": []},
                {"name": "Old", "deactivated": True},
                {"name": "Slow", "shipmentServices": [{"code": "9", "deactivated": True}, {"code": "8"}]},
            ]
        },
    }
    faults = rules({"path": "/carriers$", "effect": {"kind": "status", "status": 200, "json_body": answer}})
    async with opened(noting(house, faults)) as client:
        assert await client.carriers() == [
            Carrier("UPS", "UPSN", (Service("03"),)),
            Carrier("Own", "", (Service("STD", "Standard"),)),
            Carrier("Slow", "", (Service("8"),)),
        ]
    async with opened(noting(house)) as client:
        assert await client.carriers() == [Carrier("UPS", "UPSN", (Service("03", "Ground"),))]
