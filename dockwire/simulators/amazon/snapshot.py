"""The whole state of a world as JSON, for tests and demonstrations that compare both sides.

It holds the orders in full, buyers included: the people in a world are invented. Captured traffic
that was loaded into it is not, so the control endpoints belong on a loopback address.
"""

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.feeds import Feed
from dockwire.simulators.amazon.journal import Entry, Journal
from dockwire.simulators.amazon.market_state import market_state
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World


def snapshot(world: World) -> JsonObject:
    """Describe everything: clock, application, sellers, orders, confirmations, feeds, listings, sales, counters."""
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
        "feeds": [feed_state(feed) for feed in world.feeds.feeds(world.clock.now())],
        **market_state(world),
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
        "draft": known.draft,
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


def feed_state(feed: Feed) -> JsonObject:
    """Describe a feed with its times, its counts, and what its report says, written or not."""
    return {
        "seller": feed.seller_id,
        "feedId": feed.id,
        "feedType": feed.type,
        "marketplaceIds": list(feed.marketplace_ids),
        "state": feed.state.value,
        "created": timestamp(feed.created),
        "started": timestamp(feed.started) if feed.started else None,
        "ended": timestamp(feed.ended) if feed.ended else None,
        "documentId": feed.document.id,
        "reportDocumentId": feed.report.id if feed.report else None,
        "messages": feed.messages,
        "processed": feed.processed,
        "errors": feed.count("Error"),
        "warnings": feed.count("Warning"),
        "results": [
            {
                "messageId": result.message_id,
                "code": result.code,
                "messageCode": result.message_code,
                "description": result.description,
                **result.about,
            }
            for result in feed.results
        ],
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
