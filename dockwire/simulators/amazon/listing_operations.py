"""The operations of Listings Items v2021-08-01 that read and patch."""

from collections.abc import Sequence

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.errors import Refusal, access_denied, invalid_input
from dockwire.simulators.amazon.listing_filters import ListingQuery
from dockwire.simulators.amazon.listing_rules import Patching, Reading
from dockwire.simulators.amazon.listing_wire import item
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.orders import JsonObject
from dockwire.simulators.amazon.page_tokens import Page, seal, unseal
from dockwire.simulators.amazon.submissions import Wish
from dockwire.simulators.amazon.submitting import problems, submit
from dockwire.simulators.amazon.world import World

MOST_RESULTS = 1000
"""How far a caller can page (``numberOfResults`` in the model)."""


def check_seller(seller: Seller, seller_id: str) -> None:
    """Check that the path names the seller whose token came with it.

    Raises:
        Refusal: 403, it names another one.
    """
    if seller_id != seller.id:
        raise access_denied()


def get_listings_item(world: World, seller: Seller, sku: str, reading: Reading) -> JsonObject:
    """Answer getListingsItem.

    Raises:
        Refusal: 404, the SKU is listed in none of the marketplaces.
    """
    found = _listings(world, seller, sku, reading.marketplaces)
    if not found:
        # As reported (python-amazon-sp-api issue 495).
        message = f"SKU '{sku}' not found in marketplace {', '.join(reading.marketplaces)}"
        raise Refusal(404, "NOT_FOUND", message)
    return item(found, reading.datasets)


def search_listings_items(world: World, seller: Seller, query: ListingQuery) -> JsonObject:
    """Answer searchListingsItems with one page.

    Pages are counted off in the living set: a listing that is updated meanwhile moves, and what stood
    before it in ``lastUpdatedDate`` order comes again or is missed.

    Raises:
        Refusal: 400, when the page token is bad or the parameters were not repeated.
    """
    start = _start(world, seller, query)
    matching = _matching(world, seller, query)
    shown = matching[start : min(start + query.page_size, MOST_RESULTS)]
    items = [
        item(_listings(world, seller, each.sku, query.reading.marketplaces), query.reading.datasets)
        for each in shown
    ]
    answer: JsonObject = {"numberOfResults": len(matching), "items": items}
    end = min(len(matching), MOST_RESULTS)
    tokens = {}
    if start + len(shown) < end and shown:
        tokens["nextToken"] = _token(world, seller, query, start + len(shown))
    if start:
        tokens["previousToken"] = _token(world, seller, query, max(0, start - query.page_size))
    return answer | ({"pagination": tokens} if tokens else {})


def patch_listings_item(world: World, seller: Seller, sku: str, patching: Patching, wish: Wish) -> JsonObject:
    """Answer patchListingsItem; what it says of the listing comes later, if at all."""
    issues = problems(world, seller, sku, patching.marketplaces, wish)
    if issues:
        status, submission_id = "INVALID", world.submissions.new_id()
    elif patching.preview:
        status, submission_id = "VALID", world.submissions.new_id()
    else:
        made = submit(world, seller, sku, patching.marketplaces, wish, now=world.clock.now())
        status, submission_id = "ACCEPTED", made.id
    answer: JsonObject = {"sku": sku, "status": status, "submissionId": submission_id}
    if "issues" in patching.datasets:
        answer["issues"] = [issue.body() for issue in issues]
    if "identifiers" in patching.datasets:
        known = [] if issues else _listings(world, seller, sku, patching.marketplaces)
        answer["identifiers"] = [_identifier(listing) for listing in known]
    return answer


def _identifier(listing: Listing) -> JsonObject:
    return {"marketplaceId": listing.marketplace_id} | ({"asin": listing.asin} if listing.asin else {})


def _listings(world: World, seller: Seller, sku: str, marketplace_ids: Sequence[str]) -> list[Listing]:
    found = (world.listings.find(seller.id, each, sku) for each in marketplace_ids)
    return [listing for listing in found if listing is not None]


def _matching(world: World, seller: Seller, query: ListingQuery) -> list[Listing]:
    # One per SKU, that of the first marketplace in which it fits.
    found: dict[str, Listing] = {}
    for marketplace_id in query.reading.marketplaces:
        for listing in world.listings.of(seller.id, marketplace_id):
            if listing.sku not in found and query.fits(listing):
                found[listing.sku] = listing
    return sorted(found.values(), key=query.place, reverse=query.descending)


def _start(world: World, seller: Seller, query: ListingQuery) -> int:
    if query.token is None:
        return 0
    page = unseal(query.token, world.key, world.clock.now(), name="pageToken")
    if (page.seller_id, page.fingerprint) != (seller.id, query.fingerprint):
        raise invalid_input("The parameters must be those of the request that made the pageToken")
    return int(page.cursor[1])


def _token(world: World, seller: Seller, query: ListingQuery, start: int) -> str:
    now = world.clock.now()
    return seal(Page(seller.id, query.fingerprint, now, (now, str(start)), now), world.key)
