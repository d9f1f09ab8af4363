"""An Amazon Selling Partner API server, built from Amazon's published model files.

:class:`World` holds the state and the rules (sellers, orders that change with time, tokens,
quotas), :func:`build_app` puts HTTP in front of it, :func:`serve` runs that on a port::

    world = World(1, clock=SystemClock())
    world.populate(300, connections=[("US", 120), ("CA", 80), ("DE", 100)])
    serve(build_app(world), port=8601)

What it speaks: Login with Amazon, Seller Central's consent page, Orders v2026-01-01 (searchOrders, getOrder), Orders v0
confirmShipment, Sellers v1 getMarketplaceParticipations, Listings Items v2021-08-01
(getListingsItem, searchListingsItems, patchListingsItem), Feeds v2021-06-30 with
POST_ORDER_FULFILLMENT_DATA and JSON_LISTINGS_FEED. Everything else is refused with status 501 and noted
in the journal. All people in it are invented.
"""

from dockwire.simulators.amazon.app import build_app
from dockwire.simulators.amazon.catalogue import Product, catalogue
from dockwire.simulators.amazon.serving import serve
from dockwire.simulators.amazon.world import World

__all__ = ["Product", "World", "build_app", "catalogue", "serve"]
