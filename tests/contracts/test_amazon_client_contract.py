"""What our client writes to Amazon keeps to Amazon's model files, every member of it."""

import dataclasses
import json
from datetime import timedelta

import httpx
import pytest
from jsonschema import Draft7Validator

from dockwire.amazon.confirmation import to_confirmation
from dockwire.errors import Refused
from dockwire.model.listing import Quantity, Span
from dockwire.model.parcel import Parcel
from tests.builders import order
from tests.contracts.amazon_models import all_operations, feed_schema, judge
from tests.unit.amazon.accounts import US, a_world, opened
from tests.unit.amazon.feeding import a_parcel_each, a_world_with_orders, item, order_ids, parcel, processed
from tests.unit.amazon.offering import AWKWARD, a_world_with, carried_out

all_operations()
"""Skips this module, saying so, where the model files are missing."""

PARCELS = [
    parcel(1),
    parcel(2, carrier_code="Other", carrier_name="Köhler & Söhne"),
    parcel(3, service="", items=(item("1", 2), item("2", 1))),
    parcel(4, reference="29007199254740993", tracking="JD014600003SE"),
]


def problems(operation: str, body: object) -> list[str]:
    """What the model says about a request's body."""
    (known,) = (each for each in all_operations() if each.name == operation)
    (schema,) = (each["schema"] for each in known.spec["parameters"] if each["in"] == "body")
    return known.problems(schema, body)


@pytest.mark.parametrize("sent", PARCELS, ids=lambda sent: sent.reference)
def test_a_confirmation_fits_the_model(sent: Parcel) -> None:
    assert problems("confirmShipment", to_confirmation(order(), sent)) == []


def test_the_model_refuses_what_it_should() -> None:
    body = to_confirmation(order(), PARCELS[0])
    assert problems("confirmShipment", body | {"more": 1})
    body["packageDetail"]["packageReferenceId"] = 1
    assert problems("confirmShipment", body)


async def test_every_exchange_about_shipments_fits_the_models() -> None:
    """The judge looks at each request that Amazon took, and at each answer our client read."""
    world = a_world_with_orders(3)
    asked: list[str] = []

    async def judging(answer: httpx.Response) -> None:
        if not answer.request.url.path.startswith(("/auth/", "/feed-storage/")):
            await answer.aread()
            judge(answer)
            asked.append(f"{answer.request.method} {answer.request.url.path.split('/')[1]}")

    async with opened(world) as seller:
        seller._client.event_hooks["response"].append(judging)
        sent = await a_parcel_each(world, seller)
        done = await processed(world, seller, [*sent, (sent[0][0], PARCELS[3])])
        await seller.feeds.results(done, [*order_ids(sent), sent[0][0].order_id])
        await seller.feeds.cancel(await seller.feeds.submit(sent))
        for each in PARCELS:
            # One package, edited, so that no parcel is more than was ordered.
            known = dataclasses.replace(each, reference="1", items=(item("1", 1),))
            await seller.confirm_shipment(sent[0][0], known)
    assert asked.count("POST orders") == len(PARCELS)
    assert asked.count("POST feeds") == 4
    assert asked.count("GET feeds") == 3
    assert asked.count("DELETE feeds") == 1


async def test_every_exchange_about_listings_fits_the_models() -> None:
    world = a_world()
    asked: list[str] = []

    async def judging(answer: httpx.Response) -> None:
        if answer.request.url.path.startswith(("/listings/", "/feeds/")):
            await answer.aread()
            judge(answer)
            asked.append(f"{answer.request.method} {answer.request.url.path.split('/')[1]}")

    now = world.clock.now()
    async with opened(world) as seller:
        seller._client.event_hooks["response"].append(judging)
        listings = seller.listings
        for changed in (False, True):
            span = Span(now - timedelta(days=900), now, changed)
            page = await listings.page(US, span)
            await listings.page(US, span, page.next_token)
        skus = [listing.sku for listing in page.listings]
        await listings.look(US, [*skus, *AWKWARD])
        for sku in AWKWARD:
            await listings.set_quantity(US, Quantity(sku, 3))
            await listings.try_quantity(US, Quantity(sku, 0, "HOME"))
        with pytest.raises(Refused):
            await listings.set_quantity(US, Quantity("A", -1))
        done = await carried_out(world, seller, [Quantity(sku, 2) for sku in skus])
        await listings.feeds.results(done, skus)
        assert [each.id for each in await listings.feeds.since(now)] == [done.id]
    assert asked.count("PATCH listings") == 2 * len(AWKWARD) + 1
    assert asked.count("GET listings") == 4 + 2 + 3
    assert asked.count("POST feeds") == 2
    assert asked.count("GET feeds") == 3


async def test_a_feed_of_quantities_fits_its_schema() -> None:
    world = a_world_with(*AWKWARD)
    sent: list[bytes] = []

    async def keeping(request: httpx.Request) -> None:
        if request.method == "PUT":
            sent.append(request.content)

    async with opened(world) as seller:
        seller._client.event_hooks["request"].append(keeping)
        await seller.listings.feeds.submit(US, [Quantity(sku, 0, "HOME") for sku in AWKWARD])
    (content,) = sent
    document = json.loads(content)
    schema = feed_schema("listings-feed-schema-v2")
    assert [error.message for error in Draft7Validator(schema).iter_errors(document)] == []
    assert [message["sku"] for message in document["messages"]] == list(AWKWARD)
    document["messages"][0]["operationType"] = "MERGE"
    assert list(Draft7Validator(schema).iter_errors(document))
