"""The listings a seller starts with: the whole catalogue, most of it fulfilled by the merchant.

The same seed gives the same listings, whatever is looked at first. The peculiar ones are always the
same SKUs, so that tests can name them.
"""

import random
from datetime import UTC, datetime, timedelta

from dockwire.simulators.amazon.catalogue import Product, catalogue
from dockwire.simulators.amazon.listings import AVAILABILITY, BY_AMAZON, BY_MERCHANT, CHANNEL, Listing
from dockwire.simulators.amazon.marketplaces import Marketplace
from dockwire.simulators.amazon.money import converted
from dockwire.simulators.amazon.orders import JsonObject

FULFILLED_BY_AMAZON = frozenset({"CHARGER-USB-C", "KETTLE-1.2L", "TOY-BOAT"})
FULFILLED_BY_BOTH = "BLANKET-WOOL"
RESTOCKED = "LANTERN-OIL"
"""Sold out, with a restock date."""
WITH_WARNING = "PENCIL-12"
SUPPRESSED = "OIL-LAMP-1L"
"""Has an issue that keeps it from being bought."""

GENERAL_TYPE = "PRODUCT"
"""Product type that fits every listing's offer data."""

_FIRST = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
_TYPES = {
    "ANCHOR": "SHIRT",
    "MUG": "DRINKING_CUP",
    "ROPE": "ROPE",
    "LANTERN": "FLASHLIGHT",
    "CAFÉ": "COFFEE",
    "TOWEL": "TOWEL",
    "NOTEBOOK": "BLANK_BOOK",
    "BLANKET": "BLANKET",
}
_OTHER_TYPE = "HOME"

PRODUCT_TYPES = frozenset(_TYPES.values()) | {_OTHER_TYPE, GENERAL_TYPE}
"""Product types that submissions may name."""

_MOST = 60
_SHARE_WITH_HANDLING_TIME = 0.3


def seeded_listings(seed: int, seller_id: str, place: Marketplace) -> list[Listing]:
    """Return what a seller offers in a marketplace before anybody changes it."""
    rng = random.Random(f"{seed}:listings:{seller_id}:{place.code}")  # noqa: S311 - repeats with the seed
    return [_listing(rng, seller_id, place, product) for product in catalogue()]


def offer_attributes(product: Product, place: Marketplace, availability: list[JsonObject]) -> JsonObject:
    """Write the attributes of a complete listing."""
    here = {"marketplace_id": place.id}
    # A number, not a text: that is how the attribute is written in submissions and answers.
    price = float(converted(product.price, place.currency))
    return {
        "item_name": [{"value": product.title, "language_tag": place.language, **here}],
        "condition_type": [{"value": "new_new", **here}],
        "purchasable_offer": [
            {
                "currency": place.currency,
                "audience": "ALL",
                "our_price": [{"schedule": [{"value_with_tax": price}]}],
                **here,
            }
        ],
        AVAILABILITY: [{**entry, **here} for entry in availability],
    }


def _listing(rng: random.Random, seller_id: str, place: Marketplace, product: Product) -> Listing:
    created = _FIRST + timedelta(minutes=rng.randrange(300 * 24 * 60))
    return Listing(
        seller_id=seller_id,
        marketplace_id=place.id,
        sku=product.sku,
        asin=product.asin,
        product_type=_TYPES.get(product.sku.partition("-")[0], _OTHER_TYPE),
        created=created,
        updated=created + timedelta(minutes=rng.randrange(100 * 24 * 60)),
        attributes=offer_attributes(product, place, _availability(rng, product.sku, place)),
        issues=_issues(product.sku),
    )


def _availability(rng: random.Random, sku: str, place: Marketplace) -> list[JsonObject]:
    by_merchant: JsonObject = {CHANNEL: BY_MERCHANT, "quantity": rng.randint(1, _MOST)}
    if rng.random() < _SHARE_WITH_HANDLING_TIME or sku == RESTOCKED:
        by_merchant["lead_time_to_ship_max_days"] = rng.randint(2, 6)
    if sku == RESTOCKED:
        by_merchant |= {"quantity": 0, "restock_date": "2026-12-01"}
    by_amazon: JsonObject = {CHANNEL: BY_AMAZON[place.region]}
    if sku in FULFILLED_BY_AMAZON:
        return [by_amazon]
    return [by_merchant, by_amazon] if sku == FULFILLED_BY_BOTH else [by_merchant]


def _issues(sku: str) -> list[JsonObject]:
    if sku == WITH_WARNING:
        return [
            _issue("90220", "'lead_hardness' is required but not supplied.", "WARNING", "MISSING_ATTRIBUTE")
        ]
    if sku != SUPPRESSED:
        return []
    issue = _issue("18027", "The main image shows a watermark.", "ERROR", "INVALID_IMAGE")
    action = {"actions": [{"action": "LISTING_SUPPRESSED"}], "exemption": {"status": "NOT_EXEMPT"}}
    return [{**issue, "enforcements": action}]


def _issue(code: str, message: str, severity: str, category: str) -> JsonObject:
    return {"code": code, "message": message, "severity": severity, "categories": [category]}
