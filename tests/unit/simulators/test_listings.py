"""getListingsItem: which listing, which members, whose, and which requests are refused."""

import pytest

from dockwire.simulators.amazon import catalogue
from dockwire.simulators.amazon.listing_seeds import (
    FULFILLED_BY_AMAZON,
    FULFILLED_BY_BOTH,
    RESTOCKED,
    SUPPRESSED,
)
from tests.unit.simulators.caller import EU, FE, NA, Caller, a_world
from tests.unit.simulators.feeding import CA, DE, US
from tests.unit.simulators.listing import EVERYTHING, ITEMS, MUG, entries, get, item, offered, path_of

JP = "A1VC38T7YXB528"


@pytest.fixture
def caller() -> Caller:
    return Caller(a_world())


async def test_every_product_is_listed_under_its_sku_however_awkward(caller: Caller) -> None:
    for product in catalogue():
        shown = await item(caller, product.sku, "summaries")
        assert (shown["sku"], shown["summaries"][0]["asin"]) == (product.sku, product.asin)


async def test_a_sku_that_was_encoded_twice_is_another_sku(caller: Caller) -> None:
    answer = await caller.call("GET", path_of("MUG%2FSET%2F4"), params={"marketplaceIds": US})
    assert answer.status_code == 404
    assert answer.json()["errors"] == [
        {"code": "NOT_FOUND", "message": f"SKU 'MUG%2FSET%2F4' not found in marketplace {US}"}
    ]


async def test_a_bare_slash_is_not_part_of_a_sku(caller: Caller) -> None:
    answer = await caller.call("GET", f"{ITEMS}/{NA}/MUG/SET/4", params={"marketplaceIds": US})
    assert answer.status_code == 501


async def test_included_data_decides_which_members_are_there(caller: Caller) -> None:
    members = EVERYTHING.split(",")
    assert set(await item(caller, MUG)) == {"sku", *members}
    for member in members:
        assert set(await item(caller, MUG, member)) == {"sku", member}
    answer = await caller.call("GET", path_of(MUG), params={"marketplaceIds": US})
    assert set(answer.json()) == {"sku", "summaries"}


async def test_the_same_seed_gives_the_same_listings_whatever_is_looked_at_first() -> None:
    one, two, other = (Caller(a_world(seed)) for seed in (3, 3, 4))
    await item(two, "TOY-BOAT", marketplaceIds=CA)
    skus = [product.sku for product in catalogue()]
    listed = [[await item(each, sku) for sku in skus] for each in (one, two, other)]
    assert listed[0] == listed[1] != listed[2]


@pytest.mark.parametrize(
    ("seller", "place", "channel"), [(NA, US, "AMAZON_NA"), (EU, DE, "AMAZON_EU"), (FE, JP, "AMAZON_JP")]
)
async def test_some_offers_are_fulfilled_by_amazon_one_by_both(seller: str, place: str, channel: str) -> None:
    caller = Caller(a_world(), seller=seller)
    for sku in FULFILLED_BY_AMAZON:
        shown = await item(caller, sku, marketplaceIds=place)
        assert shown["fulfillmentAvailability"] == [{"fulfillmentChannelCode": channel}]
        assert shown["summaries"][0]["fnSku"].startswith("X00")
    assert set(await entries(caller, FULFILLED_BY_BOTH, marketplaceIds=place)) == {"DEFAULT", channel}
    assert await offered(caller, FULFILLED_BY_BOTH, marketplaceIds=place)


async def test_some_listings_have_a_handling_time_and_one_a_restock_date(caller: Caller) -> None:
    found = [(await entries(caller, product.sku)).get("DEFAULT", {}) for product in catalogue()]
    with_time = [each for each in found if "lead_time_to_ship_max_days" in each]
    assert 3 < len(with_time) < 30
    assert [each["quantity"] for each in found if "restock_date" in each] == [0]
    assert "restock_date" in (await entries(caller, RESTOCKED))["DEFAULT"]


async def test_only_what_can_be_bought_is_buyable(caller: Caller) -> None:
    statuses = {
        sku: (await item(caller, sku, "summaries"))["summaries"][0]["status"]
        for sku in (MUG, RESTOCKED, SUPPRESSED, "TOY-BOAT")
    }
    assert statuses == {
        MUG: ["BUYABLE", "DISCOVERABLE"],
        RESTOCKED: ["DISCOVERABLE"],
        SUPPRESSED: [],
        "TOY-BOAT": ["BUYABLE", "DISCOVERABLE"],
    }


async def test_several_marketplaces_are_shown_side_by_side(caller: Caller) -> None:
    both = await item(caller, MUG, marketplaceIds=f"{CA},{US}")
    assert [each["marketplaceId"] for each in both["summaries"]] == [CA, US]
    assert [each["price"]["currencyCode"] for each in both["offers"]] == ["CAD", "USD"]
    stock = both["attributes"]["fulfillment_availability"]
    assert [each["marketplace_id"] for each in stock] == [CA, US]
    # The one member that does not name its marketplace.
    assert both["fulfillmentAvailability"][0]["quantity"] == await offered(caller, MUG, marketplaceIds=CA)


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ({"marketplaceIds": ""}, 400, "marketplaceIds is required"),
        ({"marketplaceIds": "x"}, 400, "unknown value"),
        ({"marketplaceIds": DE}, 403, "denied"),
        ({"includedData": "stock"}, 400, "includedData"),
        ({"issueLocale": "german"}, 400, "issueLocale"),
    ],
)
async def test_bad_parameters_are_refused(
    caller: Caller, query: dict[str, str], status: int, text: str
) -> None:
    answer = await get(caller, MUG, params=query)
    assert (answer.status_code, text in answer.text) == (status, True)
    assert (await get(caller, MUG, params={"issueLocale": "fr_CA"})).status_code == 200


async def test_another_sellers_listings_are_out_of_reach(caller: Caller) -> None:
    answer = await caller.call("GET", path_of(MUG, "A3SIMEUROPE001"), params={"marketplaceIds": US})
    assert answer.status_code == 403


async def test_strict_worlds_refuse_unknown_parameters() -> None:
    caller = Caller(a_world(strict_parameters=True))
    assert (await get(caller, MUG, params={"mode": "x"})).status_code == 400
