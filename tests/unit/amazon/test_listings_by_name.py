"""Listings read by name: whatever the SKU is made of, its own listing comes back, or none."""

from typing import Any

import pytest

from dockwire.errors import Unavailable
from dockwire.simulators.amazon import catalogue
from tests.unit.amazon.accounts import NA, US, a_world, asked, opened, rules
from tests.unit.amazon.offering import AWKWARD, a_world_with, answering, watched

SEARCH, ITEM = f"/items/{NA}$", f"/items/{NA}/"


@pytest.mark.parametrize("sku", AWKWARD)
async def test_a_sku_of_any_characters_is_found_alone(sku: str) -> None:
    world = a_world_with(sku, "a", "b", "c", "edges", "say", quantity=1)
    async with opened(world) as seller:
        assert list(await seller.listings.look(US, [sku])) == [sku]


async def test_skus_of_any_characters_are_found_together() -> None:
    world = a_world_with(*AWKWARD, "a", "b")
    async with opened(world) as seller:
        found = await seller.listings.look(US, AWKWARD)
    assert sorted(found) == sorted(AWKWARD)
    assert [listing.sku for listing in found.values() if listing] == list(found)
    # Those with a comma or with spaces at their ends cannot stand in a list.
    assert len(asked(world, "getListingsItem")) == 3
    assert len(asked(world, "searchListingsItems")) == 1


async def test_what_amazon_does_not_have_is_missing() -> None:
    world = a_world_with("A")
    async with opened(world) as seller:
        assert list(await seller.listings.look(US, ["gone", "A", "gone, too"])) == ["A"]
        assert await seller.listings.look(US, []) == {}
    assert asked(world, "getListingsItem") == [404]
    assert asked(world, "searchListingsItems") == [200]


async def test_more_than_twenty_are_asked_in_groups_and_nothing_twice() -> None:
    world = a_world()
    skus = [each.sku for each in catalogue()]
    async with watched(world) as (seller, requests):
        found = await seller.listings.look(US, [*skus, *skus[:5]])
    assert sorted(found) == sorted(skus)
    named = [request.url.params["identifiers"].split(",") for request in requests]
    assert [len(names) for names in named] == [20, 20]
    assert named[0] + named[1] == skus


async def test_long_names_make_more_searches_instead_of_a_long_address() -> None:
    skus = [f"{number:02}{'茶' * 38}" for number in range(20)]
    world = a_world_with(*skus)
    async with watched(world) as (seller, requests):
        assert sorted(await seller.listings.look(US, skus)) == skus
    assert len(requests) > 1
    assert all(len(request.url.raw_path) < 2000 for request in requests)


def a_page(*skus: str, token: str | None = None) -> dict[str, Any]:
    more = {} if token is None else {"pagination": {"nextToken": token}}
    return {"numberOfResults": len(skus), "items": [{"sku": sku} for sku in skus], **more}


async def test_every_page_is_followed_and_what_was_not_asked_is_left_out() -> None:
    world = a_world()
    pages = answering("GET", SEARCH, a_page("A", "X", token="t/1"), a_page("a", "B"))
    async with watched(world, rules(*pages)) as (seller, requests):
        assert sorted(await seller.listings.look(US, ["A", "B"])) == ["A", "B"]
    first, second = (dict(request.url.params) for request in requests)
    assert second == first | {"pageToken": "t/1"}


@pytest.mark.parametrize("body", [{}, [], {"sku": "c,d"}, {"sku": "a,b", "fulfillmentAvailability": 5}])
async def test_no_listing_without_a_proper_answer(body: Any) -> None:
    world = a_world_with("a,b")
    async with opened(world, faults=rules(*answering("GET", ITEM, body))) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.look(US, ["a,b"])
