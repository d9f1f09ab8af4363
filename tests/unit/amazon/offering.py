"""Listings for the client: offers loaded into the simulated Amazon, and what they have become."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from dockwire.amazon import AmazonAccount
from dockwire.faults import FaultRules
from dockwire.model.feed import Feed
from dockwire.model.listing import Quantity
from dockwire.model.stock import Offer
from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.listing_loading import Offer as Row
from dockwire.simulators.amazon.listing_loading import load_offers
from dockwire.simulators.amazon.switches import Switches
from tests.unit.amazon.accounts import NA, US, a_world, opened

AWKWARD = (
    "MUG/SET/4",
    "ROPE+HOOK 8MM",
    "SOAP-SALT%20",
    "%2F%2C",
    "a,b",
    "a, b/c",
    'say "x"',
    "it's",
    "SOCKE-GRÜN-39/42",
    "茶碗-01",
    "TIN#3-TEA",
    "bundle?set=2",
    "a&b=c;d",
    " edges ",
    "back\\slash",
)
"""Every character that means something in an address, a list or a document."""


def a_world_with(*skus: str, switches: dict[str, Any] | None = None, **row: Any) -> World:
    """Return a world whose seller offers nothing but these SKUs, 5 each and 4 days of handling."""
    world = a_world(switches=Switches(**switches or {}))
    world.listings.clear()
    usual: dict[str, Any] = {"seller": NA, "marketplace": "US", "quantity": 5, "handling_days": 4}
    load_offers(world, [Row(**usual | {"sku": sku} | row) for sku in skus])
    return world


def availability(world: World, sku: str) -> list[dict[str, Any]]:
    """Return what the world knows of a SKU's channels, without their marketplace."""
    found = world.listings.find(NA, US, sku)
    assert found is not None
    return [
        {name: value for name, value in each.items() if name != "marketplace_id"} for each in found.channels()
    ]


def by_merchant(quantity: int, **more: Any) -> dict[str, Any]:
    return {"fulfillment_channel_code": "DEFAULT", "quantity": quantity, **more}


async def own(seller: AmazonAccount, sku: str) -> Offer:
    """Read the merchant's offer of a SKU."""
    listing = (await seller.listings.look(US, [sku]))[sku]
    assert listing is not None
    assert listing.own is not None
    return listing.own


def quantities(skus: tuple[str, ...], units: int = 7) -> list[Quantity]:
    return [Quantity(sku, units) for sku in skus]


async def carried_out(world: World, seller: AmazonAccount, sent: list[Quantity]) -> Feed:
    """Submit quantities and let Amazon finish."""
    feed_id = await seller.listings.feeds.submit(US, sent)
    world.advance(180)
    return await seller.listings.feeds.look(feed_id)


def answering(method: str, path: str, *bodies: Any) -> list[dict[str, Any]]:
    """Return faults that answer the first requests so."""
    return [
        {
            "method": method,
            "path": path,
            "nth": place,
            "effect": {"kind": "status", "status": 200, "json_body": body},
        }
        for place, body in enumerate(bodies, 1)
    ]


@asynccontextmanager
async def watched(
    world: World, faults: FaultRules | None = None
) -> AsyncIterator[tuple[AmazonAccount, list[httpx.Request]]]:
    """Open a client and note its requests to the listings."""
    requests: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        if request.url.path.startswith("/listings/"):
            requests.append(request)

    async with opened(world, faults=faults) as seller:
        seller._client.event_hooks["request"].append(note)
        yield seller, requests
