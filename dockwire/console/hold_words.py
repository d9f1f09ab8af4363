"""The reasons for which orders wait, in the words of ``docs/holds.md``."""

from dockwire.decisions.remedies import WAYS_OUT
from dockwire.errors import Fixer

_IN_WORDS = {
    "unmapped_sku": "SKU without an item",
    "unknown_item": "Mapped to an unknown item",
    "item_deactivated": "Item is deactivated",
    "no_sku": "Line without a SKU",
    "unmapped_ship_method": "No ship method",
    "address_missing": "No address",
    "address_incomplete": "Address incomplete",
    "address_changed": "Address changed at Amazon",
    "held_by_person": "Held by a person",
    "released_by_person": "Released by a person",
    "cancelled_by_person": "Cancelled by a person",
    "cancel_undone": "Cancellation taken back",
    "on_hold_again": "Put on hold again",
    "cancelled_at_amazon": "Cancelled at Amazon",
    "on_hold_in_warehouse": "On hold in the warehouse",
    "to_be_held": "To be put on hold in the warehouse",
    "to_be_cancelled": "To be cancelled in the warehouse",
    "to_be_released": "To be released in the warehouse",
    "not_cancelled": "Not cancelled by the warehouse",
    "filtered": "Filtered: look first",
    "buyer_asked_to_cancel": "Buyer asked to cancel",
    "marketplace_missing": "Marketplace missing",
    "unknown_status": "Unknown status",
    "unknown_fulfiller": "Unknown who ships",
    "reference_taken": "Reference taken",
    "reference_cancelled": "Cancelled in the warehouse",
    "refused_by_warehouse": "Refused by the warehouse",
    "no_answer": "Warehouse gave no answer",
    "unreadable": "Cannot be read",
    "purged": "Personal data deleted",
    "skipped_by_person": "Skipped by a person",
}

CODES = tuple((code, _IN_WORDS[code]) for code in WAYS_OUT)
"""Every code and its words."""

FIXERS = tuple((each.value, each.value) for each in Fixer)


def code_in_words(code: str) -> str:
    """Return what a reason is called; a code of a newer dockwire as it is."""
    return _IN_WORDS.get(code, code.replace("_", " "))
