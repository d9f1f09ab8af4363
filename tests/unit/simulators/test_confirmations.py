"""confirmShipment: what the model and the rules for every package say about the body."""

from typing import Any

import pytest

from dockwire.decisions.carriers import AMAZON_CODES
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.carriers import CARRIER_CODES
from tests.unit.simulators.caller import EU, NA
from tests.unit.simulators.shipments import GOOD, a_world_to_ship_from, changed, confirm, only, refusal


@pytest.fixture
def world() -> World:
    return a_world_to_ship_from()


async def test_a_good_confirmation_is_answered_without_a_body_and_recorded(world: World) -> None:
    answer = await confirm(world)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["x-amzn-ratelimit-limit"] == "2.0"
    (confirmation,) = world.confirmations
    assert (confirmation.seller_id, confirmation.body) == (NA, GOOD)


def test_amazon_takes_every_carrier_that_we_take_for_one_of_amazons() -> None:
    named = {"AMZN_US", "Canada Post", "DHL", "DHL eCommerce", "DPD", "Deutsche Post", "FedEx", "GLS"}
    named |= {"FedEx SmartPost", "Hermes Logistik Gruppe", "OnTrac", "Purolator", "Royal Mail", "UPS"}
    assert named | {"UPS Mail Innovations", "USPS", "Other"} <= CARRIER_CODES
    assert set(AMAZON_CODES) <= CARRIER_CODES


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
        ("packageReferenceId", ..., "must be a positive numeric value"),
        ("trackingNumber", ..., "Missing: packageDetail.trackingNumber"),
        ("carrierCode", ..., "Missing: packageDetail.carrierCode"),
        ("shipDate", ..., "Missing: packageDetail.shipDate"),
        ("orderItems", ..., "Missing: packageDetail.orderItems"),
        ("orderItems.orderItemId", ..., "Missing: packageDetail.orderItems.orderItemId"),
        ("carrierCode", None, "invalid type [packageDetail.carrierCode]"),
        ("trackingNumber", " ", "trackingNumber must not be blank"),
        ("carrierCode", "Other", "CarrierName: is required when CarrierCode is Other"),
        ("carrierCode", "", "CarrierCode: is invalid"),
        ("carrierCode", "ups", "CarrierCode: is invalid"),
        ("carrierCode", "Best Couriers", "CarrierCode: is invalid"),
        ("shipDate", "02/21/2022", "shipDate must be"),
        ("shipDate", "2022-02-11", "shipDate must be"),
        ("shipDate", "2022-02-31T00:00:00Z", "shipDate must be"),
        ("orderItems", {"orderItemId": "1", "quantity": 1}, "OrderItemId is invalid"),
        ("orderItems", [], "OrderItemId is invalid"),
        ("orderItems", ["1"], "OrderItemId is invalid"),
        ("orderItems", "1", "invalid type [packageDetail.orderItems]"),
        ("orderItems.quantity", 0, "Quantity: is invalid"),
        ("orderItems.quantity", -1, "Quantity: is invalid"),
        ("orderItems.quantity", 4, "more than is open of OrderItemId 1"),
        ("orderItems.orderItemId", "9", "OrderItemId is invalid"),
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
    before = repr(only(world).body)
    assert text in refusal(await confirm(world, changed(path, value)))
    assert world.confirmations == []
    assert repr(only(world).body) == before


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


async def test_a_carrier_that_is_not_listed_goes_by_its_name(world: World) -> None:
    body = changed("carrierCode", "Other")
    body["packageDetail"]["carrierName"] = " Best Couriers "
    assert (await confirm(world, body)).status_code == 204
    assert only(world).body["packages"][0]["carrier"] == "Best Couriers"
    body["packageDetail"]["carrierName"] = " "
    assert "CarrierName" in refusal(await confirm(world, body))


async def test_the_marketplace_must_be_the_orders(world: World) -> None:
    assert "marketplaceId" in refusal(await confirm(world, {**GOOD, "marketplaceId": "A2EUQ1WTGCTBG2"}))


async def test_a_body_that_is_not_json_is_refused(world: World) -> None:
    assert (await confirm(world, content=b"packageReferenceId=1")).status_code == 400


async def test_another_sellers_order_is_not_found(world: World) -> None:
    answer = await confirm(world, seller=EU)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NotFound")
    assert world.confirmations == []
