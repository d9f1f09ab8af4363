"""What the warehouse sends: only the members dockwire uses.

The Accept header decides the letter case of members and where collections stand. We ask for HAL
(camelCase); members are matched without regard to case all the same, as the server does.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

_EMBEDDED = "_embedded"


def lowered(value: Any) -> Any:
    """Return JSON with all member names in lower case."""
    if isinstance(value, dict):
        return {str(name).lower(): lowered(member) for name, member in value.items()}
    if isinstance(value, list):
        return [lowered(member) for member in value]
    return value


def collection(body: Any) -> tuple[list[Any], int | None]:
    """Return the members of a collection in either shape, and the total when it is told."""
    if not isinstance(body, dict):
        raise TypeError("a collection is an object")
    flat = {str(name).lower(): member for name, member in body.items()}
    total = flat.get("totalresults")
    members = flat.get("resourcelist")
    if members is None and isinstance(embedded := flat.get(_EMBEDDED), dict):
        members = next(iter(embedded.values()), [])
    if not isinstance(members, list):
        raise TypeError("a collection holds a list")
    return members, total if isinstance(total, int) else None


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return lowered(value)


class WireId(_Wire):
    """A reference to something numbered."""

    id: int
    name: str | None = None


class WireOrderState(_Wire):
    """The read-only part of an order."""

    orderid: int
    status: int
    customeridentifier: WireId
    fullyallocated: bool | None = None
    onholddate: str | None = None
    isclosed: bool | None = None


class WireOrder(_Wire):
    """One order."""

    referencenum: str
    readonly: WireOrderState


class WireCustomer(_Wire):
    """One customer."""

    customerid: int
    name: str
    deactivated: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, value: Any) -> Any:
        """Number and name may stand in the read-only part or in ``companyInfo``."""
        value = lowered(value)
        if not isinstance(value, dict):
            return value
        inner, company = value.get("readonly") or {}, value.get("companyinfo") or {}
        return {
            "customerid": inner.get("customerid", value.get("customerid")),
            "name": company.get("companyname") or value.get("name") or value.get("companyname"),
            "deactivated": inner.get("deactivated", value.get("deactivated")),
        }


class WireFacility(_Wire):
    """One building."""

    facilityid: int
    name: str
    deactivated: bool | None = None


class WireItemState(_Wire):
    """The read-only part of an item."""

    deactivated: bool | None = None


class WireItem(_Wire):
    """One item."""

    sku: str
    readonly: WireItemState = WireItemState()


class WireProblem(_Wire):
    """An error body; every part may be missing."""

    errorcode: str | None = None
    hint: str | None = None
    message: str | None = None
    properties: list[dict[str, Any]] = []
    faults: list[dict[str, Any]] = []

    @property
    def code(self) -> str:
        """The error code, of the first fault where several are listed."""
        if self.errorcode:
            return self.errorcode
        inner = self.faults[0].get("wmsexception") if self.faults else None
        return str(inner.get("errorcode") or "") if isinstance(inner, dict) else ""

    @property
    def fields(self) -> list[str]:
        """The names of the members that are wrong; never their values."""
        faults = [fault.get("wmsexception") or {} for fault in self.faults]
        listed = [*self.properties, *(each for fault in faults for each in fault.get("properties") or [])]
        return [str(each.get("name")) for each in listed if each.get("name")]
