"""What is offered, submitted and sold in a world, as JSON."""

from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.sales import Sale
from dockwire.simulators.amazon.submissions import Submission
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.world import World


def market_state(world: World) -> JsonObject:
    """Describe all listings, the submissions remembered and all sales."""
    return {
        "listings": [listing_state(listing) for listing in world.listings],
        "submissions": [_submission(made) for made in world.submissions.log],
        "sales": [sale_state(sale) for sale in world.sales],
        "oversold": sum(sale.oversold for sale in world.sales),
    }


def listing_state(listing: Listing) -> JsonObject:
    """Describe a listing; ``offered`` is absent where the merchant offers nothing of its own."""
    return {
        "seller": listing.seller_id,
        "marketplaceId": listing.marketplace_id,
        "sku": listing.sku,
        "productType": listing.product_type,
        "offered": listing.offered(),
        "availability": listing.channels(),
        "updated": timestamp(listing.updated),
    }


def sale_state(sale: Sale) -> JsonObject:
    """Describe what a line of an order took from the offered quantity."""
    return {
        "seller": sale.seller_id,
        "marketplaceId": sale.marketplace_id,
        "sku": sale.sku,
        "orderId": sale.order_id,
        "orderItemId": sale.item_id,
        "time": timestamp(sale.time),
        "units": sale.units,
        "oversold": sale.oversold,
        "returned": sale.returned,
    }


def _submission(made: Submission) -> JsonObject:
    return {
        "seller": made.seller_id,
        "submissionId": made.id,
        "sku": made.sku,
        "marketplaceIds": list(made.marketplace_ids),
        "accepted": timestamp(made.accepted),
        "due": None if made.lost else timestamp(made.due),
        "applied": timestamp(made.applied) if made.applied else None,
    }
