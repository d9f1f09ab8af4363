"""Uploads and downloads: presigned, for five minutes, by the rules of S3."""

import gzip
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from dockwire.simulators.amazon.switches import Switches
from tests.unit.simulators.caller import Caller
from tests.unit.simulators.feeding import (
    DOCUMENTS,
    XML,
    download,
    envelope,
    feed,
    new_document,
    put,
    shipment,
    submit,
)
from tests.unit.simulators.shipments import a_world_to_ship_from, only


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world_to_ship_from())


def refused(answer: Any, status: int = 403) -> str:
    """Return code and message of the storage's XML."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/xml")
    error = ET.fromstring(answer.content)
    assert (error.tag, error.findtext("RequestId")) == ("Error", answer.headers["x-amz-request-id"])
    return f"{error.findtext('Code')}: {error.findtext('Message')}"


async def a_report(caller: Caller) -> str:
    feed_id = await submit(caller, envelope(shipment(1, only(caller.world).key)))
    caller.world.advance(180)
    return str((await feed(caller, feed_id))["resultFeedDocumentId"])


async def test_an_upload_needs_no_token_and_can_be_repeated_and_read_back(caller: Caller) -> None:
    document = await new_document(caller)
    assert document["url"].startswith("http://amazon/feed-storage/")
    for content in ("first", "second"):
        answer = await put(caller, document["url"], content)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["etag"]
        assert not [name for name in answer.headers if name.startswith("x-amzn-")]
    assert await download(caller, document["feedDocumentId"]) == b"second"


@pytest.mark.parametrize(
    "content_type", ["text/xml", "text/xml; charset=utf-8", "text/xml;charset=UTF-8", "application/json", ""]
)
async def test_the_content_type_must_be_the_declared_one_to_the_letter(
    caller: Caller, content_type: str
) -> None:
    document = await new_document(caller)
    answer = await put(caller, document["url"], "x", content_type)
    assert refused(answer).startswith("SignatureDoesNotMatch")
    answer = await caller.call("GET", f"{DOCUMENTS}/{document['feedDocumentId']}")
    assert refused(await caller.http.get(answer.json()["url"]), 404).startswith("NoSuchKey")


async def test_an_access_token_sent_along_is_refused(caller: Caller) -> None:
    url = (await new_document(caller))["url"]
    answer = await put(caller, url, "x", **{"x-amz-access-token": await caller.token()})
    assert "not signed" in refused(answer)
    assert "Atza" not in answer.text
    answer = await put(caller, url, "x", authorization="Bearer x")
    assert refused(answer, 400).startswith("InvalidArgument: Only one auth mechanism")


async def test_an_upload_address_expires_after_five_minutes(caller: Caller) -> None:
    url = (await new_document(caller))["url"]
    caller.world.advance(300)
    assert (await put(caller, url, "x")).status_code == 200
    caller.world.advance(1)
    assert refused(await put(caller, url, "x")) == "AccessDenied: Request has expired"


async def test_a_download_address_expires_after_five_minutes_and_a_new_one_works(caller: Caller) -> None:
    document_id = await a_report(caller)
    url = (await caller.call("GET", f"{DOCUMENTS}/{document_id}")).json()["url"]
    caller.world.advance(301)
    assert refused(await caller.http.get(url)) == "AccessDenied: Request has expired"
    assert b"ProcessingReport" in await download(caller, document_id)


async def test_an_address_is_good_for_its_method_and_document_only(caller: Caller) -> None:
    first, second = [await new_document(caller) for _ in range(2)]
    url = first["url"]
    assert refused(await caller.http.get(url)).startswith("SignatureDoesNotMatch")
    stolen = url.replace(first["feedDocumentId"], second["feedDocumentId"])
    assert refused(await put(caller, stolen, "x")).startswith("SignatureDoesNotMatch")
    later = url.replace("X-Amz-Date=20261102", "X-Amz-Date=20361102")
    assert refused(await put(caller, later, "x")).startswith("SignatureDoesNotMatch")
    assert refused(await put(caller, url[:-1] + "é", "x")).startswith("SignatureDoesNotMatch")
    bare = url.partition("?")[0]
    assert refused(await put(caller, bare, "x")) == "AccessDenied: Access Denied"
    unknown = url.replace(first["feedDocumentId"], "amzn1.tortuga.4.na.x")
    assert refused(await put(caller, unknown, "x")) == "AccessDenied: Access Denied"
    assert (await caller.http.delete(url)).status_code == 501


async def test_reports_are_compressed_and_their_encoding_is_named_on_request_only(caller: Caller) -> None:
    path = f"{DOCUMENTS}/{await a_report(caller)}"
    plain = (await caller.call("GET", path)).json()
    assert plain["compressionAlgorithm"] == "GZIP"
    found = await caller.http.get(plain["url"])
    assert "content-encoding" not in found.headers
    assert found.headers["content-type"] == XML
    named = (await caller.call("GET", path, params={"enableContentEncodingUrlHeader": "true"})).json()
    decoded = await caller.http.get(named["url"])
    assert decoded.headers["content-encoding"] == "gzip"
    assert decoded.content == gzip.decompress(found.content)


async def test_reports_may_come_uncompressed(caller: Caller) -> None:
    caller.world.switches = Switches(feed_report_compressed=False)
    path = f"{DOCUMENTS}/{await a_report(caller)}"
    for parameters in ({}, {"enableContentEncodingUrlHeader": "true"}):
        answer = (await caller.call("GET", path, params=parameters)).json()
        assert "compressionAlgorithm" not in answer
        assert (await caller.http.get(answer["url"])).text.startswith("<?xml")
