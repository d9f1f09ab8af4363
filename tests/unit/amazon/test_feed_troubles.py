"""Bad days of a feed: nothing is taken for success that is none, and no address of a document leaks."""

import gzip
import logging
import traceback
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from dockwire.amazon.storage import Storage
from dockwire.errors import AccessDenied, NotFound, Refused, RemoteError, Unanswered, Unavailable
from dockwire.simulators.amazon import World, build_app
from dockwire.transport import redaction
from tests.unit.amazon.accounts import asked, opened, rules
from tests.unit.amazon.feeding import (
    a_parcel_each,
    a_world_with_orders,
    order_ids,
    processed,
    shipped,
    states,
)
from tests.unit.simulators.caller import Caller
from tests.unit.simulators.feeding import XML, create, new_document

STORAGE, DOCUMENTS, FEEDS = "^/feed-storage/", "/documents", "/feeds$"
UNUSABLE: list[Any] = [
    "html_success",
    "empty_success",
    {"kind": "status", "status": 200, "json_body": {}},
    {"kind": "status", "status": 200, "json_body": {"feedId": "", "url": 5, "processingStatus": "DONE"}},
    {"kind": "status", "status": 200, "json_body": []},
]


def fault(method: str, path: str, effect: Any, **when: Any) -> dict[str, Any]:
    return {"method": method, "path": path, "effect": effect, **when}


@pytest.mark.parametrize("effect", UNUSABLE)
async def test_no_document_without_a_proper_answer(effect: Any) -> None:
    world = a_world_with_orders(1)
    async with opened(world, faults=rules(fault("POST", DOCUMENTS, effect))) as seller:
        with pytest.raises(Unavailable):
            await seller.feeds.submit(await a_parcel_each(world, seller))
    assert asked(world, "createFeed") == []


@pytest.mark.parametrize("effect", [*UNUSABLE, "lost_reply", {"kind": "status", "status": 503}])
async def test_a_feed_that_went_unanswered_is_not_created_twice_by_itself(effect: Any) -> None:
    world = a_world_with_orders(1)
    async with opened(world, faults=rules(fault("POST", FEEDS, effect, first=1))) as seller:
        sent = await a_parcel_each(world, seller)
        with pytest.raises(Unanswered):
            await seller.feeds.submit(sent)
        assert len(asked(world, "createFeed")) == 1
        # Nobody knows whether the first exists; a second one edits what the first has made.
        await processed(world, seller, sent)
        world.advance(600)
        ((_,),) = await shipped(seller, sent)


ANOTHER_FEED = {"feedId": "7", "processingStatus": "DONE", "createdTime": "2026-11-02T09:00:00Z"}


@pytest.mark.parametrize("effect", [*UNUSABLE, {"kind": "status", "status": 200, "json_body": ANOTHER_FEED}])
async def test_no_state_without_a_proper_answer(effect: Any) -> None:
    world = a_world_with_orders(1)
    async with opened(world, faults=rules(fault("GET", "/feeds/", effect))) as seller:
        feed_id = await seller.feeds.submit(await a_parcel_each(world, seller))
        with pytest.raises(Unavailable):
            await seller.feeds.look(feed_id)
        with pytest.raises(Unavailable):
            await seller.feeds.cancel(feed_id)


async def test_a_call_back_answered_by_a_page_is_no_call_back() -> None:
    world = a_world_with_orders(1)
    async with opened(world, faults=rules(fault("DELETE", "/feeds/", "html_success"))) as seller:
        feed_id = await seller.feeds.submit(await a_parcel_each(world, seller))
        assert not (await seller.feeds.cancel(feed_id)).state.ended


@pytest.mark.parametrize(
    "effect", ["html_success", "empty_success", "cut", {"kind": "status", "status": 503}]
)
async def test_an_upload_that_does_not_arrive_makes_no_feed(effect: Any) -> None:
    world = a_world_with_orders(1)
    async with opened(world, faults=rules(fault("PUT", STORAGE, effect))) as seller:
        with pytest.raises(Unavailable):
            await seller.feeds.submit(await a_parcel_each(world, seller))
    assert asked(world, "createFeed") == []


@pytest.mark.parametrize(
    "effect",
    ["cut", "lost_reply", *({"kind": "status", "status": status} for status in (302, 408, 429, 500))],
)
async def test_passing_trouble_of_the_storage_is_outwaited(effect: Any) -> None:
    world = a_world_with_orders(1)
    troubles = rules(fault("PUT", STORAGE, effect, first=2), fault("GET", STORAGE, effect, first=2))
    async with opened(world, faults=troubles) as seller:
        sent = await a_parcel_each(world, seller)
        done = await processed(world, seller, sent)
        assert states(await seller.feeds.results(done, order_ids(sent))) == ["taken"]


@pytest.mark.parametrize(
    "effect", ["html_success", "empty_success", "cut", {"kind": "status", "status": 503}]
)
async def test_a_report_that_does_not_arrive_says_nothing_yet(effect: Any) -> None:
    world = a_world_with_orders(1)
    troubles = rules(fault("GET", STORAGE, effect, first=3))
    async with opened(world, faults=troubles) as seller:
        sent = await a_parcel_each(world, seller)
        done = await processed(world, seller, sent)
        with pytest.raises(Unavailable):
            await seller.feeds.results(done, order_ids(sent))


async def test_expired_addresses_are_told_and_a_new_one_works() -> None:
    world = a_world_with_orders(1)
    late = {"kind": "delay", "seconds": 301}
    troubles = rules(fault("PUT", STORAGE, late, first=1), fault("GET", STORAGE, late, first=1))
    async with opened(world, faults=troubles) as seller:
        sent = await a_parcel_each(world, seller)
        with pytest.raises(Unavailable, match="address has expired"):
            await seller.feeds.submit(sent)
        assert asked(world, "createFeed") == []
        done = await processed(world, seller, sent)
        with pytest.raises(Unavailable, match="address has expired"):
            await seller.feeds.results(done, order_ids(sent))
        assert states(await seller.feeds.results(done, order_ids(sent))) == ["taken"]


async def test_a_missing_role_is_told_as_such() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        sent = await a_parcel_each(world, seller)
        world.application.roles.clear()
        with pytest.raises(AccessDenied):
            await seller.feeds.submit(sent)
    assert asked(world, "createFeedDocument") == [403, 403]


async def presigned(world: World) -> SecretStr:
    return SecretStr((await new_document(Caller(world)))["url"])


def storage_of(world: World) -> Storage:
    return Storage(httpx.AsyncClient(transport=httpx.ASGITransport(build_app(world))), world.clock)


async def test_another_content_type_than_the_declared_one_is_refused() -> None:
    world = a_world_with_orders(0)
    with pytest.raises(Refused) as refused:
        await storage_of(world).put(await presigned(world), b"<x/>", "text/xml")
    assert (refused.value.status, refused.value.vendor_code) == (403, "SignatureDoesNotMatch")
    await storage_of(world).put(await presigned(world), b"<x/>", XML)


async def test_a_document_without_content_is_not_there() -> None:
    world = a_world_with_orders(0)
    caller = Caller(world)
    document = await new_document(caller)
    found = await caller.call("GET", f"/feeds/2021-06-30/documents/{document['feedDocumentId']}")
    with pytest.raises(NotFound):
        await storage_of(world).get(SecretStr(found.json()["url"]), most=1000)


async def test_a_document_larger_than_allowed_is_not_read_to_its_end() -> None:
    world = a_world_with_orders(0)
    caller, storage = Caller(world), storage_of(world)
    document = await new_document(caller)
    await storage.put(SecretStr(document["url"]), b"x" * 1001, XML)
    await create(caller, document["feedDocumentId"])
    found = await caller.call("GET", f"/feeds/2021-06-30/documents/{document['feedDocumentId']}")
    address = SecretStr(found.json()["url"])
    assert await storage.get(address, most=1001) == b"x" * 1001
    with pytest.raises(Refused, match="larger than 1000 bytes"):
        await storage.get(address, most=1000)


@pytest.mark.parametrize(
    "effect",
    [
        "cut",
        {"kind": "delay", "seconds": 301},
        {
            "kind": "status",
            "status": 403,
            "text": "<Error><Code>SignatureDoesNotMatch</Code>/feed-storage/</Error>",
        },
        {"kind": "status", "status": 500, "text": "/feed-storage/x?X-Amz-Signature=1"},
    ],
)
async def test_addresses_of_documents_are_in_no_log_and_no_error(
    effect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    redaction.install()
    caplog.set_level(logging.DEBUG, "dockwire.http")
    world = a_world_with_orders(1)
    errors: list[RemoteError] = []
    async with opened(world, faults=rules(fault("PUT", STORAGE, effect))) as seller:
        with pytest.raises(RemoteError) as told:
            await seller.feeds.submit(await a_parcel_each(world, seller))
        errors.append(told.value)
    async with opened(world, faults=rules(fault("GET", STORAGE, effect))) as seller:
        sent = await a_parcel_each(world, seller)
        done = await processed(world, seller, sent)
        with pytest.raises(RemoteError) as told:
            await seller.feeds.results(done, order_ids(sent))
        errors.append(told.value)
    assert "uploadDocument" in caplog.text or "cut" not in str(effect)
    for text in (caplog.text, *("".join(traceback.format_exception(error)) for error in errors)):
        assert "feed-storage" not in text
        assert "X-Amz" not in text


async def test_a_compressed_document_comes_as_it_is_stored_even_when_its_encoding_is_named() -> None:
    world = a_world_with_orders(1)
    async with opened(world) as seller:
        done = await processed(world, seller, await a_parcel_each(world, seller))
    found = await Caller(world).call(
        "GET",
        f"/feeds/2021-06-30/documents/{done.report}",
        params={"enableContentEncodingUrlHeader": "true"},
    )
    stored = await storage_of(world).get(SecretStr(found.json()["url"]), most=10_000)
    assert b"ProcessingReport" in gzip.decompress(stored)
