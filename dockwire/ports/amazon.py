"""What the services need of Amazon."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from dockwire.model.feed import Feed, MessageResult
from dockwire.model.ids import AmazonOrderId, MarketplaceId
from dockwire.model.listing import Listing, ListingPage, Quantity, Span
from dockwire.model.order import Malformed, Order, OrderPage, SearchWindow
from dockwire.model.parcel import Parcel


class Participation(Protocol):
    """One marketplace that a seller takes part in."""

    @property
    def marketplace_id(self) -> str:
        """Amazon's id of the marketplace."""
        ...

    @property
    def participating(self) -> bool:
        """Whether the seller may sell there."""
        ...

    @property
    def suspended(self) -> bool:
        """Whether the seller's listings there are suspended."""
        ...


class ShipmentFeeds(Protocol):
    """Shipments told in bulk. Every call may raise ``RemoteError``."""

    async def submit(self, parcels: Sequence[tuple[Order, Parcel]]) -> str:
        """Submit parcels, at most ``MOST_MESSAGES``, and return the feed's id.

        Raises:
            Unanswered: Amazon may have made a feed; ``since`` tells.
        """
        ...

    async def since(self, moment: datetime) -> list[Feed]:
        """Return the account's newest fulfilment feeds made at or after a moment."""
        ...

    async def look(self, feed_id: str) -> Feed:
        """Return a feed as it is now; raises ``NotFound`` when Amazon has forgotten it."""
        ...

    async def cancel(self, feed_id: str) -> Feed:
        """Call a feed back if it still waits, and return it as it is then."""
        ...

    async def results(self, feed: Feed, orders: Sequence[AmazonOrderId]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``orders`` are the messages' orders."""
        ...


class StockFeeds(Protocol):
    """Quantities told in bulk. Every call may raise ``RemoteError``."""

    async def submit(self, marketplace_id: MarketplaceId, quantities: Sequence[Quantity]) -> str:
        """Submit quantities, at most ``MOST_STOCK_MESSAGES``, and return the feed's id.

        Raises:
            Unanswered: Amazon may have made a feed; ``since`` tells.
        """
        ...

    async def since(self, moment: datetime) -> list[Feed]:
        """Return the account's newest listings feeds made at or after a moment."""
        ...

    async def look(self, feed_id: str) -> Feed:
        """Return a feed as it is now; raises ``NotFound`` when Amazon has forgotten it."""
        ...

    async def cancel(self, feed_id: str) -> Feed:
        """Call a feed back if it still waits, and return it as it is then."""
        ...

    async def results(self, feed: Feed, skus: Sequence[str]) -> list[MessageResult]:
        """Return what became of each message of an ended feed; ``skus`` are the messages' SKUs."""
        ...


class Listings(Protocol):
    """What the seller offers, and at which quantity. Every call may raise ``RemoteError``."""

    @property
    def feeds(self) -> StockFeeds:
        """Quantities in bulk."""
        ...

    async def page(
        self, marketplace_id: MarketplaceId, span: Span, page_token: str | None = None
    ) -> ListingPage:
        """Return one page of the listings of a span; raises ``PageTokenExpired``."""
        ...

    async def look(self, marketplace_id: MarketplaceId, skus: Sequence[str]) -> dict[str, Listing | None]:
        """Return the listings of these SKUs as they are now; one that Amazon does not have is missing.

        None stands for one that may be there and cannot be read.
        """
        ...

    async def set_quantity(self, marketplace_id: MarketplaceId, quantity: Quantity) -> str:
        """Set the merchant's own quantity and nothing else; return the id of what Amazon accepted.

        Raises:
            NotFound: there is no such listing.
            Refused: Amazon will not take it; its words are the error's first argument.
            Unanswered, Unavailable: the outcome is unknown; setting it again is safe.
        """
        ...

    async def try_quantity(self, marketplace_id: MarketplaceId, quantity: Quantity) -> None:
        """Let Amazon check a quantity without taking it; raises as :meth:`set_quantity` does."""
        ...


class SellerAccount(Protocol):
    """What Amazon lets us do for one seller in one region. Every call may raise ``RemoteError``."""

    @property
    def feeds(self) -> ShipmentFeeds:
        """Shipments in bulk."""
        ...

    @property
    def listings(self) -> Listings:
        """What the seller offers."""
        ...

    async def amazon_now(self) -> datetime:
        """Return Amazon's time, learnt from its answers (asks once when none has come yet)."""
        ...

    async def search_orders(self, window: SearchWindow, page_token: str | None = None) -> OrderPage:
        """Return one page of 100; raises ``PageTokenExpired`` when the chain must start anew."""
        ...

    async def get_order(self, order_id: AmazonOrderId) -> Order | Malformed:
        """Return one order as it is now."""
        ...

    async def confirm_shipment(self, order: Order, parcel: Parcel) -> None:
        """Tell Amazon of a parcel of an order; the same reference again edits that package.

        Raises:
            Refused: Amazon will not take it; its words are the error's first argument.
            Unavailable: the outcome is unknown; telling it again is safe.
        """
        ...

    async def participations(self) -> Sequence[Participation]:
        """Return the marketplaces the seller takes part in: the connection test."""
        ...
