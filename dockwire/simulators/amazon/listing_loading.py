"""Listings from outside, for sellers with other SKUs than the catalogue's."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dockwire.simulators.amazon.catalogue import Product
from dockwire.simulators.amazon.listing_seeds import GENERAL_TYPE, PRODUCT_TYPES, offer_attributes
from dockwire.simulators.amazon.listings import BY_AMAZON, BY_MERCHANT, CHANNEL, Listing
from dockwire.simulators.amazon.marketplaces import marketplace
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.world import World


class Offer(BaseModel):
    """One listing to load; ``price`` is in US dollars, ``quantity`` absent for one only Amazon fulfils."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seller: str
    marketplace: str
    sku: str = Field(min_length=1)
    quantity: int | None = Field(default=None, ge=0, strict=True)
    handling_days: int | None = Field(default=None, ge=0)
    restock_date: str | None = None
    by_amazon: bool = False
    product_type: str = GENERAL_TYPE
    title: str = ""
    asin: str = "B0SIM99999"
    price: Decimal = Decimal("10.00")


_OFFERS = TypeAdapter(list[Offer])


def offers_in(content: bytes) -> list[Offer]:
    """Read a JSON list of offers.

    Raises:
        ValueError: it is none; the message names the entry and the member.
    """
    return _OFFERS.validate_json(content)


def read_offers(path: Path) -> list[Offer]:
    """Read a file of offers.

    Raises:
        ValueError: it cannot be read or holds something else; the message names the file.
    """
    try:
        return offers_in(path.read_bytes())
    except OSError as problem:
        raise ValueError(f"{path}: cannot be read ({problem.strerror})") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path}: {place}: {first['msg']}") from problem


def load_offers(world: World, offers: Sequence[Offer]) -> list[Listing]:
    """Add listings, replacing those of the same SKU; all or none.

    Raises:
        ValueError: a seller, marketplace or product type is unknown, or the seller does not sell there.
    """
    listings = [_listing(world, offer) for offer in offers]
    for listing in listings:
        world.listings.put(listing)
    return listings


def _listing(world: World, offer: Offer) -> Listing:
    place, seller = marketplace(offer.marketplace), world.sellers.get(offer.seller)
    if seller is None or not seller.sells_in(place.code):
        raise ValueError(f"no seller {offer.seller!r} takes part in marketplace {place.code}")
    if offer.product_type not in PRODUCT_TYPES:
        raise ValueError(f"unknown product type {offer.product_type!r}")
    now = world.clock.now()
    product = Product(offer.sku, offer.title or offer.sku, offer.asin, offer.price)
    availability = _availability(offer, place.region)
    return Listing(
        seller_id=seller.id,
        marketplace_id=place.id,
        sku=offer.sku,
        asin=offer.asin,
        product_type=offer.product_type,
        created=now,
        updated=now,
        attributes=offer_attributes(product, place, availability),
    )


def _availability(offer: Offer, region: str) -> list[JsonObject]:
    entries: list[JsonObject] = []
    if offer.quantity is not None:
        more = {"lead_time_to_ship_max_days": offer.handling_days, "restock_date": offer.restock_date}
        known = {name: value for name, value in more.items() if value is not None}
        entries.append({CHANNEL: BY_MERCHANT, "quantity": offer.quantity, **known})
    return [*entries, {CHANNEL: BY_AMAZON[region]}] if offer.by_amazon else entries
