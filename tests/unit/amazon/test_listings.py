"""Listings through the client: read whole, set exactly, and no SKU that cannot travel."""

import copy
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwire.amazon.listing_feeds import _read, _results
from dockwire.amazon.listing_wire import read_page
from dockwire.errors import NotFound, PageTokenExpired, Refused, Unavailable
from dockwire.model.feed import FeedState, MessageState
from dockwire.model.listing import Quantity, Span
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.listing_seeds import FULFILLED_BY_AMAZON, FULFILLED_BY_BOTH, RESTOCKED
from dockwire.simulators.amazon.listings import Listing
from tests.unit.amazon.accounts import NA, US, a_world, asked, opened, rules

STRANGE = ["A/B", "A B", "A+B", "A%2FB", "A,B", 'A"B', "ÄÖß", "茶-1", "A&B=C?#", "A\\B", " edge "]
LONG_AGO = datetime(1995, 1, 1, tzinfo=UTC)
TAKEN, REFUSED, UNKNOWN = MessageState.TAKEN, MessageState.REFUSED, MessageState.UNKNOWN


def listings(world: World) -> dict[str, Listing]:
    world.catch_up()
    return {each.sku: each for each in world.listings.of(NA, US)}


def listed(world: World, *skus: str) -> None:
    """Let the seller list more SKUs."""
    pattern = listings(world)["NOTEBOOK-A5"]
    for sku in skus:
        world.listings.put(
            dataclasses.replace(pattern, sku=sku, attributes=copy.deepcopy(pattern.attributes))
        )


def whole(world: World) -> Span:
    return Span(LONG_AGO, world.clock.now() + timedelta(seconds=1))


async def test_a_search_brings_every_listing_with_its_channels() -> None:
    world = a_world()
    async with opened(world) as seller:
        page = await seller.listings.page(US, whole(world))
        found = list(page.listings)
        while page.next_token:
            page = await seller.listings.page(US, whole(world), page.next_token)
            found += page.listings
    assert page.found == len(found) == len(listings(world))
    by_sku = {each.sku: each for each in found}
    assert by_sku.keys() == listings(world).keys()
    for sku in FULFILLED_BY_AMAZON:
        assert by_sku[sku].own is None
        assert [offer.channel for offer in by_sku[sku].offers] == ["AMAZON_NA"]
        assert [offer.quantity for offer in by_sku[sku].offers] == [None]
    assert {offer.channel for offer in by_sku[FULFILLED_BY_BOTH].offers} == {"DEFAULT", "AMAZON_NA"}
    own = by_sku[RESTOCKED].own
    assert own is not None
    assert own.quantity == 0
    assert own.handling_days == listings(world)[RESTOCKED].channels()[0]["lead_time_to_ship_max_days"]
    assert by_sku["NOTEBOOK-A5"].product_type == listings(world)["NOTEBOOK-A5"].product_type


@pytest.mark.parametrize("sku", STRANGE)
async def test_a_strange_sku_is_read_and_set_to_the_letter(sku: str) -> None:
    world = a_world()
    listed(world, sku, sku.strip() + "X")
    async with opened(world) as seller:
        assert await seller.listings.set_quantity(US, Quantity(sku, 12, "PRODUCT"))
        found = await seller.listings.look(US, [sku, "NOTEBOOK-A5", sku, "NONE"])
        await seller.listings.feeds.submit(US, [Quantity(sku, 13)])
        world.advance(3600)
    assert found.keys() == {sku, "NOTEBOOK-A5"}
    shown = found[sku]
    assert shown is not None
    assert shown.own is not None
    assert shown.own.quantity == 12
    assert listings(world)[sku].offered() == 13


async def test_names_are_asked_twenty_at_a_time_and_found_on_every_page() -> None:
    world = a_world()
    listed(world, *(f"MANY-{number:03d}" for number in range(45)))
    async with opened(world) as seller:
        found = await seller.listings.look(US, [f"MANY-{number:03d}" for number in range(45)])
    assert len(found) == 45
    assert len(asked(world, "searchListingsItems")) == 3


async def test_setting_a_quantity_touches_nothing_else() -> None:
    world = a_world()
    before = copy.deepcopy(listings(world)[FULFILLED_BY_BOTH].attributes)
    async with opened(world) as seller:
        await seller.listings.set_quantity(US, Quantity(FULFILLED_BY_BOTH, 5))
        await seller.listings.set_quantity(US, Quantity(RESTOCKED, 5))
    after = listings(world)[FULFILLED_BY_BOTH].attributes
    assert {name for name in before if before[name] != after[name]} == {"fulfillment_availability"}
    (own,) = [
        each
        for each in listings(world)[RESTOCKED].channels()
        if each["fulfillment_channel_code"] == "DEFAULT"
    ]
    assert own["quantity"] == 5
    assert own["restock_date"]
    assert own["lead_time_to_ship_max_days"]


async def test_a_preview_changes_nothing() -> None:
    world = a_world()
    before = listings(world)["NOTEBOOK-A5"].offered()
    async with opened(world) as seller:
        await seller.listings.try_quantity(US, Quantity("NOTEBOOK-A5", 900))
        with pytest.raises(Refused):
            await seller.listings.try_quantity(US, Quantity("NOTEBOOK-A5", 900, "NO_SUCH_TYPE"))
    assert listings(world)["NOTEBOOK-A5"].offered() == before


async def test_what_amazon_calls_invalid_is_refused_with_its_words() -> None:
    world = a_world()
    world.switches.listings_take_unknown_skus = False
    async with opened(world) as seller:
        with pytest.raises(Refused, match="SKU"):
            await seller.listings.set_quantity(US, Quantity("NONE", 1))
        with pytest.raises((Refused, NotFound)):
            await seller.listings.set_quantity(US, Quantity("NOTEBOOK-A5", -1))


async def test_a_lost_answer_is_asked_again_at_once() -> None:
    world = a_world()
    lost = rules({"method": "PATCH", "nth": 1, "effect": "lost_reply"})
    async with opened(world, faults=lost) as seller:
        assert await seller.listings.set_quantity(US, Quantity("NOTEBOOK-A5", 3))
    assert world.submissions.accepted == 2


async def test_a_dead_page_token_is_told_apart() -> None:
    async with opened(a_world()) as seller:
        with pytest.raises(PageTokenExpired):
            await seller.listings.page(US, Span(LONG_AGO, LONG_AGO + timedelta(days=1)), "gone")


def test_one_listing_that_cannot_be_read_spoils_no_page() -> None:
    items: list[Any] = [
        {"sku": "A", "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 2}]},
        {"sku": "B", "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": "many"}]},
        {"no": "sku"},
        "nothing",
    ]
    page = read_page(json.dumps({"numberOfResults": 4, "items": items}).encode(), US)
    assert page is not None
    assert [each.sku for each in page.listings] == ["A"]
    assert [str(each).split(":")[0] for each in page.unreadable] == [
        "listing 2 of the page 'B'",
        "listing 3 of the page",
        "listing 4 of the page",
    ]
    assert "many" not in "".join(map(str, page.unreadable))
    assert read_page(b"<html>", US) is None


def test_an_always_available_listing_is_known_as_such() -> None:
    entry = {"fulfillment_channel_code": "DEFAULT", "is_inventory_available": True, "marketplace_id": US}
    item = {
        "sku": "A",
        "attributes": {"fulfillment_availability": [entry]},
        "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT"}],
    }
    page = read_page(json.dumps({"numberOfResults": 1, "items": [item]}).encode(), US)
    assert page is not None
    own = page.listings[0].own
    assert own is not None
    assert own.always_available


async def test_a_feed_tells_of_every_message() -> None:
    world = a_world()
    world.switches.listings_take_unknown_skus = False
    sent = [Quantity("NOTEBOOK-A5", 4), Quantity("NONE", 4), Quantity("MUG/SET/4", 0)]
    async with opened(world) as seller:
        feed_id = await seller.listings.feeds.submit(US, sent)
        world.advance(3600)
        feed = await seller.listings.feeds.look(feed_id)
        results = await seller.listings.feeds.results(feed, [each.sku for each in sent])
        with pytest.raises(ValueError, match="1 to 25000"):
            await seller.listings.feeds.submit(US, [])
    assert feed.state is FeedState.DONE
    assert [result.state for result in results] == [TAKEN, REFUSED, TAKEN]
    assert results[1].words


def report(feed: str = "7", *, processed: int = 2, invalid: int = 0, **more: Any) -> dict[str, Any]:
    counts = {
        "messagesProcessed": processed,
        "messagesAccepted": processed - invalid,
        "messagesInvalid": invalid,
    }
    return {
        "header": {"feedId": feed},
        "issues": [],
        "summary": {"errors": 0, "warnings": 0, **counts},
    } | more


def issue(message: int | None, severity: str = "ERROR", **more: Any) -> dict[str, Any]:
    number = {} if message is None else {"messageId": message}
    return {"code": "X", "severity": severity, "message": "Odd."} | number | more


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (report(), [TAKEN, TAKEN]),
        (report(invalid=1, issues=[issue(2)]), [TAKEN, REFUSED]),
        (report(issues=[issue(1, "WARNING")]), [TAKEN, TAKEN]),
        (report(processed=1), [UNKNOWN, UNKNOWN]),
        (report(invalid=1), [UNKNOWN, UNKNOWN]),
        (report(issues=[issue(None)]), [UNKNOWN, UNKNOWN]),
        (report(issues=[issue(9)]), [UNKNOWN, UNKNOWN]),
        (report(invalid=1, issues=[issue(1, sku="C")]), [UNKNOWN, UNKNOWN]),
    ],
)
def test_silence_counts_only_in_a_report_that_adds_up(
    content: dict[str, Any], expected: list[MessageState]
) -> None:
    read = _read(json.dumps(content).encode())
    assert read is not None
    assert [result.state for result in _results(read, ["A", "B"])] == expected


async def test_a_page_of_html_is_no_answer() -> None:
    broken = rules({"method": "PATCH", "effect": "html_success"})
    async with opened(a_world(), faults=broken) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.set_quantity(US, Quantity("NOTEBOOK-A5", 1))
