"""Listings Items v2021-08-01 as Amazon answers: only the members dockwire uses.

Source: Amazon's model ``listingsItems_2021-08-01``, and the attribute ``fulfillment_availability``.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from dockwire.amazon.wire import Needed
from dockwire.model.listing import GENERAL_TYPE, Listing, ListingPage, UnreadableListing
from dockwire.model.stock import AMAZON_CHANNELS, MOST_UNITS, Offer
from dockwire.transport import redacted

_MOST_WORDS = 400


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", hide_input_in_errors=True, frozen=True
    )


class _Channel(_Wire):
    fulfillment_channel_code: Needed
    quantity: int | None = Field(default=None, ge=0, le=MOST_UNITS)

    @property
    def own_quantity(self) -> int | None:
        """The quantity, unless it is Amazon's stock: that is nothing the merchant sets or compares."""
        return None if self.fulfillment_channel_code.startswith(AMAZON_CHANNELS) else self.quantity


class _Summary(_Wire):
    marketplace_id: str = ""
    product_type: str = ""


class WireListing(_Wire):
    """One ``Item``."""

    sku: Needed
    summaries: tuple[_Summary, ...] = ()
    attributes: dict[str, Any] = {}
    fulfillment_availability: tuple[_Channel, ...] = ()

    def listing(self, marketplace_id: str) -> Listing:
        """Return it as a noun, for one marketplace."""
        types = [each.product_type for each in self.summaries if each.marketplace_id == marketplace_id]
        own = _entries(self.attributes, marketplace_id)
        return Listing(
            self.sku,
            tuple(
                self._offer(each, own.get(each.fulfillment_channel_code, {}))
                for each in self.fulfillment_availability
            ),
            next(filter(None, types), GENERAL_TYPE),
        )

    def _offer(self, channel: _Channel, entry: dict[str, Any]) -> Offer:
        days = entry.get("lead_time_to_ship_max_days")
        return Offer(
            self.sku,
            channel.fulfillment_channel_code,
            channel.own_quantity,
            days if isinstance(days, int) else None,
            entry.get("is_inventory_available") is True,
        )


def _entries(attributes: dict[str, Any], marketplace_id: str) -> dict[str, dict[str, Any]]:
    """Return the attribute's entries by channel; those that name another marketplace are not ours."""
    found = attributes.get("fulfillment_availability")
    return {
        str(entry.get("fulfillment_channel_code")): entry
        for entry in (found if isinstance(found, list) else ())
        if isinstance(entry, dict) and entry.get("marketplace_id", marketplace_id) == marketplace_id
    }


class _Pagination(_Wire):
    next_token: str | None = None


class _Found(_Wire):
    number_of_results: int = Field(ge=0)
    pagination: _Pagination = _Pagination()
    items: list[Any]


def read_page(content: bytes, marketplace_id: str) -> ListingPage | None:
    """Return a page of a search, or None when the bytes are none; a bad listing spoils no page."""
    try:
        found = _Found.model_validate_json(content)
    except ValidationError:
        return None
    listings, unreadable = [], []
    for place, item in enumerate(found.items, 1):
        try:
            listings.append(WireListing.model_validate(item).listing(marketplace_id))
        except ValidationError as error:
            unreadable.append(_unreadable(place, item, error))
    return ListingPage(
        tuple(listings), found.number_of_results, found.pagination.next_token or None, tuple(unreadable)
    )


def _unreadable(place: int, item: object, error: ValidationError) -> UnreadableListing:
    sku = item.get("sku") if isinstance(item, dict) else None
    members = sorted({".".join(map(str, each["loc"])) for each in error.errors(include_input=False)})
    name = sku if isinstance(sku, str) else ""
    return UnreadableListing(place, name, ", ".join(members) or "it is no object")


def read_listing(content: bytes, marketplace_id: str) -> Listing | None:
    """Return one listing, or None when the bytes are none."""
    try:
        return WireListing.model_validate_json(content).listing(marketplace_id)
    except ValidationError:
        return None


class WireIssue(_Wire):
    """What Amazon has to say about a submission."""

    code: str = ""
    message: str = ""
    severity: str = ""


class WireSubmission(_Wire):
    """The answer to a submission."""

    sku: Needed
    status: str
    submission_id: str = ""
    issues: tuple[WireIssue, ...] = ()

    def words(self) -> str:
        """Return Amazon's reasons as one text, errors first."""
        ranked = sorted(self.issues, key=lambda issue: issue.severity != "ERROR")
        told = "; ".join(": ".join(filter(None, (each.code, each.message))) for each in ranked)
        return redacted(told)[:_MOST_WORDS]
