"""What a caller may see: datasets, roles, and what Amazon withholds by itself."""

from typing import Any

import pytest

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.accounts import Role
from dockwire.simulators.amazon.life import StatusChange
from tests.unit.simulators.caller import ALL_DATA, NA, Caller, a_world

PLAIN = {"orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems"}
FULL: dict[str, Any] = {
    "orderId": "112-0000001-0000001",
    "createdTime": "2026-11-01T10:00:00Z",
    "lastUpdatedTime": "2026-11-01T11:00:00Z",
    "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER"},
    "buyer": {"buyerName": "Cleo Quill", "buyerEmail": "x@marketplace.example", "buyerCompanyName": "Quill"},
    "recipient": {
        "deliveryAddress": {
            "name": "Cleo Quill",
            "addressLine1": "1 Larkspur Lane",
            "addressLine2": "Rear",
            "addressLine3": "",
            "city": "Salem",
            "stateOrRegion": "OR",
            "postalCode": "97301",
            "countryCode": "US",
            "phone": "+1 202 555 0100",
            "extendedFields": {"streetName": "Larkspur"},
        },
        "deliveryPreference": {"addressInstruction": "Ring twice."},
    },
    "proceeds": {"grandTotal": {"amount": "1.00", "currencyCode": "USD"}},
    "payment": {"paymentExecutions": []},
    "tax": {"taxInvoicing": {}},
    "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
    "packages": [],
    "fulfillmentOrders": [],
    "somethingNew": {"kept": True},
    "orderItems": [
        {
            "orderItemId": "1",
            "quantityOrdered": 1,
            "product": {"asin": "B0", "customization": {"customizedUrl": "https://example/zip"}},
            "proceeds": {},
            "expense": {},
            "promotion": {},
            "cancellation": {},
            "tax": {},
            "fulfillment": {
                "quantityUnfulfilled": 1,
                "packing": {"giftOption": {"giftMessage": "Hello", "giftWrapLevel": "PREMIUM"}},
            },
            "alsoNew": 1,
        }
    ],
}
ORDER_ID = FULL["orderId"]


@pytest.fixture
def world() -> World:
    world = a_world()
    world.load_orders([FULL])
    return world


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


@pytest.mark.parametrize(
    ("data", "of_order", "of_item"),
    [
        ("", set(), set()),
        ("BUYER", {"buyer"}, set()),
        ("RECIPIENT", {"recipient"}, set()),
        ("PROCEEDS", {"proceeds"}, {"proceeds"}),
        ("EXPENSE", set(), {"expense"}),
        ("PROMOTION", set(), {"promotion"}),
        ("CANCELLATION", set(), {"cancellation"}),
        ("FULFILLMENT", {"fulfillment"}, {"fulfillment"}),
        ("PACKAGES", {"packages"}, set()),
        ("TAX", {"tax"}, {"tax"}),
        ("PAYMENT", {"payment"}, set()),
        ("FULFILLMENT_ORDERS", {"fulfillmentOrders"}, set()),
        ("BUYER,TAX", {"buyer", "tax"}, {"tax"}),
    ],
)
async def test_each_dataset_brings_its_members_and_no_others(
    caller: Caller, data: str, of_order: set[str], of_item: set[str]
) -> None:
    by_id = await caller.order(ORDER_ID, data=data)
    (found,) = await caller.orders(includedData=data)
    assert by_id == found
    assert set(found) == PLAIN | {"somethingNew"} | of_order
    assert set(found["orderItems"][0]) == {"orderItemId", "quantityOrdered", "product", "alsoNew"} | of_item


async def test_with_all_roles_and_datasets_a_loaded_order_comes_back_as_it_is(caller: Caller) -> None:
    assert await caller.order(ORDER_ID) == FULL


async def test_without_the_shipping_role_personal_fields_are_silently_missing(caller: Caller) -> None:
    await caller.control("roles", {"roles": [Role.ORDER_TRACKING]})
    order = await caller.order(ORDER_ID)
    assert order["buyer"] == {"buyerCompanyName": "Quill"}
    address = {"city": "Salem", "stateOrRegion": "OR", "countryCode": "US"}
    assert order["recipient"] == {"deliveryAddress": address}
    (item,) = order["orderItems"]
    assert item["fulfillment"]["packing"] == {"giftOption": {"giftWrapLevel": "PREMIUM"}}
    assert item["product"] == {"asin": "B0", "customization": {}}
    assert "tax" not in order
    assert "tax" not in item


@pytest.mark.parametrize(
    ("role", "name", "street", "tax"),
    [
        (Role.SHIPPING, True, True, False),
        (Role.TAX_INVOICING, True, False, True),
        (Role.TAX_REMITTANCE, True, False, True),
        (Role.BUYER_COMMUNICATION, True, False, False),
    ],
)
async def test_each_role_opens_its_own_fields(
    caller: Caller, role: Role, name: bool, street: bool, tax: bool
) -> None:
    await caller.control("roles", {"roles": [Role.ORDER_TRACKING, role]})
    order = await caller.order(ORDER_ID)
    assert ("buyerName" in order["buyer"]) is name
    assert ("addressLine1" in order["recipient"]["deliveryAddress"]) is street
    assert ("buyerEmail" in order["buyer"]) is street
    assert ("tax" in order) is tax


async def test_roles_hide_and_do_not_destroy(caller: Caller) -> None:
    await caller.control("roles", {"roles": [Role.ORDER_TRACKING]})
    await caller.order(ORDER_ID)
    await caller.control("roles", {"roles": list(Role)})
    assert await caller.order(ORDER_ID) == FULL


def seeded(recipe_status: str, fulfilled_by: str = "MERCHANT") -> tuple[World, str]:
    """A world and its first seeded order with this status, with an address that has a phone."""
    world = a_world()
    world.populate(200, [("US", 1)])
    for order in world.orders:
        fulfillment = order.body["fulfillment"]
        phone = order.body.get("recipient", {}).get("deliveryAddress", {}).get("phone")
        if (fulfillment["fulfillmentStatus"], fulfillment["fulfilledBy"]) == (
            recipe_status,
            fulfilled_by,
        ) and phone:
            return world, order.key
    raise AssertionError("the mix has lost a kind of order")


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY"])
async def test_while_pending_neither_address_nor_prices_are_told(status: str) -> None:
    world, order_id = seeded(status)
    order = await Caller(world).order(order_id)
    assert "recipient" not in order
    assert "proceeds" not in order
    assert "payment" not in order
    assert "buyerEmail" not in order["buyer"]
    assert all("price" not in item["product"] and "proceeds" not in item for item in order["orderItems"])
    kept = world.orders.find(NA, order_id)
    assert kept is not None
    StatusChange("UNSHIPPED").apply(kept.body)
    paid = await Caller(world).order(order_id)
    assert paid["recipient"]["deliveryAddress"]["phone"]
    assert paid["orderItems"][0]["product"]["price"]["unitPrice"]["currencyCode"] == "USD"
    assert paid["payment"]["paymentExecutions"]


async def test_amazons_own_orders_tell_neither_phone_nor_mail() -> None:
    world, order_id = seeded("UNSHIPPED", "AMAZON")
    order = await Caller(world).order(order_id)
    assert "phone" not in order["recipient"]["deliveryAddress"]
    assert "buyerEmail" not in order["buyer"]
    assert order["buyer"]["buyerName"]


async def test_the_phone_of_a_shipped_order_disappears_after_the_latest_delivery_date() -> None:
    world, order_id = seeded("SHIPPED")
    assert (await Caller(world).order(order_id))["recipient"]["deliveryAddress"]["phone"]
    world.advance(12 * 86400)
    assert "phone" not in (await Caller(world).order(order_id, data=ALL_DATA))["recipient"]["deliveryAddress"]
