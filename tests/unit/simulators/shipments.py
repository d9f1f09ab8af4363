"""An order to ship and the confirmation of one of its packages, for the simulator's own tests."""

import copy
from typing import Any

import httpx

from dockwire.simulators.amazon import World
from dockwire.simulators.amazon.orders import Order
from tests.unit.simulators.caller import NA, Caller, a_world

GOOD: dict[str, Any] = {
    "marketplaceId": "ATVPDKIKX0DER",
    "packageDetail": {
        "packageReferenceId": "17",
        "carrierCode": "UPS",
        "shippingMethod": "Ground",
        "trackingNumber": "1Z999AA10123456784",
        "shipDate": "2026-11-02T08:00:00Z",
        "orderItems": [{"orderItemId": "1", "quantity": 1}],
    },
}
"""Confirms one unit of line 1."""


def an_open_order(world: World, **lines: int) -> Order:
    """Add an order of the first seller that waits for shipment: line "1" with 3 units, "2" with 1."""
    known = {order.key for order in world.orders}
    while True:
        world.populate(1, [("US", 1)])
        order = next(order for order in world.orders if order.key not in known)
        known.add(order.key)
        if order.body["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED":
            break
    pattern = order.body["orderItems"][0]
    order.body["fulfillment"]["fulfilledBy"] = "MERCHANT"
    order.body.pop("programs", None)
    order.body["orderItems"] = [
        line(pattern, item_id, units) for item_id, units in (lines or {"1": 3, "2": 1}).items()
    ]
    return order


def line(pattern: dict[str, Any], item_id: str, units: int) -> dict[str, Any]:
    """Return an order line like another, with its own id and quantity."""
    made = copy.deepcopy(pattern) | {"orderItemId": item_id, "quantityOrdered": units}
    made["fulfillment"] |= {"quantityFulfilled": 0, "quantityUnfulfilled": units}
    return made


def a_world_to_ship_from(**switches: Any) -> World:
    """Return a world with one open order and nothing planned."""
    world = a_world(**switches)
    an_open_order(world)
    return world


def only(world: World) -> Order:
    """Return the order added last."""
    return list(world.orders)[-1]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good body with one member of the package (or below) set; ``...`` removes it."""
    body = copy.deepcopy(GOOD)
    *parents, member = path.split(".")
    holder = body["packageDetail"]
    for parent in parents:
        holder = holder[parent][0]
    if value is ...:
        del holder[member]
    else:
        holder[member] = value
    return body


def package(reference: str = "17", tracking: str = "1Z999AA10123456784", **units: int) -> dict[str, Any]:
    """The good body for another package: ``units`` are ``i<order item id>=quantity``."""
    body = copy.deepcopy(GOOD)
    items = [{"orderItemId": name[1:], "quantity": quantity} for name, quantity in units.items()]
    body["packageDetail"] |= {
        "packageReferenceId": reference, "trackingNumber": tracking, "orderItems": items
    }  # fmt: skip
    return body


async def confirm(world: World, body: Any = None, *, seller: str = NA, **more: Any) -> httpx.Response:
    """Confirm a package of the order added last; ``more`` replaces the JSON body."""
    sent = more or {"json": GOOD if body is None else body}
    path = f"/orders/v0/orders/{only(world).key}/shipmentConfirmation"
    return await Caller(world, seller=seller).call("POST", path, **sent)


def refusal(answer: httpx.Response) -> str:
    """Return the words of a 400."""
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (400, "InvalidInput")
    return f"{error['message']} {error.get('details')}"
