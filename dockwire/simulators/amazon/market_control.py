"""The part of ``/_sim`` that is about listings and sales; see :mod:`control` for the table."""

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from dockwire.simulators.amazon.listing_loading import load_offers, offers_in
from dockwire.simulators.amazon.market_state import listing_state, sale_state
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.selling import Placed, cancel_order, place_order
from dockwire.simulators.amazon.world import World


class SaleWish(BaseModel):
    """Body of ``sales``."""

    model_config = ConfigDict(extra="forbid")

    seller: str
    marketplace: str
    sku: str
    units: int = Field(default=1, ge=1, strict=True)
    status: Placed = "UNSHIPPED"


class CancellationWish(BaseModel):
    """Body of ``cancellations``."""

    model_config = ConfigDict(extra="forbid")

    seller: str
    order_id: str
    by: str = Field(default="BUYER", pattern="^(BUYER|MERCHANT|AMAZON)$")


class MarketControl:
    """The endpoints, bound to one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def listings(self, request: Request) -> JsonObject:
        """GET, POST and DELETE listings."""
        self.world.catch_up()
        if request.method == "POST":
            loaded = load_offers(self.world, offers_in(await request.body()))
            return {"loaded": [listing_state(listing) for listing in loaded]}
        if request.method == "DELETE":
            self.world.listings.clear()
        return {"listings": [listing_state(listing) for listing in self.world.listings]}

    async def sales(self, request: Request) -> JsonObject:
        """POST sales: what is not offered cannot be bought."""
        wish = SaleWish.model_validate_json(await request.body())
        order = place_order(
            self.world, wish.seller, wish.marketplace, wish.sku, wish.units, status=wish.status
        )
        (sale,) = self.world.sales.of(order)
        return sale_state(sale)

    async def cancellations(self, request: Request) -> JsonObject:
        """POST cancellations."""
        wish = CancellationWish.model_validate_json(await request.body())
        cancel_order(self.world, wish.seller, wish.order_id, by=wish.by)
        return {"cancelled": wish.order_id}
