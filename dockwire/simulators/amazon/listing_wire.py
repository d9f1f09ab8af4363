"""Which members of a listing an answer holds, depending on ``includedData``.

Source: ``Item`` and the value table of ``includedData`` in the Listings Items v2021-08-01 model. Most
members name their marketplace; ``fulfillmentAvailability`` does not, so it is that of the first
marketplace asked for in which the SKU is listed.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from dockwire.simulators.amazon.listings import BY_MERCHANT, CHANNEL, Listing
from dockwire.simulators.amazon.money import money
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.timestamps import timestamp


def item(listings: Sequence[Listing], datasets: frozenset[str]) -> JsonObject:
    """Write an ``Item``; the listings are those of one SKU, one per marketplace, at least one."""
    shown: JsonObject = {"sku": listings[0].sku}
    return shown | {name: write(listings) for name, write in _WRITERS.items() if name in datasets}


def statuses(listing: Listing) -> list[str]:
    """Return the statuses of a listing: complete and in stock, and not kept from the shoppers' eyes."""
    actions = [action["action"] for each in listing.issues for action in _actions(each)]
    if "LISTING_SUPPRESSED" in actions or "item_name" not in listing.attributes:
        return []
    in_stock = any(entry.get(CHANNEL) != BY_MERCHANT for entry in listing.channels()) or listing.offered()
    return ["BUYABLE", "DISCOVERABLE"] if in_stock and _offers([listing]) else ["DISCOVERABLE"]


def fn_sku(listing: Listing) -> str | None:
    """Return Amazon's own number for what it stores; None for what it does not."""
    stored = any(entry.get(CHANNEL) != BY_MERCHANT for entry in listing.channels())
    return f"X00{listing.asin[3:]}" if stored and listing.asin else None


def _actions(issue: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = issue.get("enforcements", {}).get("actions", [])
    return found


def _summaries(listings: Sequence[Listing]) -> list[JsonObject]:
    return [_summary(listing) for listing in listings]


def _summary(listing: Listing) -> JsonObject:
    members = {
        "marketplaceId": listing.marketplace_id,
        "asin": listing.asin,
        "productType": listing.product_type,
        "conditionType": _value(listing, "condition_type"),
        "status": statuses(listing),
        "fnSku": fn_sku(listing),
        "itemName": _value(listing, "item_name"),
        "createdDate": timestamp(listing.created),
        "lastUpdatedDate": timestamp(listing.updated),
    }
    return {name: value for name, value in members.items() if value is not None}


def _value(listing: Listing, name: str) -> str | None:
    entries = listing.attributes.get(name) or [{}]
    value = entries[0].get("value")
    return value if isinstance(value, str) else None


def _attributes(listings: Sequence[Listing]) -> JsonObject:
    names = dict.fromkeys(name for listing in listings for name in listing.attributes)
    return {
        name: [entry for listing in listings for entry in listing.attributes.get(name, [])] for name in names
    }


def _issues(listings: Sequence[Listing]) -> list[JsonObject]:
    return [
        {**issue, "marketplaceIds": [listing.marketplace_id]}
        for listing in listings
        for issue in listing.issues
    ]


def _offers(listings: Sequence[Listing]) -> list[JsonObject]:
    return [
        {"marketplaceId": listing.marketplace_id, "offerType": "B2C", "price": price}
        for listing in listings
        for price in _prices(listing)
    ]


def _prices(listing: Listing) -> list[JsonObject]:
    # What a submission wrote there may have any shape; without a readable price there is no offer.
    try:
        return [
            dict(
                money(Decimal(str(entry["our_price"][0]["schedule"][0]["value_with_tax"])), entry["currency"])
            )
            for entry in listing.attributes.get("purchasable_offer", [])
        ]
    except (ArithmeticError, KeyError, IndexError, TypeError):
        return []


def _availability(listings: Sequence[Listing]) -> list[JsonObject]:
    return [_channel(entry) for entry in listings[0].channels()]


def _channel(entry: JsonObject) -> JsonObject:
    code = {"fulfillmentChannelCode": entry[CHANNEL]}
    # Amazon's own stock is not told here (sample of the processing report).
    return {**code, "quantity": entry.get("quantity", 0)} if entry[CHANNEL] == BY_MERCHANT else code


def _product_types(listings: Sequence[Listing]) -> list[JsonObject]:
    return [{"marketplaceId": each.marketplace_id, "productType": each.product_type} for each in listings]


def _relationships(listings: Sequence[Listing]) -> list[JsonObject]:
    return [{"marketplaceId": each.marketplace_id, "relationships": []} for each in listings]


def _procurement(_: Sequence[Listing]) -> list[JsonObject]:
    return []  # for vendors only


_WRITERS: Mapping[str, Callable[[Sequence[Listing]], object]] = {
    "summaries": _summaries,
    "attributes": _attributes,
    "issues": _issues,
    "offers": _offers,
    "fulfillmentAvailability": _availability,
    "procurement": _procurement,
    "relationships": _relationships,
    "productTypes": _product_types,
}
