"""POST_ORDER_FULFILLMENT_DATA: packages ship by the rules of confirmShipment; the report says what not."""

from typing import Any

import pytest

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.life import Cancellation
from dockwire.simulators.amazon.switches import Switches
from tests.unit.simulators.caller import EU, NA, Caller
from tests.unit.simulators.feeding import (
    CA,
    TRACKING,
    WHOLE,
    envelope,
    feed,
    report,
    reported,
    shipment,
    submit,
)
from tests.unit.simulators.shipments import a_world_to_ship_from, an_open_order, confirm, only

OTHER_TRACKING = "1Z999AA10123456785"
GOOD = [1, 1, 0, 0]
BAD = [1, 0, 1, 0]


@pytest.fixture
def world() -> World:
    return a_world_to_ship_from()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


async def shown(caller: Caller) -> tuple[str, list[tuple[int, int]], list[dict[str, Any]]]:
    """Status, sent and open units of each line, and the packages of the order added last."""
    order = await caller.order(only(caller.world).key)
    counted = [item["fulfillment"] for item in order["orderItems"]]
    units = [(each["quantityFulfilled"], each["quantityUnfulfilled"]) for each in counted]
    return order["fulfillment"]["fulfillmentStatus"], units, order.get("packages", [])


async def test_messages_ship_packages_and_the_order_moves_as_by_confirmation(
    world: World, caller: Caller
) -> None:
    key = only(world).key
    messages = [shipment(1, key, i1=1), shipment(2, key, OTHER_TRACKING, i1=2, i2=1)]
    assert await reported(caller, envelope(*messages)) == ([2, 2, 0, 0], [])
    status, units, packages = await shown(caller)
    assert (status, units) == ("SHIPPED", [(3, 0), (1, 0)])
    assert packages[0] == {
        "packageReferenceId": packages[0]["packageReferenceId"],
        "createdTime": "2026-11-02T09:01:00Z",
        "packageStatus": {"status": "SHIPPED"},
        "carrier": "UPS",
        "shipTime": "2026-11-02T08:00:00Z",
        "shippingService": "Ground",
        "trackingNumber": TRACKING,
        "packageItems": [{"orderItemId": "1", "quantity": 1}],
    }
    assert packages[1]["trackingNumber"] == OTHER_TRACKING
    references = {package["packageReferenceId"] for package in packages}
    assert len(references) == 2
    assert all(reference.isdigit() for reference in references)
    assert (await caller.order(key))["lastUpdatedTime"] == "2026-11-02T09:01:00Z"


async def test_a_failing_message_is_reported_and_the_others_go_on(world: World, caller: Caller) -> None:
    key = only(world).key
    messages = [shipment(7, key, i1=9), shipment(3, key, OTHER_TRACKING, i2=1)]
    counts, (result,) = await reported(caller, envelope(*messages))
    assert counts == [2, 1, 1, 0]
    description = result.pop("ResultDescription")
    assert description.startswith(f"The quantities you provided for order id ({key}) were larger than")
    assert result == {
        "MessageID": "7", "ResultCode": "Error", "ResultMessageCode": "18021", "AmazonOrderID": key
    }  # fmt: skip
    assert (await shown(caller))[:2] == ("PARTIALLY_SHIPPED", [(0, 3), (1, 0)])


async def test_an_odd_tracking_number_is_a_warning_and_ships(world: World, caller: Caller) -> None:
    counts, (result,) = await reported(caller, envelope(shipment(1, only(world).key, "XX-17")))
    assert (counts, result["ResultCode"]) == ([1, 1, 0, 1], "Warning")
    assert (await shown(caller))[2][0]["trackingNumber"] == "XX-17"


async def test_the_same_message_again_edits_its_package(world: World, caller: Caller) -> None:
    content = envelope(shipment(1, only(world).key, i1=3, i2=1))
    for _ in range(2):
        assert await reported(caller, content) == (GOOD, [])
    status, units, packages = await shown(caller)
    assert (status, units, len(packages)) == ("SHIPPED", [(3, 0), (1, 0)], 1)


async def test_a_message_edits_the_package_that_was_confirmed_with_its_tracking_number(
    world: World, caller: Caller
) -> None:
    await confirm(world)
    assert await reported(caller, envelope(shipment(1, only(world).key, i1=2))) == (GOOD, [])
    _, units, (package,) = await shown(caller)
    assert (units, package["packageReferenceId"]) == ([(2, 1), (0, 1)], "17")


async def test_a_package_of_the_merchants_own_number_can_get_another_tracking_number(
    world: World, caller: Caller
) -> None:
    for tracking in (TRACKING, OTHER_TRACKING):
        message = shipment(1, only(world).key, tracking, given="42", i1=1)
        assert await reported(caller, envelope(message)) == (GOOD, [])
    _, units, (package,) = await shown(caller)
    assert (package["packageReferenceId"], package["trackingNumber"]) == ("42", OTHER_TRACKING)
    assert units == [(1, 2), (0, 1)]


async def test_amazon_may_take_every_message_for_a_new_package(world: World, caller: Caller) -> None:
    world.switches = Switches(feed_edits_by_tracking=False)
    content = envelope(shipment(1, only(world).key, i1=2))
    assert await reported(caller, content) == (GOOD, [])
    counts, (result,) = await reported(caller, content)
    assert (counts, result["ResultMessageCode"]) == (BAD, "18021")
    half = envelope(shipment(1, only(world).key, i1=1))
    assert await reported(caller, half) == (GOOD, [])
    assert len((await shown(caller))[2]) == 2


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (
            lambda order: Cancellation("BUYER", "X").apply(order.body),
            "18021",
            "cancelled or already fulfilled",
        ),
        (lambda order: order.body["fulfillment"].update(fulfillmentStatus="SHIPPED"), "18021", "already"),
        (lambda order: order.body["fulfillment"].update(fulfillmentStatus="PENDING"), "18028", "PENDING"),
        (lambda order: order.body["fulfillment"].update(fulfilledBy="AMAZON"), "18028", "by Amazon"),
        (lambda order: order.body.update(programs=["FBM_SHIP_PLUS"]), "18028", "FBM_SHIP_PLUS"),
        (lambda order: setattr(order, "marketplace_id", CA), "18028", "marketplace"),
        (lambda order: setattr(order, "seller_id", EU), "18028", "does not exist"),
    ],
)
async def test_orders_that_cannot_be_confirmed_cannot_be_shipped_by_feed(
    world: World, caller: Caller, change: Any, code: str, words: str
) -> None:
    order = only(world)
    world.orders.drop(NA, order.key)
    change(order)
    world.orders.put(order)
    counts, (result,) = await reported(caller, envelope(shipment(1, order.key)))
    assert (counts, result["ResultMessageCode"]) == (BAD, code)
    assert words in result["ResultDescription"]
    assert "packages" not in order.body


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<CarrierCode>UPS</CarrierCode>", "", "CarrierCode or CarrierName"),
        ("<CarrierCode>UPS</CarrierCode>", "<CarrierCode>ups</CarrierCode>", "CarrierCode: is invalid"),
        ("<CarrierCode>UPS</CarrierCode>", "<CarrierCode>Other</CarrierCode>", "CarrierName: is required"),
        ("2026-11-02T08:00:00Z", "2026-11-02T08:00:00", "FulfillmentDate must be"),
        ("2026-11-02T08:00:00Z", "2026-11-02", "FulfillmentDate must be"),
        ("<FulfillmentDate>2026-11-02T08:00:00Z</FulfillmentDate>", "", "FulfillmentDate is required"),
        ("<Quantity>1</Quantity>", "<Quantity>0</Quantity>", "Quantity: is invalid"),
        ("<Quantity>1</Quantity>", "<Quantity>1.0</Quantity>", "Quantity must be"),
        ("<Quantity>1</Quantity>", "<Quantity>-1</Quantity>", "Quantity must be"),
        ("<Quantity>1</Quantity>", "", "Quantity is required"),
        ("<AmazonOrderItemCode>1<", "<AmazonOrderItemCode>9<", "OrderItemId is invalid"),
        ("AmazonOrderItemCode>", "MerchantOrderItemID>", "Item has an element"),
        ("AmazonOrderID>", "AmazonOrderId>", "OrderFulfillment has an element"),
        ("<FulfillmentDate>", "<MerchantFulfillmentID>A1</MerchantFulfillmentID><FulfillmentDate>",
         "must be a positive numeric value"),
        ("</FulfillmentData>", "</FulfillmentData><FulfillmentData/>", "more than once"),
        ("</OrderFulfillment>", "<MerchantFulfillmentID>1</MerchantFulfillmentID></OrderFulfillment>",
         "in the order AmazonOrderID, MerchantFulfillmentID"),
    ],
)  # fmt: skip
async def test_a_message_that_breaks_the_schema_is_incomplete_or_invalid(
    world: World, caller: Caller, old: str, new: str, words: str
) -> None:
    good = shipment(1, only(world).key)
    assert old in good
    content = envelope(good.replace(old, new), shipment(2, only(world).key, OTHER_TRACKING))
    counts, (result,) = await reported(caller, content)
    assert (counts, result["MessageID"], result["ResultMessageCode"]) == ([2, 1, 1, 0], "1", "18028")
    assert result["ResultDescription"].startswith("The data you submitted is incomplete or invalid. ")
    assert words in result["ResultDescription"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<CarrierCode>UPS</CarrierCode>", "<CarrierName>Best Couriers</CarrierName>"),
        (
            "<CarrierCode>UPS</CarrierCode>",
            "<CarrierCode>Other</CarrierCode><CarrierName>Best Couriers</CarrierName>",
        ),
    ],
)
async def test_a_carrier_that_is_not_listed_goes_by_its_name(
    world: World, caller: Caller, old: str, new: str
) -> None:
    message = shipment(1, only(world).key).replace(old, new)
    assert await reported(caller, envelope(message)) == (GOOD, [])
    assert (await shown(caller))[2][0]["carrier"] == "Best Couriers"


async def test_a_package_may_go_without_tracking_and_is_then_new_each_time(
    world: World, caller: Caller
) -> None:
    message = shipment(1, only(world).key).replace(
        f"<ShipperTrackingNumber>{TRACKING}</ShipperTrackingNumber>", ""
    )
    for _ in range(2):
        assert await reported(caller, envelope(message)) == (GOOD, [])
    packages = (await shown(caller))[2]
    assert ["trackingNumber" in package for package in packages] == [False, False]


async def test_an_operation_type_and_spaces_are_taken(world: World, caller: Caller) -> None:
    message = shipment(1, only(world).key).replace(
        "<OrderFulfillment>", "<OperationType>Update</OperationType><OrderFulfillment>"
    )
    content = envelope(message.replace(">", ">\n ").replace("<", "\n <"))
    assert await reported(caller, content) == (GOOD, [])


def ill_formed(line: int, column: int) -> str:
    place = f"at (or near) line {line}, column {column}."
    return f"The XML you submitted is ill-formed at the Amazon Envelope XML level {place}"


OTHER_FEED = (
    "We are unable to process the XML feed because one or more items are invalid. Please re-submit the feed."
)
MESSAGE = shipment(1, "112-0000000-0000000")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1, column 1."),
        (b"order-id\tquantity\n", "line 1, column 1."),
        (envelope(MESSAGE).encode("utf-16"), "line 1, column 1."),
        ("\ufeff" + envelope(MESSAGE), "line 1, column 1."),
        (" " + envelope(MESSAGE), "line 1, column 2."),
        (envelope(MESSAGE).replace("?>\n", "?>\n" + ENTITIES), "line 1, column 1."),
        (envelope(MESSAGE).replace("</AmazonEnvelope>", ""), "line 3, column 1."),
        (envelope(MESSAGE) + "<x/>", "line 3, column 1."),
        ("<OrderFulfillment/>", ill_formed(1, 20)),
        ("<AmazonEnvelope/>", ill_formed(1, 18)),
        (envelope(), "line 2, column"),
        (envelope(MESSAGE, version="2.0"), "line 2, column"),
        (envelope(MESSAGE).replace("<Header>", "<Header><More/>"), "line 2, column"),
        (envelope(MESSAGE, MESSAGE), "line 2, column"),
        (envelope(MESSAGE.replace("ID>1<", "ID>0<")), "line 2, column"),
        (envelope(MESSAGE.replace("ID>1<", "ID>9999999999<")), "line 2, column"),
        (envelope(MESSAGE.replace("<MessageID>1</MessageID>", "")), "line 2, column"),
        (envelope(MESSAGE.replace("Message>", "message>")), "line 2, column"),
        (envelope(MESSAGE, merchant=EU), OTHER_FEED),
        (envelope(MESSAGE, kind="Inventory"), OTHER_FEED),
        (envelope(MESSAGE.replace("OrderFulfillment>", "Inventory>")), OTHER_FEED),
    ],
)
async def test_a_document_that_makes_no_sense_gets_one_error_and_does_nothing(
    caller: Caller, content: str | bytes, words: str
) -> None:
    counts, (result,) = await reported(caller, content)
    assert counts == [0, 0, 1, 0]
    description = result.pop("ResultDescription")
    assert words in description
    assert result == {"MessageID": WHOLE, "ResultCode": "Error", "ResultMessageCode": "50001"}


async def test_what_an_order_shows_later_counts_at_once_for_the_next_message(
    world: World, caller: Caller
) -> None:
    world.switches = Switches(confirmation_delay_seconds=3600)
    key = only(world).key
    messages = [shipment(1, key, i1=3), shipment(2, key, i1=3, i2=1), shipment(3, key, OTHER_TRACKING, i1=1)]
    counts, (result,) = await reported(caller, envelope(*messages))
    assert (counts, result["MessageID"]) == ([3, 2, 1, 0], "3")
    assert (await shown(caller))[0] == "UNSHIPPED"
    world.advance(3600)
    status, units, packages = await shown(caller)
    assert (status, units, len(packages)) == ("SHIPPED", [(3, 0), (1, 0)], 1)
    assert (await caller.order(key))["lastUpdatedTime"] == "2026-11-02T10:01:00Z"


async def test_thousands_of_messages_are_all_carried_out(world: World, caller: Caller) -> None:
    world.switches = Switches(confirmation_delay_seconds=60)
    pattern = only(world).body
    keys = [f"112-1000000-{number:07}" for number in range(3000)]
    world.load_orders([pattern | {"orderId": key} for key in keys], verbatim=True)
    messages = [shipment(number, key, i1=3, i2=1) for number, key in enumerate(keys, 1)]
    feed_id = await submit(caller, envelope(*messages))
    world.advance(180)
    assert (await feed(caller, feed_id))["processingStatus"] == "DONE"
    assert await report(caller, feed_id) == ([3000, 3000, 0, 0], [])
    states = {order.body["fulfillment"]["fulfillmentStatus"] for order in world.orders if order.key in keys}
    assert states == {"SHIPPED"}


async def test_a_second_order_is_left_alone(world: World, caller: Caller) -> None:
    first = only(world).key
    an_open_order(world)
    assert await reported(caller, envelope(shipment(1, first))) == (GOOD, [])
    assert await shown(caller) == ("UNSHIPPED", [(0, 3), (0, 1)], [])
