"""Orders from outside: four document shapes, clear complaints, nothing added or lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from dockwire.simulators.amazon.loading import UnusableOrders, read_orders
from tests.unit.simulators.caller import EU, FE, NA, Caller, a_world

ORDER: dict[str, Any] = {
    "orderId": "305-0000001-0000001",
    "createdTime": "2026-11-01T10:00:00Z",
    "lastUpdatedTime": "2026-11-01T11:00:00Z",
    "salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1PA6795UKMFR9"},
    "orderItems": [{"orderItemId": "1", "quantityOrdered": 2, "product": {}}],
    "unheardOf": {"as": ["it", "is"]},
}


def with_marketplace(marketplace_id: str) -> dict[str, Any]:
    return ORDER | {"salesChannel": {"channelName": "AMAZON", "marketplaceId": marketplace_id}}


@pytest.mark.parametrize(
    "document", [[ORDER], {"orders": [ORDER], "pagination": {}}, {"order": ORDER}, ORDER]
)
async def test_each_shape_is_understood_and_unknown_members_are_kept(tmp_path: Path, document: Any) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    world = a_world()
    world.load_orders(read_orders(file))
    assert await Caller(world, seller=EU).order(ORDER["orderId"]) == ORDER


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"orderId": 7}, "orders[1].orderId"),
        ({"orderId": ""}, "orders[1].orderId"),
        ({"createdTime": "yesterday"}, "orders[1].createdTime"),
        ({"lastUpdatedTime": None}, "orders[1].lastUpdatedTime"),
        ({"salesChannel": None}, "orders[1].salesChannel"),
        ({"salesChannel": {"channelName": "AMAZON"}}, "orders[1].salesChannel.marketplaceId"),
        (with_marketplace("AWRONG"), "orders[1].salesChannel.marketplaceId"),
        ({"orderItems": {}}, "orders[1].orderItems"),
        ({"orderItems": [1]}, "orders[1].orderItems[0]"),
        ({"orderItems": [{"quantityOrdered": 1, "product": {}}]}, "orders[1].orderItems[0].orderItemId"),
        (
            {"orderItems": [{"orderItemId": "1", "quantityOrdered": "two"}]},
            "orders[1].orderItems[0].quantityOrdered",
        ),
        (
            {"orderItems": [{"orderItemId": "1", "quantityOrdered": True}]},
            "orders[1].orderItems[0].quantityOrdered",
        ),
        ({"orderItems": [{"orderItemId": "1", "quantityOrdered": 1}]}, "orders[1].orderItems[0].product"),
    ],
)
def test_a_bad_order_is_named_with_file_and_member(
    tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    file = tmp_path / "captured.json"
    file.write_text(json.dumps([ORDER, ORDER | change]), encoding="utf-8")
    with pytest.raises(UnusableOrders) as refusal:
        read_orders(file)
    assert str(refusal.value).startswith(f"{file}: {named} ")


@pytest.mark.parametrize("text", ["", "{", '{"payload": {}}', '"orders"', "[1]"])
def test_a_file_that_holds_no_orders_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "captured.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableOrders, match=r"captured\.json: "):
        read_orders(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableOrders, match=r"absent\.json: cannot be read"):
        read_orders(tmp_path / "absent.json")


@pytest.mark.parametrize(
    ("marketplace_id", "seller", "code"),
    [
        ("ATVPDKIKX0DER", NA, "US"),
        ("A2Q3Y263D00KWC", NA, "BR"),
        ("A33AVAJ2PDY3EV", EU, "TR"),
        ("A19VAU5U5O7RUS", FE, "SG"),
    ],
)
def test_orders_go_to_the_seller_of_their_marketplace_or_at_least_region(
    marketplace_id: str, seller: str, code: str
) -> None:
    world = a_world()
    (order,) = world.load_orders([with_marketplace(marketplace_id)])
    assert order.seller_id == seller
    assert world.sellers[seller].sells_in(code)


async def test_orders_from_outside_amazons_sites_need_no_marketplace() -> None:
    world = a_world()
    foreign = ORDER | {"salesChannel": {"channelName": "NON_AMAZON"}}
    (loaded,) = world.load_orders([foreign])
    assert await Caller(world, seller=loaded.seller_id).orders() == [{**foreign}]


async def test_captured_traffic_is_shown_however_old_it_is() -> None:
    world = a_world()
    world.load_orders(
        [ORDER | {"createdTime": "2019-03-01T10:00:00Z", "lastUpdatedTime": "2019-03-02T10:00:00Z"}]
    )
    caller = Caller(world, seller=EU)
    assert len(await caller.orders(createdAfter="2019-01-01T00:00:00Z")) == 1
    assert (await caller.order(ORDER["orderId"]))["createdTime"] == "2019-03-01T10:00:00Z"


async def test_the_same_order_again_replaces_the_first() -> None:
    world = a_world()
    world.load_orders([ORDER])
    world.load_orders([ORDER | {"lastUpdatedTime": "2026-11-01T12:00:00Z"}])
    (found,) = await Caller(world, seller=EU).orders()
    assert found["lastUpdatedTime"] == "2026-11-01T12:00:00Z"


MALFORMED: list[dict[str, Any]] = [
    ORDER | {"orderItems": [{"orderItemId": "1", "quantityOrdered": "two"}]},
    ORDER | {"orderItems": "none"},
    ORDER | {"orderItems": [None]},
    ORDER | {"fulfillment": "UNSHIPPED", "buyer": [], "recipient": 1},
    ORDER | {"createdTime": "yesterday"},
    {"orderId": "305-0000001-0000001"},
]


@pytest.mark.parametrize("order", MALFORMED)
@pytest.mark.parametrize("roles", [["Inventory and Order Tracking"], None])
async def test_malformed_orders_can_be_injected_and_are_met_as_they_are(
    order: dict[str, Any], roles: list[str] | None
) -> None:
    world = a_world()
    with pytest.raises(UnusableOrders):
        world.load_orders([{**order, "orderItems": None}])
    caller = Caller(world)
    answer = await caller.control("orders", order)
    assert answer.json() == {
        "loaded": [{"seller": EU if "salesChannel" in order else NA, "orderId": order["orderId"]}]
    }
    if roles:
        await caller.control("roles", {"roles": roles})
    seller = answer.json()["loaded"][0]["seller"]
    found = await caller.order(order["orderId"], seller=seller)
    assert found == order
    world.advance(300)
    assert await caller.orders(seller=seller, includedData="BUYER,RECIPIENT,FULFILLMENT") == [order]


async def test_an_order_without_an_id_is_met_in_searches() -> None:
    world = a_world()
    caller = Caller(world, seller=EU)
    nameless = {name: value for name, value in ORDER.items() if name != "orderId"}
    assert (await caller.control("orders", [nameless, nameless])).status_code == 200
    assert await caller.orders() == [nameless, nameless]
