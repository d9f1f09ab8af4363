"""The two reading operations of Orders v2026-01-01."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.errors import invalid_input, not_found
from dockwire.simulators.amazon.marketplaces import BY_ID, LONG_MEMORY
from dockwire.simulators.amazon.orders import JsonObject, Order, Position
from dockwire.simulators.amazon.page_tokens import Page, seal, unseal
from dockwire.simulators.amazon.rules import FRESHEST, Query
from dockwire.simulators.amazon.timestamps import timestamp
from dockwire.simulators.amazon.visibility import visible
from dockwire.simulators.amazon.wire import with_datasets
from dockwire.simulators.amazon.world import World

HISTORY = timedelta(days=730)
"""How long orders can be read, except where :data:`LONG_MEMORY` says otherwise; replayed ones always."""

LONG_HISTORY_FROM = datetime(2016, 1, 1, tzinfo=UTC)

_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}", re.ASCII)


def search_orders(world: World, seller: Seller, query: Query) -> JsonObject:
    """Answer searchOrders with one page.

    The upper bound is fixed by the first page and travels in the token. Pages are cut from the
    living set: an order that is updated while a caller pages through ``lastUpdated`` moves beyond
    that bound and is missing from the rest of the chain; the next window finds it.

    Raises:
        Refusal: 400, when the page token is bad or the parameters were not repeated.
    """
    now = world.clock.now()
    page = _resumed(world, seller, query, now)
    before = page.before if page else query.before or _to_milliseconds(now - FRESHEST)
    matching = _matching(world, seller, query, before, page.cursor if page else None)
    orders = list(islice(matching, query.page_size))
    answer: JsonObject = {"orders": [_shown(world, order, query.datasets) for order in orders]}
    if next(matching, None) is not None:
        cursor = orders[-1].position(query.field)
        following = Page(seller.id, query.fingerprint(), before, cursor, now)
        answer["pagination"] = {"nextToken": seal(following, world.key)}
    answer["createdBefore" if query.field == "created" else "lastUpdatedBefore"] = timestamp(before)
    return answer


def get_order(world: World, seller: Seller, order_id: str, datasets: frozenset[str]) -> JsonObject:
    """Answer getOrder.

    Raises:
        Refusal: 400 for something that is no order id, 404 for an order the seller does not have.
    """
    order = world.orders.find(seller.id, order_id)
    if order is not None and _remembered(order, world.clock.now()):
        return {"order": _shown(world, order, datasets)}
    if not _ORDER_ID.fullmatch(order_id):
        raise invalid_input("orderId must have the form 3-7-7 digits")
    raise not_found("There is no such order.")


def _resumed(world: World, seller: Seller, query: Query, now: datetime) -> Page | None:
    if query.token is None:
        return None
    page = unseal(query.token, world.key, now)
    if (page.seller_id, page.fingerprint) != (seller.id, query.fingerprint()):
        raise invalid_input("The parameters must be those of the request that made the paginationToken")
    return page


def _matching(
    world: World, seller: Seller, query: Query, before: datetime, cursor: Position | None
) -> Iterator[Order]:
    now = world.clock.now()
    between = world.orders.between(
        seller.id, query.field, query.after, before, cursor=cursor, newest_first=world.newest_first
    )
    return (order for order in between if _fits(order, query) and _remembered(order, now))


def _fits(order: Order, query: Query) -> bool:
    fulfillment = order.body.get("fulfillment")
    known = fulfillment if isinstance(fulfillment, dict) else {}
    return (
        (not query.marketplaces or order.marketplace_id in query.marketplaces)
        and (not query.statuses or known.get("fulfillmentStatus") in query.statuses)
        and (not query.fulfillers or known.get("fulfilledBy") in query.fulfillers)
    )


def _remembered(order: Order, now: datetime) -> bool:
    # Who replays captured traffic wants to see it, however long ago it was captured.
    if order.replayed:
        return True
    marketplace = BY_ID.get(order.marketplace_id or "")
    if marketplace is not None and marketplace.code in LONG_MEMORY:
        return order.created >= LONG_HISTORY_FROM
    return order.created >= now - HISTORY


def _shown(world: World, order: Order, datasets: frozenset[str]) -> JsonObject:
    return with_datasets(visible(order, world.application.roles, world.clock.now()), datasets)


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
