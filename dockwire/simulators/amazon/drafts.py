"""Writing one order body in the shape of the Orders v2026-01-01 model."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dockwire.simulators.amazon.catalogue import Product
from dockwire.simulators.amazon.life import add_up
from dockwire.simulators.amazon.marketplaces import Marketplace
from dockwire.simulators.amazon.money import JsonMoney, converted, money
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.people import address, mail_address
from dockwire.simulators.amazon.timestamps import timestamp

_UTC_OFFSET = {"US": -8, "CA": -8, "MX": -6, "GB": 0, "JP": 9, "AU": 10}
# First digits of order ids as they are commonly seen per marketplace.
_ID_PREFIX = {"US": "112", "CA": "702", "MX": "702", "GB": "203", "JP": "250", "AU": "249"}

_DAYS_TO_DELIVER = {
    "SAME_DAY": 0,
    "NEXT_DAY": 1,
    "SECOND_DAY": 2,
    "PRIORITY": 2,
    "EXPEDITED": 3,
    "SCHEDULED": 5,
    "STANDARD": 6,
    "FREE_ECONOMY": 9,
}

_SALES_TAX = Decimal("0.0725")  # charged on top in North America, contained in the price elsewhere


@dataclass(frozen=True, slots=True)
class Draft:
    """What is drawn before a body is written."""

    marketplace: Marketplace
    created: datetime
    updated: datetime
    status: str
    fulfilled_by: str
    service_level: str
    programs: tuple[str, ...]


def new_order_id(rng: random.Random, code: str) -> str:
    """Draw an order id in Amazon's 3-7-7 form."""
    prefix = _ID_PREFIX.get(code, "305")
    return f"{prefix}-{rng.randrange(10**7):07d}-{rng.randrange(10**7):07d}"


def write_order(rng: random.Random, draft: Draft, lines: list[tuple[Product, int]]) -> JsonObject:
    """Write a whole body with buyer, recipient, prices and windows, nothing shipped yet."""
    marketplace = draft.marketplace
    recipient = address(rng, marketplace.code)
    body: JsonObject = {
        "orderId": new_order_id(rng, marketplace.code),
        "createdTime": timestamp(draft.created),
        "lastUpdatedTime": timestamp(draft.updated),
        **({"programs": list(draft.programs)} if draft.programs else {}),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": marketplace.id,
            "marketplaceName": marketplace.name,
        },
        "buyer": {"buyerName": recipient["name"], "buyerEmail": mail_address(rng, marketplace.domain)},
        "recipient": {"deliveryAddress": recipient},
        "fulfillment": _fulfillment(draft),
        "orderItems": [_item(rng, marketplace, product, quantity) for product, quantity in lines],
    }
    add_up(body)
    return body


def free_of_charge(body: JsonObject) -> None:
    """Set every price of an order to zero, as on replacements; nothing was paid for it."""
    body.pop("payment", None)
    for item in body["orderItems"]:
        nothing = money(Decimal(0), item["proceeds"]["proceedsTotal"]["currencyCode"])
        item["product"]["price"]["unitPrice"] = nothing
        item.pop("promotion", None)
        item["proceeds"] = {
            "proceedsTotal": nothing,
            "breakdowns": [{"type": "ITEM", "subtotal": nothing}],
        }
    add_up(body)


def discount(item: JsonObject, fraction: Decimal) -> None:
    """Take a fraction off an item's price and name the promotion."""
    proceeds = item["proceeds"]
    price = proceeds["breakdowns"][0]["subtotal"]
    currency = price["currencyCode"]
    # Rounded before it is summed, so that the parts still add up to the total.
    reduction = money(-Decimal(price["amount"]) * fraction, currency)
    proceeds["breakdowns"].append({"type": "DISCOUNT", "subtotal": reduction})
    total = Decimal(proceeds["proceedsTotal"]["amount"]) + Decimal(reduction["amount"])
    proceeds["proceedsTotal"] = money(total, currency)
    item["promotion"] = {"breakdowns": [{"promotionId": "SIM-AUTUMN-SALE"}]}


def ship(rng: random.Random, body: JsonObject, items: list[JsonObject], shipped: datetime) -> None:
    """Mark items as shipped and add the package they left in (merchant-fulfilled orders only)."""
    for item in items:
        item["fulfillment"] = {**item["fulfillment"], "quantityFulfilled": item["quantityOrdered"]}
        item["fulfillment"]["quantityUnfulfilled"] = 0
    if body["fulfillment"]["fulfilledBy"] == "MERCHANT":
        body["packages"] = [package(rng, items, shipped)]


def _fulfillment(draft: Draft) -> JsonObject:
    zone = timedelta(hours=_UTC_OFFSET.get(draft.marketplace.code, 1))
    local = draft.created + zone
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) - zone
    transit = _DAYS_TO_DELIVER[draft.service_level]
    handling = min(2, transit)
    return {
        "fulfillmentStatus": draft.status,
        "fulfilledBy": draft.fulfilled_by,
        "fulfillmentServiceLevel": draft.service_level,
        "shipByWindow": day_window(midnight, 0, handling),
        "deliverByWindow": day_window(midnight, max(transit - 2, handling), transit),
    }


def day_window(midnight: datetime, first: int, last: int) -> dict[str, str]:
    """Write the range from the start of one day to the end of another, counted from ``midnight``."""
    end = midnight + timedelta(days=last + 1, seconds=-1)
    return {
        "earliestDateTime": timestamp(midnight + timedelta(days=first)),
        "latestDateTime": timestamp(end),
    }


def _item(rng: random.Random, marketplace: Marketplace, product: Product, quantity: int) -> JsonObject:
    unit = converted(product.price, marketplace.currency)
    return {
        "orderItemId": str(rng.randrange(10**13, 10**14)),
        "quantityOrdered": quantity,
        "product": {
            "asin": product.asin,
            "title": product.title,
            "sellerSku": product.sku,
            "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
            "price": {"unitPrice": money(unit, marketplace.currency)},
        },
        "proceeds": _proceeds(unit * quantity, marketplace),
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": quantity},
    }


def _proceeds(price: Decimal, marketplace: Marketplace) -> JsonObject:
    parts: list[tuple[str, JsonMoney]] = [("ITEM", money(price, marketplace.currency))]
    if marketplace.region == "NA":
        tax = (price * _SALES_TAX).quantize(Decimal("0.01"), ROUND_HALF_UP)
        parts.append(("TAX", money(tax, marketplace.currency)))
    total = sum((Decimal(subtotal["amount"]) for _, subtotal in parts), Decimal(0))
    return {
        "proceedsTotal": money(total, marketplace.currency),
        "breakdowns": [{"type": kind, "subtotal": subtotal} for kind, subtotal in parts],
    }


def package(rng: random.Random, items: list[JsonObject], shipped: datetime) -> JsonObject:
    """Write the package in which items left, whole, at the moment ``shipped``."""
    return {
        "packageReferenceId": str(rng.randrange(1, 10**6)),
        "createdTime": timestamp(shipped - timedelta(minutes=20)),
        "packageStatus": {"status": "IN_TRANSIT"},
        "carrier": "UPS",
        "shipTime": timestamp(shipped),
        "shippingService": "UPS Standard",
        "trackingNumber": f"1Z999AA1{rng.randrange(10**10):010d}",
        "packageItems": [
            {"orderItemId": item["orderItemId"], "quantity": item["quantityOrdered"]} for item in items
        ],
    }
