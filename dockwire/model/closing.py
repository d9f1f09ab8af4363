"""Asking for orders to be shipped and closed: what a clerk fills in, at every door the same."""

import hashlib
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dockwire.model.charge import Apply, Charge, ChargeType


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
    tracking: str = Field(default="", description="Tracking number of this order's parcel.")
    routing: RoutingForm = Field(
        default=RoutingForm(), description="What differs from the routing of all orders."
    )


class ChargeForm(_Form):
    """One extra charge, in addition to what stands on the orders already."""

    type: ChargeType = Field(default=ChargeType.SPECIAL, description="Kind of charge.")
    label: str = Field(min_length=1, max_length=100, description="What the merchant reads on the invoice.")
    units: Decimal = Field(default=Decimal(1), description="How many units.")
    price_per_unit: Decimal = Field(description="Price of one unit, in the 3PL's currency.")
    unit_description: str = Field(default="", max_length=50, description="What a unit is, for instance box.")

    @field_validator("type", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        """Take the type's name too, letter case and blanks aside."""
        if isinstance(value, str) and not value.isdigit():
            name = value.strip().upper().replace(" ", "_").replace("-", "_")
            if name not in ChargeType.__members__:
                known = ", ".join(kind.name.lower() for kind in ChargeType)
                raise ValueError(f"{value!r} is no type of charge; known: {known}")
            return ChargeType[name]
        return int(value) if isinstance(value, str) else value

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
