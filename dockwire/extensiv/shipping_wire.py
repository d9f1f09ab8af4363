"""What the warehouse sends about orders on their way out; members in lower case, see ``wire``."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from dockwire.extensiv.wire import WireOrder, WireOrderState, _Wire, lowered
from dockwire.model.charge import ChargeType

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
"""A text that may be missing or null."""


def _list(value: Any) -> Any:
    return () if value is None else value


def _unfolded(value: Any, member: str, relation: str) -> Any:
    """Return a resource with a list at its top that may be embedded under its relation's address instead."""
    flat = lowered(value)
    if isinstance(flat, dict) and isinstance(embedded := flat.get("_embedded"), dict):
        rows = next((rows for rel, rows in embedded.items() if rel.rstrip("/").endswith(relation)), None)
        return {**flat, member: flat.get(member) or rows}
    return flat


class WireSaved(_Wire):
    """One saved element."""

    name: Text = ""
    value: Text = ""


class WireContent(_Wire):
    """So many units of a line in a package."""

    orderitemid: int
    qty: Decimal
    receiveitemid: int | None = None


class WirePackage(_Wire):
    """One box; its contents stand in it or are embedded."""

    packageid: int
    trackingnumber: Text = ""
    packagecontents: Annotated[tuple[WireContent, ...], BeforeValidator(_list)] = ()

    @model_validator(mode="before")
    @classmethod
    def _contents(cls, value: Any) -> Any:
        return _unfolded(value, "packagecontents", "/packagecontent")


class WireChargeDetail(_Wire):
    """One row of a charge."""

    numunits: Decimal | None = None
    chargelabel: Text = ""
    unitdescription: Text = ""
    chargeperunit: Decimal | None = None
    systemgenerated: bool | None = None


class WireCharge(_Wire):
    """One charge: a type, rows, and their sum."""

    chargetype: ChargeType
    subtotal: Decimal
    details: Annotated[tuple[WireChargeDetail, ...], BeforeValidator(_list)] = ()


class WireBilling(_Wire):
    """All charges of an order."""

    billingcharges: Annotated[tuple[WireCharge, ...], BeforeValidator(_list)] = ()


class WireRouting(_Wire):
    """How the order travels."""

    carrier: Text = ""
    mode: Text = ""
    scaccode: Text = ""
    account: Text = ""
    trackingnumber: Text = ""


class WireAllocation(_Wire):
    """What a line took of one receive item."""

    receiveitemid: int
    qty: Decimal


class WireLineState(_Wire):
    """The read-only part of a line."""

    orderitemid: int
    allocations: Annotated[tuple[WireAllocation, ...], BeforeValidator(_list)] = ()


class WireItemName(_Wire):
    """The item of a line."""

    sku: Text = ""


class WireLine(_Wire):
    """One line."""

    itemidentifier: WireItemName = WireItemName()
    qty: Decimal
    readonly: WireLineState
    savedelements: Annotated[tuple[WireSaved, ...], BeforeValidator(_list)] = ()
    externalid: Text = ""

    @property
    def amazon_item(self) -> str:
        """Amazon's id of the line, as the import saved it."""
        saved = {element.name.lower(): element.value for element in self.savedelements}
        return saved.get("amazonorderitemid") or self.externalid


class WireShipState(WireOrderState):
    """The read-only part of an order, with packages and times."""

    packages: Annotated[tuple[WirePackage, ...], BeforeValidator(_list)] = ()
    processdate: datetime | None = None
    lastmodifieddate: datetime | None = None


class WireShipOrder(WireOrder):
    """One order with lines, packages, routing and charges."""

    readonly: WireShipState
    routinginfo: Annotated[WireRouting, BeforeValidator(lambda value: value or {})] = WireRouting()
    billing: Annotated[WireBilling, BeforeValidator(lambda value: value or {})] = WireBilling()
    billingcode: Text = ""
    orderitems: Annotated[tuple[WireLine, ...], BeforeValidator(_list)] = ()

    @model_validator(mode="before")
    @classmethod
    def _lines(cls, value: Any) -> Any:
        return _unfolded(value, "orderitems", "/item")


class WireNumber(_Wire):
    """The read-only part of an order, as far as it must be readable."""

    orderid: int
    isclosed: Any = None


class WireListed(_Wire):
    """A row of a list: its number, and the whole row to be read by itself."""

    readonly: WireNumber
    whole: Any

    @model_validator(mode="before")
    @classmethod
    def _keep(cls, value: Any) -> Any:
        flat = lowered(value)
        return {"readonly": flat.get("readonly"), "whole": value} if isinstance(flat, dict) else value


class WireService(_Wire):
    """One service of a carrier."""

    code: Text = ""
    description: Text = ""
    deactivated: bool | None = None


class WireCarrier(_Wire):
    """One carrier."""

    name: str
    scaccode: Text = ""
    active: bool | None = None
    deactivated: bool | None = None
    disallowonorder: bool | None = None
    shipmentservices: Annotated[tuple[WireService, ...], BeforeValidator(_list)] = ()

    @property
    def usable(self) -> bool:
        """Whether orders may travel by it."""
        return self.active is not False and not self.deactivated and not self.disallowonorder


class WireCarriers(_Wire):
    """What the carrier list says besides its members."""

    defaultshipmentservices: Annotated[tuple[WireService, ...], BeforeValidator(_list)] = ()
