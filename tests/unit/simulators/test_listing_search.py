"""searchListingsItems: filters, order, pages."""

from typing import Any

import pytest

from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.listing_seeds import (
    FULFILLED_BY_AMAZON,
    FULFILLED_BY_BOTH,
    RESTOCKED,
    SUPPRESSED,
    WITH_WARNING,
)
from tests.unit.simulators.caller import Caller, a_world
from tests.unit.simulators.feeding import CA, US
from tests.unit.simulators.listing import MUG, entry, search, stock_patch, submitted


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def found(caller: Caller, **query: Any) -> list[str]:
    """The SKUs of one page."""
    answer = await search(caller, **{"pageSize": 20, "sortBy": "sku", "sortOrder": "ASC"} | query)
    assert answer.status_code == 200, answer.text
    return [each["sku"] for each in answer.json()["items"]]


async def test_pages_lead_through_all_listings_and_back(caller: Caller) -> None:
    pages: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = (await search(caller, pageSize=15, **token)).json()
        pages.append(page)
        if "nextToken" not in page["pagination"]:
            break
        token = {"pageToken": page["pagination"]["nextToken"]}
    assert [len(page["items"]) for page in pages] == [15, 15, 10]
    assert {page["numberOfResults"] for page in pages} == {40}
    skus = [each["sku"] for page in pages for each in page["items"]]
    assert sorted(skus) == sorted(product.sku for product in catalogue())
    back = await search(caller, pageSize=15, pageToken=pages[2]["pagination"]["previousToken"])
    assert back.json()["items"] == pages[1]["items"]
    assert "previousToken" not in pages[0]["pagination"]


async def test_a_token_is_good_for_its_own_search_only(caller: Caller) -> None:
    token = (await search(caller)).json()["pagination"]["nextToken"]
    assert (await search(caller, pageToken=token)).status_code == 200
    assert (await search(caller, pageToken=token, withStatus="BUYABLE")).status_code == 400
    assert (await search(caller, pageToken="x" + token)).status_code == 400


async def test_what_changed_last_comes_first(caller: Caller) -> None:
    await submitted(caller, MUG, stock_patch(entry(3)))
    (first, *_) = (await search(caller, pageSize=1)).json()["items"]
    assert first["sku"] == MUG
    assert first["summaries"][0]["lastUpdatedDate"] == "2026-11-02T09:00:00Z"
    assert await found(caller, lastUpdatedAfter="2026-11-02T09:00:00Z") == [MUG]
    assert MUG not in await found(caller, lastUpdatedBefore="2026-11-02T08:59:59Z")


async def test_identifiers_choose_by_their_type(caller: Caller) -> None:
    product = next(each for each in catalogue() if each.sku == "ROPE+HOOK 8MM")
    one = {"identifiers": f"{product.sku},nothing", "identifiersType": "SKU"}
    assert await found(caller, **one) == [product.sku]
    assert await found(caller, identifiers=product.asin, identifiersType="ASIN") == [product.sku]
    assert await found(caller, identifiers=product.sku, identifiersType="ASIN") == []
    assert await found(caller, identifiers="1", identifiersType="EAN") == []


async def test_filters_choose_by_status_issue_and_relation(caller: Caller) -> None:
    assert await found(caller, withoutStatus="BUYABLE") == sorted([RESTOCKED, SUPPRESSED])
    assert await found(caller, withoutStatus="DISCOVERABLE") == [SUPPRESSED]
    assert SUPPRESSED not in await found(caller, withStatus="BUYABLE")
    assert await found(caller, withIssueSeverity="WARNING") == [WITH_WARNING]
    assert await found(caller, withIssueSeverity="WARNING,ERROR") == sorted([WITH_WARNING, SUPPRESSED])
    assert await found(caller, variationParentSku=MUG) == []


async def test_a_sku_of_two_marketplaces_is_one_result(caller: Caller) -> None:
    page = (await search(caller, marketplaceIds=f"{US},{CA}", pageSize=1)).json()
    assert page["numberOfResults"] == 40
    assert [each["marketplaceId"] for each in page["items"][0]["summaries"]] == [US, CA]


async def test_nobody_pages_beyond_a_thousand(caller: Caller) -> None:
    rows = [
        {"seller": caller.seller, "marketplace": "US", "sku": f"M-{number}", "quantity": 1}
        for number in range(1100)
    ]
    assert (await caller.control("listings", rows)).status_code == 200
    token: dict[str, str] = {}
    skus: list[str] = []
    for _ in range(50):
        page = (await search(caller, pageSize=20, **token)).json()
        assert page["numberOfResults"] == 1140
        skus += [each["sku"] for each in page["items"]]
        token = {"pageToken": page["pagination"].get("nextToken", "")}
    assert (len(set(skus)), token) == (1000, {"pageToken": ""})


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"marketplaceIds": ""}, "marketplaceIds"),
        ({"identifiers": "A"}, "require each other"),
        ({"identifiersType": "SKU"}, "require each other"),
        ({"identifiers": "A", "identifiersType": "NAME"}, "identifiersType"),
        ({"identifiers": ",".join("abcdefghijklmnopqrstu"), "identifiersType": "SKU"}, "at most 20"),
        ({"identifiers": "A", "identifiersType": "SKU", "variationParentSku": "B"}, "only one"),
        ({"variationParentSku": "A", "packageHierarchySku": "B"}, "only one"),
        ({"createdAfter": "yesterday"}, "createdAfter"),
        ({"withStatus": "SOLD"}, "withStatus"),
        ({"withIssueSeverity": "INFO"}, "withIssueSeverity"),
        ({"sortBy": "price"}, "sortBy"),
        ({"sortOrder": "UP"}, "sortOrder"),
        ({"pageSize": "21"}, "between 1 and 20"),
        ({"pageSize": "0"}, "between 1 and 20"),
    ],
)
async def test_bad_parameters_are_refused(caller: Caller, query: dict[str, str], text: str) -> None:
    answer = await search(caller, **query)
    assert (answer.status_code, text in answer.text) == (400, True)


async def test_fn_skus_belong_to_what_amazon_stores(caller: Caller) -> None:
    stored = [*FULFILLED_BY_AMAZON, FULFILLED_BY_BOTH]
    numbers = [f"X00{each.asin[3:]}" for each in catalogue() if each.sku in {*stored, MUG}]
    assert await found(caller, identifiers=",".join(numbers), identifiersType="FNSKU") == sorted(stored)
