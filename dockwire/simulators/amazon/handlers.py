"""One handler per operation: wire form in, wire form out."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.confirmations import confirm_shipment
from dockwire.simulators.amazon.errors import invalid_input
from dockwire.simulators.amazon.feed_operations import (
    cancel_feed,
    create_document,
    create_feed,
    get_document,
    get_feed,
    get_feeds,
)
from dockwire.simulators.amazon.feed_rules import feed_query
from dockwire.simulators.amazon.listing_handlers import LISTING_HANDLERS
from dockwire.simulators.amazon.marketplaces import marketplace
from dockwire.simulators.amazon.operations import Call
from dockwire.simulators.amazon.parameters import grouped
from dockwire.simulators.amazon.rules import order_datasets, search_query
from dockwire.simulators.amazon.search import get_order, search_orders
from dockwire.simulators.amazon.tokens import UNSUPPORTED_GRANT, TokenRefusal
from dockwire.simulators.amazon.world import World

Handler = Callable[[World, Seller, Request, Call], Awaitable[Response]]


async def _search_orders(world: World, seller: Seller, request: Request, _: Call) -> Response:
    parameters = grouped(request.query_params.multi_items())
    query = search_query(parameters, world.clock.now(), region=seller.region, strict=world.strict_parameters)
    return JSONResponse(search_orders(world, seller, query))


async def _get_order(world: World, seller: Seller, request: Request, call: Call) -> Response:
    parameters = grouped(request.query_params.multi_items())
    datasets = order_datasets(parameters, strict=world.strict_parameters)
    return JSONResponse(get_order(world, seller, call.arguments["order_id"], datasets))


async def _confirm_shipment(world: World, seller: Seller, request: Request, call: Call) -> Response:
    confirm_shipment(world, seller, call.arguments["order_id"], await request.body())
    return Response(status_code=204)


async def _participations(_: World, seller: Seller, __: Request, ___: Call) -> Response:
    payload = []
    for code, standing in seller.participations.items():
        place = marketplace(code)
        described = {
            "id": place.id,
            "countryCode": place.code,
            "name": place.name,
            "defaultCurrencyCode": place.currency,
            "defaultLanguageCode": place.language,
            "domainName": place.domain,
        }
        participation = {
            "isParticipating": standing.participating,
            "hasSuspendedListings": standing.suspended,
        }
        payload.append({"marketplace": described, "participation": participation, "storeName": seller.store})
    return JSONResponse({"payload": payload})


async def _create_document(world: World, seller: Seller, request: Request, _: Call) -> Response:
    return JSONResponse(create_document(world, seller, await request.body(), _base(request)), 201)


async def _create_feed(world: World, seller: Seller, request: Request, _: Call) -> Response:
    return JSONResponse(create_feed(world, seller, await request.body()), 202)


async def _get_feed(world: World, seller: Seller, _: Request, call: Call) -> Response:
    return JSONResponse(get_feed(world, seller, call.arguments["feed_id"]))


async def _get_feeds(world: World, seller: Seller, request: Request, _: Call) -> Response:
    parameters, now = grouped(request.query_params.multi_items()), world.clock.now()
    query = feed_query(parameters, now, region=seller.region, strict=world.strict_parameters)
    return JSONResponse(get_feeds(world, seller, query))


async def _cancel_feed(world: World, seller: Seller, _: Request, call: Call) -> Response:
    cancel_feed(world, seller, call.arguments["feed_id"])
    return Response()


async def _get_document(world: World, seller: Seller, request: Request, call: Call) -> Response:
    wish = request.query_params.get("enableContentEncodingUrlHeader", "false")
    if wish not in {"true", "false"}:
        raise invalid_input("enableContentEncodingUrlHeader must be true or false")
    document_id, base = call.arguments["document_id"], _base(request)
    return JSONResponse(get_document(world, seller, document_id, base, decoded=wish == "true"))


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


HANDLERS: Mapping[str, Handler] = {
    "searchOrders": _search_orders,
    "getOrder": _get_order,
    "confirmShipment": _confirm_shipment,
    "getMarketplaceParticipations": _participations,
    "createFeedDocument": _create_document,
    "createFeed": _create_feed,
    "getFeed": _get_feed,
    "getFeeds": _get_feeds,
    "cancelFeed": _cancel_feed,
    "getFeedDocument": _get_document,
    **LISTING_HANDLERS,
}
"""Handlers of the operations that need a seller's token."""


async def answer_token_request(world: World, request: Request) -> Response:
    """Answer Login with Amazon's token endpoint, form encoded or JSON."""
    try:
        form = _form(request.headers.get("content-type", ""), await request.body())
        return JSONResponse(world.tokens.answer(form), headers={"cache-control": "no-store"})
    except TokenRefusal as refusal:
        body = {"error": refusal.error, "error_description": refusal.description}
        return JSONResponse(body, status_code=refusal.status)


def _form(content_type: str, content: bytes) -> dict[str, str]:
    # A body in another form than its content type is reported as an unsupported grant type.
    refusal = TokenRefusal(400, "unsupported_grant_type", UNSUPPORTED_GRANT)
    kind = content_type.partition(";")[0].strip().lower()
    try:
        text = content.decode()
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(text, strict_parsing=True))
        document: Any = json.loads(text) if kind == "application/json" else None
    except ValueError:
        raise refusal from None
    if not isinstance(document, dict):
        raise refusal
    return {name: value for name, value in document.items() if isinstance(value, str)}
