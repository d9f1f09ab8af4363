"""What the warehouse sends: only the members dockwire uses.

The Accept header decides the letter case of members and where collections stand. We ask for HAL
(camelCase); members are matched without regard to case all the same, as the server does.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

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
    if members is None and total == 0:
        members = []
    if not isinstance(members, list):
        raise TypeError("a collection holds a list")
    return members, total if isinstance(total, int) else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


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
    status: Literal[0, 1, 2]
    """Open, closed, cancelled; another number would be a state we do not know how to treat."""
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
        inner, company = _object(value.get("readonly")), _object(value.get("companyinfo"))
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


Word = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]
Objects = Annotated[list[dict[str, Any]], BeforeValidator(_objects)]


class WireProblem(_Wire):
    """An error body: any part may be missing, null or of another shape, and the rest still counts."""

    errorcode: Word = ""
    hint: Word = ""
    properties: Objects = []
    faults: Objects = []

    @property
    def code(self) -> str:
        """The error code, of the first fault where several are listed."""
        return self.errorcode or next((fault.errorcode for fault in self._inner if fault.errorcode), "")

    @property
    def fields(self) -> list[str]:
        """The names of the members that are wrong; never their values."""
        listed = [*self.properties, *(each for fault in self._inner for each in fault.properties)]
        return [name for each in listed if isinstance(name := each.get("name"), str) and name]

    @property
    def _inner(self) -> list["WireProblem"]:
        return [WireProblem.model_validate(_object(fault.get("wmsexception"))) for fault in self.faults]
