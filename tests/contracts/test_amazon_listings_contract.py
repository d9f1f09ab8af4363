"""The simulator's listings keep to Amazon's model, whatever is asked of them and done to them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwire.simulators.amazon import catalogue
from tests.contracts.amazon_models import samples
from tests.contracts.test_amazon_simulator_contract import judged
from tests.unit.simulators.caller import EU, FE, NA, a_world
from tests.unit.simulators.feeding import CA, DE, US
from tests.unit.simulators.listing import (
    EVERYTHING,
    ITEMS,
    MUG,
    entry,
    get,
    patch,
    path_of,
    search,
    stock_patch,
    submitted,
)

MODEL = "listingsItems_2021-08-01"
DATA = ["", *EVERYTHING.split(","), EVERYTHING]


@pytest.mark.parametrize(("seller", "place"), [(NA, US), (EU, DE), (FE, "A1VC38T7YXB528")])
async def test_every_seeded_listing_fits_the_model(seller: str, place: str) -> None:
    caller = judged(a_world(seed=5), seller=seller)
    for product in catalogue():
        answer = await get(caller, product.sku, params={"marketplaceIds": place})
        assert answer.status_code == 200


@pytest.mark.parametrize("data", DATA)
async def test_every_dataset_fits_the_model_alone(data: str) -> None:
    caller = judged(a_world())
    assert (await get(caller, MUG, data)).status_code == 200
    answer = await search(caller, includedData=data, pageSize=20, marketplaceIds=f"{US},{CA}")
    assert len(answer.json()["items"]) == 20


async def test_every_outcome_of_a_patch_fits_the_model() -> None:
    caller = judged(a_world())
    preview = {"mode": "VALIDATION_PREVIEW", "includedData": "identifiers,issues", "issueLocale": "en_US"}
    outcomes = [
        (await submitted(caller, "A/B", stock_patch(entry(quantity)), **query))["status"]
        for quantity in (1, -1)
        for query in ({}, preview)
    ]
    assert outcomes == ["ACCEPTED", "VALID", "INVALID", "INVALID"]


@pytest.mark.parametrize("sample", samples(MODEL, "400"), ids=lambda sample: sample[0])
async def test_amazons_bad_requests_are_of_operations_that_are_known(
    sample: tuple[str, dict[str, Any], dict[str, Any]],
) -> None:
    operation, parameters, _ = sample
    if operation == "searchListingsItems":
        query = {"marketplaceIds": ",".join(parameters["marketplaceIds"])}
        answer = await judged(a_world()).call("GET", f"{ITEMS}/{NA}", params=query)
        assert answer.status_code == 400
    else:
        # What makes the sample bad is the name of its SKU only.
        assert parameters == {"sku": "BadSKU"}


async def test_amazons_good_search_is_taken() -> None:
    found = next(parameters for name, parameters, _ in samples(MODEL, "200") if name == "searchListingsItems")
    query = {name: ",".join(value) if isinstance(value, list) else value for name, value in found.items()}
    assert (await search(judged(a_world()), **query)).json()["numberOfResults"] == 0


LISTS = st.lists(
    st.sampled_from([US, CA, "x", "SKU", "summaries", "issues", "BUYABLE", "WARNING", "INFO", "identifiers"]),
    max_size=3,
).map(",".join)
WORDS = st.sampled_from(
    ["SKU", "EAN", "sku", "createdDate", "ASC", "DESC", "", "x", "en_US", "VALIDATION_PREVIEW"]
)
TIMES = st.sampled_from(["2026-11-01T00:00:00Z", "2026-11-02", "2026-11-02T08:00:00+09:00", ""])
QUERIES = st.fixed_dictionaries(
    {"marketplaceIds": st.sampled_from([US, US, f"{US},{CA}", "x", ""])},
    optional={
        **dict.fromkeys(
            ("includedData", "identifiers", "withIssueSeverity", "withStatus", "withoutStatus"), LISTS
        ),
        **dict.fromkeys(("identifiersType", "sortBy", "sortOrder", "issueLocale", "mode"), WORDS),
        **dict.fromkeys(("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore"), TIMES),
        "variationParentSku": st.sampled_from(["A", ""]),
        "pageSize": st.sampled_from(["1", "20", "21", "0", "ten", "1.5", "١"]),
        "pageToken": st.sampled_from(["", "x"]),
    },
)


@settings(max_examples=200, deadline=None)
@given(query=QUERIES)
async def test_whatever_query_is_accepted_is_allowed_by_the_model(query: dict[str, str]) -> None:
    caller = judged(a_world())
    body = {"productType": "PRODUCT", "patches": [stock_patch(entry(1))]}
    answers = [
        await search(caller, **query),
        await caller.call("GET", path_of(MUG), params=query),
        await caller.call("PATCH", path_of(MUG), params=query, json=body),
    ]
    assert all(answer.status_code in {200, 400} for answer in answers)


JUNK: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "",
    "x",
    [],
    {},
    [1],
    [{}],
    {"a": 1},
    2**40,
    "merge",
    "delete",
    "PRODUCT",
]


@pytest.mark.parametrize("place", ["productType", "patches", "more"])
async def test_whatever_body_is_accepted_is_allowed_by_the_model(place: str) -> None:
    caller = judged(a_world())
    for junk in JUNK:
        body = {"productType": "PRODUCT", "patches": [stock_patch(entry(1))], place: junk}
        answer = await caller.call("PATCH", path_of(MUG), params={"marketplaceIds": US}, json=body)
        assert answer.status_code in {200, 400}


@pytest.mark.parametrize("place", ["op", "path", "value", "more"])
async def test_whatever_patch_is_accepted_is_allowed_by_the_model(place: str) -> None:
    caller = judged(a_world())
    for junk in JUNK:
        answer = await patch(caller, MUG, stock_patch(entry(1)) | {place: junk})
        assert answer.status_code in {200, 400}
        assert (await get(caller, MUG)).status_code == 200


ATTRIBUTES = ["fulfillment_availability", "purchasable_offer", "item_name", "condition_type"]


@pytest.mark.parametrize("name", ATTRIBUTES)
async def test_whatever_an_attribute_holds_the_listing_fits_the_model(name: str) -> None:
    caller = judged(a_world())
    for op in ("add", "merge", "delete"):
        for member in (
            "fulfillment_channel_code",
            "quantity",
            "currency",
            "our_price",
            "value",
            "audience",
            "marketplace_id",
        ):
            for junk in JUNK:
                change = {"op": op, "path": f"/attributes/{name}", "value": [{member: junk}]}
                answer = await patch(caller, MUG, change)
                assert answer.status_code == 200
                assert (await get(caller, MUG)).status_code == 200, (op, member, junk)
