"""Listings found by time: every one of them, with its offers, whatever else is on the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwire.amazon import AmazonAccount
from dockwire.errors import PageTokenExpired, Refused, Unavailable
from dockwire.model.listing import GENERAL_TYPE, Listing, Span
from dockwire.model.stock import Offer
from dockwire.simulators.amazon import World, catalogue
from tests.unit.amazon.accounts import NA, US, a_world, opened, rules
from tests.unit.amazon.offering import a_world_with, answering, watched

SEARCH = f"/items/{NA}$"
ELSEWHERE = "A2EUQ1WTGCTBG2"
BAD_REQUEST = {"path": SEARCH, "effect": {"kind": "status", "status": 400, "json_body": {"errors": []}}}


def ever(world: World, *, changed: bool = False) -> Span:
    return Span(datetime(1995, 1, 1, tzinfo=UTC), world.clock.now(), changed)


async def everything(seller: AmazonAccount, span: Span) -> list[Listing]:
    found: list[Listing] = []
    token: str | None = None
    while True:
        page = await seller.listings.page(US, span, token)
        found += page.listings
        if (token := page.next_token) is None:
            return found


@pytest.mark.parametrize("changed", [False, True])
async def test_all_pages_together_are_all_listings_the_oldest_first(changed: bool) -> None:
    world = a_world()
    async with opened(world) as seller:
        first = await seller.listings.page(US, ever(world, changed=changed))
        found = await everything(seller, ever(world, changed=changed))
    assert (len(first.listings), first.found, first.unreadable) == (20, 40, ())
    assert sorted(each.sku for each in found) == sorted(each.sku for each in catalogue())
    known = [world.listings.find(NA, US, each.sku) for each in found]
    times = [each.updated if changed else each.created for each in known if each is not None]
    assert times == sorted(times)


@pytest.mark.parametrize(("changed", "expected"), [(False, ["B"]), (True, ["A"])])
async def test_a_span_is_of_creations_or_of_changes(changed: bool, expected: list[str]) -> None:
    world = a_world_with("A", "B")
    a, b = list(world.listings)
    now = world.clock.now()
    a.created, a.updated = now - timedelta(days=9), now - timedelta(days=2)
    b.created, b.updated = now - timedelta(days=2), now - timedelta(days=1)
    span = Span(now - timedelta(days=3), now - timedelta(days=1.5), changed)
    async with opened(world) as seller:
        assert [each.sku for each in await everything(seller, span)] == expected


async def test_a_dead_page_token_is_told_from_a_bad_request() -> None:
    world = a_world()
    async with opened(world) as seller:
        with pytest.raises(PageTokenExpired):
            await seller.listings.page(US, ever(world), "dead")
    async with opened(world, faults=rules(BAD_REQUEST)) as seller:
        with pytest.raises(Refused) as refused:
            await seller.listings.page(US, ever(world))
    assert not isinstance(refused.value, PageTokenExpired)


async def test_each_channel_is_an_offer_and_amazons_stock_has_no_quantity() -> None:
    world = a_world()
    async with opened(world) as seller:
        found = {each.sku: each for each in await everything(seller, ever(world))}
    kettle, both, lantern = (found[sku] for sku in ("KETTLE-1.2L", "BLANKET-WOOL", "LANTERN-OIL"))
    assert kettle.own is None
    assert kettle.offers == (Offer("KETTLE-1.2L", "AMAZON_NA"),)
    assert [(each.channel, each.quantity is None) for each in both.offers] == [
        ("DEFAULT", False), ("AMAZON_NA", True),
    ]  # fmt: skip
    known = world.listings.find(NA, US, "LANTERN-OIL")
    assert known is not None
    assert lantern.own == Offer(
        "LANTERN-OIL", quantity=0, handling_days=known.channels()[0]["lead_time_to_ship_max_days"]
    )
    assert (lantern.product_type, both.product_type) == ("FLASHLIGHT", "BLANKET")


def an_item(**members: Any) -> dict[str, Any]:
    usual = {"sku": "A", "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 3}]}
    return usual | members


async def read(*items: Any) -> tuple[tuple[Listing, ...], tuple[str, ...]]:
    """Return what the client makes of a page that Amazon answers."""
    world = a_world()
    page = {"numberOfResults": len(items), "items": list(items)}
    async with opened(world, faults=rules(*answering("GET", SEARCH, page))) as seller:
        found = await seller.listings.page(US, ever(world))
    return found.listings, tuple(map(str, found.unreadable))


def entry(channel: str, **members: Any) -> dict[str, Any]:
    return {"fulfillment_channel_code": channel, "marketplace_id": US, **members}


async def test_what_an_attribute_says_of_another_marketplace_or_channel_is_not_taken() -> None:
    days = "lead_time_to_ship_max_days"
    given = [
        entry("AMAZON_NA", **{days: 9}, is_inventory_available=True),
        entry("DEFAULT", **{days: 2}),
        entry("DEFAULT", marketplace_id=ELSEWHERE, **{days: 8}, is_inventory_available=True),
    ]
    types = [
        {"marketplaceId": ELSEWHERE, "productType": "SHIRT"}, {"marketplaceId": US, "productType": "ROPE"},
    ]  # fmt: skip
    channels = [{"fulfillmentChannelCode": "DEFAULT", "quantity": 3}, {"fulfillmentChannelCode": "AMAZON_EU"}]
    ((listing,), _) = await read(
        an_item(
            attributes={"fulfillment_availability": given}, summaries=types, fulfillmentAvailability=channels
        )
    )
    assert listing == Listing("A", (Offer("A", quantity=3, handling_days=2), Offer("A", "AMAZON_EU")), "ROPE")


async def test_an_offer_that_amazon_sells_without_counting_is_told() -> None:
    given = [entry("DEFAULT", is_inventory_available=True)]
    ((listing,), _) = await read(an_item(attributes={"fulfillment_availability": given}))
    assert listing.own == Offer("A", quantity=3, always_available=True)
    assert listing.product_type == GENERAL_TYPE


async def test_a_quantity_of_amazons_stock_is_not_taken_for_the_merchants() -> None:
    channels = [{"fulfillmentChannelCode": "AMAZON_NA", "quantity": 40}]
    ((listing,), _) = await read(an_item(fulfillmentAvailability=channels))
    assert listing == Listing("A", (Offer("A", "AMAZON_NA"),))


async def test_an_unreadable_listing_spoils_no_page_and_is_named() -> None:
    negative = [{"fulfillmentChannelCode": "DEFAULT", "quantity": -1}]
    found, unreadable = await read(
        an_item(),
        an_item(sku="B/2", fulfillmentAvailability=negative),
        5,
        an_item(sku=None),
        an_item(sku="C"),
    )
    assert [each.sku for each in found] == ["A", "C"]
    second, third, fourth = unreadable
    assert second == "listing 2 of the page 'B/2': fulfillmentAvailability.0.quantity cannot be read"
    assert third.startswith("listing 3 of the page: ")
    assert fourth == "listing 4 of the page: sku cannot be read"


BODIES: list[Any] = [{}, [], {"items": []}]
UNUSABLE: list[Any] = [
    "html_success",
    "empty_success",
    *({"kind": "status", "status": 200, "json_body": body} for body in BODIES),
]


@pytest.mark.parametrize("effect", UNUSABLE)
async def test_no_page_without_a_proper_answer(effect: Any) -> None:
    world = a_world()
    async with opened(world, faults=rules({"path": SEARCH, "effect": effect})) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.page(US, ever(world))
        with pytest.raises(Unavailable):
            await seller.listings.look(US, ["A"])


async def test_a_page_has_twenty_listings_and_only_the_data_that_is_used() -> None:
    world = a_world()
    async with watched(world) as (seller, requests):
        await seller.listings.page(US, ever(world))
    (request,) = requests
    asked = request.url.params
    assert (asked["pageSize"], asked["includedData"]) == (
        "20",
        "summaries,attributes,fulfillmentAvailability",
    )
