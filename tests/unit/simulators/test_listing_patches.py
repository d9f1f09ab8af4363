"""patchListingsItem: what each operation changes, what is found wrong, what a preview leaves alone."""

from typing import Any

import pytest

from dockwire.simulators.amazon.listing_seeds import RESTOCKED
from tests.unit.simulators.caller import Caller, a_world
from tests.unit.simulators.feeding import CA, DE, US
from tests.unit.simulators.listing import (
    MUG,
    entries,
    entry,
    item,
    offered,
    patch,
    path_of,
    stock_patch,
    submitted,
)

AVAILABILITY = "fulfillment_availability"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def test_merge_keeps_handling_time_and_restock_date(caller: Caller) -> None:
    before = (await entries(caller, RESTOCKED))["DEFAULT"]
    answer = await submitted(caller, RESTOCKED, stock_patch(entry(25)))
    assert (answer["sku"], answer["status"], answer["issues"]) == (RESTOCKED, "ACCEPTED", [])
    assert (await entries(caller, RESTOCKED))["DEFAULT"] == before | {"quantity": 25}
    assert before["lead_time_to_ship_max_days"]
    assert before["restock_date"]


@pytest.mark.parametrize("op", ["add", "replace"])
async def test_add_and_replace_lose_them(caller: Caller, op: str) -> None:
    await submitted(caller, RESTOCKED, stock_patch(entry(25), op=op))
    assert await entries(caller, RESTOCKED) == {"DEFAULT": {"quantity": 25}}


async def test_delete_takes_one_entry_or_the_whole_attribute(caller: Caller) -> None:
    channel = {"fulfillment_channel_code": "AMAZON_NA"}
    await submitted(caller, "BLANKET-WOOL", stock_patch(channel, op="delete"))
    assert set(await entries(caller, "BLANKET-WOOL")) == {"DEFAULT"}
    await submitted(caller, "BLANKET-WOOL", {"op": "delete", "path": f"/attributes/{AVAILABILITY}"})
    assert AVAILABILITY not in (await item(caller, "BLANKET-WOOL"))["attributes"]
    assert await offered(caller, "BLANKET-WOOL") is None


@pytest.mark.parametrize("op", ["merge", "replace"])
async def test_patching_the_other_channel_of_an_offer_gives_it_both(caller: Caller, op: str) -> None:
    await submitted(caller, "TOY-BOAT", stock_patch(entry(5), op=op))
    assert await entries(caller, "TOY-BOAT") == {"AMAZON_NA": {}, "DEFAULT": {"quantity": 5}}


async def test_patches_change_the_marketplaces_they_name(caller: Caller) -> None:
    elsewhere = await offered(caller, MUG, marketplaceIds="A1AM78C64UM0Y8")
    await submitted(caller, MUG, stock_patch(entry(3)), marketplaceIds=f"{US},{CA}")
    for place, quantity in ((US, 3), (CA, 3), ("A1AM78C64UM0Y8", elsewhere)):
        assert await offered(caller, MUG, marketplaceIds=place) == quantity


async def test_other_attributes_can_be_patched_beside(caller: Caller) -> None:
    title = {"op": "replace", "path": "/attributes/item_name", "value": [{"value": "Tasse"}]}
    await submitted(caller, MUG, title, stock_patch(entry(1)))
    shown = await item(caller, MUG)
    assert shown["summaries"][0]["itemName"] == "Tasse"
    assert shown["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 1}]


async def test_a_preview_judges_and_changes_nothing(caller: Caller) -> None:
    before = await item(caller, MUG)
    query = {"mode": "VALIDATION_PREVIEW", "includedData": "identifiers,issues"}
    good = await submitted(
        caller, MUG, stock_patch(entry(before["fulfillmentAvailability"][0]["quantity"] + 1)), **query
    )
    asin = before["summaries"][0]["asin"]
    assert (good["status"], good["identifiers"]) == ("VALID", [{"marketplaceId": US, "asin": asin}])
    bad = await submitted(caller, MUG, stock_patch(entry(-1)), **query)
    assert (bad["status"], bad["identifiers"], len(bad["issues"])) == ("INVALID", [], 1)
    assert await item(caller, MUG) == before
    assert caller.world.submissions.accepted == 0


async def test_issues_come_only_when_asked_for(caller: Caller) -> None:
    query = {"mode": "VALIDATION_PREVIEW", "includedData": "identifiers"}
    assert "issues" not in await submitted(caller, MUG, stock_patch(entry(-1)), **query)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (stock_patch(entry(-1)), "4000001", AVAILABILITY),
    (stock_patch(entry(1.5)), "4000001", AVAILABILITY),
    (stock_patch(entry("1")), "4000001", AVAILABILITY),
    (stock_patch(entry(True)), "4000001", AVAILABILITY),
    (stock_patch(entry(None)), "4000001", AVAILABILITY),
    (stock_patch(entry(2**31)), "4000001", AVAILABILITY),
    (stock_patch(entry(1, "AMAZON_EU")), "4000001", AVAILABILITY),
    (stock_patch(entry(1, "default")), "4000001", AVAILABILITY),
    (stock_patch(entry(1), entry(2)), "4000001", AVAILABILITY),
    (stock_patch(entry(1, lead_time_to_ship_max_days=31)), "4000001", AVAILABILITY),
    (stock_patch(entry(1, restock_date="soon")), "4000001", AVAILABILITY),
    (stock_patch(entry(1, colour="red")), "4000001", AVAILABILITY),
    (stock_patch({"quantity": 1}), "99022", AVAILABILITY),
    (stock_patch({"fulfillment_channel_code": "DEFAULT"}, op="replace"), "99022", AVAILABILITY),
    (stock_patch(), "99022", AVAILABILITY),
    (stock_patch(entry(1, ["DEFAULT"])), "4000001", AVAILABILITY),
    (stock_patch(entry(1, marketplace_id=1)), "4000001", AVAILABILITY),
    (
        {"op": "add", "path": "/attributes/condition_type", "value": [{"value": "old"}]},
        "4000001",
        "condition_type",
    ),
    (
        {"op": "merge", "path": "/attributes/fulfillmentAvailability", "value": []},
        "90000900",
        "fulfillmentAvailability",
    ),
    (
        {"op": "merge", "path": "/attributes/fulfillment_availability/0/quantity", "value": []},
        "90000900",
        "fulfillment_availability/0/quantity",
    ),
    ({"op": "merge", "path": "/summaries", "value": []}, "90000900", "/summaries"),
]


@pytest.mark.parametrize(("wrong", "code", "about"), WRONG)
async def test_what_is_wrong_makes_a_submission_invalid_as_a_whole(
    caller: Caller, wrong: dict[str, Any], code: str, about: str
) -> None:
    before = await item(caller, MUG)
    title = {"op": "replace", "path": "/attributes/item_name", "value": [{"value": "Tasse"}]}
    answer = await submitted(caller, MUG, title, wrong)
    assert (answer["status"], bool(answer["submissionId"])) == ("INVALID", True)
    (issue,) = answer["issues"]
    assert (issue["code"], issue["attributeNames"], issue["severity"]) == (code, [about], "ERROR")
    assert await item(caller, MUG) == before


async def test_an_unknown_product_type_is_an_issue_a_known_one_not(caller: Caller) -> None:
    answer = (await patch(caller, MUG, stock_patch(entry(1)), product_type="SPACESHIP")).json()
    assert [issue["attributeNames"] for issue in answer["issues"]] == [["product_type"]]
    known = await patch(caller, MUG, stock_patch(entry(1)), product_type="DRINKING_CUP")
    assert known.json()["status"] == "ACCEPTED"


async def test_a_sku_nobody_lists_is_accepted_for_nothing_or_invalid(caller: Caller) -> None:
    assert (await submitted(caller, "NEW-1", stock_patch(entry(1))))["status"] == "ACCEPTED"
    answer = await caller.call("GET", path_of("NEW-1"), params={"marketplaceIds": US})
    assert answer.status_code == 404
    await caller.control("switches", {"listings_take_unknown_skus": False})
    refused = await submitted(caller, "NEW-1", stock_patch(entry(1)))
    assert (refused["status"], refused["issues"][0]["code"]) == ("INVALID", "8541")


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ({"marketplaceIds": ""}, 400, "marketplaceIds"),
        ({"marketplaceIds": DE}, 403, "denied"),
        ({"mode": "PREVIEW"}, 400, "mode"),
        ({"includedData": "identifiers"}, 400, "VALIDATION_PREVIEW"),
        ({"includedData": "summaries"}, 400, "includedData"),
        ({"issueLocale": "x"}, 400, "issueLocale"),
    ],
)
async def test_bad_parameters_are_refused(
    caller: Caller, query: dict[str, str], status: int, text: str
) -> None:
    answer = await patch(caller, MUG, stock_patch(entry(1)), **query)
    assert (answer.status_code, text in answer.text) == (status, True)


@pytest.mark.parametrize(
    "patches",
    [
        [],
        [1],
        [{"op": "merge"}],
        [{"op": "move", "path": "/attributes/item_name"}],
        [{"op": "merge", "path": "/attributes/item_name", "value": {"quantity": 2}}],
        [{"op": "merge", "path": "/attributes/item_name", "value": [2]}],
    ],
)
async def test_a_body_that_breaks_the_model_is_refused(caller: Caller, patches: list[Any]) -> None:
    answer = await patch(caller, MUG, *patches)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "InvalidInput")


async def test_another_sellers_listings_cannot_be_patched(caller: Caller) -> None:
    body = {"productType": "PRODUCT", "patches": [stock_patch(entry(1))]}
    path = path_of(MUG, "A3SIMEUROPE001")
    assert (await caller.call("PATCH", path, params={"marketplaceIds": US}, json=body)).status_code == 403


async def test_an_entry_for_another_marketplace_is_left_out(caller: Caller) -> None:
    before = await entries(caller, MUG)
    await submitted(caller, MUG, stock_patch(entry(99, marketplace_id=CA)))
    assert await entries(caller, MUG) == before
