"""One seller account at the Selling Partner API: orders and marketplaces."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from dockwire import __version__
from dockwire.amazon.answers import refusal, renamed, unusable
from dockwire.amazon.auth import LoginWithAmazon
from dockwire.amazon.confirmation import to_confirmation
from dockwire.amazon.credentials import AmazonCredentials
from dockwire.amazon.feeds import FulfillmentFeeds
from dockwire.amazon.listings import AmazonListings
from dockwire.amazon.moments import written
from dockwire.amazon.storage import Storage
from dockwire.amazon.translate import to_page, to_single
from dockwire.amazon.wire import WireParticipations
from dockwire.clock import Clock
from dockwire.errors import PageTokenExpired, Refused
from dockwire.model.connection import AccountKey
from dockwire.model.ids import AmazonOrderId
from dockwire.model.order import Malformed, Order, OrderPage, SearchWindow
from dockwire.model.parcel import Parcel
from dockwire.pacing import Pacer
from dockwire.transport import Call, Reply, Retrying, Sender, address, ssl_context

_ORDERS = "/orders/2026-01-01/orders"
_PAGE_SIZE = "100"
_DATASETS = "FULFILLMENT,RECIPIENT,CANCELLATION,PACKAGES"
"""What dockwire uses; every further dataset would be personal data without a purpose."""

_TIMEOUT = httpx.Timeout(40.0, connect=10.0)
_PATIENT = Retrying(attempts=5, longest_call=1800.0)
"""Waiting for a search token may take three minutes a time."""


@dataclass(frozen=True, slots=True)
class MarketplaceStanding:
    """One marketplace the seller is registered in."""

    marketplace_id: str
    participating: bool
    suspended: bool


def user_agent() -> str:
    """Return the name Amazon wants to see: product, version, language and platform."""
    return (
        f"dockwire/{__version__} (Language=Python/{platform.python_version()}; Platform={platform.system()})"
    )


class AmazonAccount:
    """Implements ``SellerAccount`` over HTTP."""

    def __init__(
        self,
        *,
        account: AccountKey,
        credentials: AmazonCredentials,
        pacer: Pacer,
        clock: Clock,
        endpoint: str,
        token_url: str,
        transport: httpx.AsyncBaseTransport | None = None,
        retrying: Retrying = _PATIENT,
    ) -> None:
        """Reach the seller's region at ``endpoint`` and Login with Amazon at ``token_url``.

        Raises:
            SettingsError: one of the two is no address.
        """
        self._account = account
        self._pacer = pacer
        self._clock = clock
        self._ahead: timedelta | None = None
        self._client = httpx.AsyncClient(
            base_url=address(endpoint, name="endpoint"),
            transport=transport,
            verify=ssl_context(),
            timeout=_TIMEOUT,
            headers={"user-agent": user_agent(), "accept": "application/json"},
        )
        login = LoginWithAmazon(credentials, client=self._client, url=address(token_url, name="token_url"))
        self._tokens = login.keeper(clock)
        self._sender = Sender("amazon", self._client, clock=clock, retrying=retrying, after=self._learn)
        storage = Storage(self._client, clock)
        self.feeds = FulfillmentFeeds(merchant=account.seller_id, ask=self._ask, storage=storage)
        """Shipments in bulk, over the same connections, tokens and quotas."""
        self.listings = AmazonListings(seller=account.seller_id, ask=self._ask, storage=storage)
        """What the seller offers, likewise."""

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def amazon_now(self) -> datetime:
        """Return Amazon's time as its answers tell it."""
        if self._ahead is None:
            await self.participations()
        return self._clock.now() + (self._ahead or timedelta())

    async def search_orders(self, window: SearchWindow, page_token: str | None = None) -> OrderPage:
        """Return one page of the window."""
        params = {
            "lastUpdatedAfter": written(window.updated_after),
            "lastUpdatedBefore": written(window.updated_before),
            "marketplaceIds": ",".join(window.marketplaces),
            "maxResultsPerPage": _PAGE_SIZE,
            "includedData": _DATASETS,
        }
        if window.statuses:
            params["fulfillmentStatuses"] = ",".join(window.statuses)
        if page_token is not None:
            params["paginationToken"] = page_token
        call = Call("searchOrders", "GET", _ORDERS, params)
        try:
            reply = await self._ask(call)
        except Refused as error:
            # Amazon has no code of its own for a dead token; without one the same request passed.
            if page_token is not None and error.status == httpx.codes.BAD_REQUEST:
                raise renamed(PageTokenExpired, error, "the page token is refused") from None
            raise
        page = to_page(reply.content)
        if page is None:
            raise unusable(call, reply)
        return page

    async def get_order(self, order_id: AmazonOrderId) -> Order | Malformed:
        """Return one order as it is now."""
        call = Call("getOrder", "GET", f"{_ORDERS}/{quote(order_id, safe='')}", {"includedData": _DATASETS})
        reply = await self._ask(call)
        order = to_single(reply.content)
        if order is None:
            raise unusable(call, reply)
        return order

    async def confirm_shipment(self, order: Order, parcel: Parcel) -> None:
        """Tell Amazon of a parcel; the same reference again edits the package."""
        call = Call(
            "confirmShipment",
            "POST",
            f"/orders/v0/orders/{quote(order.order_id, safe='')}/shipmentConfirmation",
            body=to_confirmation(order, parcel),
            repeatable=True,
            expects_json=False,
        )
        reply = await self._ask(call)
        if reply.status != httpx.codes.NO_CONTENT:
            raise unusable(call, reply)

    async def participations(self) -> list[MarketplaceStanding]:
        """Return the marketplaces the seller is registered in."""
        call = Call("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations")
        reply = await self._ask(call)
        try:
            found = WireParticipations.model_validate_json(reply.content)
        except ValidationError:
            raise unusable(call, reply) from None
        return [
            MarketplaceStanding(
                each.marketplace.id,
                each.participation.is_participating,
                each.participation.has_suspended_listings,
            )
            for each in found.payload
        ]

    async def _ask(self, call: Call) -> Reply:
        """Send with a token; a refused token is replaced once, since an expired one looks like a missing right."""
        used: list[str] = []

        async def before() -> Mapping[str, str]:
            # Asked for ahead, so that a refused login costs no quota; and again, as the wait may outlive it.
            await self._tokens.token()
            await self._pacer.take(self._account, call.operation)
            used.append(await self._tokens.token())
            return {"x-amz-access-token": used[-1]}

        reply = await self._sender.send(call, before=before)
        if reply.status in _DENIED:
            self._tokens.discard(used[-1])
            reply = await self._sender.send(call, before=before)
        if reply.status >= httpx.codes.BAD_REQUEST:
            raise refusal(call, reply)
        return reply

    async def _learn(self, call: Call, reply: Reply) -> None:
        """Take Amazon's time and quota from an answer."""
        if (date := reply.headers.get("date")) is not None:
            self._ahead = _offset(date, self._clock.now(), self._ahead)
        if reply.status == httpx.codes.TOO_MANY_REQUESTS:
            await self._pacer.penalise(self._account, call.operation)
        else:
            await self._pacer.observe(
                self._account, call.operation, reply.headers.get("x-amzn-ratelimit-limit")
            )


_DENIED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


def _offset(date: str, now: datetime, known: timedelta | None) -> timedelta | None:
    """Return how far Amazon's clock is ahead; the header has whole seconds."""
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return known
    if told.tzinfo is None:
        return known
    return told.astimezone(UTC) - now
