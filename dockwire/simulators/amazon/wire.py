"""Which members of an order an answer holds, depending on ``includedData``.

Source: the value table of ``includedData`` and the member descriptions in the Orders v2026-01-01
model. Members that belong to no dataset, unknown ones included, are always sent.
"""

from dockwire.simulators.amazon.orders import JsonObject

_OF_ORDER = {
    "buyer": "BUYER",
    "recipient": "RECIPIENT",
    "proceeds": "PROCEEDS",
    "fulfillment": "FULFILLMENT",
    "packages": "PACKAGES",
    "tax": "TAX",
    "payment": "PAYMENT",
    "fulfillmentOrders": "FULFILLMENT_ORDERS",
}
_OF_ITEM = {
    "proceeds": "PROCEEDS",
    "expense": "EXPENSE",
    "promotion": "PROMOTION",
    "cancellation": "CANCELLATION",
    "fulfillment": "FULFILLMENT",
    "tax": "TAX",
}

DATASETS = frozenset(_OF_ORDER.values()) | frozenset(_OF_ITEM.values())
"""Values of ``includedData``."""


def with_datasets(body: JsonObject, datasets: frozenset[str]) -> JsonObject:
    """Return an order with the members that the datasets bring, and those that always come."""
    shown = _kept(body, _OF_ORDER, datasets)
    items = shown.get("orderItems")
    # Replayed orders may be malformed; what is not a list of objects goes out as it came.
    if isinstance(items, list):
        shown["orderItems"] = [
            _kept(item, _OF_ITEM, datasets) if isinstance(item, dict) else item for item in items
        ]
    return shown


def _kept(body: JsonObject, owners: dict[str, str], datasets: frozenset[str]) -> JsonObject:
    return {
        member: value for member, value in body.items() if member not in owners or owners[member] in datasets
    }
