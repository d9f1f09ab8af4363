"""The Feeds operations: what they take, what they refuse, whose feeds they show, for how long."""

from typing import Any

import httpx
import pytest

from dockwire.simulators.amazon.feed_processing import REMOVED
from tests.unit.simulators.caller import EU, NA, Caller, a_world
from tests.unit.simulators.feeding import (
    CA,
    DE,
    DOCUMENTS,
    FEEDS,
    FULFILLMENT,
    US,
    create,
    download,
    envelope,
    feed,
    new_document,
    put,
    shipment,
    state,
    submit,
)
from tests.unit.simulators.shipments import a_world_to_ship_from, only

NOWHERE = "amzn1.tortuga.4.na.00000000-0000-4000-8000-000000000000.T000000000000"
DAY = 86_400


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world_to_ship_from())


def content(caller: Caller) -> str:
    return envelope(shipment(1, only(caller.world).key))


def refused(answer: httpx.Response, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    return f"{error['code']} {error['message']} {error.get('details')}"


async def test_a_feed_goes_from_queue_through_progress_to_done_at_its_times(caller: Caller) -> None:
    feed_id = await submit(caller, content(caller), marketplaceIds=[US, CA])
    fresh = await feed(caller, feed_id)
    assert fresh == {
        "feedId": feed_id,
        "feedType": FULFILLMENT,
        "marketplaceIds": [US, CA],
        "createdTime": "2026-11-02T09:00:00Z",
        "processingStatus": "IN_QUEUE",
    }
    caller.world.advance(59)
    assert await feed(caller, feed_id) == fresh
    caller.world.advance(1)
    started = {"processingStatus": "IN_PROGRESS", "processingStartTime": "2026-11-02T09:01:00Z"}
    assert await feed(caller, feed_id) == fresh | started
    caller.world.advance(86_400)
    done = await feed(caller, feed_id)
    assert done.pop("resultFeedDocumentId").startswith("amzn1.tortuga.")
    ended = {"processingStatus": "DONE", "processingEndTime": "2026-11-02T09:03:00Z"}
    assert done == fresh | started | ended


async def test_quota_headers_are_the_documented_ones(caller: Caller) -> None:
    answer = await caller.call("POST", DOCUMENTS, json={"contentType": "text/xml"})
    assert (answer.status_code, answer.headers["x-amzn-ratelimit-limit"]) == (201, "0.5")
    answer = await create(caller, answer.json()["feedDocumentId"])
    assert (answer.status_code, answer.headers["x-amzn-ratelimit-limit"]) == (202, "0.0083")


async def test_fifteen_feeds_at_once_then_one_every_two_minutes() -> None:
    caller = Caller(a_world(quota="documented"))
    answers = [await create(caller, NOWHERE) for _ in range(16)]
    assert [answer.status_code for answer in answers] == [400] * 15 + [429]
    caller.world.advance(120)
    assert (await create(caller, NOWHERE)).status_code == 429
    caller.world.advance(1)
    assert (await create(caller, NOWHERE)).status_code == 400


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"feedType": "POST_NOTHING"}, "feedType is not one"),
        ({"feedType": "POST_FLAT_FILE_FULFILLMENT_DATA"}, "feedType is not one"),
        ({"feedType": None}, "invalid type [feedType]"),
        ({"marketplaceIds": []}, "1 to 25"),
        ({"marketplaceIds": [US] * 26}, "1 to 25"),
        ({"marketplaceIds": US}, "invalid type [marketplaceIds]"),
        ({"marketplaceIds": ["nowhere"]}, "unknown value"),
        ({"inputFeedDocumentId": NOWHERE}, "unknown"),
        ({"inputFeedDocumentId": "badDocumentId"}, "unknown"),
        ({"feedOptions": {"a": 1}}, "invalid type [feedOptions]"),
        ({"feedoptions": {}}, "Unknown: feedoptions"),
    ],
)
async def test_create_feed_refuses_what_the_model_forbids(
    caller: Caller, change: dict[str, Any], words: str
) -> None:
    document = await new_document(caller)
    answer = await create(caller, document["feedDocumentId"], **change)
    assert words in refused(answer)
    assert (await create(caller, document["feedDocumentId"])).status_code == 202, "it is not used up"


async def test_create_feed_refuses_marketplaces_of_another_region(caller: Caller) -> None:
    document = await new_document(caller)
    refused(await create(caller, document["feedDocumentId"], marketplaceIds=[US, DE]), 403)


@pytest.mark.parametrize("body", [{}, {"contentType": " "}, {"contentType": 1}, {"contenttype": "x"}, []])
async def test_create_document_wants_a_content_type(caller: Caller, body: Any) -> None:
    assert "InvalidInput" in refused(await caller.call("POST", DOCUMENTS, json=body))


async def test_a_document_is_good_for_one_feed_of_its_own_seller(caller: Caller) -> None:
    document_id = (await new_document(caller))["feedDocumentId"]
    assert "unknown" in refused(
        await create(Caller(caller.world, seller=EU), document_id, marketplaceIds=[DE])
    )
    assert (await create(caller, document_id)).status_code == 202
    assert "used already" in refused(await create(caller, document_id))


async def test_an_unused_document_expires_after_two_days(caller: Caller) -> None:
    first, second = [(await new_document(caller))["feedDocumentId"] for _ in range(2)]
    caller.world.advance(2 * DAY - 1)
    assert (await create(caller, first)).status_code == 202
    caller.world.advance(1)
    assert "expired" in refused(await create(caller, second))


async def test_feeds_and_their_documents_are_kept_for_28_days(caller: Caller) -> None:
    feed_id = await submit(caller, content(caller))
    caller.world.advance(28 * DAY - 1)
    document_id = (await feed(caller, feed_id))["resultFeedDocumentId"]
    caller.world.advance(1)
    assert "NotFound" in refused(await caller.call("GET", f"{FEEDS}/{feed_id}"), 404)
    assert await download(caller, document_id), "the report is younger"
    caller.world.advance(180)
    assert "NotFound" in refused(await caller.call("GET", f"{DOCUMENTS}/{document_id}"), 404)


async def test_another_sellers_feeds_and_documents_are_not_found(caller: Caller) -> None:
    feed_id = await submit(caller, content(caller))
    caller.world.advance(180)
    document_id = (await feed(caller, feed_id))["resultFeedDocumentId"]
    stranger = Caller(caller.world, seller=EU)
    for method, path in [
        ("GET", f"{FEEDS}/{feed_id}"),
        ("DELETE", f"{FEEDS}/{feed_id}"),
        ("GET", f"{DOCUMENTS}/{document_id}"),
    ]:
        assert "NotFound" in refused(await stranger.call(method, path), 404)
    listed = await stranger.call("GET", FEEDS, params={"feedTypes": FULFILLMENT})
    assert listed.json() == {"feeds": []}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{FEEDS}/badFeedId1", 400),
        ("GET", f"{FEEDS}/1", 404),
        ("DELETE", f"{FEEDS}/BADID1", 400),
        ("DELETE", f"{FEEDS}/1", 404),
        ("GET", f"{DOCUMENTS}/badDocumentId1", 400),
        ("GET", f"{DOCUMENTS}/{NOWHERE}", 404),
        ("GET", f"{DOCUMENTS}/{NOWHERE}?enableContentEncodingUrlHeader=yes", 400),
    ],
)
async def test_ids_that_are_none_and_ids_of_nothing_are_told_apart(
    caller: Caller, method: str, path: str, status: int
) -> None:
    refused(await caller.call(method, path), status)


async def test_only_a_feed_in_the_queue_can_be_cancelled(caller: Caller) -> None:
    before = repr(only(caller.world).body)
    feed_id, other = [await submit(caller, content(caller)) for _ in range(2)]
    caller.world.advance(30)
    answer = await caller.call("DELETE", f"{FEEDS}/{feed_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await caller.call("DELETE", f"{FEEDS}/{other}")).status_code == 200
    caller.world.advance(600)
    cancelled = await feed(caller, feed_id)
    assert (cancelled["processingStatus"], cancelled["processingEndTime"]) == (
        "CANCELLED",
        "2026-11-02T09:00:30Z",
    )
    assert "resultFeedDocumentId" not in cancelled
    assert repr(only(caller.world).body) == before
    assert "IN_QUEUE" in refused(await caller.call("DELETE", f"{FEEDS}/{feed_id}"))
    running = await submit(caller, content(caller))
    for _ in range(2):
        caller.world.advance(90)
        assert "IN_QUEUE" in refused(await caller.call("DELETE", f"{FEEDS}/{running}"))
    assert await state(caller, running) == "DONE"


async def listed(caller: Caller, **parameters: Any) -> list[str]:
    answer = await caller.call("GET", FEEDS, params={"feedTypes": FULFILLMENT} | parameters)
    assert answer.status_code == 200, answer.text
    return [each["feedId"] for each in answer.json()["feeds"]]


async def test_feeds_are_listed_newest_first_through_every_filter(caller: Caller) -> None:
    ids = []
    for places in ([US], [CA], [US, CA]):
        ids.append(await submit(caller, content(caller), marketplaceIds=places))
        caller.world.advance(90)
    removed = await submit(caller, content(caller), feedType="POST_PRODUCT_DATA")
    assert await listed(caller) == ids[::-1]
    both = f"{FULFILLMENT},POST_PRODUCT_DATA"
    assert await listed(caller, feedTypes=both) == [removed, *ids[::-1]]
    assert await listed(caller, feedTypes="POST_NOTHING") == []
    assert await listed(caller, marketplaceIds=US) == [ids[2], ids[0]]
    assert await listed(caller, processingStatuses="DONE") == [ids[0]]
    assert await listed(caller, processingStatuses="IN_QUEUE,IN_PROGRESS") == [ids[2], ids[1]]
    assert await listed(caller, createdSince="2026-11-02T09:01:30Z") == [ids[2], ids[1]]
    assert await listed(caller, createdUntil="2026-11-02T09:01:30Z") == [ids[1], ids[0]]


async def test_pages_are_chained_by_a_token_that_comes_alone(caller: Caller) -> None:
    ids = [await submit(caller, None, marketplaceIds=[US]) for _ in range(12)]
    await submit(caller, None, marketplaceIds=[CA])
    first = (await caller.call("GET", FEEDS, params={"feedTypes": FULFILLMENT})).json()
    assert len(first["feeds"]) == 10
    parameters: dict[str, str] = {"feedTypes": FULFILLMENT, "pageSize": "5", "marketplaceIds": US}
    found = []
    for size in (5, 5, 2):
        page = (await caller.call("GET", FEEDS, params=parameters)).json()
        assert len(page["feeds"]) == size
        found += [each["feedId"] for each in page["feeds"]]
        # A feed made meanwhile is not slipped in.
        await submit(caller, None)
        parameters = {"nextToken": page.get("nextToken", "")}
    assert found == ids[::-1]
    assert parameters == {"nextToken": ""}
    token = {"nextToken": first["nextToken"]}
    assert "only parameter" in refused(await caller.call("GET", FEEDS, params=token | {"pageSize": "5"}))
    stranger = Caller(caller.world, seller=EU)
    assert "nextToken" in refused(await stranger.call("GET", FEEDS, params=token))
    caller.world.advance(DAY + 1)
    assert "nextToken has expired" in refused(await caller.call("GET", FEEDS, params=token))


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"feedTypes": ""},
        {"feedTypes": ",".join(["X"] * 11)},
        {"pageSize": "5"},
        {"feedTypes": "X", "marketplaceIds": ""},
        {"feedTypes": "X", "processingStatuses": ""},
        {"feedTypes": "X", "pageSize": "0"},
        {"feedTypes": "X", "pageSize": "101"},
        {"feedTypes": "X", "processingStatuses": "BAD_VALUE,DONE"},
        {"feedTypes": "X", "marketplaceIds": ",".join([US] * 11)},
        {"feedTypes": "X", "createdSince": "yesterday"},
        {"feedTypes": "X", "createdSince": "2026-11-02T09:00:00Z", "createdUntil": "2026-11-01T09:00:00Z"},
        {"nextToken": "x"},
        {"nextToken": ""},
    ],
)
async def test_get_feeds_refuses_what_the_model_forbids(caller: Caller, parameters: dict[str, str]) -> None:
    assert "InvalidInput" in refused(await caller.call("GET", FEEDS, params=parameters))


async def test_get_feeds_may_be_strict_and_knows_its_region() -> None:
    caller = Caller(a_world(strict_parameters=True))
    refused(await caller.call("GET", FEEDS, params={"feedTypes": "X", "feedType": "X"}))
    refused(await caller.call("GET", FEEDS, params={"feedTypes": "X", "marketplaceIds": DE}), 403)


async def test_removed_listing_feeds_are_taken_and_end_fatal(caller: Caller) -> None:
    ids = [await submit(caller, content(caller), feedType=removed) for removed in sorted(REMOVED)]
    caller.world.advance(180)
    for feed_id in ids:
        ended = await feed(caller, feed_id)
        assert ended["processingStatus"] == "FATAL"
        assert "resultFeedDocumentId" not in ended
    assert "packages" not in only(caller.world).body


async def test_a_feed_without_an_upload_ends_fatal(caller: Caller) -> None:
    feed_id = await submit(caller, None)
    caller.world.advance(180)
    assert await state(caller, feed_id) == "FATAL"


async def test_the_state_and_the_journal_show_feeds(caller: Caller) -> None:
    order_id = only(caller.world).key
    messages = [shipment(1, order_id), shipment(2, "112-0000000-0000000")]
    feed_id = await submit(caller, envelope(*messages))
    caller.world.advance(180)
    report_id = (await feed(caller, feed_id))["resultFeedDocumentId"]
    (shown,) = (await caller.control("state")).json()["feeds"]
    (result,) = shown.pop("results")
    assert result.pop("description").startswith("The data you submitted is incomplete or invalid.")
    assert result == {
        "messageId": 2, "code": "Error", "messageCode": "18028", "AmazonOrderID": "112-0000000-0000000"
    }  # fmt: skip
    assert shown.pop("documentId") != report_id
    assert shown == {
        "seller": NA,
        "feedId": feed_id,
        "feedType": FULFILLMENT,
        "marketplaceIds": [US],
        "state": "DONE",
        "created": "2026-11-02T09:00:00Z",
        "started": "2026-11-02T09:01:00Z",
        "ended": "2026-11-02T09:03:00Z",
        "reportDocumentId": report_id,
        "messages": 2,
        "processed": 2,
        "errors": 1,
        "warnings": 0,
    }
    await download(caller, report_id)
    journal = await caller.control("requests")
    seen = [(entry["operation"], entry["status"]) for entry in journal.json()["requests"]]
    assert seen == [
        ("token", 200),
        ("createFeedDocument", 201),
        ("uploadFeedDocument", 200),
        ("createFeed", 202),
        ("getFeed", 200),
        ("getFeedDocument", 200),
        ("downloadFeedDocument", 200),
    ]
    assert "Signature" not in journal.text


async def test_a_reset_forgets_feeds_and_what_they_would_do(caller: Caller) -> None:
    document = await new_document(caller)
    await submit(caller, content(caller))
    caller.world.reset()
    caller.world.advance(600)
    assert (await caller.control("state")).json()["feeds"] == []
    assert (await put(caller, document["url"], "x")).status_code == 403
