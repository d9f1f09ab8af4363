"""The whole state of a world as JSON, for tests and demonstrations that compare both sides.

It holds the orders in full, buyers included: the people in a world are invented. Captured traffic
that was loaded into it is not, so the control endpoints belong on a loopback address.
"""

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.journal import Entry, Journal
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World


def snapshot(world: World) -> JsonObject:
    """Describe everything: clock, application, sellers, orders, confirmations, counters."""
    world.catch_up()
    return {
        "clock": timestamp(world.clock.now()),
        "seed": world.seed,
        "application": application(world),
        "sellers": [seller_state(seller) for seller in world.sellers.values()],
        "orders": [
            {"seller": order.seller_id, "marketplaceId": order.marketplace_id, "order": order.body}
            for order in world.orders
        ],
        "confirmations": [
            {
                "seller": confirmation.seller_id,
                "orderId": confirmation.order_id,
                "time": timestamp(confirmation.time),
                "request": confirmation.body,
            }
            for confirmation in world.confirmations
        ],
        "switches": world.switches.model_dump(mode="json"),
        "pendingChanges": len(world.timeline),
        "requests": world.journal.requests,
        "throttled": world.journal.throttled,
    }


def application(world: World) -> JsonObject:
    """Describe the application with its credentials and roles."""
    known = world.application
    return {
        "applicationId": known.application_id,
        "clientId": known.client_id,
        "clientSecret": known.client_secret,
        "secretExpired": known.secret_expired,
        "redirectUris": list(known.redirect_uris),
        "roles": sorted(known.roles),
    }


def seller_state(seller: Seller) -> JsonObject:
    """Describe a seller with its refresh token and marketplaces."""
    return {
        "id": seller.id,
        "region": seller.region,
        "store": seller.store,
        "refreshToken": seller.refresh_token,
        "consent": seller.consent,
        "marketplaces": {
            code: {"participating": standing.participating, "suspended": standing.suspended}
            for code, standing in seller.participations.items()
        },
    }


def journal_state(journal: Journal) -> JsonObject:
    """Describe the journal: counters and the requests it remembers, oldest first."""
    return {
        "total": journal.requests,
        "throttled": journal.throttled,
        "requests": [_entry(entry) for entry in journal.entries],
    }


def _entry(entry: Entry) -> JsonObject:
    return {
        "time": timestamp(entry.time),
        "operation": entry.operation,
        "method": entry.method,
        "path": entry.path,
        "seller": entry.seller,
        "status": entry.status,
        "throttled": entry.throttled,
        "fault": entry.fault,
    }
