"""Carrying submissions out on the listings of a world."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.listing_attributes import patched
from dockwire.simulators.amazon.listing_issues import Issue, issues_of, unknown_sku
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.submissions import Submission, Wish
from dockwire.simulators.amazon.world import World


def problems(
    world: World, seller: Seller, sku: str, marketplace_ids: Sequence[str], wish: Wish
) -> list[Issue]:
    """Return what is wrong with a submission; nothing means that Amazon accepts it."""
    found = issues_of(wish, seller.region)
    unknown = not any(world.listings.find(seller.id, each, sku) for each in marketplace_ids)
    if unknown and wish.kind != "UPDATE" and not world.switches.listings_take_unknown_skus:
        found.append(unknown_sku(sku))
    return found


def submit(
    world: World, seller: Seller, sku: str, marketplace_ids: Sequence[str], wish: Wish, *, now: datetime
) -> Submission:
    """Accept a submission that has no problems; its effect comes when the switches say.

    ``now`` is the present of whoever submits, which the clock may have passed already.
    """
    made = world.submissions.accept(seller.id, sku, marketplace_ids, wish, now=now, switches=world.switches)
    if not made.lost:
        act = partial(_apply, world, made)
        if made.due <= now:
            act(now)
        else:
            world.agenda.plan(made.due, act)
    return made


def _apply(world: World, submission: Submission, now: datetime) -> None:
    for marketplace_id in submission.marketplace_ids:
        listing = world.listings.find(submission.seller_id, marketplace_id, submission.sku)
        if listing is None and submission.wish.kind == "UPDATE":
            listing = _new_listing(submission, marketplace_id, now)
            world.listings.put(listing)
        # A patch for a SKU that nobody lists is accepted, and nothing comes of it.
        if listing is not None:
            _change(world, listing, submission.wish, now)
            submission.applied = now


def _change(world: World, listing: Listing, wish: Wish, now: datetime) -> None:
    if wish.kind == "DELETE":
        world.listings.drop(listing)
        return
    anew = wish.kind == "UPDATE"
    listing.attributes = patched({} if anew else listing.attributes, wish.patches, listing.place)
    listing.product_type = (wish.product_type if anew else None) or listing.product_type
    listing.updated = now


def _new_listing(submission: Submission, marketplace_id: str, now: datetime) -> Listing:
    return Listing(
        seller_id=submission.seller_id,
        marketplace_id=marketplace_id,
        sku=submission.sku,
        asin=None,
        product_type=submission.wish.product_type or "",
        created=now,
        updated=now,
        attributes={},
    )
