"""All listings; what a seller starts with in a marketplace is seeded when it is first looked at."""

from collections.abc import Iterator, Mapping

from dockwire.simulators.amazon.accounts import Seller
from dockwire.simulators.amazon.listing_seeds import seeded_listings
from dockwire.simulators.amazon.listings import Listing
from dockwire.simulators.amazon.marketplaces import BY_ID, marketplace


class ListingBook:
    """Listings by seller, marketplace and SKU; iterating goes through all of them."""

    def __init__(self, seed: int, sellers: Mapping[str, Seller]) -> None:
        self._seed, self._sellers = seed, sellers
        self._shelves: dict[tuple[str, str], dict[str, Listing]] = {}

    def __iter__(self) -> Iterator[Listing]:
        for seller in self._sellers.values():
            for code in list(seller.participations):
                yield from self.of(seller.id, marketplace(code).id)

    def of(self, seller_id: str, marketplace_id: str) -> list[Listing]:
        """Return a seller's listings in a marketplace."""
        return list(self._shelf(seller_id, marketplace_id).values())

    def find(self, seller_id: str, marketplace_id: str, sku: str) -> Listing | None:
        """Return one listing."""
        return self._shelf(seller_id, marketplace_id).get(sku)

    def put(self, listing: Listing) -> None:
        """Add a listing, or replace the one of its SKU."""
        self._shelf(listing.seller_id, listing.marketplace_id)[listing.sku] = listing

    def drop(self, listing: Listing) -> None:
        """End a listing."""
        self._shelf(listing.seller_id, listing.marketplace_id).pop(listing.sku, None)

    def clear(self) -> None:
        """End all listings, those not yet seeded included."""
        for listing in list(self):
            self.drop(listing)

    def _shelf(self, seller_id: str, marketplace_id: str) -> dict[str, Listing]:
        key = (seller_id, marketplace_id)
        if key not in self._shelves:
            seller, place = self._sellers.get(seller_id), BY_ID.get(marketplace_id)
            if seller is None or place is None or not seller.sells_in(place.code):
                return {}
            self._shelves[key] = {each.sku: each for each in seeded_listings(self._seed, seller_id, place)}
        return self._shelves[key]
