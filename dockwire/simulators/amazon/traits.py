"""Peculiarities an order may have, whatever becomes of it: each is drawn on its own."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from dockwire.simulators.amazon.catalogue import UNLISTED_SKUS
from dockwire.simulators.amazon.drafts import discount
from dockwire.simulators.amazon.life import add_up
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.people import COMPANIES, LONG_STREET
from dockwire.simulators.amazon.timestamps import instant, timestamp


def _gift(rng: random.Random, body: JsonObject) -> None:
    message = rng.choice(
        ("Happy birthday!\nWith love", "Alles Gute 🎁", "お誕生日おめでとう", "For you, & yours <3")
    )
    option = {"giftMessage": message, "giftWrapLevel": "PREMIUM"}
    body["orderItems"][0]["fulfillment"]["packing"] = {"giftOption": option}


def _discounted(rng: random.Random, body: JsonObject) -> None:
    discount(body["orderItems"][0], Decimal(rng.choice((5, 10, 25))) / 100)
    add_up(body)


def _business(rng: random.Random, body: JsonObject) -> None:
    company = rng.choice(COMPANIES)
    body["programs"] = [*body.get("programs", []), "AMAZON_BUSINESS"]
    body["buyer"] |= {
        "buyerCompanyName": company,
        "buyerPurchaseOrderNumber": f"PO-{rng.randint(1, 9999):04d}",
    }
    body["recipient"]["deliveryAddress"] |= {"companyName": company, "addressType": "COMMERCIAL"}


def _no_phone(body: JsonObject) -> None:
    body["recipient"]["deliveryAddress"].pop("phone", None)


def _long_address(body: JsonObject) -> None:
    street = {"addressLine2": LONG_STREET, "addressLine3": "c/o 見本商事 – Łódź, Þórshöfn"}
    body["recipient"]["deliveryAddress"] |= street


def _blank_strings(body: JsonObject) -> None:
    blanks = dict.fromkeys(("addressLine2", "addressLine3", "districtOrCounty", "municipality"), "")
    body["recipient"]["deliveryAddress"] = blanks | body["recipient"]["deliveryAddress"]
    body["orderItems"][0]["product"]["condition"]["conditionNote"] = ""


def _no_address(body: JsonObject) -> None:
    body.pop("recipient")


def _unlisted_sku(rng: random.Random, body: JsonObject) -> None:
    body["orderItems"][-1]["product"]["sellerSku"] = rng.choice(UNLISTED_SKUS)


def _no_sku(body: JsonObject) -> None:
    body["orderItems"][-1]["product"].pop("sellerSku")


def _instructions(rng: random.Random, body: JsonObject) -> None:
    preference = {
        "dropOffLocation": rng.choice(("FRONT_DOOR", "NEIGHBOUR")),
        "addressInstruction": "Ring twice.",
    }
    body["recipient"]["deliveryPreference"] = preference


def _scheduled(body: JsonObject) -> None:
    body["fulfillment"]["fulfillmentServiceLevel"] = "SCHEDULED"
    day = instant(body["fulfillment"]["deliverByWindow"]["earliestDateTime"])
    window = {
        "earliestDateTime": timestamp(day + timedelta(hours=9)),
        "latestDateTime": timestamp(day + timedelta(hours=12)),
    }
    for item in body["orderItems"]:
        item["fulfillment"]["shipping"] = {"scheduledDeliveryWindow": window}


def _own_number(rng: random.Random, body: JsonObject) -> None:
    alias = {"aliasId": f"SO-{rng.randint(10000, 99999)}", "aliasType": "SELLER_ORDER_ID"}
    body["orderAliases"] = [alias]


DRAWN: tuple[tuple[float, Callable[[random.Random, JsonObject], None]], ...] = (
    (0.05, _gift),
    (0.06, _discounted),
    (0.06, _business),
    (0.03, _instructions),
    (0.02, _own_number),
    (0.02, _unlisted_sku),
)
"""Share of the orders and what is peculiar about them, with details that are drawn."""

FIXED: tuple[tuple[float, Callable[[JsonObject], None]], ...] = (
    (0.10, _no_phone),
    (0.04, _long_address),
    (0.05, _blank_strings),
    (0.02, _scheduled),
    (0.01, _no_sku),
    (0.01, _no_address),  # last: traits before it write into the address
)
"""Share of the orders and what is peculiar about them, always in the same way."""


def decorate(rng: random.Random, body: JsonObject) -> None:
    """Give an order the peculiarities it draws."""
    for share, draw in DRAWN:
        if rng.random() < share:
            draw(rng, body)
    for share, change in FIXED:
        if rng.random() < share:
            change(body)
