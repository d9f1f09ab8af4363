"""A connection: one seller account on one marketplace joined to one warehouse customer.

Everything here is settings without secrets; it may be logged and stored as it is.
"""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dockwire.model.contacts import Contacts
from dockwire.model.ids import ConnectionSlug, CustomerId, FacilityId, SellerId
from dockwire.model.marketplaces import Marketplace, Region, marketplace
from dockwire.model.money import minor_digits
from dockwire.model.stock_rules import StockRules
from dockwire.model.warehouse import Routing


def checked_slug(slug: str) -> ConnectionSlug:
    """Return a connection's name.

    Raises:
        ValueError: it does not do.
    """
    if not re.fullmatch(r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise ValueError(f"{slug!r}: use lower-case letters, digits and single dashes, at most 60 characters")
    return ConnectionSlug(slug)


def _checked_marketplace(code: str) -> str:
    try:
        return marketplace(code).code
    except KeyError as error:
        raise ValueError(error.args[0]) from None


def _checked_moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("needs a time zone, for instance 2026-11-01T00:00:00Z")
    return moment


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShipMethod(_Frozen):
    """What the warehouse is told for one Amazon service level."""

    carrier: str = Field(min_length=1)
    service: str = ""
    scac: str = Field(default="", pattern=r"^([A-Z]{2,4})?$")
    """Standard Carrier Alpha Code: two to four letters (National Motor Freight Traffic Association)."""
    account: str = ""
    billing_code: str = ""

    def routing(self) -> Routing:
        """Return the same as a noun of the model."""
        return Routing(self.carrier, self.service, self.scac, self.account, self.billing_code)


class FilterField(StrEnum):
    """What a filter looks at."""

    COUNTRY = "country"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    SKU = "sku"
    SERVICE_LEVEL = "service_level"
    PROGRAM = "program"


class FilterMatch(StrEnum):
    """How a filter compares; letter case never matters."""

    FULL = "full"
    STARTS = "starts"
    ENDS = "ends"


class Filter(_Frozen):
    """Orders that a person wants to look at first: matching orders are held."""

    field: FilterField
    values: tuple[str, ...] = Field(min_length=1)
    match: FilterMatch = FilterMatch.FULL
    unless: bool = False
    """True turns it round: orders that do not match are held."""


class CancelPolicy(StrEnum):
    """What happens in the warehouse when a buyer asks to cancel an order that is already there."""

    HOLD = "hold"
    CANCEL = "cancel"


class TrackingCheck(StrEnum):
    """What a tracking number does that does not look like one of its carrier."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


def _checked_currency(code: str) -> str:
    if code:
        minor_digits(code)
    return code


class Connection(_Frozen):
    """One marketplace of one seller, and what to do with its orders."""

    model_config = ConfigDict(populate_by_name=True)

    slug: Annotated[ConnectionSlug, AfterValidator(checked_slug)]
    application_id: str = Field(min_length=1)
    seller_id: SellerId = Field(min_length=1)
    # Errors call it what the connections file calls it.
    marketplace_code: Annotated[str, AfterValidator(_checked_marketplace)] = Field(
        validation_alias="marketplace"
    )
    warehouse: str = Field(min_length=1)
    """Name of the warehouse account; customers are numbered within it."""
    customer_id: CustomerId = Field(gt=0)
    facility_id: FacilityId = Field(gt=0)
    import_since: Annotated[datetime, AfterValidator(_checked_moment)]
    """Orders last updated before this moment are never read."""
    sku_map: dict[str, str] = {}
    """Amazon SKU to warehouse SKU; SKUs the warehouse knows by the same name need no entry."""
    require_sku_map: bool = False
    """True holds every SKU without an entry, even when the warehouse knows the name."""
    ship_methods: dict[str, ShipMethod] = {}
    """Amazon service level (STANDARD, EXPEDITED, ...) to routing; an unmapped level holds the order."""
    prime_ship_method: ShipMethod | None = None
    """Overrides the map for Seller Fulfilled Prime orders."""
    filters: tuple[Filter, ...] = ()
    contacts: Contacts = Contacts()
    on_buyer_cancel: CancelPolicy = CancelPolicy.HOLD
    carrier_codes: dict[str, str] = {}
    """Warehouse carrier or SCAC to Amazon's carrier code, where dockwire's own table does not do."""
    tracking_check: TrackingCheck = TrackingCheck.WARN
    billing_currency: Annotated[str, AfterValidator(_checked_currency)] = ""
    """Currency of the 3PL's charges; empty means the marketplace's."""
    stock_sync: bool = False
    """True lets warehouse stock become the quantity that Amazon offers."""
    stock: StockRules = StockRules()
    """What is done to quantities on their way; the table of rules by SKU wins, SKU by SKU."""
    stock_first_run_dry: bool = True
    """False sends quantities in the very first run already."""
    open_orders_allocated: bool = False
    """True when the warehouse allocates every order as it is created and so tells no order backlog."""
    terms_sha256: str = ""
    """Of the 3PL's terms as they are now; empty where there are none."""
    secret_changed: date | None = None
    """When the application's client secret was made, where that was written down."""
    needs_approval: bool = False
    """True imports nothing until the 3PL has approved the connection."""
    reference_prefix: str = ""
    reference_suffix: str = ""
    """Some 3PLWM tools take an ending of dash and digits for a split order, as all Amazon ids have."""

    @property
    def marketplace(self) -> Marketplace:
        """The marketplace's row of the table."""
        return marketplace(self.marketplace_code)

    @property
    def region(self) -> Region:
        """The region that the marketplace belongs to."""
        return self.marketplace.region

    @property
    def charge_currency(self) -> str:
        """The currency that charges are in."""
        return self.billing_currency or self.marketplace.currency

    @property
    def subject(self) -> str:
        """Whose orders go where, in one text: what the 3PL approves, and asks for anew once it differs."""
        place = f"customer {self.customer_id}, facility {self.facility_id} of {self.warehouse}"
        return f"{self.account}, {self.marketplace_code} to {place}"

    @property
    def account(self) -> "AccountKey":
        """The seller account behind the connection; sibling connections share it."""
        return AccountKey(application_id=self.application_id, seller_id=self.seller_id, region=self.region)


class AccountKey(_Frozen):
    """What quotas and harvests belong to: one application acting for one seller in one region."""

    application_id: str
    seller_id: SellerId
    region: Region

    def __str__(self) -> str:
        """Return the key as one text, for ledger rows and logs."""
        return f"{self.application_id}/{self.seller_id}/{self.region}"
