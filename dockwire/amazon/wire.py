"""Orders v2026-01-01 as Amazon sends them: only the members dockwire uses, leniently read.

Source: Amazon's model ``orders_2026-01-01``. Enumerations are open there, so words stay words here.
"""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel


def _blank_is_absent(value: object) -> object:
    if isinstance(value, str) and "\0" in value:
        # PostgreSQL keeps no such text: one order would keep its whole page out of the ledger.
        raise ValueError("holds a NUL character")
    return None if isinstance(value, str) and not value.strip() else value


def _null_is_empty(value: object) -> object:
    return [] if value is None else value


def _in_utc(moment: datetime) -> datetime:
    # Not to the calendar's very ends: other time zones must be able to say it too.
    if not MINYEAR < moment.year < MAXYEAR:
        raise ValueError("the moment lies outside the calendar")
    return moment.astimezone(UTC)


Member = TypeVar("Member")

Text = Annotated[str | None, BeforeValidator(_blank_is_absent)]
Needed = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,60}$")]
"""An identifier of Amazon's: it goes into addresses and keys."""
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
MaybeMoment = Annotated[Moment | None, BeforeValidator(_blank_is_absent)]
Several = Annotated[list[Member], BeforeValidator(_null_is_empty)]
"""An optional list: absent and null say the same."""
Quantity = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", hide_input_in_errors=True, frozen=True
    )


class WireWindow(_Wire):
    """A span of time."""

    earliest_date_time: MaybeMoment = None
    latest_date_time: MaybeMoment = None


class WireMoney(_Wire):
    """An amount; a decimal in a string."""

    amount: Decimal = Field(allow_inf_nan=False)
    currency_code: Needed


class WirePrice(_Wire):
    """A product's price."""

    unit_price: WireMoney | None = None


class WireProduct(_Wire):
    """What was bought."""

    asin: Text = None
    title: Text = None
    seller_sku: Text = None
    price: WirePrice | None = None


class WireGift(_Wire):
    """Gift wishes."""

    gift_message: Text = None
    gift_wrap_level: Text = None


class WirePacking(_Wire):
    """How to pack."""

    gift_option: WireGift | None = None


class WireItemFulfillment(_Wire):
    """How far a line is shipped."""

    quantity_fulfilled: Quantity | None = None
    quantity_unfulfilled: Quantity | None = None
    packing: WirePacking | None = None


class WireCancelRequest(_Wire):
    """A wish to cancel."""

    requester: Text = None
    cancel_reason: Text = None


class WireCancellation(_Wire):
    """Cancellation of a line."""

    cancellation_request: WireCancelRequest | None = None


class WireItem(_Wire):
    """One line."""

    order_item_id: Name
    quantity_ordered: Quantity
    product: WireProduct
    fulfillment: WireItemFulfillment | None = None
    cancellation: WireCancellation | None = None


class WireAlias(_Wire):
    """Another name of the order."""

    alias_id: Text = None
    alias_type: Text = None


class WireAssociated(_Wire):
    """A related order."""

    order_id: Text = None
    association_type: Text = None


class WireChannel(_Wire):
    """Where it was sold."""

    marketplace_id: Text = None
    channel_name: Text = None


class WireExtended(_Wire):
    """Parts of a Brazilian address; the street is in the lines as well, the neighbourhood only here."""

    neighborhood: Text = None


class WireAddress(_Wire):
    """Where it goes; every part may be missing."""

    name: Text = None
    company_name: Text = None
    address_line1: Text = None
    address_line2: Text = None
    address_line3: Text = None
    city: Text = None
    district_or_county: Text = None
    state_or_region: Text = None
    municipality: Text = None
    postal_code: Text = None
    country_code: Text = None
    phone: Text = None
    address_type: Text = None
    extended_fields: WireExtended | None = None


class WirePreference(_Wire):
    """Wishes about the delivery."""

    drop_off_location: Text = None
    address_instruction: Text = None


class WireRecipient(_Wire):
    """Who gets it."""

    delivery_address: WireAddress | None = None
    delivery_preference: WirePreference | None = None


class WireFulfillment(_Wire):
    """Who ships it, how, and until when."""

    fulfillment_status: Needed
    fulfilled_by: Text = None
    fulfillment_service_level: Text = None
    ship_by_window: WireWindow | None = None
    deliver_by_window: WireWindow | None = None
    label_printing_window: WireWindow | None = None


class WirePackageItem(_Wire):
    """So many units of a line in a package."""

    order_item_id: Name
    quantity: int


class WirePackageStatus(_Wire):
    """Where a package is."""

    status: Text = None


class WirePackage(_Wire):
    """A package that Amazon knows of."""

    package_reference_id: Text = None
    carrier: Text = None
    tracking_number: Text = None
    package_status: WirePackageStatus | None = None
    package_items: Several[WirePackageItem] = []


class WireOrder(_Wire):
    """One order."""

    order_id: Name
    order_aliases: Several[WireAlias] = []
    packages: Several[WirePackage] = []
    created_time: Moment
    last_updated_time: Moment
    programs: Several[str] = []
    associated_orders: Several[WireAssociated] = []
    sales_channel: WireChannel
    recipient: WireRecipient | None = None
    fulfillment: WireFulfillment
    order_items: list[WireItem] = Field(min_length=1)


class WirePagination(_Wire):
    """Where the next page is."""

    next_token: Text = None


class WirePage(_Wire):
    """An answer of searchOrders, all orders well-formed."""

    orders: list[WireOrder]
    pagination: WirePagination | None = None
    last_updated_before: MaybeMoment = None


class WireMarketplace(_Wire):
    """One marketplace of a seller."""

    id: Needed


class WireStanding(_Wire):
    """The seller's standing there."""

    is_participating: bool = False
    has_suspended_listings: bool = False


class WireParticipation(_Wire):
    """A marketplace and the seller's standing."""

    marketplace: WireMarketplace
    participation: WireStanding


class WireParticipations(_Wire):
    """An answer of getMarketplaceParticipations."""

    payload: list[WireParticipation]
