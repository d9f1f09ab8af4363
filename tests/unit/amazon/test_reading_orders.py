"""From Amazon's JSON to orders: lenient with what is optional, strict with what is needed, one by one."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockwire.amazon.translate import read_order, to_page, to_single
from dockwire.model.ids import AmazonItemId, AmazonOrderId
from dockwire.model.money import Money
from dockwire.model.order import Address, FulfilledBy, Malformed, Order, OrderLine, OrderStatus, Window
from dockwire.simulators.amazon.accounts import Role
from tests.unit.amazon.accounts import US, a_world, opened, window

Body = dict[str, Any]
SECRET = "Ann Q. Hidden"


def body(number: int = 1) -> Body:
    """Return an order as Amazon sends it."""
    return {
        "orderId": f"111-0000001-{number:07}",
        "createdTime": "2026-11-02T06:00:00.250Z",
        "lastUpdatedTime": "2026-11-02T07:00:00Z",
        "programs": ["PRIME"],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": US},
        "fulfillment": {
            "fulfillmentStatus": "UNSHIPPED",
            "fulfilledBy": "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {
                "earliestDateTime": "2026-11-03T08:00:00Z",
                "latestDateTime": "2026-11-04T08:00:00Z",
            },
        },
        "recipient": {
            "deliveryAddress": {
                "name": SECRET,
                "addressLine1": "7 Hidden Lane",
                "city": "Springfield",
                "stateOrRegion": "IL",
                "postalCode": "62701",
                "countryCode": "US",
                "phone": "+1 555 0100",
            }
        },
        "orderItems": [
            {
                "orderItemId": "1",
                "quantityOrdered": 2,
                "product": {
                    "sellerSku": "SKU-1",
                    "price": {"unitPrice": {"amount": "9.99", "currencyCode": "USD"}},
                },
                "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": 2},
            }
        ],
    }


def changed(path: str, value: Any = ..., number: int = 1) -> Body:
    """Return an order with one member replaced, or removed."""
    whole = body(number)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    holder: Any = whole
    for part in parents:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return whole


def read(raw: Any) -> Order:
    order = read_order(raw)
    assert isinstance(order, Order), order
    return order


def page(*orders: Any, **more: Any) -> bytes:
    return json.dumps({"orders": list(orders), "lastUpdatedBefore": "2026-11-02T08:58:00Z", **more}).encode()


WRONG: list[tuple[str, Any]] = [
    ("orderId", ...),
    ("orderId", None),
    ("orderId", ""),
    ("orderId", "   "),
    ("orderId", 7),
    ("orderId", "1\u0000"),
    ("orderId", "x" * 61),
    ("createdTime", ...),
    ("createdTime", "yesterday"),
    ("createdTime", "2026-11-02T06:00:00"),
    ("createdTime", "0001-01-01T00:00:00+14:00"),
    ("lastUpdatedTime", ...),
    ("lastUpdatedTime", ""),
    ("lastUpdatedTime", []),
    ("lastUpdatedTime", "9999-12-31T23:59:59-12:00"),
    ("salesChannel", ...),
    ("salesChannel", None),
    ("salesChannel", SECRET),
    ("fulfillment", ...),
    ("fulfillment", []),
    ("fulfillment.fulfillmentStatus", ...),
    ("fulfillment.fulfillmentStatus", ""),
    ("fulfillment.shipByWindow", {"earliestDateTime": SECRET}),
    ("programs", "PRIME"),
    ("recipient", SECRET),
    ("recipient.deliveryAddress.name", {"first": SECRET}),
    ("recipient.deliveryAddress.addressLine1", [SECRET]),
    ("recipient.deliveryAddress.name", "\ud800" + SECRET),
    ("orderItems", ...),
    ("orderItems", []),
    ("orderItems", None),
    ("orderItems", {"0": {}}),
    ("orderItems", [SECRET]),
    ("orderItems.0.orderItemId", ...),
    ("orderItems.0.orderItemId", 12),
    ("orderItems.0.quantityOrdered", ...),
    ("orderItems.0.quantityOrdered", "2"),
    ("orderItems.0.quantityOrdered", "two"),
    ("orderItems.0.quantityOrdered", 1.5),
    ("orderItems.0.quantityOrdered", -1),
    ("orderItems.0.quantityOrdered", True),
    ("orderItems.0.quantityOrdered", 10**30),
    ("orderItems.0.fulfillment.quantityUnfulfilled", "2"),
    ("orderItems.0.product", ...),
    ("orderItems.0.product.price", {"unitPrice": {"amount": "NaN", "currencyCode": "USD"}}),
    ("orderItems.0.product.price", {"unitPrice": {"amount": "nine", "currencyCode": "USD"}}),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda part: ascii(part)[:40])
def test_one_wrong_order_of_a_hundred_costs_none_of_the_others(path: str, value: Any) -> None:
    orders = [body(number) for number in range(1, 101)]
    orders[49] = changed(path, value, number=50)
    read = to_page(page(*orders, pagination={"nextToken": "n+/="}))
    assert read is not None
    assert [order.order_id for order in read.orders] == [
        o["orderId"] for n, o in enumerate(orders) if n != 49
    ]
    assert (read.next_token, read.upper_bound) == ("n+/=", datetime(2026, 11, 2, 8, 58, tzinfo=UTC))
    (bad,) = read.malformed
    assert json.loads(bad.raw) == orders[49]
    # The field is named; what stood in it may be somebody's name.
    deepest = [part for part in path.split(".") if not part.isdigit()][-1]
    if "\ud800" not in str(value):
        assert deepest in bad.problem
    assert "Hidden" not in bad.problem + repr(bad)
    assert bad.order_id.isprintable()
    bad.raw.encode()


@pytest.mark.parametrize(
    "raw", [None, 7, "text", [], {}, {"orderId": 5}, {"salesChannel": {"marketplaceId": []}}], ids=str
)
def test_what_is_no_order_is_kept_under_a_name_of_its_own(raw: Any) -> None:
    bad = read_order(raw)
    assert isinstance(bad, Malformed)
    assert bad.order_id.startswith("unreadable-")
    assert bad.marketplace_id is None
    assert json.loads(bad.raw) == raw
    assert bad == read_order(copy.deepcopy(raw))
    assert bad.order_id != getattr(read_order([raw]), "order_id", "")


def test_a_malformed_order_keeps_id_and_marketplace_where_they_can_be_read() -> None:
    bad = read_order(changed("orderItems", []))
    assert isinstance(bad, Malformed)
    assert (bad.order_id, bad.marketplace_id) == ("111-0000001-0000001", US)
    assert "more" not in bad.problem


def test_two_lines_with_one_id_contradict_each_other() -> None:
    twice = body()
    twice["orderItems"] *= 2
    read = to_page(page(body(2), twice))
    assert read is not None
    assert [bad.problem for bad in read.malformed] == ["orderItems: two lines carry the same orderItemId"]
    assert len(read.orders) == 1


def test_many_faults_are_told_in_short() -> None:
    items = [{"orderItemId": str(number)} for number in range(40)]
    bad = read_order(changed("orderItems", items))
    assert isinstance(bad, Malformed)
    assert "and 77 more" in bad.problem
    assert len(bad.problem) < 300


OPTIONAL = [
    "programs",
    "recipient",
    "recipient.deliveryAddress",
    "recipient.deliveryAddress.name",
    "recipient.deliveryAddress.phone",
    "fulfillment.fulfilledBy",
    "fulfillment.fulfillmentServiceLevel",
    "fulfillment.shipByWindow",
    "fulfillment.shipByWindow.latestDateTime",
    "salesChannel.marketplaceId",
    "orderItems.0.fulfillment",
    "orderItems.0.fulfillment.quantityUnfulfilled",
    "orderItems.0.product.sellerSku",
    "orderItems.0.product.price",
    "orderItems.0.product.price.unitPrice",
]


@pytest.mark.parametrize("path", OPTIONAL)
@pytest.mark.parametrize("value", [..., None], ids=["absent", "null"])
def test_optional_members_may_be_missing_or_null(path: str, value: Any) -> None:
    assert read(changed(path, value)).order_id == "111-0000001-0000001"


@pytest.mark.parametrize(
    "path", ["orderAliases", "associatedOrders", "orderItems.0.cancellation", "recipient.deliveryPreference"]
)
def test_members_that_are_not_there_may_also_be_null(path: str) -> None:
    assert read(changed(path, None)) == read(body())


BLANKS: list[tuple[str, Callable[[Order], Any], Any]] = [
    ("orderItems.0.product.sellerSku", lambda order: order.lines[0].sku, None),
    ("fulfillment.fulfilledBy", lambda order: order.fulfilled_by, FulfilledBy.UNKNOWN),
    ("fulfillment.fulfillmentServiceLevel", lambda order: order.service_level, ""),
    ("fulfillment.shipByWindow.earliestDateTime", lambda order: order.ship_by.earliest, None),
    ("salesChannel.marketplaceId", lambda order: order.marketplace_id, ""),
    (
        "recipient.deliveryAddress.addressLine2",
        lambda order: order.address and order.address.lines,
        ("7 Hidden Lane",),
    ),
    ("recipient.deliveryAddress.name", lambda order: order.address and order.address.name, ""),
]


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
@pytest.mark.parametrize(("path", "seen", "expected"), BLANKS, ids=[path for path, _, _ in BLANKS])
def test_blank_strings_say_nothing(
    path: str, seen: Callable[[Order], Any], expected: Any, blank: str
) -> None:
    assert seen(read(changed(path, blank))) == expected


def test_words_of_an_open_enumeration_that_we_do_not_know_are_unknown() -> None:
    assert read(changed("fulfillment.fulfillmentStatus", "ON_THE_MOON")).status is OrderStatus.UNKNOWN
    assert read(changed("fulfillment.fulfilledBy", "ROBOTS")).fulfilled_by is FulfilledBy.UNKNOWN
    assert read(changed("programs", ["PRIME", "NEW_ONE"])).programs == {"PRIME", "NEW_ONE"}


def test_members_that_amazon_adds_are_passed_over() -> None:
    new = changed("newMember", {"deep": [1]})
    new["orderItems"][0]["newMember"] = None
    assert read(new) == read(body())


def test_yen_have_no_decimals_and_prices_stay_exact() -> None:
    price = {"unitPrice": {"amount": "1980", "currencyCode": "JPY"}}
    line = read(changed("orderItems.0.product.price", price)).lines[0]
    assert line.unit_price == Money(Decimal(1980), "JPY")
    assert str(line.unit_price) == "1980 JPY"
    price = {"unitPrice": {"amount": "0.10000000000000000001", "currencyCode": "USD"}}
    line = read(changed("orderItems.0.product.price", price)).lines[0]
    assert line.unit_price == Money(Decimal("0.10000000000000000001"), "USD")


def test_moments_are_held_in_utc_whatever_their_offset() -> None:
    order = read(changed("lastUpdatedTime", "2026-11-02T16:00:00+09:00"))
    assert order.updated == datetime(2026, 11, 2, 7, tzinfo=UTC)
    assert order.updated.tzinfo is UTC
    assert order.created == datetime(2026, 11, 2, 6, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ordered", "ship", "left"),
    [
        (3, {"quantityFulfilled": 1, "quantityUnfulfilled": 2}, 2),
        (3, {"quantityFulfilled": 1}, 2),
        (3, {"quantityFulfilled": 5}, 0),
        (3, {"quantityUnfulfilled": 9}, 3),
        (3, {"quantityFulfilled": 0, "quantityUnfulfilled": 1}, 1),
        (0, {"quantityUnfulfilled": 0}, 0),
        (3, {}, 3),
    ],
)
def test_what_is_left_to_ship_is_never_more_than_was_ordered(ordered: int, ship: Body, left: int) -> None:
    raw = changed("orderItems.0.quantityOrdered", ordered)
    raw["orderItems"][0]["fulfillment"] = ship
    assert read(raw).lines[0].quantity_open == left


def test_every_member_that_is_used_arrives() -> None:
    raw = body()
    raw["recipient"]["deliveryAddress"] |= {
        "companyName": "Sample Works",
        "addressLine2": "Rear",
        "addressLine3": "Third floor",
        "districtOrCounty": "Sangamon",
        "addressType": "COMMERCIAL",
    }
    raw["fulfillment"]["deliverByWindow"] = {
        "earliestDateTime": "2026-11-06T08:00:00Z",
        "latestDateTime": "2026-11-07T08:00:00Z",
    }
    raw["fulfillment"]["labelPrintingWindow"] = {"earliestDateTime": "2026-11-03T17:00:00Z"}
    raw["orderItems"][0]["product"] |= {"title": "Mug", "asin": "B000000001"}

    def day(number: int, hour: int = 8) -> datetime:
        return datetime(2026, 11, number, hour, tzinfo=UTC)

    assert read(raw) == Order(
        order_id=AmazonOrderId("111-0000001-0000001"),
        marketplace_id=US,
        status=OrderStatus.UNSHIPPED,
        fulfilled_by=FulfilledBy.MERCHANT,
        created=datetime(2026, 11, 2, 6, 0, 0, 250_000, tzinfo=UTC),
        updated=day(2, 7),
        lines=(
            OrderLine(
                item_id=AmazonItemId("1"),
                sku="SKU-1",
                quantity_ordered=2,
                quantity_open=2,
                title="Mug",
                asin="B000000001",
                unit_price=Money(Decimal("9.99"), "USD"),
            ),
        ),
        service_level="STANDARD",
        programs=frozenset({"PRIME"}),
        ship_by=Window(day(3), day(4)),
        deliver_by=Window(day(6), day(7)),
        label_printing=Window(day(3, 17), None),
        address=Address(
            name=SECRET,
            company="Sample Works",
            lines=("7 Hidden Lane", "Rear", "Third floor"),
            city="Springfield",
            district="Sangamon",
            state="IL",
            postal_code="62701",
            country="US",
            phone="+1 555 0100",
            kind="COMMERCIAL",
        ),
    )


@pytest.mark.parametrize(
    ("members", "city", "district"),
    [
        ({"city": "Springfield", "municipality": "Other"}, "Springfield", ""),
        ({"city": "", "municipality": "Springfield"}, "Springfield", ""),
        (
            {"extendedFields": {"neighborhood": "Bela Vista", "streetNumber": "7"}},
            "Springfield",
            "Bela Vista",
        ),
        (
            {"districtOrCounty": "Sangamon", "extendedFields": {"neighborhood": "x"}},
            "Springfield",
            "Sangamon",
        ),
        ({"extendedFields": None}, "Springfield", ""),
    ],
)
def test_places_that_some_countries_name_otherwise_are_found(members: Body, city: str, district: str) -> None:
    raw = body()
    raw["recipient"]["deliveryAddress"] |= members
    address = read(raw).address
    assert address is not None
    assert (address.city, address.district) == (city, district)


def test_wishes_links_and_aliases_are_read() -> None:
    raw = body()
    raw["orderAliases"] = [{"aliasType": "SELLER_ORDER_ID", "aliasId": "S-1"}]
    raw["associatedOrders"] = [
        {"associationType": "OTHER", "orderId": "1"},
        {"associationType": "REPLACEMENT_ORIGINAL_ID", "orderId": "2"},
    ]
    raw["recipient"]["deliveryPreference"] = {"dropOffLocation": "Porch", "addressInstruction": "Gate 5"}
    raw["recipient"]["deliveryAddress"]["countryCode"] = "UK"
    raw["orderItems"][0]["fulfillment"]["packing"] = {
        "giftOption": {"giftMessage": "For you", "giftWrapLevel": "Red"}
    }
    raw["orderItems"][0]["cancellation"] = {
        "cancellationRequest": {"requester": "BUYER", "cancelReason": "Late"}
    }
    order = read(raw)
    assert (order.seller_reference, order.replaces) == ("S-1", "2")
    assert order.address is not None
    assert (order.address.country, order.address.instructions) == ("GB", "Porch; Gate 5")
    line = order.lines[0]
    assert (line.gift_message, line.gift_wrap, line.cancel_requested, line.cancel_reason) == (
        "For you",
        "Red",
        True,
        "Late",
    )
    assert "For you" not in repr(order)
    assert "Hidden" not in repr(order)


@pytest.mark.parametrize("requester", ["AMAZON", "MERCHANT", "", None])
def test_only_the_buyer_can_wish_to_cancel(requester: str | None) -> None:
    raw = body()
    raw["orderItems"][0]["cancellation"] = {"cancellationRequest": {"requester": requester}}
    assert not read(raw).cancel_requested


def test_what_amazon_leaves_without_the_role_is_no_address() -> None:
    left = {
        "city": "Springfield",
        "stateOrRegion": "IL",
        "countryCode": "US",
        "name": "",
        "addressLine1": " ",
    }
    assert read(changed("recipient.deliveryAddress", left)).address is None
    assert read(changed("recipient.deliveryAddress", {**left, "postalCode": "62701"})).address is not None


async def test_an_application_without_the_shipping_role_gets_orders_without_addresses() -> None:
    world = a_world()
    world.populate(60, [("US", 1)])
    async with opened(world) as seller:
        before = await seller.search_orders(window(world.clock.now()))
        world.application.roles.remove(Role.SHIPPING)
        after = await seller.search_orders(window(world.clock.now()))
    assert any(order.address for order in before.orders)
    assert len(after.orders) == len(before.orders)
    assert [order.address for order in after.orders] == [None] * len(after.orders)


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b'{"orders": 5}', b"\xff\xfe", b"{"])
def test_what_is_no_page_is_none(content: bytes) -> None:
    assert to_page(content) is None
    assert to_single(content) is None


@pytest.mark.parametrize(
    "frame", [{"pagination": 5}, {"pagination": {"nextToken": 5}}, {"lastUpdatedBefore": "soon"}], ids=str
)
def test_a_page_whose_token_or_bound_cannot_be_read_is_no_page(frame: Body) -> None:
    assert to_page(page(body(), **frame)) is None
    assert to_page(page({}, **frame)) is None


@pytest.mark.parametrize(
    "frame", [{}, {"pagination": None}, {"pagination": {}}, {"pagination": {"nextToken": ""}}], ids=str
)
def test_a_page_without_a_token_is_the_last(frame: Body) -> None:
    read = to_page(page(body(), **frame))
    assert read is not None
    assert read.next_token is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where every member of an order is."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for name, member in inner for path in paths(member, (*at, name)))]


@given(path=st.sampled_from(paths(body())[1:]), junk=JSON)
def test_junk_anywhere_in_an_order_harms_that_order_at_most(path: tuple[Any, ...], junk: Any) -> None:
    raw = body()
    holder: Any = raw
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = junk
    read = to_page(page(body(2), raw, body(3)))
    assert read is not None
    assert len(read.orders) + len(read.malformed) == 3
    assert {"111-0000001-0000002", "111-0000001-0000003"} <= {order.order_id for order in read.orders}
    for bad in read.malformed:
        bad.raw.encode()
        assert "Hidden" not in bad.problem


@given(content=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_junk_in_place_of_a_page_is_none_or_a_page(content: bytes) -> None:
    to_page(content)
    to_single(content)
