"""JSON_LISTINGS_FEED: what messages do, how they are refused, what the report says."""

import json
from typing import Any

import pytest

from dockwire.simulators.amazon.listing_seeds import RESTOCKED
from tests.unit.simulators.caller import NA, Caller, a_world
from tests.unit.simulators.feeding import CA, US, create
from tests.unit.simulators.listing import (
    LISTINGS,
    MUG,
    document,
    entries,
    entry,
    get,
    item,
    message,
    offered,
    report_of,
    reported,
    send,
    stock_patch,
)

TEA = "TIN#3-TEA"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    """Errors, processed, accepted, invalid."""
    names = ("errors", "messagesProcessed", "messagesAccepted", "messagesInvalid")
    errors, processed, accepted, invalid = (int(report["summary"][name]) for name in names)
    return errors, processed, accepted, invalid


async def test_good_messages_are_carried_out_and_bad_ones_named(caller: Caller) -> None:
    before = await offered(caller, TEA)
    bad = message(2, TEA, patches=[stock_patch(entry(-1, "AMAZON_EU"))])
    report = await reported(caller, document(message(1), bad, message(3, "CAFÉ-1KG")))
    assert counts(report) == (2, 3, 2, 1)
    assert [(each["messageId"], each["sku"], each["code"]) for each in report["issues"]] == [
        (2, TEA, "4000001"),
        (2, TEA, "4000001"),
    ]
    assert {each["severity"] for each in report["issues"]} == {"ERROR"}
    assert report["issues"][0]["attributeName"] == "fulfillment_availability"
    assert [await offered(caller, sku) for sku in (MUG, TEA, "CAFÉ-1KG")] == [7, before, 7]


async def test_accepted_messages_wait_as_other_submissions_do(caller: Caller) -> None:
    before = await offered(caller, MUG)
    await caller.control("switches", {"listings_delay_seconds": 3600, "listings_lose_skus": [TEA]})
    report = await reported(caller, document(message(1), message(2, TEA)))
    assert counts(report) == (0, 2, 2, 0)
    assert await offered(caller, MUG) == before
    caller.world.advance(3600)
    assert (await offered(caller, MUG), await offered(caller, TEA) == 7) == (7, False)


async def test_update_replaces_the_listing_with_all_it_loses(caller: Caller) -> None:
    attributes = {"fulfillment_availability": [entry(5)]}
    update = message(1, RESTOCKED, "UPDATE", productType="HOME", attributes=attributes)
    assert counts(await reported(caller, document(update))) == (0, 1, 1, 0)
    shown = await item(caller, RESTOCKED)
    assert list(shown["attributes"]) == ["fulfillment_availability"]
    assert await entries(caller, RESTOCKED) == {"DEFAULT": {"quantity": 5}}
    assert (shown["offers"], shown["summaries"][0]["status"]) == ([], [])
    assert shown["productTypes"] == [{"marketplaceId": US, "productType": "HOME"}]


async def test_update_of_a_new_sku_makes_a_listing(caller: Caller) -> None:
    attributes = {"fulfillment_availability": [entry(5)], "item_name": [{"value": "New"}]}
    update = message(1, "NEW-1", "UPDATE", productType="HOME", requirements="LISTING", attributes=attributes)
    await reported(caller, document(update))
    assert (await item(caller, "NEW-1"))["summaries"][0]["status"] == ["DISCOVERABLE"]
    assert await offered(caller, "NEW-1") == 5


async def test_partial_update_is_a_patch_that_replaces(caller: Caller) -> None:
    attributes = {"fulfillment_availability": [entry(5)]}
    update = message(1, RESTOCKED, "PARTIAL_UPDATE", productType="PRODUCT", attributes=attributes)
    await reported(caller, document(update))
    assert await entries(caller, RESTOCKED) == {"DEFAULT": {"quantity": 5}}
    assert "item_name" in (await item(caller, RESTOCKED))["attributes"]


async def test_delete_ends_the_listing_in_the_feeds_marketplaces(caller: Caller) -> None:
    await reported(caller, document(message(1, operation="DELETE")))
    assert (await get(caller, MUG)).status_code == 404
    assert await offered(caller, MUG, marketplaceIds=CA)
    await reported(caller, document(message(1, operation="DELETE")), marketplaceIds=[US, CA])
    assert (await get(caller, MUG, params={"marketplaceIds": CA})).status_code == 404


MALFORMED = [
    message(1, operation="MERGE"),
    message(1, operation=None),
    message(1, ""),
    message(1, 5),
    message(1, productType=""),
    message(1, patches=[]),
    message(1, patches=[{"op": "merge"}]),
    message(1, attributes={}),
    message(1, requirements="LISTING"),
    message(1, operation="DELETE", productType="PRODUCT"),
    message(1, operation="UPDATE", productType="HOME"),
    message(1, operation="UPDATE", productType="HOME", attributes={}),
    message(1, operation="UPDATE", productType="HOME", attributes={"item_name": "New"}),
    message(1, operation="UPDATE", productType="HOME", attributes={"item_name": []}, requirements="ALL"),
    message(1, operation="PARTIAL_UPDATE", productType="HOME", attributes={"a": []}, requirements="LISTING"),
]


@pytest.mark.parametrize("bad", MALFORMED)
async def test_a_message_that_breaks_the_schema_is_refused_alone(caller: Caller, bad: dict[str, Any]) -> None:
    report = await reported(caller, document(bad, message(2)))
    assert counts(report) == (1, 2, 1, 1)
    (issue,) = report["issues"]
    assert (issue["messageId"], issue["code"]) == (1, "BAD_REQUEST")
    assert issue["message"].startswith("Invalid parameters provided.")
    assert await offered(caller, MUG) == 7


SPOILT = [
    b"{",
    b"\xff",
    b"[]",
    b"{}",
    document(),
    document(message(1), sellerId="A3SIMEUROPE001"),
    document(message(1), version="1.0"),
    document(message(1), version=2.0),
    document(message(1), issueLocale=1),
    document(message(1), report={}),
    document(message(1), report={"apiVersion": "2021-08-01", "includedData": ["stock"]}),
    document(message(1), message(1)),
    document(message(0)),
    document(message(2**31)),
    document(message("1")),
    document(message(None)),
    document(message(True)),
    document(message([1])),
    document(1),
    document(*(message(number) for number in range(1, 25_002))),
    json.dumps({"header": {"sellerId": NA, "version": "2.0"}, "messages": {}}),
]


@pytest.mark.parametrize("content", SPOILT)
async def test_a_document_that_makes_no_sense_is_refused_whole(caller: Caller, content: str | bytes) -> None:
    before = await offered(caller, MUG)
    report = await reported(caller, content)
    assert counts(report) == (1, 0, 0, 0)
    (issue,) = report["issues"]
    assert "messageId" not in issue
    assert await offered(caller, MUG) == before


async def test_the_report_shows_listings_when_asked(caller: Caller) -> None:
    wanted = {"apiVersion": "2021-08-01", "includedData": ["fulfillmentAvailability", "issues"]}
    bad = message(3, TEA, patches=[stock_patch(entry(-1))])
    report = await reported(caller, document(message(1), message(2, "PENCIL-12"), bad, report=wanted))
    assert report["header"]["report"] == wanted
    assert [(each["sku"], each["fulfillmentAvailability"][0]["quantity"]) for each in report["items"]] == [
        (MUG, 7),
        ("PENCIL-12", 7),
    ]
    assert report["summary"]["itemSummary"] == {"items": 2, "errors": 0, "warnings": 1}
    plain = await reported(caller, document(message(1)))
    assert set(plain) == {"header", "issues", "summary"}
    assert set(plain["header"]) == {"sellerId", "version", "feedId"}


async def test_a_feed_that_ends_fatal_has_carried_out_a_part(caller: Caller) -> None:
    before = await offered(caller, TEA)
    await caller.control("switches", {"feed_fatal_after_messages": 1, "feed_fatal_with_report": True})
    feed_id = await send(caller, document(message(1), message(2, TEA)))
    caller.world.advance(180)
    assert counts(await report_of(caller, feed_id)) == (0, 1, 1, 0)
    assert (await offered(caller, MUG), await offered(caller, TEA)) == (7, before)


async def test_five_feeds_in_five_minutes_then_one_a_minute() -> None:
    caller = Caller(a_world(quota="documented"))
    for _ in range(5):
        assert (await create(caller, "x", feedType=LISTINGS)).status_code == 400
    assert (await create(caller, "x", feedType=LISTINGS)).status_code == 429
    assert (await create(caller, "x")).status_code == 400, "other feed types have their own plan"
    caller.world.advance(60)
    assert (await create(caller, "x", feedType=LISTINGS)).status_code == 400
    assert (await create(caller, "x", feedType=LISTINGS)).status_code == 429


async def test_a_feed_takes_twenty_five_thousand_messages(caller: Caller) -> None:
    rows = [message(number, f"S-{number}", operation="DELETE") for number in range(1, 25_001)]
    assert counts(await reported(caller, document(*rows))) == (0, 25_000, 25_000, 0)
