"""Documents and reports of JSON_LISTINGS_FEED keep to Amazon's schemas."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.contracts.amazon_models import feed_schema, strict
from tests.contracts.test_amazon_listings_contract import JUNK
from tests.contracts.test_amazon_simulator_contract import judged
from tests.unit.simulators.caller import NA, Caller, a_world
from tests.unit.simulators.listing import EVERYTHING, document, entry, get, message, reported, stock_patch

REPORT = "listings-feed-processing-report-schema-v2"


def faults(schema: dict[str, Any], document: object) -> list[str]:
    return [f"{list(error.path)}: {error.message}" for error in Draft7Validator(schema).iter_errors(document)]


async def reports(caller: Caller, *documents: str | bytes) -> list[dict[str, Any]]:
    found = [await reported(caller, each) for each in documents]
    schema = strict(feed_schema(REPORT))
    for report in found:
        assert faults(schema, report) == []
    return found


async def test_every_report_fits_the_schema() -> None:
    wanted = {"apiVersion": "2021-08-01", "includedData": EVERYTHING.split(",")}
    bad = message(2, "A/B", patches=[stock_patch(entry(-1))])
    broken = message(3, "", "PATCH")
    good = message(1)
    some, spoilt, plain = await reports(
        judged(a_world()), document(good, bad, broken, report=wanted), b"{", document(good)
    )
    assert [len(each["issues"]) for each in (some, spoilt, plain)] == [2, 1, 0]
    assert len(some["items"]) == 1


async def test_amazons_own_example_is_read() -> None:
    example = copy.deepcopy(feed_schema("listings-feed-schema-v2.example"))
    example["header"]["sellerId"] = NA
    caller = judged(a_world())
    rows = [
        {"seller": NA, "marketplace": "US", "sku": each["sku"], "quantity": 1, "product_type": "HOME"}
        for each in example["messages"]
    ]
    assert (await caller.control("listings", rows)).status_code == 200
    for each in example["messages"]:
        if "productType" in each:
            each["productType"] = "HOME"
    (report,) = await reports(caller, json.dumps(example))
    assert (report["summary"]["messagesAccepted"], report["issues"]) == (5, [])
    assert [each["sku"] for each in report["items"]] == [f"My-SKU-{letter}" for letter in "BCDE"]


MEMBERS = ["messageId", "sku", "operationType", "productType", "requirements", "attributes", "patches"]
OPERATIONS = {
    "PATCH": message(1),
    "DELETE": message(1, operation="DELETE"),
    "UPDATE": message(1, operation="UPDATE", productType="HOME", attributes={"brand": []}),
    "PARTIAL_UPDATE": message(1, operation="PARTIAL_UPDATE", productType="HOME", attributes={"brand": []}),
}


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_whatever_message_is_accepted_is_allowed_by_the_schema(operation: str) -> None:
    schema = feed_schema("listings-feed-schema-v2")
    caller = judged(a_world())
    for member in MEMBERS:
        for junk in [*JUNK, *OPERATIONS, "LISTING", [stock_patch(entry(1))]]:
            content = document(OPERATIONS[operation] | {member: junk})
            (report,) = await reports(caller, content)
            if report["summary"]["messagesAccepted"]:
                assert faults(schema, json.loads(content)) == [], (member, junk)


async def test_a_listing_that_lost_everything_still_fits_the_model() -> None:
    caller = judged(a_world())
    update = message(1, "MUG/SET/4", "UPDATE", productType="HOME", attributes={"brand": [{"value": "x"}]})
    await reported(
        caller,
        document(
            update, message(2, "NEW", "UPDATE", productType="HOME", attributes={"brand": [{"value": "x"}]})
        ),
    )
    for sku in ("MUG/SET/4", "NEW"):
        assert (await get(caller, sku)).status_code == 200
