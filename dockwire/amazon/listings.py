"""Listings of one seller account: found by time, read by name, and the merchant's own quantity set.

Source: Listings Items v2021-08-01 model; merge keeps the handling time (changelog of 16 June 2025).
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from dockwire.amazon.answers import renamed, unusable
from dockwire.amazon.feed_calls import Ask
from dockwire.amazon.listing_feeds import StockFeeds
from dockwire.amazon.listing_patch import patch_of
from dockwire.amazon.listing_wire import WireSubmission, read_listing, read_page
from dockwire.amazon.moments import written
from dockwire.amazon.storage import Storage
from dockwire.errors import NotFound, PageTokenExpired, Refused
from dockwire.model.ids import MarketplaceId, SellerId
from dockwire.model.listing import MOST_NAMED, Listing, ListingPage, Quantity, Span
from dockwire.transport import Call, Reply

_ITEMS = "/listings/2021-08-01/items"
_DATASETS = "summaries,attributes,fulfillmentAvailability"
_PAGE_SIZE = "20"
_LONGEST_NAMES = 1_500
"""Characters of one search by name: an address has to stay short enough for what stands in between."""


class AmazonListings:
    """Implements ``Listings`` over HTTP."""

    def __init__(self, *, seller: SellerId, ask: Ask, storage: Storage) -> None:
        self._seller, self._ask = seller, ask
        self.feeds = StockFeeds(seller=seller, ask=ask, storage=storage)
        """Quantities in bulk."""

    async def page(
        self, marketplace_id: MarketplaceId, span: Span, page_token: str | None = None
    ) -> ListingPage:
        """Return one page of the listings of a span, the oldest first."""
        field = "lastUpdated" if span.changed else "created"
        params = {
            f"{field}After": written(span.begin),
            f"{field}Before": written(span.end),
            "sortBy": f"{field}Date",
            "sortOrder": "ASC",
        }
        if page_token is not None:
            params["pageToken"] = page_token
        try:
            return await self._search(marketplace_id, params)
        except Refused as error:
            # Amazon has no code of its own for a dead token; without one the same request passed.
            if page_token is not None and error.status == httpx.codes.BAD_REQUEST:
                raise renamed(PageTokenExpired, error, "the page token is refused") from None
            raise

    async def look(self, marketplace_id: MarketplaceId, skus: Sequence[str]) -> dict[str, Listing | None]:
        """Return the listings of these SKUs as they are now; one that Amazon does not have is missing.

        None stands for one that cannot be read; of a group where such a one carries no SKU, for all that are
        not there.
        """
        wanted = dict.fromkeys(skus)
        found: dict[str, Listing | None] = {}
        for names in _groups([sku for sku in wanted if _fits(sku)]):
            found |= await self._named(marketplace_id, names)
        for sku in wanted:
            if not _fits(sku) and (listing := await self._get(marketplace_id, sku)) is not None:
                found[sku] = listing
        return found

    async def _named(self, marketplace_id: MarketplaceId, names: Sequence[str]) -> dict[str, Listing | None]:
        params = {"identifiers": ",".join(names), "identifiersType": "SKU"}
        found: dict[str, Listing | None] = {}
        unreadable: set[str] = set()
        while True:
            page = await self._search(marketplace_id, params)
            found |= {each.sku: each for each in page.listings if each.sku in names}
            unreadable |= {each.sku for each in page.unreadable}
            if page.next_token is None:
                unclear = names if "" in unreadable else unreadable.intersection(names)
                return dict.fromkeys(unclear) | found
            params = params | {"pageToken": page.next_token}

    async def set_quantity(self, marketplace_id: MarketplaceId, quantity: Quantity) -> str:
        """Set the merchant's own quantity and nothing else; return the id of what Amazon accepted."""
        answer, call, reply = await self._patch(marketplace_id, quantity)
        if answer.status != "ACCEPTED" or not answer.submission_id:
            raise unusable(call, reply)
        return answer.submission_id

    async def try_quantity(self, marketplace_id: MarketplaceId, quantity: Quantity) -> None:
        """Let Amazon check a quantity without taking it."""
        answer, call, reply = await self._patch(marketplace_id, quantity, mode="VALIDATION_PREVIEW")
        if answer.status != "VALID":
            raise unusable(call, reply)

    async def _patch(
        self, marketplace_id: MarketplaceId, quantity: Quantity, **params: str
    ) -> tuple[WireSubmission, Call, Reply]:
        call = Call(
            "patchListingsItem",
            "PATCH",
            self._path(quantity.sku),
            {"marketplaceIds": marketplace_id, **params},
            body={"productType": quantity.product_type, "patches": [patch_of(quantity)]},
        )
        reply = await self._ask(call)
        try:
            answer = WireSubmission.model_validate_json(reply.content)
        except ValidationError:
            raise unusable(call, reply) from None
        if answer.sku != quantity.sku:
            raise unusable(call, reply)
        if answer.status == "INVALID":
            raise Refused(
                answer.words() or "no reason given",
                system="amazon",
                operation=call.operation,
                status=reply.status,
                request_id=reply.request_id,
            )
        return answer, call, reply

    async def _search(self, marketplace_id: MarketplaceId, params: dict[str, str]) -> ListingPage:
        call = Call("searchListingsItems", "GET", f"{_ITEMS}/{quote(self._seller, safe='')}",
                    _usual(marketplace_id) | {"pageSize": _PAGE_SIZE} | params)  # fmt: skip
        reply = await self._ask(call)
        page = read_page(reply.content, marketplace_id)
        if page is None:
            raise unusable(call, reply)
        return page

    async def _get(self, marketplace_id: MarketplaceId, sku: str) -> Listing | None:
        call = Call("getListingsItem", "GET", self._path(sku), _usual(marketplace_id))
        try:
            reply = await self._ask(call)
        except NotFound:
            return None
        listing = read_listing(reply.content, marketplace_id)
        if listing is None or listing.sku != sku:
            raise unusable(call, reply)
        return listing

    def _path(self, sku: str) -> str:
        return f"{_ITEMS}/{quote(self._seller, safe='')}/{quote(sku, safe='')}"


def _usual(marketplace_id: MarketplaceId) -> dict[str, Any]:
    return {"marketplaceIds": marketplace_id, "includedData": _DATASETS}


def _fits(sku: str) -> bool:
    """Return whether a SKU can stand in a list that commas divide."""
    return "," not in sku and sku == sku.strip() and len(quote(sku)) <= _LONGEST_NAMES


def _groups(skus: Sequence[str]) -> list[list[str]]:
    groups: list[list[str]] = []
    length = 0
    for sku in skus:
        more = len(quote(sku)) + 3
        if not groups or len(groups[-1]) == MOST_NAMED or length + more > _LONGEST_NAMES:
            groups.append([])
            length = 0
        groups[-1].append(sku)
        length += more
    return groups
