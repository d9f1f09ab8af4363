"""The simulator's Feeds operations keep to Amazon's model: in every state, for every accepted request."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwire.simulators.amazon.switches import Switches
from tests.contracts.amazon_models import samples
from tests.contracts.test_amazon_simulator_contract import judged
from tests.unit.simulators.caller import NA, a_world
from tests.unit.simulators.feeding import (
    CA,
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
    submit,
)
from tests.unit.simulators.shipments import a_world_to_ship_from, only

MODEL = "feeds_2021-06-30"


@pytest.mark.parametrize("compressed", [True, False])
async def test_a_feeds_whole_life_fits_the_model(compressed: bool) -> None:
    caller = judged(a_world_to_ship_from(switches=Switches(feed_report_compressed=compressed)))
    feed_id = await submit(caller, envelope(shipment(1, only(caller.world).key)), feedOptions={"a": "b"})
    for _ in range(5):
        await feed(caller, feed_id)
        caller.world.advance(50)
    done = await feed(caller, feed_id)
    assert done["processingStatus"] == "DONE"
    path = f"{DOCUMENTS}/{done['resultFeedDocumentId']}"
    assert b"ProcessingReport" in await download(caller, done["resultFeedDocumentId"])
    answer = await caller.call("GET", path, params={"enableContentEncodingUrlHeader": "true"})
    assert answer.status_code == 200
    packages = (await caller.order(only(caller.world).key))["packages"]
    assert len(packages) == 1


async def test_feeds_that_end_otherwise_fit_the_model_too() -> None:
    caller = judged(a_world())
    fatal, cancelled = await submit(caller, None), await submit(caller, None)
    assert (await caller.call("DELETE", f"{FEEDS}/{cancelled}")).status_code == 200
    caller.world.advance(180)
    states = [(await feed(caller, each))["processingStatus"] for each in (fatal, cancelled)]
    assert states == ["FATAL", "CANCELLED"]
    assert (await caller.call("DELETE", f"{FEEDS}/{cancelled}")).status_code == 400
    page = (await caller.call("GET", FEEDS, params={"feedTypes": FULFILLMENT, "pageSize": 1})).json()
    rest = await caller.call("GET", FEEDS, params={"nextToken": page["nextToken"]})
    assert [each["feedId"] for each in rest.json()["feeds"]] == [fatal]


@pytest.mark.parametrize("sample", samples(MODEL, "400"), ids=lambda sample: sample[0])
async def test_amazons_bad_requests_are_refused(sample: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    operation, parameters, _ = sample
    method, path = {
        "getFeeds": ("GET", FEEDS),
        "createFeed": ("POST", FEEDS),
        "getFeed": ("GET", f"{FEEDS}/{parameters.get('feedId')}"),
        "cancelFeed": ("DELETE", f"{FEEDS}/{parameters.get('feedId')}"),
        "createFeedDocument": ("POST", DOCUMENTS),
        "getFeedDocument": ("GET", f"{DOCUMENTS}/{parameters.get('feedDocumentId')}"),
    }[operation]
    query = {name: ",".join(value) for name, value in parameters.items() if isinstance(value, list)}
    answer = await judged(a_world()).call(method, path, params=query, json=parameters.get("body"))
    assert answer.status_code == 400


def test_every_operation_has_a_bad_request_among_the_samples() -> None:
    assert len({name for name, _, _ in samples(MODEL, "400")}) == 6


async def test_amazons_good_requests_are_taken() -> None:
    found = {
        name: parameters for status in ("200", "201", "202") for name, parameters, _ in samples(MODEL, status)
    }
    caller = judged(a_world())
    document = await caller.call("POST", DOCUMENTS, json=found["createFeedDocument"]["body"])
    assert document.status_code == 201
    # Its marketplaces are of two regions, which no seller account has.
    body = found["createFeed"]["body"] | {"marketplaceIds": [US, CA]}
    change = {"inputFeedDocumentId": document.json()["feedDocumentId"]}
    assert (await caller.call("POST", FEEDS, json=body | change)).status_code == 202
    query = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in found["getFeeds"].items()
    }
    assert (await caller.call("GET", FEEDS, params=query)).status_code == 200


TYPES = st.sampled_from(
    [FULFILLMENT, "POST_PRODUCT_DATA", "", ",".join("ABCDEFGHIJ"), ",".join("ABCDEFGHIJK")]
)
MOMENTS = st.sampled_from(
    ["2026-11-01T00:00:00Z", "2026-11-02T08:00:00.5Z", "2026-11-02", "2026-11-02T08:00:00+09:00", ""]
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "feedTypes": TYPES,
        "marketplaceIds": st.sampled_from([US, f"{US},{CA}", "x", "", ",".join([US] * 11)]),
        "pageSize": st.sampled_from(["1", "100", "0", "101", "-1", "ten", "1.5", "١"]),
        "processingStatuses": st.sampled_from(["DONE", "DONE,FATAL", "done", ""]),
        "createdSince": MOMENTS,
        "createdUntil": MOMENTS,
        "nextToken": st.sampled_from(["", "x"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(parameters=PARAMETERS)
async def test_whatever_get_feeds_accepts_is_allowed_by_the_model(parameters: dict[str, str]) -> None:
    caller = judged(a_world())
    await submit(caller, None)
    answer = await caller.call("GET", FEEDS, params=parameters)
    assert answer.status_code in {200, 400}


JUNK: list[Any] = [None, True, -1, 2, "", "x", [], {}, [1], {"a": "b"}, {"a": 1}, [US], [US] * 25, [US] * 26]


@pytest.mark.parametrize(
    "member", ["feedType", "marketplaceIds", "inputFeedDocumentId", "feedOptions", "more"]
)
async def test_whatever_create_feed_accepts_is_allowed_by_the_model(member: str) -> None:
    caller = judged(a_world())
    for junk in JUNK:
        document = await new_document(caller)
        good = {"feedType": FULFILLMENT, "marketplaceIds": [US]}
        body: Any = copy.deepcopy(good) | {"inputFeedDocumentId": document["feedDocumentId"], member: junk}
        assert (await caller.call("POST", FEEDS, json=body)).status_code in {202, 400}


@pytest.mark.parametrize("junk", JUNK)
async def test_whatever_create_document_accepts_is_allowed_by_the_model(junk: Any) -> None:
    caller = judged(a_world())
    for body in ({"contentType": junk}, {"contentType": "x", "more": junk}, junk):
        assert (await caller.call("POST", DOCUMENTS, json=body)).status_code in {201, 400}


async def test_a_document_is_uploaded_with_the_declared_content_type_only() -> None:
    caller = judged(a_world(), seller=NA)
    document = await new_document(caller, "application/json; charset=UTF-8")
    assert (await put(caller, document["url"], "{}", "application/json")).status_code == 403
    assert (await put(caller, document["url"], "{}", "application/json; charset=UTF-8")).status_code == 200
    assert (await create(caller, document["feedDocumentId"])).status_code == 202
