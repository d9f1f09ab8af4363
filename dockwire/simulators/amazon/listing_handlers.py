"""Handlers of the Listings Items operations: wire form in, wire form out."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.listing_filters import listing_query
from dockwire.simulators.amazon.listing_operations import (
    check_seller,
    get_listings_item,
    patch_listings_item,
    search_listings_items,
)
from dockwire.simulators.amazon.listing_rules import patch_body, patching, reading
from dockwire.simulators.amazon.operations import Call
from dockwire.simulators.amazon.parameters import grouped
from dockwire.simulators.amazon.world import World


async def _get(world: World, seller: Seller, request: Request, call: Call) -> Response:
    check_seller(seller, call.arguments["seller_id"])
    parameters = grouped(request.query_params.multi_items())
    wanted = reading(parameters, region=seller.region, strict=world.strict_parameters)
    return JSONResponse(get_listings_item(world, seller, call.arguments["sku"], wanted))


async def _search(world: World, seller: Seller, request: Request, call: Call) -> Response:
    check_seller(seller, call.arguments["seller_id"])
    parameters = grouped(request.query_params.multi_items())
    query = listing_query(parameters, region=seller.region, strict=world.strict_parameters)
    return JSONResponse(search_listings_items(world, seller, query))


async def _patch(world: World, seller: Seller, request: Request, call: Call) -> Response:
    check_seller(seller, call.arguments["seller_id"])
    parameters = grouped(request.query_params.multi_items())
    wanted = patching(parameters, region=seller.region, strict=world.strict_parameters)
    wish = patch_body(await request.body())
    return JSONResponse(patch_listings_item(world, seller, call.arguments["sku"], wanted, wish))


LISTING_HANDLERS: Mapping[str, Callable[[World, Seller, Request, Call], Awaitable[Response]]] = {
    "getListingsItem": _get,
    "searchListingsItems": _search,
    "patchListingsItem": _patch,
}
"""By operation; all need a seller's token."""
