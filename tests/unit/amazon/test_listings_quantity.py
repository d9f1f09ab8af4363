"""The merchant's quantity set: for the right SKU, nothing beside it, and no doubt taken for success."""

import json
from typing import Any

import pytest

from dockwire.errors import NotFound, PageTokenExpired, Refused, Unavailable
from dockwire.model.listing import Quantity
from dockwire.simulators.amazon.listing_loading import Offer as Row
from dockwire.simulators.amazon.listing_loading import load_offers
from tests.unit.amazon.accounts import NA, US, opened, rules
from tests.unit.amazon.offering import (
    AWKWARD,
    a_world_with,
    answering,
    availability,
    by_merchant,
    own,
    watched,
)

ITEM = f"/items/{NA}/"
BEFORE = by_merchant(5, lead_time_to_ship_max_days=4)


@pytest.mark.parametrize("sku", AWKWARD)
async def test_a_quantity_reaches_its_sku_alone_and_keeps_the_handling_time(sku: str) -> None:
    world = a_world_with(*AWKWARD, restock_date="2026-12-01")
    async with opened(world) as seller:
        assert await seller.listings.set_quantity(US, Quantity(sku, 7))
        offer = await own(seller, sku)
    assert (offer.quantity, offer.handling_days) == (7, 4)
    for each in AWKWARD:
        kept = {"lead_time_to_ship_max_days": 4, "restock_date": "2026-12-01"}
        assert availability(world, each) == [by_merchant(7 if each == sku else 5, **kept)]


async def test_amazons_channel_stays_as_it_is() -> None:
    world = a_world_with("A", by_amazon=True)
    async with opened(world) as seller:
        await seller.listings.set_quantity(US, Quantity("A", 0))
    assert availability(world, "A") == [BEFORE | {"quantity": 0}, {"fulfillment_channel_code": "AMAZON_NA"}]


async def test_only_the_marketplace_that_is_meant_changes() -> None:
    world = a_world_with("A")
    load_offers(world, [Row(seller=NA, marketplace="CA", sku="A", quantity=5)])
    async with opened(world) as seller:
        await seller.listings.set_quantity(US, Quantity("A", 7))
    (elsewhere,) = (each for each in world.listings if each.marketplace_id != US)
    assert (elsewhere.offered(), availability(world, "A")[0]["quantity"]) == (5, 7)


async def test_the_patch_is_one_merge_of_the_quantity() -> None:
    world = a_world_with("A", product_type="HOME")
    async with watched(world) as (seller, requests):
        await seller.listings.set_quantity(US, Quantity("A", 7, "HOME"))
    (request,) = requests
    assert dict(request.url.params) == {"marketplaceIds": US}
    assert json.loads(request.content) == {
        "productType": "HOME",
        "patches": [
            {"op": "merge", "path": "/attributes/fulfillment_availability", "value": [by_merchant(7)]},
        ],
    }  # fmt: skip


async def test_a_trial_changes_nothing() -> None:
    world = a_world_with("A")
    async with opened(world) as seller:
        await seller.listings.try_quantity(US, Quantity("A", 7))
        with pytest.raises(Refused, match=r"^4000001: "):
            await seller.listings.try_quantity(US, Quantity("A", -1))
    assert availability(world, "A") == [BEFORE]


async def test_amazons_reason_is_told_when_it_takes_a_quantity_not() -> None:
    world = a_world_with("A")
    async with opened(world) as seller:
        with pytest.raises(Refused) as refused:
            await seller.listings.set_quantity(US, Quantity("A", 7, "SHOES"))
    assert refused.value.args[0] == "90001001: The product type is not known."
    assert refused.value.request_id
    assert availability(world, "A") == [BEFORE]


def issue(severity: str, message: str, code: str = "1") -> dict[str, Any]:
    return {"severity": severity, "message": message, "code": code, "categories": []}


def answer(status: str, **members: Any) -> dict[str, Any]:
    return {"sku": "A/1", "status": status, "submissionId": "s", **members}


async def words(*issues: dict[str, Any]) -> str:
    """Return what is told of a refusal with these issues."""
    world = a_world_with("A/1")
    faults = rules(*answering("PATCH", ITEM, answer("INVALID", issues=list(issues))))
    async with opened(world, faults=faults) as seller:
        with pytest.raises(Refused) as refused:
            await seller.listings.set_quantity(US, Quantity("A/1", 7))
    return str(refused.value.args[0])


async def test_errors_are_told_before_warnings_and_nothing_private_or_endless() -> None:
    told = await words(issue("WARNING", "Odd."), issue("ERROR", "Ask anna@example.com now.", "2"))
    assert told == "2: Ask [mail address] now.; 1: Odd."
    assert len(await words(issue("ERROR", "long " * 200))) < 400
    assert await words() == "no reason given"


async def test_without_any_reply_the_outcome_is_unknown() -> None:
    world = a_world_with("A")
    faults = rules({"method": "PATCH", "path": ITEM, "effect": "lost_reply"})
    async with opened(world, faults=faults) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.set_quantity(US, Quantity("A", 7))
    assert availability(world, "A") == [BEFORE | {"quantity": 7}]


UNUSABLE: list[Any] = [
    {},
    [],
    answer("VALID"),
    answer("accepted"),
    answer("ACCEPTED", sku="A"),
    answer("INVALID", sku="A"),
    answer("ACCEPTED", submissionId=""),
    {"sku": "A/1", "status": "ACCEPTED"},
]


@pytest.mark.parametrize("body", UNUSABLE)
async def test_nothing_is_taken_for_accepted_that_does_not_say_so(body: Any) -> None:
    world = a_world_with("A/1")
    async with opened(world, faults=rules(*answering("PATCH", ITEM, body))) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.set_quantity(US, Quantity("A/1", 7))


@pytest.mark.parametrize("body", [{}, answer("ACCEPTED"), answer("VALID", sku="A")])
async def test_nothing_is_taken_for_valid_that_does_not_say_so(body: Any) -> None:
    world = a_world_with("A/1")
    async with opened(world, faults=rules(*answering("PATCH", ITEM, body))) as seller:
        with pytest.raises(Unavailable):
            await seller.listings.try_quantity(US, Quantity("A/1", 7))


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (400, Refused)])
async def test_a_refused_request_is_told_as_what_it_is(status: int, kind: type[Refused]) -> None:
    world = a_world_with("A")
    effect = {"kind": "status", "status": status, "json_body": {"errors": [{"code": "X", "message": "No."}]}}
    async with opened(world, faults=rules({"method": "PATCH", "path": ITEM, "effect": effect})) as seller:
        with pytest.raises(kind) as refused:
            await seller.listings.set_quantity(US, Quantity("A", 7))
    assert not isinstance(refused.value, PageTokenExpired)
    assert availability(world, "A") == [BEFORE]
