"""What Amazon says of a seller account: consent, region, marketplace, roles."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from deployments.checking.finding import Finding, fine, untold, wrong
from dockwire.access import AmazonAccess
from dockwire.errors import (
    AccessDenied,
    ConsentRevoked,
    DockwireError,
    Fixer,
    NotFound,
    RemoteError,
    Throttled,
)
from dockwire.model.connection import Connection
from dockwire.model.ids import AmazonOrderId
from dockwire.model.listing import Span
from dockwire.model.marketplaces import Region, marketplace
from dockwire.model.order import FulfilledBy, Malformed, Order, OrderStatus, SearchWindow
from dockwire.ports import Participation, SellerAccount

ADDRESS_ROLE = "Direct-to-Consumer Shipping"
"""The restricted role that fills in addresses (Amazon's page "Access Orders PII")."""

_OPEN = (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED)
LOOKED_AT = 3
"""Orders that are looked at one by one for an address."""

_LOOKED_BACK = timedelta(days=30)
_SAFELY_PAST = timedelta(minutes=3)
"""Amazon refuses windows that end less than two minutes ago."""

Standings = Callable[[], Awaitable[Sequence[Participation]]]


async def signed_in(access: AmazonAccess, standings: Standings, elsewhere: "Elsewhere") -> Finding:
    """Say whether Amazon lets the application act for the seller at its region's host."""
    try:
        await standings()
    except Throttled:
        raise
    except AccessDenied as error:
        if error.operation == "token":
            return refused_sign_in(error)
        return denied_call(access.region, await elsewhere(), error)
    return fine(f"Amazon lets the application act for {access.seller_id} in region {access.region}")


def refused_sign_in(error: RemoteError) -> Finding:
    """Tell a refusal of Login with Amazon: each has another way out."""
    if isinstance(error, ConsentRevoked):
        return wrong(
            "Amazon does not take the refresh token: the seller took the consent back, or it is over after a year",
            "let the seller authorise the application again in Seller Central, and store the new refresh token",
            Fixer.MERCHANT,
        )
    detail, do = _SIGN_IN.get(error.vendor_code or "", (str(error), "look at the seller account's fields"))
    return wrong(detail, do)


_SIGN_IN = {
    "invalid_client": (
        "Amazon does not accept the client id and secret",
        "compare client_id and client_secret with the application's page in the developer console; a secret "
        "older than 180 days has to be rotated there first; then store them again",
    ),
    "unauthorized_client": (
        "the refresh token was given to another application",
        "use the client id and secret of the application that the seller authorised, or let the seller "
        "authorise this one",
    ),
    "access_denied": (
        "Login with Amazon denies the application access",
        "look at the application's state in the developer console",
    ),
}


Elsewhere = Callable[[], Awaitable[Region | None]]
"""Finds the other region that the consent is good for, if there is one."""


def denied_call(region: Region, other: Region | None, error: RemoteError) -> Finding:
    """Tell a call that is refused although a token was given."""
    if other is not None:
        return wrong(
            f"the refresh token is of region {other}, and the seller account says {region}",
            f'set region = "{other}" if the marketplace lies there; else let the seller authorise the '
            f"application in a Seller Central of region {region}, and store that refresh token",
        )
    return wrong(
        f"Amazon gives a token and then denies the call (status {error.status}): the application has no role "
        "for orders, or its secret is over",
        "look at the application's roles and secret in the developer console; after a role is added the seller "
        "has to authorise it again",
    )


def others(access: AmazonAccess) -> list[tuple[Region, AmazonAccess]]:
    """Return the same account at the hosts of the other regions; none where the address names no region."""
    found = []
    for region in Region:
        own = f"/{access.region.value.lower()}"
        endpoint = region.endpoint
        if access.endpoint:
            if not access.endpoint.rstrip("/").endswith(own):
                return []
            endpoint = re.sub(rf"{own}/?$", f"/{region.value.lower()}", access.endpoint)
        if region is not access.region:
            found.append((region, access.model_copy(update={"endpoint": endpoint, "region": region})))
    return found


async def first_that_answers(attempts: Sequence[tuple[Region, Standings]]) -> Region | None:
    """Return the region whose host does not deny the call, if there is one."""
    answers = await asyncio.gather(*(attempt() for _, attempt in attempts), return_exceptions=True)
    for (region, _), answer in zip(attempts, answers, strict=True):
        if isinstance(answer, BaseException) and not isinstance(answer, DockwireError):
            raise answer
        if not isinstance(answer, BaseException):
            return region
    return None


def participation(standings: Sequence[Participation], connection: Connection) -> Finding:
    """Say whether the seller may sell on the connection's marketplace."""
    place = connection.marketplace
    for standing in standings:
        if standing.marketplace_id != place.id:
            continue
        if not standing.participating:
            return wrong(
                f"the seller does not sell on {place.code}",
                f"let the seller join it in {place.seller_central}, or remove the connection",
                Fixer.MERCHANT,
            )
        if standing.suspended:
            return wrong(
                f"the seller's listings on {place.code} are suspended",
                f"let the seller look at Account Health in {place.seller_central}",
                Fixer.MERCHANT,
            )
        return fine(f"the seller sells on {place.code}")
    known = [_marketplace(standing.marketplace_id) for standing in standings]
    codes = ", ".join(code for code, _ in known) or "none"
    if known and all(region not in {connection.region, None} for _, region in known):
        return wrong(
            f"the consent is of another region: {place.code} lies in region {connection.region}, and the seller "
            f"account has {codes}",
            f"let the seller authorise the application in {place.seller_central} and store that refresh token "
            f"in a seller account of region {connection.region}",
        )
    return wrong(
        f"the seller account has no marketplace {place.code}; it has: {codes}",
        "correct the connection's marketplace, or name the account that sells there",
    )


def _marketplace(marketplace_id: str) -> tuple[str, Region | None]:
    try:
        known = marketplace(marketplace_id)
    except KeyError:
        return marketplace_id, None
    return known.code, known.region


async def personal_data(
    seller: SellerAccount, connection: Connection, newest_open: Sequence[AmazonOrderId]
) -> Finding:
    """Say whether addresses come, by looking at real orders.

    Orders that the ledger knows cost nothing scarce; only without any the search quota is touched,
    once, and not waited for.
    """
    known = await _by_name(seller, newest_open)
    if known:
        return role_for(known)
    try:
        page = await seller.search_orders(await _window(seller, connection))
    except Throttled as error:
        return untold(
            f"no open order is known yet, and the quota for searching has none left for {error.retry_after:.0f} s",
            "check again after the next import, which looks for orders anyway",
        )
    return role_for([order for order in page.orders if _to_ship(order)])


async def _by_name(seller: SellerAccount, order_ids: Sequence[AmazonOrderId]) -> list[Order]:
    """Return those orders that tell something, up to the first with an address; single ones lack it at times."""
    telling: list[Order] = []
    for order_id in order_ids:
        try:
            order = await seller.get_order(order_id)
        except NotFound:
            continue
        if isinstance(order, Malformed):
            continue
        if order.address is not None:
            return [order]
        if _to_ship(order):
            telling.append(order)
    return telling


def _to_ship(order: Order) -> bool:
    return order.status in _OPEN and order.fulfilled_by is FulfilledBy.MERCHANT


async def _window(seller: SellerAccount, connection: Connection) -> SearchWindow:
    end = await seller.amazon_now() - _SAFELY_PAST
    return SearchWindow((connection.marketplace.id,), end - _LOOKED_BACK, end, _OPEN)


def role_for(ready: Sequence[Order]) -> Finding:
    """Judge orders that the merchant has to ship: one with an address shows that the role is there."""
    if not ready:
        return untold(
            "no order waits to be shipped, so nothing shows whether addresses come",
            "the first import of an open order shows it; without the role it fails and says so",
        )
    if any(order.address is not None for order in ready):
        return fine("addresses of orders come")
    newest = max(ready, key=lambda order: order.updated)
    return wrong(
        f"Amazon sends order {newest.order_id} without its address: the application lacks the restricted role "
        f"{ADDRESS_ROLE}",
        f"add the role {ADDRESS_ROLE} to the application in the developer console, which Amazon reviews; then let "
        "the seller authorise the application again, since a role counts only for consent given after it, and "
        "store the new refresh token",
    )


async def listings(seller: SellerAccount, connection: Connection) -> Finding:
    """Say whether listings can be read; that quantities may be set shows only when one is."""
    now = await seller.amazon_now()
    span = Span(now - _LOOKED_BACK, now - _SAFELY_PAST, changed=True)
    try:
        page = await seller.listings.page(connection.marketplace.id, span)
    except NotFound:
        return _no_role("listings", "Product Listing")
    except AccessDenied as error:
        return (
            _no_role("listings", "Product Listing") if error.operation != "token" else refused_sign_in(error)
        )
    return fine(f"listings can be read ({len(page.listings)} changed in 30 days on the first page)")


async def feeds(seller: SellerAccount) -> Finding:
    """Say whether feeds can be seen, through which a backlog of quantities goes."""
    try:
        await seller.listings.feeds.since(await seller.amazon_now() - timedelta(days=1))
    except AccessDenied as error:
        return _no_role("feeds", "Product Listing") if error.operation != "token" else refused_sign_in(error)
    return fine("feeds can be seen")


def _no_role(what: str, role: str) -> Finding:
    return wrong(
        f"Amazon denies access to {what}: the application lacks the role {role}",
        f"add the role {role} to the application in the developer console, then let the seller authorise it again",
    )
