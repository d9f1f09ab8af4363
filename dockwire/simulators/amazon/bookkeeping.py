"""What bookkeepers read of an order: payment, tax, points, Easy Ship's fulfilment orders.

These members stand behind the datasets PAYMENT, TAX, EXPENSE and FULFILLMENT_ORDERS of the Orders
v2026-01-01 model. They are the same on every order of a marketplace: nothing is drawn.
"""

from dockwire.simulators.amazon.marketplaces import Marketplace
from dockwire.simulators.amazon.orders import JsonObject

_COLLECTED = {"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc."}
_POINTS = 10  # a line's points do not depend on its quantity, so they survive a lowered one


def keep_books(body: JsonObject, place: Marketplace) -> None:
    """Add the members that the marketplace and the programs of an order bring."""
    body["payment"] = {"paymentExecutions": [{"paymentMethod": "CreditCard"}]}
    if "AMAZON_EASY_SHIP" in body.get("programs", []):
        body["fulfillmentOrders"] = [{"fulfillmentOrderId": f"FO-{body['orderId']}"}]
    for item in body["orderItems"]:
        if place.region == "NA":
            item["tax"] = {"taxCollections": [_COLLECTED]}
        if place.code == "JP":
            item["expense"] = {"pointsCost": {"pointsGranted": {"pointsNumber": _POINTS}}}
