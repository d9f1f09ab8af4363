"""Single Amazon orders, for tests that say exactly what an order is like and what becomes of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.builders import NOW, US
from tests.stage import Stage

Body = dict[str, Any]


def number(n: int) -> str:
    return f"111-{n:07d}-0000001"


def item(n: int = 1, *, sku: str = "MUG-BLUE-350", ordered: int = 2, left: int = 2) -> Body:
    """Return one line; ``left`` units of it are still to be shipped."""
    return {
        "orderItemId": f"{n:014d}",
        "quantityOrdered": ordered,
        "product": {"sellerSku": sku, "title": "Mug"},
        "fulfillment": {"quantityFulfilled": ordered - left, "quantityUnfulfilled": left},
    }


def amazon_order(n: int = 1, *items: Body, status: str = "UNSHIPPED", **members: Any) -> Body:
    """Return a paid order that the merchant ships, in Amazon's own JSON, with these members replaced."""
    body: Body = {
        "orderId": number(n),
        "createdTime": told(NOW - timedelta(hours=3)),
        "lastUpdatedTime": told(NOW - timedelta(hours=2)),
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": US},
        "recipient": {
            "deliveryAddress": {
                "name": "Ann Example",
                "addressLine1": "1 Sample Street",
                "city": "Springfield",
                "stateOrRegion": "IL",
                "postalCode": "62701",
                "countryCode": "US",
            }
        },
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
        },
        "orderItems": list(items) or [item()],
    }
    return body | members


def put(stage: Stage, *bodies: Body) -> None:
    """Let Amazon have these orders, readable or not."""
    stage.world.load_orders(bodies, verbatim=True)


def change(stage: Stage, n: int, act: Callable[[Body], None], *, seen: bool = True) -> None:
    """Let something happen to an order, and let time pass until Amazon shows it; ``seen`` moves its update."""
    order = next(each for each in stage.world.orders if each.body["orderId"] == number(n))
    act(order.body)
    if seen:
        moment = stage.clock.now()
        order.body["lastUpdatedTime"] = told(moment)
        stage.world.orders.touch(order, moment)
    stage.clock.advance(1200)


def turn(status: str) -> Callable[[Body], None]:
    """Return the act that gives an order another status."""

    def act(body: Body) -> None:
        body["fulfillment"]["fulfillmentStatus"] = status

    return act


def move(body: Body) -> None:
    """Correct the delivery address."""
    body["recipient"]["deliveryAddress"]["addressLine1"] = "99 Other Road"


def ask(body: Body) -> None:
    """Let the buyer ask to cancel; nothing else moves."""
    for line in body["orderItems"]:
        line["cancellation"] = {
            "cancellationRequest": {"requester": "BUYER", "cancelReason": "NO_LONGER_NEEDED"}
        }


def units(stage: Stage) -> dict[str, list[int]]:
    """Return the quantities of the warehouse's orders by reference."""
    return {order["referenceNum"]: [int(line["qty"]) for line in order["items"]] for order in stage.placed()}


def told(moment: datetime) -> str:
    """Return a moment as Amazon writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
