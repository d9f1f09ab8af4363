"""The format of a seed file: tables of rows, in TOML or JSON."""

import difflib
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from dockwire.warehouse.charge_request import CALLERS_TYPES, SYSTEMS_TYPES
from dockwire.warehouse.columns import QUANTITY_PLACES
from dockwire.warehouse.work import RECOMMENDED_ROLES, ROLES


class SeedError(Exception):
    """A seed cannot be used; the text names table, row (from 1) and field, never a value."""

    def __init__(self, table: str, row: int, field: str, problem: str) -> None:
        super().__init__(f"{table}, row {row}, {field}: {problem}")


Text = Annotated[str, Field(min_length=1, max_length=255)]
Id = Annotated[int, Field(gt=0, lt=2**31)]
Amount = Annotated[Decimal, Field(gt=0, le=10**9, decimal_places=QUANTITY_PLACES)]
Price = Annotated[Decimal, Field(ge=-(10**9), le=10**9, decimal_places=QUANTITY_PLACES)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no IANA time zone, as in America/Chicago") from None
    return name


def _known_role(name: str) -> str:
    if name not in ROLES:
        close = difflib.get_close_matches(name, ROLES, n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        raise ValueError(f"no role of this warehouse; {meant}known: {', '.join(ROLES)}")
    return name


class FacilityRow(_Row):
    """A building with goods; nothing is closed there with a date before ``last_close``."""

    id: Id | None = None
    name: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    last_close: AwareDatetime | None = None


class CustomerRow(_Row):
    """A merchant; ``order_queue`` leaves new orders incomplete unless they say otherwise.

    ``currency_digits`` are those after the point of the currency it is billed in.
    """

    id: Id | None = None
    name: Text
    external_id: str = ""
    facilities: tuple[Text, ...] = Field(min_length=1)
    order_queue: bool = False
    currency_digits: int = Field(default=2, ge=0, le=QUANTITY_PLACES)
    auto_charges_on_confirm: bool = False
    close_on_tracking: bool = False


class CredentialRow(_Row):
    """What a client signs in with; without ``customers`` it sees all of them."""

    client_id: Text
    client_secret: Text = Field(repr=False)
    user_login: Text
    user_login_id: Id | None = None
    roles: tuple[Annotated[str, AfterValidator(_known_role)], ...] = RECOMMENDED_ROLES
    customers: tuple[Text, ...] | None = None


class ComponentRow(_Row):
    """A part of a kit."""

    sku: Text
    qty: Amount
    qualifier: str = ""


class ItemRow(_Row):
    """Something that is stored; a kit is put together from other items when it is ordered."""

    customer: Text
    id: Id | None = None
    sku: Text
    description: str = ""
    upc: str = ""
    unit: Text = "Each"
    active: bool = True
    aliases: tuple[Text, ...] = ()
    kit: tuple[ComponentRow, ...] = ()

    @field_validator("kit")
    @classmethod
    def _each_part_once(cls, kit: tuple[ComponentRow, ...]) -> tuple[ComponentRow, ...]:
        if len({part.sku for part in kit}) < len(kit):
            raise ValueError("a component is listed twice; add up its quantities")
        return kit


class ReceiptRow(_Row):
    """Goods that come in; a row that was booked before is not booked again."""

    customer: Text
    facility: Text
    reference: Text
    sku: Text
    qty: Amount
    qualifier: str = ""


class ServiceRow(_Row):
    """A service of a carrier."""

    code: Text
    description: str = ""
    deactivated: bool = False


class CarrierRow(_Row):
    """Who carries parcels; ``name`` is what an order's routing says."""

    id: Id | None = None
    name: Text
    display_name: str = ""
    description: str = ""
    carrier_code: str = ""
    scac_code: str = ""
    active: bool = True
    disallow_on_order: bool = False
    services: tuple[ServiceRow, ...] = ()
    billing_codes: tuple[Text, ...] = ()


class PriceRuleRow(_Row):
    """A charge of a customer: made by the system, counted by ``basis``, or else predefined for people."""

    id: Id | None = None
    customer: Text
    label: Text
    charge_type: int = Field(ge=CALLERS_TYPES.start, lt=SYSTEMS_TYPES.stop)
    price: Price
    automatic: bool = False
    basis: Literal["order", "line", "unit", "package"] = "order"
    unit_description: str = ""
    gl_account: str = ""
    tax_code: str = ""

    @model_validator(mode="after")
    def _systems_types(self) -> Self:
        if self.charge_type in SYSTEMS_TYPES and not self.automatic:
            raise ValueError(f"charge_type {self.charge_type} is for automatic charges only")
        return self


class Seed(BaseModel):
    """All tables of a seed, each may be absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facilities: tuple[FacilityRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    credentials: tuple[CredentialRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    receipts: tuple[ReceiptRow, ...] = ()
    carriers: tuple[CarrierRow, ...] = ()
    price_rules: tuple[PriceRuleRow, ...] = ()


def read_seed(data: dict[str, Any]) -> Seed:
    """Return a seed whose rows are complete and of the right kinds.

    Raises:
        SeedError: the first field that is not.
    """
    try:
        return Seed.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = [str(part) for part in fault["loc"]]
        row = int(place[1]) + 1 if len(place) > 1 else 0
        raise SeedError(place[0], row, ".".join(place[2:]) or "(whole)", fault["msg"]) from None
