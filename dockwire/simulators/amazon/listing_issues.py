"""What Amazon finds wrong with a submission, attribute by attribute.

Codes and texts 90000900, 4000001 and 99022 are those of the model's samples and of answers that users
have shown (jlevers/selling-partner-api issues 493 and 861, selling-partner-api-models issue 5219);
nobody has shown the two others.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dockwire.simulators.amazon.listing_attributes import ROOT, Patch
from dockwire.simulators.amazon.listing_seeds import PRODUCT_TYPES
from dockwire.simulators.amazon.listings import AVAILABILITY, BY_AMAZON, BY_MERCHANT, CHANNEL
from dockwire.simulators.amazon.members import is_whole
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.submissions import Wish

MOST_UNITS = 2**31 - 1
MOST_HANDLING_DAYS = 30
KNOWN_ATTRIBUTES = frozenset(
    {
        "item_name", "brand", "product_description", "bullet_point", "condition_type", "condition_note",
        "purchasable_offer", "list_price", "merchant_shipping_group", "merchant_suggested_asin",
        "max_order_quantity", "main_product_image_locator", "item_weight", AVAILABILITY,
    }
)  # fmt: skip
"""Attributes that the simulated product types have."""

CONDITIONS = frozenset(
    {
        "new_new", "new_open_box", "new_oem", "refurbished_refurbished", "used_like_new", "used_very_good",
        "used_good", "used_acceptable", "collectible_like_new", "collectible_very_good", "collectible_good",
        "collectible_acceptable", "club_club",
    }
)  # fmt: skip
"""Values of ``condition_type`` (``conditionType`` in the model)."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MEMBERS = frozenset(
    {
        CHANNEL,
        "quantity",
        "lead_time_to_ship_max_days",
        "restock_date",
        "is_inventory_available",
        "marketplace_id",
    }
)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong; ``attribute`` names what it is about, if anything."""

    code: str
    message: str
    category: str
    attribute: str = ""

    def body(self) -> JsonObject:
        """Write an ``Issue`` of the model."""
        about = {"attributeNames": [self.attribute]} if self.attribute else {}
        known = {"code": self.code, "message": self.message, "severity": "ERROR"}
        return {**known, **about, "categories": [self.category]}


def unknown_sku(sku: str) -> Issue:
    """The seller has no such listing in any of the marketplaces."""
    return Issue("8541", f"The SKU '{sku}' does not exist.", "INVALID_ATTRIBUTE")


def issues_of(wish: Wish, region: str) -> list[Issue]:
    """Return everything that is wrong with a submission, whatever the listing is now."""
    found = []
    if wish.product_type is not None and wish.product_type not in PRODUCT_TYPES:
        found.append(Issue("90001001", "The product type is not known.", "INVALID_ATTRIBUTE", "product_type"))
    for patch in wish.patches:
        found += _of_patch(patch, region)
    return found


def _of_patch(patch: Patch, region: str) -> Iterator[Issue]:
    path_is_known = patch.path.startswith(ROOT) and _NAME.fullmatch(patch.name)
    if not path_is_known or patch.name not in KNOWN_ATTRIBUTES:
        yield Issue("90000900", "The attributes are invalid.", "INVALID_ATTRIBUTE", patch.name)
        return
    if not patch.value and patch.op != "delete":
        yield _missing("value", patch.name)
    if not all(isinstance(entry.get("marketplace_id", ""), str) for entry in patch.value):
        yield _invalid("marketplace_id", patch.name)
    if patch.name == "condition_type" and patch.op != "delete":
        yield from _of_conditions(patch)
    elif patch.name == AVAILABILITY:
        yield from _of_availability(patch, region)


def _of_conditions(patch: Patch) -> Iterator[Issue]:
    values = [entry.get("value") for entry in patch.value]
    if not all(isinstance(value, str) and value in CONDITIONS for value in values):
        yield _invalid("Item Condition", patch.name)


def _of_availability(patch: Patch, region: str) -> Iterator[Issue]:
    counted = Counter(str(entry.get(CHANNEL)) for entry in patch.value)
    if any(count > 1 for count in counted.values()):
        yield _invalid("Fulfillment Channel Code")
    for entry in patch.value:
        yield from _of_entry(entry, patch.op, region)


def _of_entry(entry: JsonObject, op: str, region: str) -> Iterator[Issue]:
    if CHANNEL not in entry:
        yield _missing(CHANNEL, AVAILABILITY)
    elif entry[CHANNEL] not in [BY_MERCHANT, BY_AMAZON[region]]:
        yield _invalid("Fulfillment Channel Code")
    elif "quantity" not in entry and entry[CHANNEL] == BY_MERCHANT and op in {"add", "replace"}:
        yield _missing("quantity", AVAILABILITY)
    if not _whole(entry.get("quantity", 0), 0, MOST_UNITS):
        yield _invalid("Quantity")
    if not _whole(entry.get("lead_time_to_ship_max_days", 1), 0, MOST_HANDLING_DAYS):
        yield _invalid("Handling Time")
    if not _is_date(entry.get("restock_date", "2026-01-01")):
        yield _invalid("Restock Date")
    if unknown := sorted(entry.keys() - _MEMBERS):
        yield _invalid(unknown[0])


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and is_whole(value) and least <= value <= most


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value[:10]))
    except ValueError:
        return False


def _missing(field: str, attribute: str) -> Issue:
    text = f"The field '{field}' for the attribute '{attribute}' does not have enough values."
    return Issue("99022", f"{text} The required minimum is '1' value(s).", "MISSING_ATTRIBUTE", attribute)


def _invalid(name: str, attribute: str = AVAILABILITY) -> Issue:
    message = f"The provided value for '{name}' is invalid."
    return Issue("4000001", message, "INVALID_ATTRIBUTE", attribute)
