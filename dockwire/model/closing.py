"""Asking for orders to be shipped and closed: what a clerk fills in, at every door the same."""

import hashlib
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from dockwire.model.charge import AUTOMATIC, Apply, Charge, ChargeType

KINDS = {kind.name.lower(): kind for kind in ChargeType if kind not in AUTOMATIC}
"""The kinds of charge that people add, by the names they go by in requests."""

LONGEST_LABEL = 100
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
"""What has no width, and comes along from web pages."""


def bare_number(text: str) -> str:
    """Return a tracking number without white space of any kind; letters and dashes as typed."""
    return "".join(text.translate(_UNSEEN).split())


def _bare(value: object) -> object:
    return bare_number(value) if isinstance(value, str) else value


TrackingNumber = Annotated[str, BeforeValidator(_bare)]
"""A tracking number as people type, paste or scan it, taken without its white space."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class RoutingForm(_Form):
    """How parcels travel; Amazon refuses an order when one of the three is blank."""

    carrier: str = Field(default="", description="Carrier, as the warehouse's carrier list names it.")
    scac: str = Field(default="", description="Standard Carrier Alpha Code, two to four letters.")
    service: str = Field(default="", description="Service code of that carrier.")


class OrderForm(_Form):
    """One order to close."""

    order: str = Field(
        min_length=1, description="Amazon order id, warehouse reference or warehouse order number."
    )
    tracking: TrackingNumber = Field(
        default="",
        max_length=100,
        description="Tracking number of this order's parcel, taken without blanks.",
    )
    routing: RoutingForm = Field(
        default=RoutingForm(), description="What differs from the routing of all orders."
    )


def _by_name(value: object) -> object:
    """Take the kind's name, letter case and blanks aside, or its number in the warehouse."""
    if not isinstance(value, str):
        return value
    if value.isdigit():
        return int(value)
    name = value.strip().lower().replace(" ", "_").replace("-", "_")
    if name not in KINDS:
        raise ValueError(f"{value!r} is no type of charge; known: {', '.join(KINDS)}")
    return KINDS[name]


NamedKind = Annotated[
    ChargeType,
    BeforeValidator(_by_name),
    PlainSerializer(lambda kind: kind.name.lower(), return_type=str),
    WithJsonSchema({"type": "string", "enum": list(KINDS)}),
]
"""A kind of charge that forms show, and requests carry, by its name."""

Amount = Annotated[
    Decimal,
    PlainSerializer(lambda amount: format(amount.normalize(), "f"), return_type=str),
    WithJsonSchema({"type": "number"}),
]
"""An exact number that forms show as a number; 2.5 and 2.50 are the same one."""


class ChargeForm(_Form):
    """One extra charge, in addition to what stands on the orders already."""

    type: NamedKind = Field(
        default=ChargeType.SPECIAL, description="Kind of charge.", json_schema_extra={"default": "special"}
    )
    label: str = Field(
        min_length=1, max_length=LONGEST_LABEL, description="What the merchant reads on the invoice."
    )
    units: Amount = Field(default=Decimal(1), description="How many units.", json_schema_extra={"default": 1})
    price_per_unit: Amount = Field(description="Price of one unit, in the 3PL's currency.")
    unit_description: str = Field(default="", max_length=50, description="What a unit is, for instance box.")

    def charge(self) -> Charge:
        """Return the same as a noun of the model."""
        return Charge(self.type, self.label, self.units, self.price_per_unit, self.unit_description)


class ShipRequest(_Form):
    """Several orders, one routing, a tracking number each, and charges."""

    orders: tuple[OrderForm, ...] = Field(min_length=1, max_length=1000, description="The orders to close.")
    routing: RoutingForm = Field(default=RoutingForm(), description="Routing of all these orders.")
    charges: tuple[ChargeForm, ...] = Field(
        default=(), max_length=50, description="Extra charges, added to those on the orders."
    )
    apply: Apply = Field(
        default=Apply.SEPARATELY,
        description="Each order gets all charges, or they are divided evenly, or the first order gets them.",
    )

    @property
    def token(self) -> str:
        """What makes a repetition of the same request the same request: a digest of its content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]

    def routing_of(self, order: OrderForm) -> RoutingForm:
        """Return an order's routing: its own words where it has some, else those of all."""
        return RoutingForm(
            carrier=order.routing.carrier or self.routing.carrier,
            scac=order.routing.scac or self.routing.scac,
            service=order.routing.service or self.routing.service,
        )
