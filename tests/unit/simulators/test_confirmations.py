"""confirmShipment: what the model says about the body, and nothing done to the order."""

import copy
from typing import Any

import httpx
import pytest

from dockwire.simulators.amazon import World
from tests.unit.simulators.caller import EU, NA, Caller, a_world

GOOD: dict[str, Any] = {
    "marketplaceId": "ATVPDKIKX0DER",
    "packageDetail": {
        "packageReferenceId": "17",
        "carrierCode": "UPS",
        "shippingMethod": "Ground",
        "trackingNumber": "1Z999AA10123456784",
        "shipDate": "2026-11-02T08:00:00Z",
        "orderItems": [{"orderItemId": "1", "quantity": 1}],
    },
}


@pytest.fixture
def world() -> World:
    world = a_world()
    world.populate(1, [("US", 1)])
    return world


async def confirm(world: World, body: Any = None, *, seller: str = NA, **more: Any) -> httpx.Response:
    (order,) = world.orders
    sent = more or {"json": GOOD if body is None else body}
    path = f"/orders/v0/orders/{order.key}/shipmentConfirmation"
    return await Caller(world, seller=seller).call("POST", path, **sent)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good body with one member of the package (or below) set; ``...`` removes it."""
    body = copy.deepcopy(GOOD)
    *parents, member = path.split(".")
    holder = body["packageDetail"]
    for parent in parents:
        holder = holder[parent][0]
    if value is ...:
        del holder[member]
    else:
        holder[member] = value
    return body


async def test_a_good_confirmation_is_recorded_and_changes_nothing(world: World) -> None:
    before = copy.deepcopy(next(iter(world.orders)).body)
    answer = await confirm(world)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["x-amzn-ratelimit-limit"] == "2.0"
    (confirmation,) = world.confirmations
    assert (confirmation.seller_id, confirmation.body) == (NA, GOOD)
    assert next(iter(world.orders)).body == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("carrierName", "Best Couriers"),
        ("shipFromSupplySourceId", "057d3fcc-b750-419f-bbcd-4d340c60c430"),
        ("shipDate", "2022-02-11T01:00:00.000Z"),
        ("shipDate", "2022-02-11T01:00:00-08:00"),
        ("packageReferenceId", "0042"),
        ("orderItems.transparencyCodes", ["09876543211234567890"]),
    ],
)
async def test_what_the_model_allows_is_accepted(world: World, path: str, value: Any) -> None:
    assert (await confirm(world, changed(path, value))).status_code == 204


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("packageReferenceId", 17, "invalid type [packageDetail.packageReferenceId]"),
        ("packageReferenceId", "PKG-1", "must be a positive numeric value"),
        ("packageReferenceId", "0", "must be a positive numeric value"),
        ("packageReferenceId", "-1", "must be a positive numeric value"),
        ("packageReferenceId", ..., "Missing: packageDetail.packageReferenceId"),
        ("trackingNumber", ..., "Missing: packageDetail.trackingNumber"),
        ("carrierCode", ..., "Missing: packageDetail.carrierCode"),
        ("shipDate", ..., "Missing: packageDetail.shipDate"),
        ("orderItems", ..., "Missing: packageDetail.orderItems"),
        ("orderItems.orderItemId", ..., "Missing: packageDetail.orderItems.orderItemId"),
        ("carrierCode", None, "invalid type [packageDetail.carrierCode]"),
        ("carrierCode", "Other", "carrierName is required"),
        ("shipDate", "02/21/2022", "shipDate must be"),
        ("shipDate", "2022-02-11", "shipDate must be"),
        ("shipDate", "2022-02-31T00:00:00Z", "shipDate must be"),
        ("orderItems", {"orderItemId": "1", "quantity": 1}, "OrderItemId is invalid"),
        ("orderItems", [], "OrderItemId is invalid"),
        ("orderItems", ["1"], "OrderItemId is invalid"),
        ("orderItems", "1", "invalid type [packageDetail.orderItems]"),
        ("orderItems.quantity", "1", "invalid type [packageDetail.orderItems.quantity]"),
        ("orderItems.quantity", True, "invalid type [packageDetail.orderItems.quantity]"),
        ("orderItems.quantity", ..., "Missing: packageDetail.orderItems.quantity"),
        ("orderItems.orderItemId", 1, "invalid type [packageDetail.orderItems.orderItemId]"),
        ("orderItems.transparencyCodes", [1], "invalid type"),
        ("tracking_number", "1Z", "Unknown: packageDetail.tracking_number"),
    ],
)
async def test_what_breaks_the_model_is_refused_and_not_recorded(
    world: World, path: str, value: Any, text: str
) -> None:
    answer = await confirm(world, changed(path, value))
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (400, "InvalidInput")
    assert text in f"{error['message']} {error.get('details')}"
    assert world.confirmations == []


@pytest.mark.parametrize(
    "body",
    [
        {"payload": GOOD},
        {**GOOD, "codCollectionMethod": "Cash"},
        {**GOOD, "packageDetail": [GOOD["packageDetail"]]},
        {"packageDetail": GOOD["packageDetail"]},
        {"marketplaceId": GOOD["marketplaceId"]},
        [GOOD],
    ],
)
async def test_bodies_of_another_shape_are_refused(world: World, body: Any) -> None:
    assert (await confirm(world, body)).status_code == 400


async def test_a_body_that_is_not_json_is_refused(world: World) -> None:
    assert (await confirm(world, content=b"packageReferenceId=1")).status_code == 400


async def test_another_sellers_order_is_not_found(world: World) -> None:
    answer = await confirm(world, seller=EU)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NotFound")
    assert world.confirmations == []
