"""Packages of an order, and what follows from them: units per line and the order's status.

Bodies from outside may be malformed; what cannot be read as a line counts as none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from dockwire.simulators.amazon.orders import JsonObject


def lines(body: JsonObject) -> dict[str, JsonObject]:
    """Return the order's lines by their order item id."""
    items = body.get("orderItems")
    readable = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {item["orderItemId"]: item for item in readable if isinstance(item.get("orderItemId"), str)}


def open_units(item: JsonObject) -> int:
    """Return how many units of a line are still to be sent."""
    ordered, done = (
        _number(item.get("quantityOrdered")),
        _number(fulfillment_of(item).get("quantityFulfilled")),
    )
    return max(0, _number(fulfillment_of(item).get("quantityUnfulfilled", ordered - done)))


def packages(body: JsonObject) -> list[JsonObject]:
    """Return the packages the order shows."""
    shown = body.get("packages")
    return [package for package in shown if isinstance(package, dict)] if isinstance(shown, list) else []


def package_of(body: JsonObject, reference: str) -> JsonObject | None:
    """Return the order's package with a reference."""
    own = (package for package in packages(body) if package.get("packageReferenceId") == reference)
    return next(own, None)


def units(package: JsonObject | None) -> Counter[str]:
    """Return the units in a package by order item id; no package holds none."""
    packed: Counter[str] = Counter()
    entries = (package or {}).get("packageItems")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("orderItemId"), str):
            packed[entry["orderItemId"]] += _number(entry.get("quantity"))
    return packed


def exceeding(body: JsonObject, package: JsonObject) -> list[str]:
    """Return the order item ids of which a package holds more than is open.

    What an earlier form of the same package holds counts as open: it is replaced.
    """
    free = units(package_of(body, package["packageReferenceId"]))
    known = lines(body)
    return [
        item_id
        for item_id, packed in units(package).items()
        if packed > free[item_id] + (open_units(known[item_id]) if item_id in known else 0)
    ]


def put_package(body: JsonObject, package: JsonObject) -> None:
    """Add a package, or replace the one with its reference; units and status follow."""
    before = package_of(body, package["packageReferenceId"])
    moved = units(package)
    moved.subtract(units(before))
    for item_id, item in lines(body).items():
        _send(item, moved[item_id])
    body["packages"] = list(_replaced(packages(body), before, package))
    _settle(body)


def _send(item: JsonObject, moved: int) -> None:
    left, done = open_units(item) - moved, _number(fulfillment_of(item).get("quantityFulfilled")) + moved
    item["fulfillment"] = fulfillment_of(item) | {"quantityFulfilled": done, "quantityUnfulfilled": left}


def _settle(body: JsonObject) -> None:
    left = any(open_units(item) for item in lines(body).values())
    body["fulfillment"] = fulfillment_of(body) | {
        "fulfillmentStatus": "PARTIALLY_SHIPPED" if left else "SHIPPED"
    }


def _replaced(
    shown: Iterable[JsonObject], before: JsonObject | None, package: JsonObject
) -> Iterator[JsonObject]:
    if before is None:
        yield from shown
        yield package
        return
    for known in shown:
        yield package if known is before else known


def fulfillment_of(holder: JsonObject) -> JsonObject:
    """Return the fulfilment member of an order or a line; empty where there is none to read."""
    known = holder.get("fulfillment")
    return known if isinstance(known, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
